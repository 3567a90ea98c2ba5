/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The kernel interface of kernel-patches/ as user space sees it: a seccomp
 * filter is a file descriptor. The same numbers for every kernel version.
 *
 * Nothing here needs patched kernel headers; where they are installed, their
 * definitions win. doc/kernel-interface.md is the reference, with every
 * refusal of every call.
 */
#ifndef SECCOMP_FD_H
#define SECCOMP_FD_H

#include <linux/ioctl.h>
#include <linux/kcmp.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <linux/types.h>

#ifndef SECCOMP_FD_CREATE

/* seccomp(2) operations */
#define SECCOMP_FD_CREATE 32
#define SECCOMP_FD_INSTALL 33
#define SECCOMP_FD_FEATURES 34

/* In place of a parent_fd: a root; the filter that the caller has */
#define SECCOMP_FD_PARENT_NONE -1
#define SECCOMP_FD_PARENT_SELF -10100

/**
 * struct seccomp_fd_create - argument of SECCOMP_FD_CREATE
 * @size: sizeof(struct seccomp_fd_create), for extension
 * @flags: SECCOMP_FILTER_FLAG_{LOG,NEW_LISTENER,WAIT_KILLABLE_RECV}
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

/* In features of struct seccomp_fd_features: what there is */
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

/**
 * struct seccomp_fd_features - argument of SECCOMP_FD_FEATURES
 * @size: in, sizeof(struct seccomp_fd_features); out, what the kernel knows
 * @create_flags: flags that SECCOMP_FD_CREATE takes
 * @install_flags: flags that SECCOMP_FD_INSTALL takes
 * @reserved: zero
 * @info_mask: SECCOMP_FILTER_INFO_* that SECCOMP_IOCTL_FILTER_INFO can tell
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

/* What SECCOMP_IOCTL_FILTER_INFO is asked for, and what it has filled in */
#define SECCOMP_FILTER_INFO_ID (1UL << 0)
#define SECCOMP_FILTER_INFO_PARENT_ID (1UL << 1)
#define SECCOMP_FILTER_INFO_DEPTH (1UL << 2)
#define SECCOMP_FILTER_INFO_LEN (1UL << 3)
#define SECCOMP_FILTER_INFO_FLAGS (1UL << 4)
#define SECCOMP_FILTER_INFO_LISTENER_FLAGS (1UL << 5)
#define SECCOMP_FILTER_INFO_FD_FLAGS (1UL << 6)

/* In fd_flags: SECCOMP_IOCTL_FILTER_SEAL was called on the descriptor */
#define SECCOMP_FILTER_FD_SEALED (1UL << 0)

/**
 * struct seccomp_filter_info - argument of SECCOMP_IOCTL_FILTER_INFO
 * @mask: in, SECCOMP_FILTER_INFO_* that are wanted; out, those that are told.
 *        A field that is not told is zero.
 * @id: the filter's number, never used again until the next boot; told only
 *      to who may use PTRACE_SECCOMP_GET_FILTER
 * @parent_id: that of the filter below it, 0: none; told as @id
 * @depth: number of filters on the path, this one included
 * @len: number of instructions of its program
 * @flags: SECCOMP_FILTER_FLAG_{LOG,WAIT_KILLABLE_RECV}, and NEW_LISTENER
 *         while the filter has a listener
 * @listener_flags: SECCOMP_USER_NOTIF_FD_* set on that listener
 * @fd_flags: SECCOMP_FILTER_FD_* of the descriptor
 * @reserved: zero
 *
 * The size is part of the ioctl number; what a kernel does not know is zero.
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
	__u32 reserved;
};

/**
 * struct seccomp_filter_prog - argument of SECCOMP_IOCTL_FILTER_PROG
 * @len: in, instructions that fit at @insns; out, instructions of the program
 * @reserved: must be zero
 * @insns: where the program goes, struct sock_filter[len]
 */
struct seccomp_filter_prog {
	__u32 len;
	__u32 reserved;
	__aligned_u64 insns;
};

/* ioctls of a filter fd; PARENT returns a filter fd */
#define SECCOMP_IOCTL_FILTER_INFO _IOWR('!', 32, struct seccomp_filter_info)
#define SECCOMP_IOCTL_FILTER_PROG _IOWR('!', 33, struct seccomp_filter_prog)
#define SECCOMP_IOCTL_FILTER_PARENT _IO('!', 34)
#define SECCOMP_IOCTL_FILTER_SEAL _IO('!', 35)

/* ioctl of a listener: a filter fd of the filter that it supervises */
#define SECCOMP_IOCTL_NOTIF_FILTER _IO('!', 48)

#endif /* SECCOMP_FD_CREATE */

#ifndef PTRACE_SECCOMP_GET_FILTER_FD
/* ptrace(request, tid, index, 0): index 0 is the oldest filter, -1 the newest */
#define PTRACE_SECCOMP_GET_FILTER_FD 0x4220
/* ptrace(request, tid, 0, fd) */
#define PTRACE_SECCOMP_SET_FILTER_FD 0x4221

/*
 * What PTRACE_SECCOMP_GET_METADATA fills in when it is given this size: its
 * struct seccomp_metadata, and the filter's id. A kernel without the patches
 * answers with the smaller size. filter_off is an index as above, also -1.
 */
struct seccomp_metadata_id {
	__u64 filter_off;
	__u64 flags;
	__u64 id;
};
#endif

/* The type of kcmp(2); KCMP_TYPES, an enumerator, tells nothing to cpp. */
#ifndef KCMP_SECCOMP_FILTER
#define KCMP_SECCOMP_FILTER 32
#endif

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

#endif /* SECCOMP_FD_H */
