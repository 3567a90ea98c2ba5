// SPDX-License-Identifier: GPL-2.0
#include <linux/anon_inodes.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "seccomp-fd.h"
#include "seccomp-module.h"

#include "device.h"
#include "fd.h"
#include "filter.h"
#include "release.h"

/* What the patches tell; the members about replaceable filters are of their monitors. */
#define TOLD                                                                               \
	(SECCOMP_FILTER_INFO_DEPTH | SECCOMP_FILTER_INFO_LEN | SECCOMP_FILTER_INFO_FLAGS | \
	 SECCOMP_FILTER_INFO_LISTENER_FLAGS | SECCOMP_FILTER_INFO_FD_FLAGS)
#define TOLD_TO_THE_PRIVILEGED (SECCOMP_FILTER_INFO_ID | SECCOMP_FILTER_INFO_PARENT_ID)
/* of the struct in its first version */
#define INFO_SIZE 48

/* The ids tell which filters others have in common, so not everybody gets them. */
static int give_info(struct seccomp_filter *filter, void __user *arg, size_t size)
{
	u64 told = TOLD | (seccomp_device_permits() ? 0 : TOLD_TO_THE_PRIVILEGED), mask;
	struct seccomp_filter_info info;
	int ret = filter_info(filter, &info);

	if (ret)
		return ret;
	if (size < INFO_SIZE)
		return -EINVAL;
	if (get_user(mask, (u64 __user *)arg))
		return -EFAULT;
	if (!filter_has_listener_flags())
		told &= ~SECCOMP_FILTER_INFO_LISTENER_FLAGS;
	info.mask = told & mask;
	if (!(info.mask & SECCOMP_FILTER_INFO_ID))
		info.id = 0;
	if (!(info.mask & SECCOMP_FILTER_INFO_PARENT_ID))
		info.parent_id = 0;
	if (!(info.mask & SECCOMP_FILTER_INFO_DEPTH))
		info.depth = 0;
	if (!(info.mask & SECCOMP_FILTER_INFO_LEN))
		info.len = 0;
	if (!(info.mask & SECCOMP_FILTER_INFO_FLAGS))
		info.flags = 0;
	if (!(info.mask & SECCOMP_FILTER_INFO_LISTENER_FLAGS))
		info.listener_flags = 0;
	if (copy_to_user(arg, &info, min(size, sizeof(info))))
		return -EFAULT;
	return size > sizeof(info) && clear_user(arg + sizeof(info), size - sizeof(info)) ? -EFAULT
											  : 0;
}

static int give_program(struct seccomp_filter *filter, void __user *arg)
{
	struct seccomp_filter_prog prog;
	int ret = seccomp_device_permits();

	if (ret)
		return ret;
	if (copy_from_user(&prog, arg, sizeof(prog)))
		return -EFAULT;
	if (prog.index)
		return -EINVAL;
	ret = filter_program(filter, &prog);
	if (ret)
		return ret;
	return copy_to_user(arg, &prog, sizeof(prog)) ? -EFAULT : 0;
}

/* It may belong to somebody who does not trust the owner of this filter. */
static int open_parent(struct seccomp_filter *filter, unsigned long arg)
{
	struct seccomp_filter *parent = filter_parent(filter);
	struct held *held;
	int ret = seccomp_device_permits();

	if (ret)
		return ret;
	if (arg)
		return -EINVAL;
	if (!parent)
		return -ENOENT;
	held = held_new();
	if (!held)
		return -ENOMEM;
	filter_hold(parent);
	held->filter = parent;
	return fd_new(held);
}

static int give_counts(struct seccomp_filter *filter, void __user *arg)
{
	struct seccomp_module_counts counts;

	filter_counts(filter, &counts);
	return copy_to_user(arg, &counts, sizeof(counts)) ? -EFAULT : 0;
}

static long fd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct seccomp_filter *filter = fd_filter(file);
	void __user *data = (void __user *)arg;

	if (!seccomp_device_works())
		return -EUCLEAN;
	/* its size is part of its number, and may change */
	if ((cmd & ~IOCSIZE_MASK) == (SECCOMP_IOCTL_FILTER_INFO & ~IOCSIZE_MASK))
		return give_info(filter, data, _IOC_SIZE(cmd));
	switch (cmd) {
	case SECCOMP_IOCTL_FILTER_PROG:
		return give_program(filter, data);
	case SECCOMP_IOCTL_FILTER_PARENT:
		return open_parent(filter, arg);
	case SECCOMP_MODULE_COUNTS:
		return give_counts(filter, data);
	default:
		return -ENOTTY;
	}
}

static void fd_show(struct seq_file *m, struct file *file)
{
	struct seccomp_filter_info info;

	if (!seccomp_device_works() || filter_info(fd_filter(file), &info))
		return;
	if (!seccomp_device_permits())
		seq_printf(m, "filter_id:\t%llu\nfilter_parent_id:\t%llu\n", info.id,
			   info.parent_id);
	seq_printf(m, "filter_depth:\t%u\nfilter_len:\t%u\n", info.depth, info.len);
}

static int fd_release(struct inode *inode, struct file *file)
{
	release(file->private_data);
	return 0;
}

static const struct file_operations fd_ops = {
	.owner = THIS_MODULE,
	.release = fd_release,
	.unlocked_ioctl = fd_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = fd_show,
};

/* The same name as that of the patches: programs that read /proc see no difference. */
int fd_new(struct held *held)
{
	int fd = anon_inode_getfd("seccomp filter", &fd_ops, held, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		release(held);
	return fd;
}

bool fd_is_filter(const struct file *file)
{
	return file->f_op == &fd_ops;
}

struct seccomp_filter *fd_filter(const struct file *file)
{
	const struct held *held = file->private_data;

	return held->filter;
}

/* By its name, which only kernel/seccomp.c uses; its file operations are not exported. */
static bool is_listener(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	       !strcmp(file->f_path.dentry->d_name.name, "seccomp notify") && file->private_data;
}

static int open_supervised(struct seccomp_filter *filter)
{
	struct held *held = held_new();
	int ret;

	if (!held)
		return -ENOMEM;
	ret = filter_hold_supervised(filter);
	if (ret) {
		release(held);
		return ret;
	}
	held->filter = filter;
	return fd_new(held);
}

int fd_of_listener(unsigned int listener)
{
	/* the listener has a reference to its filter, so the filter cannot be freed */
	struct file *file = fget(listener);
	int ret;

	if (!file)
		return -EBADF;
	ret = is_listener(file) ? open_supervised(file->private_data) : -EBADF;
	fput(file);
	return ret;
}
