// SPDX-License-Identifier: GPL-2.0
/* The way in that kernel-patches/ opens; doc/kernel-interface.md describes it. */
#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* since Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, __u64)
#endif

static long or_errno(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* The C library's ptrace() takes an enum that does not know our requests. */
static long trace(long request, pid_t tid, long addr, const void *data)
{
	return or_errno(syscall(SYS_ptrace, request, tid, addr, data));
}

/* PTRACE_SECCOMP_GET_*: EINVAL is a thread that is not in filter mode. */
static long trace_filter(long request, pid_t tid, long addr, void *data)
{
	long ret = trace(request, tid, addr, data);

	return ret == -EINVAL ? -ENODATA : ret;
}

static int patched_identify(pid_t tid, uint64_t *id)
{
	struct seccomp_metadata_id data = { .filter_off = (uint64_t)KERNEL_NEWEST };
	long ret = trace_filter(PTRACE_SECCOMP_GET_METADATA, tid, sizeof(data), &data);

	if (ret < 0)
		return ret;
	if (ret < (long)sizeof(data))
		return -EOPNOTSUPP;
	*id = data.id;
	return 0;
}

static int patched_open(pid_t tid, long index)
{
	return trace_filter(PTRACE_SECCOMP_GET_FILTER_FD, tid, index, NULL);
}

static int patched_info(int filter, struct seccomp_filter_info *info)
{
	return or_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_INFO, info));
}

static int patched_program(int filter, struct sock_filter *insns, uint32_t len)
{
	struct seccomp_filter_prog prog = { .len = len, .insns = (uintptr_t)insns };
	int ret = or_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_PROG, &prog));

	return ret < 0 ? ret : (int)prog.len;
}

static int patched_parent(int filter)
{
	return or_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_PARENT, 0));
}

static int patched_create(int parent, uint32_t flags, const struct sock_filter *insns, uint32_t len,
			  int *listener)
{
	struct seccomp_fd_create create = {
		.size = sizeof(create),
		.flags = flags,
		.parent_fd = parent,
		.len = len,
		.insns = (uintptr_t)insns,
		.listener_fd = -1,
	};
	int ret = or_errno(syscall(SYS_seccomp, SECCOMP_FD_CREATE, 0, &create));

	if (ret >= 0 && flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		*listener = create.listener_fd;
	return ret;
}

static int patched_listener_filter(int listener)
{
	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, 0));
}

static int patched_set_listener_flags(int listener, uint32_t flags)
{
	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, (unsigned long)flags));
}

static int patched_set(pid_t tid, int filter)
{
	return trace(PTRACE_SECCOMP_SET_FILTER_FD, tid, 0, (const void *)(intptr_t)filter);
}

static const struct kernel patched = {
	.name = "patched kernel",
	.identify = patched_identify,
	.open = patched_open,
	.info = patched_info,
	.program = patched_program,
	.parent = patched_parent,
	.create = patched_create,
	.listener_filter = patched_listener_filter,
	.set_listener_flags = patched_set_listener_flags,
	.set = patched_set,
};

const struct kernel *kernel_patched(void)
{
	int none = -1;

	/* No such fd where the operation is known, EINVAL where it is not. */
	if (!syscall(SYS_seccomp, SECCOMP_FD_INSTALL, 0, &none) || errno != EBADF)
		return NULL;
	return &patched;
}
