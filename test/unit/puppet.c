// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_puppet_ends_with_its_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
