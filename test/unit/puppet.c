// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "puppet.h"

/* how often a caller is killed, in how many microseconds, and how long a puppet may live on */
#define KILLS 1000
#define SHORTEST 300
#define LONGEST 2000
#define PATIENCE_MS 5000

static void block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
}

/* SUSPEND_SECCOMP is for root, on kernels with CONFIG_CHECKPOINT_RESTORE. */
static bool has_puppets(void)
{
	struct puppet *puppet;
	int status;
	pid_t pid = fork();

	if (!pid) {
		block_signals();
		if (puppet_start(&puppet, NULL))
			_exit(1);
		puppet_end(puppet);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

static void __attribute__((noreturn)) use_puppets(void)
{
	struct puppet *puppet;

	setpgid(0, 0);
	block_signals();
	for (;;) {
		if (puppet_start(&puppet, NULL))
			_exit(1);
		puppet_end(puppet);
	}
}

/* Whether all children, which are a process group, are gone in time. */
static bool all_end(pid_t group)
{
	pid_t pid = 0;
	int ms;

	for (ms = 0; pid >= 0 && ms < PATIENCE_MS; ms++) {
		while ((pid = waitpid(-1, NULL, __WALL | WNOHANG)) > 0)
			;
		usleep(pid ? 0 : 1000);
	}
	/* what is left would keep our output open */
	if (!pid)
		kill(-group, SIGKILL);
	return pid < 0;
}

static void a_puppet_ends_with_its_caller(void **state)
{
	int i;

	(void)state;
	if (!has_puppets())
		skip();
	/* its orphans are our children */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (i = 0; i < KILLS; i++) {
		pid_t pid = fork();

		if (!pid)
			use_puppets();
		usleep(SHORTEST + rand() % (LONGEST - SHORTEST));
		kill(pid, SIGKILL);
		assert_true(all_end(pid));
	}
}

static long count_up(void *arg)
{
	return ++*(long *)arg;
}

static long leave(void *unused)
{
	(void)unused;
	return syscall(SYS_exit, 0);
}

/* Somebody who stops the whole process group, as job control does. */
static pid_t stop_all_the_time(pid_t tid)
{
	pid_t pid = fork();

	if (!pid)
		while (!kill(tid, SIGSTOP))
			usleep(50);
	return pid;
}

static void a_stop_from_outside_is_no_result(void **state)
{
	struct puppet *puppet;
	sigset_t before;
	long count = 0;
	pid_t pid;
	int i;

	(void)state;
	if (!has_puppets())
		skip();
	sigprocmask(SIG_BLOCK, NULL, &before);
	block_signals();
	assert_int_equal(puppet_start(&puppet, NULL), 0);
	pid = stop_all_the_time(puppet_tid(puppet));
	for (i = 1; i <= 2000; i++)
		assert_int_equal(puppet_call(puppet, count_up, &count), i);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* once it was reaped, it has no id that could be that of another task */
	assert_int_equal(puppet_call(puppet, leave, NULL), -ECHILD);
	assert_int_equal(puppet_call(puppet, count_up, &count), -ECHILD);
	assert_int_equal(puppet_tid(puppet), 0);
	puppet_end(puppet);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_puppet_ends_with_its_caller),
		cmocka_unit_test(a_stop_from_outside_is_no_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
