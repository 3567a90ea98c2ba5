// SPDX-License-Identifier: GPL-2.0
/*
 * A child in strict mode, given a filter. In strict mode it can only read, write
 * and exit, so what it says comes over pipes, and the rest is its exit status.
 */
#include "stress.h"

#include <linux/ptrace.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

enum { NO_STRICT = 1, NO_MARK = 2 };

static void __attribute__((noreturn)) be_strict(int from, int to, unsigned int mark)
{
	char c = 0;

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		_exit(NO_STRICT);
	if (write(to, &c, 1) != 1 || read(from, &c, 1) != 1)
		syscall(SYS_exit, NO_STRICT);
	/* SIGSEGV where strict mode has left a trace */
	(void)__rdtsc();
	syscall(SYS_exit, probe(mark) == -(long)(MARK_ERRNO + mark) ? 0 : NO_MARK);
	__builtin_unreachable();
}

/* Stop the child, give it the filter, let it go; 0 or what went wrong. */
static long give_filter(pid_t pid, int filter)
{
	long ret = ptrace_call(PTRACE_SEIZE, pid, 0, PTRACE_O_SUSPEND_SECCOMP);
	int status;

	if (!ret)
		ret = ptrace_call(PTRACE_INTERRUPT, pid, 0, 0);
	if (!ret)
		ret = result(waitpid(pid, &status, __WALL)) == pid && WIFSTOPPED(status) ? 0
											 : -ECHILD;
	if (!ret)
		ret = note(CALL_SET, ptrace_call(PTRACE_SECCOMP_SET_FILTER_FD, pid, 0, filter));
	if (!ret)
		ret = ptrace_call(PTRACE_DETACH, pid, 0, 0);
	return ret;
}

static void check_strict(pid_t pid, int filter, int from, int to)
{
	int status;
	long ret;
	char c;

	/* blocked calls end by a signal now and then */
	while ((ret = result(read(from, &c, 1))) == -EINTR)
		;
	ret = ret == 1 ? give_filter(pid, filter) : -EPIPE;
	if (ret) {
		if (!injecting())
			wrong("a strict child cannot be given a filter: %ld", ret);
		kill(pid, SIGKILL);
	}
	while (write(to, &c, 1) < 0 && errno == EINTR)
		;
	while (result(waitpid(pid, &status, __WALL)) == -EINTR)
		;
	if (!ret && status)
		wrong("a child that was strict ended with status %x", status);
	if (!ret)
		note(CALL_STRICT, 0);
}

void op_strict(const struct step *step)
{
	struct sock_filter insns[64];
	unsigned int len = make_program(insns, step->mark, PLAIN);
	int to[2] = { -1, -1 }, from[2] = { -1, -1 }, filter, listener;
	pid_t pid;

	filter = note(CALL_CREATE, fd_create(-1, 0, insns, len, &listener));
	if (filter >= 0 && !pipe(to) && !pipe(from)) {
		pid = fork();
		if (!pid)
			be_strict(to[0], from[1], step->mark);
		/* the end of the child shall be the end of its pipe */
		close(from[1]);
		from[1] = -1;
		if (note(CALL_FORK, result(pid)) > 0)
			check_strict(pid, filter, from[0], to[1]);
	}
	close(filter);
	close(to[0]);
	close(to[1]);
	close(from[0]);
	close(from[1]);
}
