// SPDX-License-Identifier: GPL-2.0
/*
 * What needs a child of the tracer's own, that does one thing: one in strict mode
 * that is given a filter, and one at the stop of SECCOMP_RET_TRACE. They wait for
 * a byte before they do it, and their exit status shows the result.
 */
#include "stress.h"

#include <linux/ptrace.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "regs.h"

enum { NOT_READY = 1, NO_MARK = 2, NOT_SKIPPED = 3 };

struct child {
	pid_t pid;
	/* a filter for it, with this mark */
	int filter;
	unsigned int mark;
	/* ends of its pipes: the child's while it runs, else the tracer's */
	int from, to;
};

/* Say that it is ready, and wait. All that strict mode knows. */
static void wait_for_tracer(const struct child *child)
{
	char c = 0;

	if (write(child->to, &c, 1) != 1 || read(child->from, &c, 1) != 1)
		syscall(SYS_exit, NOT_READY);
}

/* ---- The child's side ---- */

static void be_strict(const struct child *child)
{
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		_exit(NOT_READY);
	wait_for_tracer(child);
#ifdef __x86_64__
	/* SIGSEGV where strict mode has left a trace */
	(void)__builtin_ia32_rdtsc();
#endif
	/* strict mode knows no exit_group() */
	syscall(SYS_exit, probe(child->mark) == -(long)(MARK_ERRNO + child->mark) ? 0 : NO_MARK);
}

static void be_traced(const struct child *child)
{
	struct sock_filter insns[64];
	unsigned int len = make_program(insns, child->mark, PLAIN | 2);

	if (set_mode(insns, len, 0))
		_exit(NOT_READY);
	wait_for_tracer(child);
	/* the tracer makes the call none, and leaves this as its result */
	_exit(syscall(NR_TRACE) == -1 && errno == ENOSYS ? 0 : NOT_SKIPPED);
}

/* ---- The tracer's side ---- */

static long wait_for(pid_t pid, int *status)
{
	long ret;

	/* blocked calls end by a signal now and then */
	do {
		ret = result(waitpid(pid, status, __WALL));
	} while (ret == -EINTR);
	return ret;
}

static bool child_is_ready(const struct child *child)
{
	long ret;
	char c;

	do {
		ret = result(read(child->from, &c, 1));
	} while (ret == -EINTR);
	return ret == 1;
}

static void let_it_go(const struct child *child)
{
	char c = 0;

	while (write(child->to, &c, 1) < 0 && errno == EINTR)
		;
}

static long set_filter(const struct child *child)
{
	return note(CALL_SET,
		    ptrace_call(PTRACE_SECCOMP_SET_FILTER_FD, child->pid, 0, child->filter));
}

static long trace_strict(const struct child *child)
{
	long ret = ptrace_call(PTRACE_SEIZE, child->pid, 0, PTRACE_O_SUSPEND_SECCOMP);
	int status;

	if (!ret)
		ret = ptrace_call(PTRACE_INTERRUPT, child->pid, 0, 0);
	if (!ret)
		ret = wait_for(child->pid, &status) == child->pid && WIFSTOPPED(status) ? 0
											: -ECHILD;
	if (!ret)
		ret = set_filter(child);
	if (!ret)
		ret = ptrace_call(PTRACE_DETACH, child->pid, 0, 0);
	let_it_go(child);
	return ret;
}

/* The same stop, but nobody can tell from its siginfo. */
static long disguise_stop(pid_t pid)
{
	siginfo_t info;
	long ret = ptrace_call(PTRACE_GETSIGINFO, pid, 0, (unsigned long)&info);

	info.si_code = SI_USER;
	if (!ret)
		ret = note(CALL_SETSIGINFO,
			   ptrace_call(PTRACE_SETSIGINFO, pid, 0, (unsigned long)&info));
	return ret;
}

/* Puts a filter above the child's, the only way that SET goes; both stay with it alone. */
static long set_above(const struct child *child)
{
	struct sock_filter insns[64];
	unsigned int len = make_program(insns, child->mark, PLAIN);
	int newest, above, listener;
	long ret;

	newest = note(CALL_GET, ptrace_call(PTRACE_SECCOMP_GET_FILTER_FD, child->pid, -1UL, 0));
	if (newest < 0)
		return newest;
	above = note(CALL_CREATE, fd_create(newest, 0, insns, len, &listener));
	close(newest);
	if (above < 0)
		return above;
	ret = note(CALL_SET, ptrace_call(PTRACE_SECCOMP_SET_FILTER_FD, child->pid, 0, above));
	close(above);
	return ret;
}

/*
 * SET at the stop goes where it goes otherwise, and the kernel may look at the
 * filter that the call was stopped for: it stays, whatever the stop looks like.
 */
static long trace_stop(const struct child *child)
{
	unsigned int options = PTRACE_O_TRACESECCOMP;
	int status;
	long ret;

	ret = ptrace_call(PTRACE_SEIZE, child->pid, 0, options);
	let_it_go(child);
	if (ret)
		return ret;
	if (wait_for(child->pid, &status) != child->pid || status >> 16 != PTRACE_EVENT_SECCOMP)
		return -ECHILD;
	options |= PTRACE_O_SUSPEND_SECCOMP;
	ret = note(CALL_OPTIONS, ptrace_call(PTRACE_SETOPTIONS, child->pid, 0, options));
	if (ret)
		return ret;
	ret = set_filter(child);
	if (ret != -EPERM)
		wrong("SET of a filter beside the child's says %ld", ret);
	ret = disguise_stop(child->pid);
	if (!ret)
		ret = set_above(child);
	if (ret)
		return ret;
	/* past the filters, to where the kernel logs what they said */
	ret = regs_set_call(child->pid, -1);
	return ret ?: ptrace_call(PTRACE_DETACH, child->pid, 0, 0);
}

static void with_child(const struct child *child, long (*trace)(const struct child *),
		       enum call call)
{
	int status;
	long ret = -EPIPE;

	if (child_is_ready(child))
		ret = trace(child);
	if (ret) {
		wrong("a child of the tracer's cannot be traced: %ld", ret);
		kill(child->pid, SIGKILL);
	}
	wait_for(child->pid, &status);
	if (!ret && status)
		wrong("a child of the tracer's ended with status %x", status);
	if (!ret)
		note(call, 0);
}

static void try_child(const struct step *step, void (*be)(const struct child *),
		      long (*trace)(const struct child *), enum call call)
{
	struct sock_filter insns[64];
	unsigned int len = make_program(insns, step->mark, PLAIN);
	int down[2] = { -1, -1 }, up[2] = { -1, -1 }, listener;
	struct child child = { .mark = step->mark };

	child.filter = note(CALL_CREATE, fd_create(-1, 0, insns, len, &listener));
	if (child.filter < 0 || pipe(down) || pipe(up))
		goto out;
	child.pid = fork();
	if (!child.pid) {
		child.from = down[0];
		child.to = up[1];
		be(&child);
		_exit(NOT_READY);
	}
	/* the end of the child shall be the end of its pipe */
	close(up[1]);
	up[1] = -1;
	child.from = up[0];
	child.to = down[1];
	if (note(CALL_FORK, result(child.pid)) > 0)
		with_child(&child, trace, call);
out:
	close(child.filter);
	close(down[0]);
	close(down[1]);
	close(up[0]);
	close(up[1]);
}

void op_strict(const struct step *step)
{
	try_child(step, be_strict, trace_strict, CALL_STRICT);
}

void op_stop(const struct step *step)
{
	try_child(step, be_traced, trace_stop, CALL_STOP);
}
