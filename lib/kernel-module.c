// SPDX-License-Identifier: GPL-2.0
/* The backend for kernels with kernel-module/; doc/kernel-module.md describes it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-module.h"
#include "kernel.h"
#include "puppet.h"
#include "seccomp-module.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* since Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, __u64)
#endif

/* Opened by the first call of kernel_module(), and kept open. */
static int device = -1;

static long or_errno(long ret)
{
	return ret < 0 ? -errno : ret;
}

static int module_identify(pid_t tid, uint64_t *id)
{
	struct seccomp_module_thread thread = { .tid = tid };
	int ret = or_errno(ioctl(device, SECCOMP_MODULE_IDENTIFY, &thread));

	if (!ret)
		*id = thread.id;
	return ret;
}

static int module_open(pid_t tid, long index)
{
	const struct seccomp_module_thread thread = { .tid = tid, .index = index };

	return index > INT32_MAX ? -ENOENT : or_errno(ioctl(device, SECCOMP_MODULE_OPEN, &thread));
}

/* what every kernel tells, and what depends on its version */
#define MASK                                                                                  \
	(SECCOMP_FILTER_INFO_ID | SECCOMP_FILTER_INFO_PARENT_ID | SECCOMP_FILTER_INFO_DEPTH | \
	 SECCOMP_FILTER_INFO_LEN | SECCOMP_FILTER_INFO_FLAGS)
#define OPTIONAL_MASK SECCOMP_FILTER_INFO_LISTENER_FLAGS

static int module_info(int filter, struct seccomp_filter_info *info)
{
	int ret;

	*info = (struct seccomp_filter_info){ .mask = MASK | OPTIONAL_MASK };
	ret = or_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_INFO, info));
	return ret || (info->mask & MASK) == MASK ? ret : -EACCES;
}

static int module_program(int filter, struct sock_filter *insns, uint32_t len)
{
	struct seccomp_filter_prog prog = { .len = len, .insns = (uintptr_t)insns };
	int ret = or_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_PROG, &prog));

	return ret < 0 ? ret : (int)prog.len;
}

static int module_parent(int filter)
{
	return or_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_PARENT, 0));
}

static void module_release(int filter)
{
	close(filter);
}

static int module_listener_filter(int listener)
{
	return or_errno(ioctl(device, SECCOMP_MODULE_LISTENER_FILTER, (long)listener));
}

static int module_set_listener_flags(int listener, uint32_t flags)
{
	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, (unsigned long)flags));
}

static int module_set(pid_t tid, int filter)
{
	const struct seccomp_module_thread thread = { .tid = tid, .fd = filter };

	return or_errno(ioctl(device, SECCOMP_MODULE_SET, &thread));
}

long kernel_module_strict(void *arg)
{
	(void)arg;
	return or_errno(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
}

long kernel_module_install(void *arg)
{
	const struct kernel_module_install *install = arg;

	return or_errno(
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, install->flags, &install->program));
}

/* The module sets filters only on tasks in strict mode. */
int kernel_module_set_puppet(struct puppet *puppet, int filter)
{
	int ret = puppet_call(puppet, kernel_module_strict, NULL);

	return ret ? ret : module_set(puppet_tid(puppet), filter);
}

/* Checks that the filter is the one that was created. */
static int check_child(int parent, uint32_t len, int filter)
{
	struct seccomp_filter_info info, below = { 0 };
	int ret = module_info(filter, &info);

	if (!ret && parent >= 0)
		ret = module_info(parent, &below);
	if (ret)
		return ret;
	return info.parent_id == below.id && info.depth == below.depth + 1 && info.len == len
		       ? 0
		       : -EUCLEAN;
}

static int fetch_filter(struct puppet *puppet, int parent, uint32_t len)
{
	int filter = module_open(puppet_tid(puppet), KERNEL_NEWEST), ret;

	if (filter < 0)
		return filter;
	ret = check_child(parent, len, filter);
	if (!ret)
		return filter;
	close(filter);
	return ret;
}

/* The puppet shares our descriptors, so its new listener is ours, too. */
static int create_in_puppet(struct puppet *puppet, int parent,
			    struct kernel_module_install *install, int *listener)
{
	int ret = parent < 0 ? 0 : kernel_module_set_puppet(puppet, parent), filter;

	if (!ret)
		ret = puppet_call(puppet, kernel_module_install, install);
	if (ret < 0)
		return ret;
	filter = fetch_filter(puppet, parent, install->program.len);
	if (!(install->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return filter;
	if (filter < 0)
		close(ret);
	else
		*listener = ret;
	return filter;
}

/*
 * Each filter is created in a new puppet. The module cannot remove a filter from a task, so
 * a puppet could only add filters above its own. And a listener hangs up only when the last
 * task with its filter has exited.
 */
static int module_create(int parent, uint32_t flags, const struct sock_filter *insns, uint32_t len,
			 int *listener)
{
	struct kernel_module_install install = {
		.flags = flags,
		.program = { .len = len, .filter = (struct sock_filter *)insns },
	};
	struct puppet *puppet;
	sigset_t all, before;
	int ret;

	/* the length in struct sock_fprog has only 16 bits */
	if (len != install.program.len)
		return -EINVAL;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	ret = puppet_start(&puppet, NULL);
	if (!ret)
		ret = create_in_puppet(puppet, parent, &install, listener);
	puppet_end(puppet);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

static const struct kernel module = {
	.reader = {
		.name = "kernel module",
		/* they are addresses, encrypted */
		.reuses_ids = true,
		.identify = module_identify,
		.open = module_open,
		.info = module_info,
		.program = module_program,
		.parent = module_parent,
		.release = module_release,
	},
	.create = module_create,
	.listener_filter = module_listener_filter,
	.set_listener_flags = module_set_listener_flags,
	.set = module_set,
};

/*
 * runc puts CRIU into the container's cgroup, where only its devices can be opened, and
 * a service may have a /dev of its own: the device is also a file of /proc. Returns 0 or
 * a negative errno.
 */
static int open_either(void)
{
	int error;

	if (device < 0)
		device = open("/dev/" SECCOMP_MODULE_DEVICE, O_RDWR | O_CLOEXEC);
	if (device >= 0)
		return 0;
	error = -errno;
	device = open("/proc/" SECCOMP_MODULE_DEVICE, O_RDWR | O_CLOEXEC);
	if (device >= 0)
		return 0;
	/* an older module has no such file, but it may be loaded */
	return errno == ENOENT ? error : -errno;
}

static const char *open_device(bool *there)
{
	switch (-open_either()) {
	case 0:
		return NULL;
	case ENOENT:
	case ENXIO:
	case ENODEV:
		*there = false;
		return "the module " SECCOMP_MODULE_NAME
		       " is not loaded (modprobe " SECCOMP_MODULE_NAME ")";
	case EACCES:
	case EPERM:
		return "the module needs CAP_SYS_ADMIN in the initial user namespace, and a caller without filters of its own";
	default:
		return "/dev/" SECCOMP_MODULE_DEVICE " cannot be opened";
	}
}

static const char *self_test(bool *there)
{
	static char why[256];
	const char *what;
	int ret = kernel_module_test(&module, &what);

	/* other errors, such as a lack of memory, say nothing about the module */
	if (!ret || ret == -EUCLEAN)
		ioctl(device, SECCOMP_MODULE_VERDICT,
		      (long)(ret ? SECCOMP_MODULE_BROKEN : SECCOMP_MODULE_TRUSTED));
	if (!ret)
		return NULL;
	*there = ret != -EUCLEAN;
	snprintf(why, sizeof(why), "the module's self-test %s: %s",
		 ret == -EUCLEAN ? "fails" : strerror(-ret), what);
	return why;
}

/* Returns why the module cannot be used, or NULL if it can. Clears *there where it is of no use. */
static const char *find_fault(bool *there)
{
	const char *why = open_device(there);
	struct seccomp_module_state state;

	if (why)
		return why;
	if (ioctl(device, SECCOMP_MODULE_STATE, &state))
		return "the state of the module cannot be read";
	if (state.version != SECCOMP_MODULE_VERSION)
		return "the loaded module is of another version (unload it, and load the one that belongs to this program)";
	if (state.verdict == SECCOMP_MODULE_BROKEN) {
		*there = false;
		return "the module does not work with this kernel (the kernel's log says why)";
	}
	return state.verdict == SECCOMP_MODULE_TRUSTED ? NULL : self_test(there);
}

const struct kernel *kernel_module(const char **why, bool *there)
{
	*there = true;
	*why = find_fault(there);
	if (!*why)
		return &module;
	if (device >= 0)
		close(device);
	device = -1;
	return NULL;
}
