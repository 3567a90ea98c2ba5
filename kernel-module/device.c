// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/uaccess.h>

#include "seccomp-module.h"

#include "device.h"
#include "fd.h"
#include "release.h"
#include "tracee.h"

static atomic_t verdict = ATOMIC_INIT(SECCOMP_MODULE_UNTESTED);

void seccomp_device_break(const char *why)
{
	if (atomic_xchg(&verdict, SECCOMP_MODULE_BROKEN) != SECCOMP_MODULE_BROKEN)
		pr_err("%s: the module is disabled\n", why);
}

bool seccomp_device_works(void)
{
	return atomic_read(&verdict) != SECCOMP_MODULE_BROKEN;
}

int seccomp_device_permits(void)
{
	return capable(CAP_SYS_ADMIN) && current->seccomp.mode == SECCOMP_MODE_DISABLED ? 0
											: -EACCES;
}

static int device_open(struct inode *inode, struct file *file)
{
	return seccomp_device_permits();
}

static int state(void __user *arg)
{
	const struct seccomp_module_state state = {
		.version = SECCOMP_MODULE_VERSION,
		.verdict = atomic_read(&verdict),
		.held = held_count(),
	};

	return copy_to_user(arg, &state, sizeof(state)) ? -EFAULT : 0;
}

static int set_verdict(unsigned long arg)
{
	if (arg == SECCOMP_MODULE_BROKEN)
		seccomp_device_break("the self-test has failed");
	else if (arg != SECCOMP_MODULE_TRUSTED)
		return -EINVAL;
	/* a broken module stays broken */
	atomic_cmpxchg(&verdict, SECCOMP_MODULE_UNTESTED, arg);
	return 0;
}

static int get_thread(struct seccomp_module_thread *thread, const void __user *arg)
{
	if (copy_from_user(thread, arg, sizeof(*thread)))
		return -EFAULT;
	return thread->reserved ? -EINVAL : 0;
}

static int identify(struct seccomp_module_thread __user *arg)
{
	struct seccomp_module_thread thread;
	int ret = get_thread(&thread, arg);

	if (!ret)
		ret = tracee_identify(thread.tid, &thread.id);
	if (ret)
		return ret;
	return put_user(thread.id, &arg->id);
}

static int open_filter(void __user *arg)
{
	struct seccomp_module_thread thread;
	struct held *held;
	int ret = get_thread(&thread, arg);

	if (ret)
		return ret;
	held = held_new();
	if (!held)
		return -ENOMEM;
	ret = tracee_hold(thread.tid, thread.index, &held->filter);
	if (ret) {
		release(held);
		return ret;
	}
	return fd_new(held);
}

static int set_filter(void __user *arg)
{
	struct seccomp_module_thread thread;
	struct file *file;
	int ret = get_thread(&thread, arg);

	if (ret)
		return ret;
	file = fget(thread.fd);
	if (!file)
		return -EBADF;
	ret = fd_is_filter(file) ? tracee_set(thread.tid, fd_filter(file)) : -EBADF;
	fput(file);
	return ret;
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *data = (void __user *)arg;
	int ret = seccomp_device_permits();

	if (ret)
		return ret;
	if (cmd == SECCOMP_MODULE_STATE)
		return state(data);
	if (!seccomp_device_works())
		return -EUCLEAN;
	switch (cmd) {
	case SECCOMP_MODULE_VERDICT:
		return set_verdict(arg);
	case SECCOMP_MODULE_IDENTIFY:
		return identify(data);
	case SECCOMP_MODULE_OPEN:
		return open_filter(data);
	case SECCOMP_MODULE_SET:
		return set_filter(data);
	case SECCOMP_MODULE_LISTENER_FILTER:
		return fd_of_listener(arg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations device_ops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = SECCOMP_MODULE_DEVICE,
	.fops = &device_ops,
	.mode = 0600,
};

/*
 * The same file below /proc. runc puts CRIU into the container's cgroup before it restores,
 * and this may allow only some devices, but does not restrict /proc.
 * seccomp_device_permits() decides who may use either file.
 */
static int proc_file_open(struct inode *inode, struct file *file)
{
	int ret = file->f_mode & FMODE_WRITE ? seccomp_device_permits() : -EACCES;

	/* unlike an open device, an open file of /proc does not keep the module loaded */
	if (!ret && !try_module_get(THIS_MODULE))
		ret = -ENODEV;
	return ret;
}

/* remove_proc_entry() waits for the end of this function */
static int proc_file_release(struct inode *inode, struct file *file)
{
	module_put(THIS_MODULE);
	return 0;
}

static const struct proc_ops proc_file_ops = {
	.proc_open = proc_file_open,
	.proc_release = proc_file_release,
	.proc_ioctl = device_ioctl,
#ifdef CONFIG_COMPAT
	.proc_compat_ioctl = compat_ptr_ioctl,
#endif
};

int seccomp_device_register(void)
{
	int ret = misc_register(&device);

	if (!ret && !proc_create(SECCOMP_MODULE_DEVICE, 0600, NULL, &proc_file_ops)) {
		misc_deregister(&device);
		ret = -ENOMEM;
	}
	return ret;
}

void seccomp_device_unregister(void)
{
	remove_proc_entry(SECCOMP_MODULE_DEVICE, NULL);
	misc_deregister(&device);
}
