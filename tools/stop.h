/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stops a thread to read it. Make all calls from one thread; when that ends, the kernel
 * detaches all tracees.
 */
#ifndef STOP_H
#define STOP_H

#include <sys/types.h>

/* Call it once, before there are threads: it blocks SIGCHLD, which is waited for later. */
void stop_init(void);

/**
 * stop_thread - trace a thread and stop it
 * @signal: out, for resume_thread()
 *
 * Returns 0; -ESRCH: it has gone; -EPERM: we may not trace it, or it has a tracer;
 * -ETIMEDOUT: it did not stop within a second, and keeps running while traced;
 * another negative errno.
 */
int stop_thread(pid_t tid, int *signal);

/**
 * stop_begin, stop_finish - the two halves of stop_thread()
 *
 * For many threads: all of them stop at the same time, instead of one after the other.
 * Call stop_finish() only for a thread for which stop_begin() returned 0.
 */
int stop_begin(pid_t tid);
int stop_finish(pid_t tid, int *signal);

/*
 * Detaches without a trace: a signal that the stop intercepted is delivered, and a
 * thread that was stopped before stays stopped.
 */
void resume_thread(pid_t tid, int signal);

#endif /* STOP_H */
