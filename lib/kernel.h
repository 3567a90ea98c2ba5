/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one door to the kernel for everything about filters. What stands behind
 * it is chosen once, best first; nobody else needs to know.
 *
 * It has two halves, because some ways in only read: struct kernel_reader is
 * what every way has, struct kernel is a way that has everything.
 *
 * A tid is one that the caller traces and has stopped. Everything returns a
 * negative errno when it fails and prints nothing: the caller knows what it was
 * doing.
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "seccomp-fd.h"

/* The newest filter of a thread, where an index is asked for. */
#define KERNEL_NEWEST (-1)

/**
 * struct kernel_reader - which filters threads have
 * @name: of the way in, for people
 *
 * A filter is a handle here, at least 0, and the caller's to release.
 */
struct kernel_reader {
	const char *name;

	/**
	 * identify - which is the newest filter of a thread?
	 * @id: out, the number that is in struct seccomp_filter_info: equal for
	 *      the same filter, and for no two others that exist at that time
	 *
	 * One kernel entry, and no descriptor. Returns 0; -ENODATA: the thread
	 * is not in filter mode.
	 */
	int (*identify)(pid_t tid, uint64_t *id);

	/**
	 * open - a filter of a thread
	 * @index: 0 is the oldest
	 *
	 * Returns a filter; -ENOENT: there are not so many; -ENODATA: the
	 * thread is not in filter mode.
	 */
	int (*open)(pid_t tid, long index);

	/* info - see struct seccomp_filter_info; all that this kernel knows. Returns 0. */
	int (*info)(int filter, struct seccomp_filter_info *info);

	/**
	 * program - the classic program of a filter
	 * @len: instructions that fit at @insns
	 *
	 * Returns the number of instructions.
	 */
	int (*program)(int filter, struct sock_filter *insns, uint32_t len);

	/* parent - the filter below. Returns a filter; -ENOENT: it is a root. */
	int (*parent)(int filter);

	/* release - the caller is done with a filter */
	void (*release)(int filter);
};

/**
 * struct kernel - a way in that has everything
 * @reader: the other half
 *
 * A filter is a file descriptor here, close-on-exec. close(2) does what
 * @reader.release() does, and it may be duplicated and sent as any other.
 */
struct kernel {
	struct kernel_reader reader;

	/**
	 * create - make a filter, which no thread has
	 * @parent: the filter below it; -1: a root
	 * @flags: SECCOMP_FILTER_FLAG_{LOG,NEW_LISTENER,WAIT_KILLABLE_RECV}
	 * @listener: out, with NEW_LISTENER: its listener; else not touched
	 *
	 * Returns a filter; -EINVAL: the program is not one; -ENOMEM: also when
	 * the path gets too long; -EBUSY: the path has a listener.
	 */
	int (*create)(int parent, uint32_t flags, const struct sock_filter *insns, uint32_t len,
		      int *listener);

	/**
	 * sealed_copy - another descriptor, by which no thread can get the filter
	 *
	 * Returns it; -ENOMEM: also when the path is so long that it takes no
	 * further filter.
	 */
	int (*sealed_copy)(int filter);

	/**
	 * listener_filter - the filter that a listener supervises
	 *
	 * Returns a filter; -ENOENT: it is gone, the listener has hung up.
	 */
	int (*listener_filter)(int listener);

	/* set_listener_flags - SECCOMP_USER_NOTIF_FD_*. Returns 0. */
	int (*set_listener_flags)(int listener, uint32_t flags);

	/**
	 * set - give a thread this filter and its ancestors
	 *
	 * In the place of strict mode, of one of these ancestors, or of nothing.
	 * The caller holds PTRACE_O_SUSPEND_SECCOMP on the thread. One kernel
	 * entry. Returns 0; -EPERM: not held, or the thread is under another filter.
	 */
	int (*set)(pid_t tid, int filter);
};

/**
 * kernel_detect - the best way in that has everything
 *
 * Traces nothing but processes of its own, and those only where the module has not
 * been tested yet. Returns NULL if there is none.
 */
const struct kernel *kernel_detect(void);

/* kernel_detect_reader - the best way to read, as kernel_detect(). */
const struct kernel_reader *kernel_detect_reader(void);

/* As many ways in as there are. */
#define KERNEL_BACKENDS 3

/**
 * struct kernel_choice - the best way in, and why not a better one
 * @kernel: what kernel_detect() returns
 * @reader: what kernel_detect_reader() returns
 * @refused: the ways that are better than @reader, or all: their names, and in
 *           one line why this kernel, this build or this caller has them not
 */
struct kernel_choice {
	const struct kernel *kernel;
	const struct kernel_reader *reader;
	size_t n_refused;
	struct {
		const char *name, *why;
	} refused[KERNEL_BACKENDS];
};

/* kernel_choose - find the best way in, and tell what was passed on the way to it */
void kernel_choose(struct kernel_choice *choice);

/**
 * kernel_permits - does the kernel let this process read and set filters at all?
 *
 * For a program that has something to lose when the first try tells. What cannot
 * be found out counts as permitted. Returns 0; -EPERM: it has not CAP_SYS_ADMIN
 * in the initial user namespace; -EACCES: it is under seccomp itself.
 */
int kernel_permits(void);

/*
 * One for each way in, for kernel.c. NULL if it cannot be used here, *why says
 * why in one line, which stays valid.
 */
const struct kernel *kernel_patched(const char **why);
const struct kernel *kernel_module(const char **why);
const struct kernel_reader *kernel_bpf(const char **why);

#endif /* KERNEL_H */
