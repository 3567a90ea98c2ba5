/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For monitors: programs that decide about the system calls of others. A monitor has a
 * listener (seccomp_unotify(2)); on a kernel with kernel-patches/monitor/ it can also
 * have the trapped task make other calls, replace the program of the filter, and be
 * started again. doc/monitor.md is the reference.
 *
 * All functions return 0 or more, or a negative errno, and print nothing. A kernel without
 * these patches also returns -EOPNOTSUPP, -EINVAL and -ENOTTY.
 */
#ifndef SECCOMP_MONITOR_H
#define SECCOMP_MONITOR_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "seccomp-fd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The arguments of a call: MONITOR_ARGS(fd, address, size); those left out are 0. */
#define MONITOR_ARGS(...) ((const __u64[6]){ __VA_ARGS__ })

/**
 * struct monitor - a filter and its listener
 * @filter: a filter fd, to be installed by tasks
 * @listener: receives their calls
 *
 * Both are close-on-exec.
 */
struct monitor {
	int filter;
	int listener;
};

/**
 * monitor_create - create a filter with a listener, which no task has yet
 * @flags: SECCOMP_FILTER_FLAG_{LOG,WAIT_KILLABLE_RECV,REPLACEABLE,KEEP}
 *
 * The filter below it is the caller's own. Calls for which the program returns
 * SECCOMP_RET_USER_NOTIF go to the listener. Errors are those of SECCOMP_FD_CREATE.
 */
int monitor_create(const struct sock_filter *insns, uint32_t len, uint32_t flags,
		   struct monitor *monitor);

/**
 * monitor_confine - put the caller under a filter, permanently
 * @filter: of a struct monitor; may have been received over a socket
 *
 * Sets no_new_privs. Errors are those of SECCOMP_FD_INSTALL.
 */
int monitor_confine(int filter);

/**
 * monitor_receive - wait for the next call
 * @call: out
 *
 * Returns 0; -ENOENT: no task is under the filter any more, and none can be; -EINTR: a
 * signal. If a call is withdrawn before it is received, waits for the next one. On Linux
 * 6.1, a task is under the filter until it is reaped, so do not wait for -ENOENT before
 * you reap your children.
 */
int monitor_receive(int listener, struct seccomp_notif *call);

/* monitor_answer - the call returns @result, or fails with -@result if it is negative */
int monitor_answer(int listener, const struct seccomp_notif *call, int64_t result);

/*
 * monitor_continue - the task makes its call. Memory that the call points to may have
 * changed since it was looked at: never a way to allow something, see seccomp_unotify(2).
 */
int monitor_continue(int listener, const struct seccomp_notif *call);

/**
 * monitor_instead - have the task make another call instead of its own
 *
 * The task's own call is answered with the result of this call, which the other filters of
 * the task judge. Errors are those of SECCOMP_NOTIF_SYSCALL_REPLACE.
 */
int monitor_instead(int listener, const struct seccomp_notif *call, uint32_t nr,
		    const __u64 args[6]);

/**
 * monitor_run - have the task make a call, and continue to wait for an answer
 * @result: out, what the call returned, -errno if it failed
 *
 * Errors are those of SECCOMP_NOTIF_SYSCALL_RUN.
 */
int monitor_run(int listener, const struct seccomp_notif *call, uint32_t nr, const __u64 args[6],
		int64_t *result);

/* monitor_give - give the task a descriptor, close-on-exec. Returns its number there. */
int monitor_give(int listener, const struct seccomp_notif *call, int fd);

/**
 * monitor_read - read the task's memory
 *
 * Returns the number of bytes, fewer than @size at the end of a mapping; -ENOENT: the call
 * no longer waits, so the task's id may have been that of another task.
 */
long monitor_read(int listener, const struct seccomp_notif *call, uint64_t address, void *data,
		  size_t size);

/* monitor_read_text - the same, up to a NUL. Returns its length; -ENAMETOOLONG: there is none. */
long monitor_read_text(int listener, const struct seccomp_notif *call, uint64_t address, char *text,
		       size_t size);

/**
 * monitor_set_program - replace the program of the filter, for all tasks under it at once
 * @flags: SECCOMP_NOTIF_PROG_TIGHTEN: the present programs run as well
 * @generation: in, that of the present program, or 0 for any; out, that of the new one; may
 *              be NULL
 *
 * Errors are those of SECCOMP_IOCTL_NOTIF_SET_PROG; -ESTALE: another monitor was faster.
 */
int monitor_set_program(int listener, const struct sock_filter *insns, uint32_t len, uint32_t flags,
			uint64_t *generation);

/**
 * monitor_listener - open a listener again, for a filter with SECCOMP_FILTER_FLAG_KEEP
 *
 * All waiting calls come to it, including those that the last listener has received and not
 * answered. Returns the listener; -EBUSY: there already is one.
 */
int monitor_listener(int filter);

#ifdef __cplusplus
}
#endif

#endif /* SECCOMP_MONITOR_H */
