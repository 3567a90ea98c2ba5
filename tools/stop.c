// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "stop.h"

#define LIMIT_NS 1000000000

static sigset_t child_signal;

void stop_init(void)
{
	/* An ignored signal would not wake us up. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&child_signal);
	sigaddset(&child_signal, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child_signal, NULL);
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int wait_for_stop(pid_t tid, int *status)
{
	const struct timespec nap = { .tv_nsec = 50 * 1000 * 1000 };
	int64_t end = now() + LIMIT_NS;
	pid_t got;

	for (;;) {
		got = waitpid(tid, status, __WALL | WNOHANG);
		if (got < 0)
			return errno == ECHILD ? -ESRCH : -errno;
		if (got)
			return WIFSTOPPED(*status) ? 0 : -ESRCH;
		if (now() > end)
			return -ETIMEDOUT;
		sigtimedwait(&child_signal, NULL, &nap);
	}
}

int stop_begin(pid_t tid)
{
	/* Unlike PTRACE_ATTACH, this sends no signal, and a stop can be told from a signal. */
	return ptrace(PTRACE_SEIZE, tid, NULL, NULL) || ptrace(PTRACE_INTERRUPT, tid, NULL, NULL)
		       ? -errno
		       : 0;
}

int stop_finish(pid_t tid, int *signal)
{
	int status, ret;

	ret = wait_for_stop(tid, &status);
	if (ret)
		return ret;
	/* ptrace(2): a stop for a signal has no event in the status */
	*signal = status >> 16 ? 0 : WSTOPSIG(status);
	return 0;
}

int stop_thread(pid_t tid, int *signal)
{
	int ret = stop_begin(tid);

	return ret ? ret : stop_finish(tid, signal);
}

void resume_thread(pid_t tid, int signal)
{
	/* This fails only if the thread was killed meanwhile. */
	ptrace(PTRACE_DETACH, tid, NULL, (void *)(intptr_t)signal);
}
