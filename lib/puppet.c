// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/ptrace.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"
#include "puppet.h"

/* Enough for the functions that it runs: they only make system calls. */
#define STACK_SIZE 65536

struct puppet {
	pid_t caller, tid;
	bool is_thread;
	void *stack;
	/* 0 until the puppet has called PTRACE_TRACEME, then 1 or a negative errno */
	int traced;
	puppet_function *function;
	void *arg;
	long result;
	/* how many functions have returned */
	unsigned long done;
};

static long trace(long request, pid_t tid, long data)
{
	return syscall(SYS_ptrace, request, tid, 0, data) < 0 ? -errno : 0;
}

/* Runs in the puppet. Only this thread stops, because it is traced. */
static void stop_self(void)
{
	syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGSTOP);
}

/*
 * Runs in the puppet, which must not outlive the caller: it shares the caller's
 * descriptors, and PTRACE_TRACEME would make it a tracee of whatever process is its parent
 * by then. getppid() returns 0 if the caller has set another pid namespace for its
 * children; then the caller is not checked.
 */
static int bind_to_caller(const struct puppet *puppet)
{
	pid_t parent;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return -errno;
	parent = getppid();
	return parent == puppet->caller || !parent ? 0 : -ESRCH;
}

static int puppet_main(void *data)
{
	struct puppet *puppet = data;
	int ret = bind_to_caller(puppet) ?: trace(PTRACE_TRACEME, 0, 0);

	__atomic_store_n(&puppet->traced, ret ?: 1, __ATOMIC_RELEASE);
	while (!ret) {
		stop_self();
		puppet->result = puppet->function(puppet->arg);
		__atomic_add_fetch(&puppet->done, 1, __ATOMIC_RELEASE);
	}
	/* this thread only */
	syscall(SYS_exit, 1);
	return 1;
}

/* Runs in the caller, or, to start a thread, in the leader. */
static long clone_puppet(void *data)
{
	struct puppet *puppet = data;
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES;
	int tid;

	if (puppet->is_thread)
		flags |= CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	tid = clone(puppet_main, (char *)puppet->stack + STACK_SIZE, flags, puppet);
	if (tid < 0)
		return -errno;
	puppet->tid = tid;
	if (!puppet->is_thread)
		return 0;
	/* until it is traced, wait(2) cannot find a thread of another process */
	while (!__atomic_load_n(&puppet->traced, __ATOMIC_ACQUIRE))
		sched_yield();
	return puppet->traced < 0 ? puppet->traced : 0;
}

static int wait_for_stop(struct puppet *puppet)
{
	int status;

	while (waitpid(puppet->tid, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFSTOPPED(status))
		return WSTOPSIG(status) == SIGSTOP ? 0 : -ECHILD;
	/* reaped: its id may be that of another task by now */
	puppet->tid = 0;
	return -ECHILD;
}

static void free_puppet(struct puppet *puppet)
{
	munmap(puppet->stack, STACK_SIZE);
	free(puppet);
}

static struct puppet *new_puppet(bool is_thread)
{
	struct puppet *puppet = calloc(1, sizeof(*puppet));

	if (!puppet)
		return NULL;
	puppet->caller = getpid();
	puppet->is_thread = is_thread;
	puppet->stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (puppet->stack != MAP_FAILED)
		return puppet;
	free(puppet);
	return NULL;
}

int puppet_start(struct puppet **puppet, struct puppet *leader)
{
	struct puppet *new = new_puppet(leader);
	long ret;

	*puppet = NULL;
	if (!new)
		return -ENOMEM;
	ret = leader ? puppet_call(leader, clone_puppet, new) : clone_puppet(new);
	if (ret) {
		free_puppet(new);
		return ret;
	}
	ret = wait_for_stop(new);
	if (!ret)
		ret = trace(PTRACE_SETOPTIONS, new->tid,
			    PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP);
	if (ret) {
		puppet_end(new);
		return ret;
	}
	*puppet = new;
	return 0;
}

/* Others may send SIGSTOP, too, which cannot be blocked: it then stops before it is done. */
long puppet_call(struct puppet *puppet, puppet_function *function, void *arg)
{
	const unsigned long before = __atomic_load_n(&puppet->done, __ATOMIC_ACQUIRE);
	long ret;

	if (!puppet->tid)
		return -ECHILD;
	puppet->function = function;
	puppet->arg = arg;
	do {
		ret = trace(PTRACE_CONT, puppet->tid, 0);
		if (!ret)
			ret = wait_for_stop(puppet);
	} while (!ret && __atomic_load_n(&puppet->done, __ATOMIC_ACQUIRE) == before);
	return ret ? ret : puppet->result;
}

pid_t puppet_tid(const struct puppet *puppet)
{
	return puppet->tid;
}

/* Killing a thread kills the whole process. */
void puppet_end(struct puppet *puppet)
{
	int status = 0;

	if (!puppet)
		return;
	if (puppet->tid)
		proc_kill(puppet->tid, SIGKILL);
	while (puppet->tid && !WIFSIGNALED(status))
		if (waitpid(puppet->tid, &status, __WALL) < 0 && errno != EINTR)
			break;
	free_puppet(puppet);
}
