// SPDX-License-Identifier: GPL-2.0
/* What a thread of a target does to itself and its process. */
#include "stress.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The caller got these filters; with TSYNC, all threads of its process did. */
static void note_installed(const struct marks *marks, bool tsync)
{
	add_marks(&self->own, marks);
	if (tsync)
		add_marks(&group->all, &self->own);
}

static unsigned int draw_tsync(uint32_t n)
{
	if (!sometimes(n, 3))
		return 0;
	return SECCOMP_FILTER_FLAG_TSYNC | (n & 64 ? SECCOMP_FILTER_FLAG_TSYNC_ESRCH : 0);
}

/*
 * INSTALL; where a filter of the path can be replaced, and nowhere else, it needs
 * no_new_privs, which the caller then sets or not.
 */
static long try_install(int fd, unsigned int flags, const struct step *step)
{
	struct seccomp_filter_info info;
	bool unable = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), replaceable;
	long ret;

	replaceable = !fd_info(fd, &info) && info.flags & SECCOMP_FILTER_FLAG_REPLACEABLE;
	ret = fd_install(fd, flags);
	if (ret == -EACCES && (unable || !(shared->has & HAS_REPLACEABLE)))
		wrong("INSTALL is refused for want of no_new_privs, which is there");
	if (ret == -EACCES && step->n & 2048) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		ret = fd_install(fd, flags);
	}
	if (!ret && replaceable && !prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
		wrong("INSTALL of a replaceable filter works without no_new_privs");
	return ret;
}

void op_install(const struct step *step)
{
	unsigned int flags = draw_tsync(step->n);
	struct seccomp_filter_info info;
	struct marks marks = {};
	int fd, slot = filter_slot(step->a);
	bool sealed;
	long ret;

	if (sometimes(step->n, 16))
		flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	if (step->b % 2)
		slot = FD_NEXT;
	else if (sometimes(step->n, 61))
		slot = listener_slot(step->a);
	fd = take(slot);
	if (fd < 0)
		return;
	if (!is_confined())
		learn(fd, &marks);
	sealed = !fd_info(fd, &info) && info.fd_flags & SECCOMP_FILTER_FD_SEALED;
	ret = try_install(fd, flags, step);
	/* TSYNC names a thread that cannot be moved */
	ret = note(flags & SECCOMP_FILTER_FLAG_TSYNC ? CALL_INSTALL_TSYNC : CALL_INSTALL,
		   ret > 0 ? -ESRCH : ret);
	if (!ret && sealed)
		wrong("a sealed filter fd was installed");
	if (!ret) {
		/* the marks of filters in between cannot be read */
		learn_own(&marks);
		note_installed(&marks, flags & SECCOMP_FILTER_FLAG_TSYNC);
		check_some_mark(step->n);
		note(CALL_DUP, result(dup3(fd, FD_CURRENT, O_CLOEXEC)));
	}
	close(fd);
}

void op_set_mode(const struct step *step)
{
	static __thread struct sock_filter insns[MAX_LEN];
	unsigned int flags = draw_tsync(step->n), len, mark;
	enum call call = flags ? CALL_SET_MODE_TSYNC : CALL_SET_MODE;
	const bool listened = sometimes(step->n >> 4, 5);
	struct marks marks = {};
	long ret;

	if (sometimes(step->n, 8))
		flags |= SECCOMP_FILTER_FLAG_LOG;
	if (listened) {
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
		if (flags & SECCOMP_FILTER_FLAG_TSYNC)
			flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
		if (sometimes(step->n >> 7, 4))
			flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
		call = CALL_SET_MODE_LISTENER;
	}
	if (group->fds_only)
		return;
	len = make_program(insns, step->mark, step->n >> 10 | listened);
	ret = set_mode(insns, len, flags);
	if (ret > 0 && !listened)
		ret = -ESRCH;
	/* with a listener and TSYNC, the errors of TSYNC are possible, too */
	if (ret == -ESRCH && flags & SECCOMP_FILTER_FLAG_TSYNC)
		call = CALL_SET_MODE_TSYNC;
	note(call, ret);
	if (ret >= 0) {
		if (program_mark(insns, &mark))
			add_mark(&marks, mark);
		note_installed(&marks, flags & SECCOMP_FILTER_FLAG_TSYNC);
		check_some_mark(step->mark);
	}
	if (listened)
		place(ret, listener_slot(step->a), true);
}

/* Confined callers may not compare filters, not even their own. */
void op_kcmp(const struct step *step)
{
	const bool confined = is_confined();
	pid_t me = syscall(SYS_gettid);
	pid_t other = shared->worker[step->a % shared->workers].tid ?: me;
	long j = (step->n >> 3) % 8;
	long ret = kcmp_filters(me, step->n % 8, other, step->n & 128 ? -1 : j);

	if (confined && (ret >= 0 || ret == -ENOENT))
		wrong("kcmp of filters tells a confined task %ld", ret);
}

void op_probe(const struct step *step)
{
	struct marks marks = expected_marks();

	if (step->n & 0x1f00)
		check_some_mark(step->n);
	else
		check_marks(&marks);
}

void op_status(const struct step *step)
{
	long filters = note(CALL_STATUS, filters_of("/proc/thread-self/status"));

	(void)step;
	if (filters < 0 || group->loose)
		return;
	if (filters < self->filters)
		wrong("%ld filters, and there were %ld", filters, self->filters);
	self->filters = filters;
}

/* Makes a call that a filter of the caller may answer. */
void op_call(const struct step *step)
{
	static const struct {
		enum call call;
		unsigned int nr;
	} which[] = { { CALL_NOTIFY, NR_NOTIFY }, { CALL_TRACE, NR_TRACE }, { CALL_LOG, NR_LOG } };
	unsigned int i = step->n % 16 ? step->n % 2 : 2;
	long ret;

	self->blocked = true;
	ret = result(syscall(which[i].nr, step->a));
	self->blocked = false;
	note(which[i].call, ret);
}

/* ---- Processes and threads ---- */

/* Without privileges and without no_new_privs nothing may be installed. */
static void check_refused(uint32_t n)
{
	struct seccomp_filter_info info;
	long ret;
	int fd;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) || syscall(SYS_setuid, 65534))
		return;
	fd = take(filter_slot(n));
	if (fd < 0)
		return;
	ret = fd_install(fd, n & 1 ? SECCOMP_FILTER_FLAG_TSYNC : 0);
	/* the kernel checks first whether it is sealed */
	if (ret != -EACCES && (ret != -EPERM || fd_info(fd, &info) || !info.fd_flags))
		wrong("install without privileges says %ld", ret);
	close(fd);
}

static void __attribute__((noreturn)) be_child(const struct step *step, const struct marks *marks)
{
	unsigned int i;

	check_marks(marks);
	/* like an exit, but in a different order */
	for (i = 0; step->n & 1 && i < NR_FILTERS; i++)
		close(filter_slot(step->a + i));
	check_refused(step->n);
	_exit(0);
}

void op_fork(const struct step *step)
{
	/* the marks of now, as the child may outlive its parent */
	struct marks marks = expected_marks();
	pid_t pid, got;
	int status;

	pid = fork();
	if (!pid)
		be_child(step, &marks);
	note(CALL_FORK, result(pid));
	if (pid < 0)
		return;
	do {
		got = waitpid(pid, &status, __WALL);
	} while (got < 0 && errno == EINTR);
	if (got == pid && status && WTERMSIG(status) != SIGKILL)
		wrong("a forked child ended with status %x", status);
}

struct thread_start {
	struct worker *worker;
	struct group *group;
	struct step step;
};

/* Only a few at a time: each is in use until its thread has read it. */
static struct thread_start starts[NR_FILTERS];

/* room for the insns[] of each thread */
#define STACK (1024 * 1024)

static void *thread_main(void *arg)
{
	struct thread_start start = *(struct thread_start *)arg;

	self = start.worker;
	group = start.group;
	check_some_mark(start.step.n);
	/* a sibling on a branch of its own: TSYNC has to notice it, or that it has ended */
	if (start.step.n & 16 && !group->fds_only) {
		struct sock_filter insns[64];
		unsigned int len = make_program(insns, start.step.mark, PLAIN);

		note(CALL_SET_MODE, set_mode(insns, len, 0));
	}
	if (start.step.n & 32)
		usleep(start.step.b * 20);
	return NULL;
}

void op_thread(const struct step *step)
{
	struct thread_start *start = &starts[self_number() % NR_FILTERS];
	pthread_attr_t attr;
	pthread_t thread;

	*start = (struct thread_start){ self, group, *step };
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	if (note(CALL_THREAD, -pthread_create(&thread, &attr, thread_main, start)) == 0)
		pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
}

void op_exec(const struct step *step)
{
	char number[16];
	char *argv[] = { (char *)"stress", (char *)"--go-on", number, NULL };

	(void)step;
	/* all later threads will have the filters of this one */
	snprintf(number, sizeof(number), "%u", self_number());
	/* counted before the call, as a successful exec does not return */
	note(CALL_EXEC, 0);
	execv("/proc/thread-self/exe", argv);
	note(CALL_EXEC, -errno);
}

void op_exit(const struct step *step)
{
	note(CALL_EXIT, 0);
	end_thread(step->n & 1);
}

void op_die(const struct step *step)
{
	note(CALL_DIE, result(syscall(step->n & 1 ? NR_KILL_THREAD : NR_KILL_PROCESS)));
}
