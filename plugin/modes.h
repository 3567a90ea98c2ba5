/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CRIU notes the seccomp mode of each thread when it stops it, and suspends seccomp if
 * there is one. But it stops threads one by one, and SECCOMP_FILTER_FLAG_TSYNC of one that
 * still runs gives filters to those that are stopped already.
 */
#ifndef PLUGIN_MODES_H
#define PLUGIN_MODES_H

#include "proc.h"

/**
 * modes_suspend - suspend seccomp for a thread that has filters, as CRIU does
 * @tid: a thread that CRIU has stopped
 *
 * Otherwise CRIU would run its own code under the filters. One system call. Returns 0, or
 * a negative errno after a message.
 */
int modes_suspend(pid_t tid);

/**
 * modes_check - whether a restore knows the seccomp mode of a thread
 * @tid: a thread that CRIU has stopped
 *
 * Reads /proc. Returns 0, or a negative errno after a message; -ESRCH: a filter is
 * killing the thread. CRIU cannot dump it: the kernel does not show the action of the
 * signal (kernel/signal.c: SA_IMMUTABLE), and no restore knows the mode.
 */
int modes_check(pid_t tid);

/**
 * modes_settle - make CRIU, which dumps filters itself, know the present modes of a process
 * @tids: its threads, all of which CRIU has stopped
 *
 * Threads that have a filter are dumped with it, and are suspended. Reads /proc for each
 * thread. Returns 0, or a negative errno after a message, as modes_check().
 */
int modes_settle(const struct proc_threads *tids);

#endif /* PLUGIN_MODES_H */
