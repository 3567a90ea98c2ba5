/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The user space interface of kernel-module/, for kernels without the patches. Its
 * filter fds have the same SECCOMP_IOCTL_FILTER_* as those of the patches; everything
 * else is an ioctl of the device. doc/kernel-module.md is the reference, with all errors.
 */
#ifndef SECCOMP_MODULE_H
#define SECCOMP_MODULE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SECCOMP_MODULE_NAME "criu_seccomp"
#define SECCOMP_MODULE_DEVICE "criu-seccomp" /* below /dev and /proc */

/* Incremented with each change of this interface that is not compatible. */
#define SECCOMP_MODULE_VERSION 3

/* The verdict in struct seccomp_module_state */
#define SECCOMP_MODULE_UNTESTED 0
#define SECCOMP_MODULE_TRUSTED 1 /* the self-test has passed */
#define SECCOMP_MODULE_BROKEN 2	 /* disabled: all other requests fail */

/**
 * struct seccomp_module_state - result of SECCOMP_MODULE_STATE
 * @version: SECCOMP_MODULE_VERSION of the module
 * @verdict: SECCOMP_MODULE_UNTESTED, _TRUSTED or _BROKEN
 * @held: number of filters that the module holds: one for each filter fd, and those
 *        that are still to be released
 */
struct seccomp_module_state {
	__u32 version;
	__u32 verdict;
	__u64 held;
};

/**
 * struct seccomp_module_thread - argument of _IDENTIFY, _OPEN and _SET
 * @tid: a stopped tracee of the caller
 * @index: OPEN: which filter, 0 is the oldest, -1 the newest
 * @fd: SET: a filter fd of the module
 * @reserved: must be zero
 * @id: IDENTIFY: out, as in struct seccomp_filter_info
 */
struct seccomp_module_thread {
	__s32 tid;
	__s32 index;
	__s32 fd;
	__u32 reserved;
	__u64 id;
};

/**
 * struct seccomp_module_counts - result of SECCOMP_MODULE_COUNTS
 * @refs: number of references: tasks, filters above it, its listener, filter fds
 * @users: number of users, by which system calls can still be filtered: the same
 *         without the listener
 */
struct seccomp_module_counts {
	__u32 refs;
	__u32 users;
};

/* ioctls of the device; OPEN and LISTENER_FILTER return a filter fd */
#define SECCOMP_MODULE_STATE _IOR('!', 32, struct seccomp_module_state)
#define SECCOMP_MODULE_IDENTIFY _IOWR('!', 33, struct seccomp_module_thread)
#define SECCOMP_MODULE_OPEN _IOW('!', 34, struct seccomp_module_thread)
#define SECCOMP_MODULE_SET _IOW('!', 35, struct seccomp_module_thread)
/* the argument is a listener */
#define SECCOMP_MODULE_LISTENER_FILTER _IO('!', 36)
/* the argument is SECCOMP_MODULE_TRUSTED or _BROKEN; _BROKEN is final */
#define SECCOMP_MODULE_VERDICT _IO('!', 37)

/* ioctl of a filter fd, for tests */
#define SECCOMP_MODULE_COUNTS _IOR('!', 38, struct seccomp_module_counts)

#endif /* SECCOMP_MODULE_H */
