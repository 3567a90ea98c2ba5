// SPDX-License-Identifier: GPL-2.0
/* What the module must refuse, whoever does what else at the same time. */
#include <fcntl.h>
#include <linux/ptrace.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp-fd.h"
#include "stress.h"

#define NOBODY 65534

void op_not_its_tracer(const struct step *step)
{
	const unsigned int other = step->b % shared->workers;
	pid_t tid = shared->worker[other].tracee[step->a % NR_TRACEES];
	int fd;

	if (other == self_number() || !tid)
		return;
	fd = step->n & 1 ? take(filter_slot(step->n >> 1)) : -1;
	if (fd >= 0) {
		note(NOT_ITS_TRACER, kernel->set(tid, fd));
		close(fd);
	} else {
		note(NOT_ITS_TRACER, kernel->reader.open(tid, KERNEL_NEWEST));
	}
}

static void *open_in_thread(void *arg)
{
	const struct tracee *tracee = arg;

	return (void *)(long)kernel->reader.open(tracee->tid, KERNEL_NEWEST);
}

/* Its tracer is a thread, not a process. */
void op_not_its_thread(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);
	pthread_t thread;
	void *ret;

	if (!tracee->stopped || pthread_create(&thread, NULL, open_in_thread, tracee))
		return;
	if (!pthread_join(thread, &ret))
		note(NOT_ITS_THREAD, (long)ret);
}

void op_dead(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);
	siginfo_t info;

	/* a leader that is traced in place of a thread of its own ends last */
	if (!tracee->pid || tracee->tid != tracee->pid)
		return;
	kill(tracee->pid, SIGKILL);
	if (tracee->stopped)
		syscall(SYS_ptrace, PTRACE_CONT, tracee->tid, 0, 0);
	if (!waitid(P_PID, tracee->pid, &info, WEXITED | WNOWAIT | __WALL))
		note(DEAD, kernel->reader.open(tracee->tid, KERNEL_NEWEST));
	forget(tracee);
}

void op_not_a_filter(const struct step *step)
{
	struct tracee *tracee = tracee_of(step);
	int fd = take(listener_slot(step->b));

	/* a listener, or standard input */
	if (tracee->pid)
		note(NOT_A_FILTER, kernel->set(tracee->tid, fd >= 0 ? fd : 0));
	if (fd >= 0)
		close(fd);
	fd = take(filter_slot(step->b));
	note(NOT_A_LISTENER, kernel->listener_filter(fd >= 0 ? fd : 0));
	if (fd >= 0)
		close(fd);
}

/* ---- Callers who may not ---- */

static void confine(void)
{
	struct sock_filter insns[MAX_LEN];
	struct sock_fprog program = { .len = make_program(insns, 0, false), .filter = insns };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(0);
}

static void drop_privileges(void)
{
	if (setresuid(NOBODY, NOBODY, NOBODY))
		_exit(0);
}

static void enter_namespace(void)
{
	if (unshare(CLONE_NEWUSER))
		_exit(0);
}

/* In a child: a filter fd's parent, if there is a filter, or else a request of the device. */
static int ask(int filter)
{
	uint64_t id;

	return filter >= 0 ? kernel->reader.parent(filter) : kernel->reader.identify(getpid(), &id);
}

void op_other_caller(const struct step *step)
{
	static void (*const become[])(void) = { confine, drop_privileges, enter_namespace };
	const unsigned int which = step->b % 3;
	int filter = step->n & 1 ? take(filter_slot(step->a)) : -1, status;
	pid_t pid = fork();

	if (!pid) {
		become[which]();
		_exit(-ask(filter));
	}
	if (filter >= 0)
		close(filter);
	if (pid > 0 && waitpid(pid, &status, __WALL) == pid && WIFEXITED(status))
		note(CONFINED + which, -WEXITSTATUS(status));
}

void op_unload(const struct step *step)
{
	(void)step;
	note(UNLOAD_IN_USE, result(syscall(SYS_delete_module, SECCOMP_MODULE_NAME, O_NONBLOCK)));
}
