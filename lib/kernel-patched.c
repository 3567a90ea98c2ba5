// SPDX-License-Identifier: GPL-2.0
/* The backend for kernels with kernel-patches/; doc/kernel-interface.md describes it. */
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

/* The enum of the C library's ptrace() does not have our requests. */
static long trace(long request, pid_t tid, long addr, const void *data)
{
	return or_errno(syscall(SYS_ptrace, request, tid, addr, data));
}

/* PTRACE_SECCOMP_GET_*: EINVAL means that the thread is not in filter mode. */
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

/* The fields that a dump needs. */
#define NEEDED                                                                                \
	(SECCOMP_FILTER_INFO_ID | SECCOMP_FILTER_INFO_PARENT_ID | SECCOMP_FILTER_INFO_DEPTH | \
	 SECCOMP_FILTER_INFO_LEN | SECCOMP_FILTER_INFO_FLAGS | SECCOMP_FILTER_INFO_FD_FLAGS)

/* The fields that a dump also uses. Kernels without kernel-patches/monitor/ leave them 0. */
#define OPTIONAL                                                          \
	(SECCOMP_FILTER_INFO_LISTENER_FLAGS | SECCOMP_FILTER_INFO_PROGS | \
	 SECCOMP_FILTER_INFO_GENERATION)

static int patched_info(int filter, struct seccomp_filter_info *info)
{
	int ret;

	*info = (struct seccomp_filter_info){ .mask = NEEDED | OPTIONAL };
	ret = or_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_INFO, info));
	if (!ret && (info->mask & NEEDED) != NEEDED)
		return -EACCES;
	return ret;
}

static int patched_newer_program(int filter, uint32_t index, struct sock_filter *insns,
				 uint32_t len)
{
	struct seccomp_filter_prog prog = { .len = len, .index = index, .insns = (uintptr_t)insns };
	int ret = or_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_PROG, &prog));

	return ret < 0 ? ret : (int)prog.len;
}

static int patched_program(int filter, struct sock_filter *insns, uint32_t len)
{
	return patched_newer_program(filter, 0, insns, len);
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
		.parent_fd = parent < 0 ? SECCOMP_FD_PARENT_NONE : parent,
		.len = len,
		.insns = (uintptr_t)insns,
		.listener_fd = -1,
	};
	int ret = or_errno(syscall(SYS_seccomp, SECCOMP_FD_CREATE, 0, &create));

	if (ret >= 0 && flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		*listener = create.listener_fd;
	return ret;
}

/*
 * Opens the filter again, as the parent of a temporary child: a duplicate of @filter
 * would be sealed together with it.
 */
static int patched_copy(int filter, bool sealed)
{
	const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	int child = patched_create(filter, 0, &allow, 1, NULL), copy, ret;

	if (child < 0)
		return child;
	copy = patched_parent(child);
	close(child);
	if (copy < 0 || !sealed)
		return copy;
	ret = or_errno(ioctl(copy, SECCOMP_IOCTL_FILTER_SEAL, 0));
	if (!ret)
		return copy;
	close(copy);
	return ret;
}

static int patched_listener_filter(int listener)
{
	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, 0));
}

static int patched_set_program(int listener, uint32_t flags, const struct sock_filter *insns,
			       uint32_t len, uint64_t generation)
{
	struct seccomp_notif_prog prog = {
		.size = sizeof(prog),
		.flags = flags | SECCOMP_NOTIF_PROG_AT_GENERATION,
		.len = len,
		.insns = (uintptr_t)insns,
		.generation = generation,
	};

	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &prog));
}

static int patched_set_listener_flags(int listener, uint32_t flags)
{
	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, (unsigned long)flags));
}

static int patched_set(pid_t tid, int filter)
{
	return trace(PTRACE_SECCOMP_SET_FILTER_FD, tid, 0, (const void *)(intptr_t)filter);
}

static void patched_release(int filter)
{
	close(filter);
}

static int patched_same_newest(pid_t a, pid_t b)
{
	long ret = or_errno(syscall(SYS_kcmp, a, b, KCMP_SECCOMP_FILTER, (long)KERNEL_NEWEST,
				    (long)KERNEL_NEWEST));

	return ret < 0 ? ret : !ret;
}

static const struct kernel patched = {
	.reader = {
		.name = "kernel patches",
		.identify = patched_identify,
		.open = patched_open,
		.info = patched_info,
		.program = patched_program,
		.newer_program = patched_newer_program,
		.parent = patched_parent,
		.release = patched_release,
		.same_newest = patched_same_newest,
	},
	.create = patched_create,
	.copy = patched_copy,
	.listener_filter = patched_listener_filter,
	.set_program = patched_set_program,
	.set_listener_flags = patched_set_listener_flags,
	.set = patched_set,
};

const struct kernel *kernel_patched(const char **why)
{
	struct seccomp_fd_features has = { .size = sizeof(has) };

	if (syscall(SYS_seccomp, SECCOMP_FD_FEATURES, 0, &has) ||
	    !(has.features & SECCOMP_FD_FEATURE_PTRACE)) {
		*why = "this kernel is built without kernel-patches/ (boot one that has them)";
		return NULL;
	}
	return &patched;
}
