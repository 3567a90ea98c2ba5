/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The user space interface of kernel-patches/: file descriptors for seccomp
 * filters. The numbers are the same for all kernel versions.
 *
 * This does not need patched kernel headers; if they are installed, with the
 * patches for monitors, their definitions take precedence.
 * doc/kernel-interface.md is the reference, with all errors of all calls.
 */
#ifndef SECCOMP_FD_H
#define SECCOMP_FD_H

#include <linux/ioctl.h>
#include <linux/kcmp.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <linux/types.h>

#if defined(SECCOMP_FD_CREATE) && !defined(SECCOMP_FILTER_INFO_GENERATION)
#error "the kernel headers have kernel-patches/ without kernel-patches/monitor/, whose structures are larger: use headers that have both, or neither (they are not needed)"
#endif

#ifndef SECCOMP_FD_CREATE

/* seccomp(2) operations */
#define SECCOMP_FD_CREATE 32
#define SECCOMP_FD_INSTALL 33
#define SECCOMP_FD_FEATURES 34

/* Special values of parent_fd: no parent; the newest filter of the caller */
#define SECCOMP_FD_PARENT_NONE -1
#define SECCOMP_FD_PARENT_SELF -10100

/**
 * struct seccomp_fd_create - argument of SECCOMP_FD_CREATE
 * @size: sizeof(struct seccomp_fd_create), for extension
 * @flags: SECCOMP_FILTER_FLAG_{LOG,NEW_LISTENER,WAIT_KILLABLE_RECV}, and with
 *         NEW_LISTENER SECCOMP_FILTER_FLAG_{REPLACEABLE,KEEP}
 * @parent_fd: filter fd of the filter below the new one, or SECCOMP_FD_PARENT_*
 * @len: number of instructions
 * @insns: address of the classic BPF program, struct sock_filter[len]
 * @listener_fd: out, the listener of SECCOMP_FILTER_FLAG_NEW_LISTENER
 * @reserved: must be zero
 */
struct seccomp_fd_create {
	__u32 size;
	__u32 flags;
	__s32 parent_fd;
	__u32 len;
	__aligned_u64 insns;
	__s32 listener_fd;
	__u32 reserved;
};

/**
 * struct seccomp_fd_install - argument of SECCOMP_FD_INSTALL
 * @size: sizeof(struct seccomp_fd_install), for extension
 * @flags: SECCOMP_FILTER_FLAG_{TSYNC,TSYNC_ESRCH,SPEC_ALLOW}
 * @filter_fd: the filter fd
 * @pidfd: must be -1, the caller itself
 */
struct seccomp_fd_install {
	__u32 size;
	__u32 flags;
	__s32 filter_fd;
	__s32 pidfd;
};

/* Bits in the features of struct seccomp_fd_features */
/* SECCOMP_IOCTL_FILTER_SEAL */
#define SECCOMP_FD_FEATURE_SEAL (1UL << 0)
/* SECCOMP_FD_PARENT_SELF */
#define SECCOMP_FD_FEATURE_PARENT_SELF (1UL << 1)
/* SECCOMP_IOCTL_NOTIF_FILTER */
#define SECCOMP_FD_FEATURE_NOTIF_FILTER (1UL << 2)
/* PTRACE_SECCOMP_{GET,SET}_FILTER_FD, and the id of PTRACE_SECCOMP_GET_METADATA */
#define SECCOMP_FD_FEATURE_PTRACE (1UL << 3)
/* KCMP_SECCOMP_FILTER */
#define SECCOMP_FD_FEATURE_KCMP (1UL << 4)
/* SECCOMP_IOCTL_NOTIF_SYSCALL with SECCOMP_NOTIF_SYSCALL_REPLACE */
#define SECCOMP_FD_FEATURE_SYSCALL_REPLACE (1UL << 5)
/* SECCOMP_IOCTL_NOTIF_SYSCALL with SECCOMP_NOTIF_SYSCALL_RUN */
#define SECCOMP_FD_FEATURE_SYSCALL_RUN (1UL << 6)

/**
 * struct seccomp_fd_features - argument of SECCOMP_FD_FEATURES
 * @size: in, sizeof(struct seccomp_fd_features); out, the kernel's size of it
 * @create_flags: flags that SECCOMP_FD_CREATE accepts
 * @install_flags: flags that SECCOMP_FD_INSTALL accepts
 * @reserved: zero
 * @info_mask: SECCOMP_FILTER_INFO_* that SECCOMP_IOCTL_FILTER_INFO supports
 * @features: SECCOMP_FD_FEATURE_*
 */
struct seccomp_fd_features {
	__u32 size;
	__u32 create_flags;
	__u32 install_flags;
	__u32 reserved;
	__u64 info_mask;
	__u64 features;
};

/* The fields to get with SECCOMP_IOCTL_FILTER_INFO, and those that it has filled in */
#define SECCOMP_FILTER_INFO_ID (1UL << 0)
#define SECCOMP_FILTER_INFO_PARENT_ID (1UL << 1)
#define SECCOMP_FILTER_INFO_DEPTH (1UL << 2)
#define SECCOMP_FILTER_INFO_LEN (1UL << 3)
#define SECCOMP_FILTER_INFO_FLAGS (1UL << 4)
#define SECCOMP_FILTER_INFO_LISTENER_FLAGS (1UL << 5)
#define SECCOMP_FILTER_INFO_FD_FLAGS (1UL << 6)
#define SECCOMP_FILTER_INFO_PROGS (1UL << 7)
#define SECCOMP_FILTER_INFO_GENERATION (1UL << 8)

/* A bit in fd_flags: SECCOMP_IOCTL_FILTER_SEAL was called on the descriptor */
#define SECCOMP_FILTER_FD_SEALED (1UL << 0)

/**
 * struct seccomp_filter_info - argument of SECCOMP_IOCTL_FILTER_INFO
 * @mask: in, the SECCOMP_FILTER_INFO_* to fill in; out, those that are filled in.
 *        All other fields are zero.
 * @id: the filter's id, not reused until the next boot; filled in only for a
 *      caller that may use PTRACE_SECCOMP_GET_FILTER
 * @parent_id: the id of the filter below it, 0: none; under the same condition as @id
 * @depth: number of filters on the path, including this one
 * @len: number of instructions of its program, the oldest if there are several
 * @flags: SECCOMP_FILTER_FLAG_{LOG,WAIT_KILLABLE_RECV,REPLACEABLE,KEEP}, and
 *         NEW_LISTENER while the filter has a listener
 * @listener_flags: SECCOMP_USER_NOTIF_FD_* of that listener
 * @fd_flags: SECCOMP_FILTER_FD_* of the descriptor
 * @progs: number of programs: 1, or more where SECCOMP_NOTIF_PROG_TIGHTEN was used
 * @generation: that of the program of a filter that is replaceable, from 1, else 0
 *
 * The size is part of the ioctl number. Fields that a kernel does not know are zero.
 */
struct seccomp_filter_info {
	__u64 mask;
	__u64 id;
	__u64 parent_id;
	__u32 depth;
	__u32 len;
	__u32 flags;
	__u32 listener_flags;
	__u32 fd_flags;
	__u32 progs;
	__u64 generation;
};

/**
 * struct seccomp_filter_prog - argument of SECCOMP_IOCTL_FILTER_PROG
 * @len: in, number of instructions that fit in @insns; out, that of the program
 * @index: which program, 0 the oldest; only a filter that is replaceable has several
 * @insns: address to copy the program to, struct sock_filter[len]
 */
struct seccomp_filter_prog {
	__u32 len;
	__u32 index;
	__aligned_u64 insns;
};

/* ioctls of a filter fd; PARENT returns a filter fd */
#define SECCOMP_IOCTL_FILTER_INFO _IOWR('!', 32, struct seccomp_filter_info)
#define SECCOMP_IOCTL_FILTER_PROG _IOWR('!', 33, struct seccomp_filter_prog)
#define SECCOMP_IOCTL_FILTER_PARENT _IO('!', 34)
#define SECCOMP_IOCTL_FILTER_SEAL _IO('!', 35)

/* ioctl of a listener: returns a filter fd of its filter */
#define SECCOMP_IOCTL_NOTIF_FILTER _IO('!', 48)

#endif /* SECCOMP_FD_CREATE */

/* ---- For monitors: the patches of kernel-patches/monitor/ ---- */

#ifndef SECCOMP_IOCTL_NOTIF_SET_PROG

/* For SECCOMP_FD_CREATE: SECCOMP_IOCTL_NOTIF_SET_PROG may replace the program */
#define SECCOMP_FILTER_FLAG_REPLACEABLE (1UL << 16)
/* For SECCOMP_FD_CREATE: calls wait if the listener is gone */
#define SECCOMP_FILTER_FLAG_KEEP (1UL << 17)

/* Bits in the flags of struct seccomp_notif_prog */
/* run it in addition to the present programs */
#define SECCOMP_NOTIF_PROG_TIGHTEN (1UL << 0)
/* generation is that of the new program, higher than the present one */
#define SECCOMP_NOTIF_PROG_AT_GENERATION (1UL << 1)

/**
 * struct seccomp_notif_prog - argument of SECCOMP_IOCTL_NOTIF_SET_PROG
 * @size: sizeof(struct seccomp_notif_prog), for extension
 * @flags: SECCOMP_NOTIF_PROG_{TIGHTEN,AT_GENERATION}
 * @len: number of instructions
 * @reserved: must be zero
 * @insns: address of the classic BPF program, struct sock_filter[len]
 * @generation: in, that of the program to replace, or 0 for any; with AT_GENERATION,
 *              that of the new program. Out, that of the new program
 */
struct seccomp_notif_prog {
	__u32 size;
	__u32 flags;
	__u32 len;
	__u32 reserved;
	__aligned_u64 insns;
	__u64 generation;
};

/* Bits in the flags of struct seccomp_notif_syscall: exactly one must be set */
/* the task makes this call instead of its own, which returns the result */
#define SECCOMP_NOTIF_SYSCALL_REPLACE (1UL << 0)
/* the task makes this call, and goes on waiting */
#define SECCOMP_NOTIF_SYSCALL_RUN (1UL << 1)

/**
 * struct seccomp_notif_syscall - argument of SECCOMP_IOCTL_NOTIF_SYSCALL
 * @id: the notification, which has been received
 * @size: sizeof(struct seccomp_notif_syscall), for extension
 * @flags: SECCOMP_NOTIF_SYSCALL_*
 * @nr: number of the call
 * @reserved: must be zero
 * @args: its arguments
 * @result: out, for RUN: what the call returned, -errno where it failed
 */
struct seccomp_notif_syscall {
	__u64 id;
	__u32 size;
	__u32 flags;
	__u32 nr;
	__u32 reserved;
	__u64 args[6];
	__s64 result;
};

/* ioctls of a listener */
#define SECCOMP_IOCTL_NOTIF_SET_PROG _IOWR('!', 49, struct seccomp_notif_prog)
#define SECCOMP_IOCTL_NOTIF_SYSCALL _IOWR('!', 50, struct seccomp_notif_syscall)

/* ioctl of a filter fd: returns a listener, for a filter with KEEP that has none */
#define SECCOMP_IOCTL_FILTER_LISTENER _IO('!', 36)

#endif /* SECCOMP_IOCTL_NOTIF_SET_PROG */

#ifndef PTRACE_SECCOMP_GET_FILTER_FD
/* ptrace(request, tid, index, 0): index 0 is the oldest filter, -1 the newest */
#define PTRACE_SECCOMP_GET_FILTER_FD 0x4220
/* ptrace(request, tid, 0, fd) */
#define PTRACE_SECCOMP_SET_FILTER_FD 0x4221
#endif

/*
 * struct seccomp_metadata, and the filter's id: PTRACE_SECCOMP_GET_METADATA fills this
 * in if it is called with this size. A kernel without the patches returns the smaller
 * size. filter_off is an index as above; -1 is allowed. Patched headers have id in struct
 * seccomp_metadata itself, and this name is ours alone.
 */
struct seccomp_metadata_id {
	__u64 filter_off;
	__u64 flags;
	__u64 id;
};

/* The type for kcmp(2). The headers have an enum, which the preprocessor cannot test. */
#ifndef KCMP_SECCOMP_FILTER
#define KCMP_SECCOMP_FILTER 32
#endif

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
/*
 * Used together with NEW_LISTENER: filters above this one may have listeners, too. Proposed
 * for Linux in December 2025, and in no released kernel; see doc/monitor.md.
 */
#ifndef SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS
#define SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS (1UL << 6)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

#endif /* SECCOMP_FD_H */
