/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stopping a thread to look at it. All calls from one thread; when that ends,
 * nothing is traced any more.
 */
#ifndef STOP_H
#define STOP_H

#include <sys/types.h>

/* Once, before there are threads: signals of children are waited for from now on. */
void stop_init(void);

/**
 * stop_thread - trace a thread and have it stand still
 * @signal: out, for resume_thread()
 *
 * Returns 0; -ESRCH: it has gone; -EPERM: may not trace it, or somebody does;
 * -ETIMEDOUT: it has not stopped within a second, and runs on traced;
 * another negative errno.
 */
int stop_thread(pid_t tid, int *signal);

/**
 * stop_begin, stop_finish - the two halves of stop_thread()
 *
 * For many threads: all stop at the same time, and none is waited for alone.
 * stop_finish() is only for a thread for which stop_begin() has returned 0.
 */
int stop_begin(pid_t tid);
int stop_finish(pid_t tid, int *signal);

/*
 * As if nothing had been: a signal that the stop came upon is delivered, a thread
 * that was stopped before stays so.
 */
void resume_thread(pid_t tid, int signal);

#endif /* STOP_H */
