/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only interface to the kernel for filters. There are several backends; the
 * best one that works is used, and callers do not depend on which one it is.
 *
 * Some backends can only read: all of them have a struct kernel_reader, and a
 * struct kernel is a full backend, which can also create and set filters.
 *
 * A tid is that of a thread which the caller traces and has stopped. All functions
 * return a negative errno on failure and print nothing: the caller knows what it
 * was doing.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "seccomp-fd.h"

/* As an index: the newest filter of a thread. */
#define KERNEL_NEWEST (-1)

/**
 * struct kernel_reader - reads the filters of threads
 * @name: of the backend, for messages
 * @reuses_ids: when a filter is gone, a new one may get its id. A filter is not gone as
 *              long as a thread has it, or a handle of it or of one above it is open. So
 *              who lets threads run and remembers ids keeps handles, too: see
 *              struct collect. If false, an id is never used again.
 *
 * Filters are represented by handles, 0 or more, which the caller has to release.
 */
struct kernel_reader {
	const char *name;
	bool reuses_ids;

	/**
	 * identify - get the id of the newest filter of a thread
	 * @id: out, as in struct seccomp_filter_info: no two filters that exist
	 *      at the same time have the same id; see @reuses_ids
	 *
	 * One system call, and no descriptor. Returns 0; -ENODATA: the thread
	 * is not in filter mode.
	 */
	int (*identify)(pid_t tid, uint64_t *id);

	/**
	 * open - open a filter of a thread
	 * @index: 0 is the oldest, KERNEL_NEWEST the newest
	 *
	 * Returns a filter; -ENOENT: the thread has fewer filters; -ENODATA: the
	 * thread is not in filter mode.
	 */
	int (*open)(pid_t tid, long index);

	/* info - fill in all of struct seccomp_filter_info that this kernel knows. Returns 0. */
	int (*info)(int filter, struct seccomp_filter_info *info);

	/**
	 * program - get the classic BPF program of a filter
	 * @len: number of instructions that fit in @insns
	 *
	 * Returns the number of instructions.
	 */
	int (*program)(int filter, struct sock_filter *insns, uint32_t len);

	/**
	 * newer_program - get one of several programs of a replaceable filter
	 * @index: 1, for the program that has tightened the oldest one, up to
	 *         struct seccomp_filter_info.progs - 1
	 *
	 * As @program. NULL if the kernels of this backend have no such filters.
	 */
	int (*newer_program)(int filter, uint32_t index, struct sock_filter *insns, uint32_t len);

	/* parent - open the filter below. Returns a filter; -ENOENT: it is a root. */
	int (*parent)(int filter);

	/* release - release a handle */
	void (*release)(int filter);

	/**
	 * same_newest - check whether two threads have the same newest filter
	 *
	 * NULL if this backend cannot. The threads need not be stopped or traced.
	 * Returns 1 or 0; a negative errno also if one of them has no filter.
	 */
	int (*same_newest)(pid_t a, pid_t b);
};

/**
 * struct kernel - a full backend: reads, creates and sets filters
 * @reader: the functions that read
 *
 * Filters are represented by file descriptors, close-on-exec. close(2) does the same
 * as @reader.release(), and they can be duplicated and sent like any other.
 */
struct kernel {
	struct kernel_reader reader;

	/**
	 * create - create a filter that no thread has yet
	 * @parent: the filter below it; -1: a root
	 * @flags: SECCOMP_FILTER_FLAG_{LOG,NEW_LISTENER,WAIT_KILLABLE_RECV,REPLACEABLE,
	 *         KEEP,ALLOW_NESTED_LISTENERS}
	 * @listener: out, with NEW_LISTENER: its listener; otherwise not changed
	 *
	 * Returns a filter; -EINVAL: the program is invalid, or the kernel does not
	 * know a flag; -ENOMEM: no memory, or the path would be too long; -EBUSY: the
	 * path already has a listener, and the kernel allows no other beside it.
	 */
	int (*create)(int parent, uint32_t flags, const struct sock_filter *insns, uint32_t len,
		      int *listener);

	/**
	 * copy - get another descriptor of a filter, for a task
	 * @sealed: it cannot be used to install the filter
	 *
	 * Other than a duplicate, it is an open file of its own, and a seal belongs to
	 * an open file. NULL if tasks have no such descriptors on the kernels of this
	 * backend. Returns the descriptor; -ENOMEM: no memory, or the path is too long
	 * for one more filter.
	 */
	int (*copy)(int filter, bool sealed);

	/**
	 * listener_filter - open the filter that a listener belongs to
	 *
	 * Returns a filter; -ENOENT: the filter is gone and the listener has hung up.
	 */
	int (*listener_filter)(int listener);

	/**
	 * set_program - replace the program of the filter that a listener belongs to
	 * @flags: SECCOMP_NOTIF_PROG_*
	 * @generation: of the new program
	 *
	 * NULL if this backend cannot. Returns 0; -ESTALE: the filter has a program
	 * of this generation, or of a later one.
	 */
	int (*set_program)(int listener, uint32_t flags, const struct sock_filter *insns,
			   uint32_t len, uint64_t generation);

	/* set_listener_flags - set SECCOMP_USER_NOTIF_FD_* flags. Returns 0. */
	int (*set_listener_flags)(int listener, uint32_t flags);

	/**
	 * set - set this filter and its ancestors on a thread
	 *
	 * The thread must have no filter, be in strict mode, or have one of these
	 * ancestors. The caller must have set PTRACE_O_SUSPEND_SECCOMP on it. One
	 * system call. Returns 0; -EPERM: the option is not set, or the thread has
	 * another filter.
	 */
	int (*set)(pid_t tid, int filter);
};

/**
 * kernel_detect - find the best full backend
 * @unusable: out: why one that is there cannot be used at the moment; NULL: there is
 *            none, or one was found
 *
 * Traces only processes that it starts itself, and only to test a module that has
 * not been tested yet. Returns NULL if there is no full backend.
 */
const struct kernel *kernel_detect(const char **unusable);

/* kernel_detect_reader - find the best backend that can read. Returns NULL if there is none. */
const struct kernel_reader *kernel_detect_reader(void);

/* The number of backends. */
#define KERNEL_BACKENDS 3

/**
 * struct kernel_choice - the best backend, and why no better one is used
 * @kernel: what kernel_detect() returns
 * @reader: what kernel_detect_reader() returns
 * @refused: the backends that are better than @reader, all if there is no reader:
 *           their names, and in one line why they are not available in this kernel,
 *           to this build or to this caller
 */
struct kernel_choice {
	const struct kernel *kernel;
	const struct kernel_reader *reader;
	size_t n_refused;
	struct {
		const char *name, *why;
	} refused[KERNEL_BACKENDS];
};

/* kernel_choose - find the best backend, and the reasons why better ones are refused */
void kernel_choose(struct kernel_choice *choice);

/**
 * kernel_permits - check whether the kernel lets this process read and set filters
 *
 * For programs that cannot just try and fail. If it cannot be determined, the answer
 * is yes. Returns 0; -EPERM: the process lacks CAP_SYS_ADMIN in the initial user
 * namespace; -EACCES: it is in a seccomp mode itself.
 */
int kernel_permits(void);

/*
 * One function for each backend, called by kernel.c. Returns NULL if the backend is
 * not available; *why is then the reason in one line, in memory that stays valid. The
 * module may be there all the same: loaded, and not known to fail on this kernel.
 */
const struct kernel *kernel_patched(const char **why);
const struct kernel *kernel_module(const char **why, bool *there);
const struct kernel_reader *kernel_bpf(const char **why);

#endif /* KERNEL_H */
