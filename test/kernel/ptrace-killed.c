// SPDX-License-Identifier: GPL-2.0
/* PTRACE_SECCOMP_GET_FILTER_FD, while the task that it asks about is killed */
#include "harness.h"

static long do_set_mark(long mark)
{
	no_new_privs();
	return set_mark(mark, 0);
}

/* A task that exits gives up its filters, stopped or not: they are looked up under its lock. */
TEST(get_while_the_task_is_killed)
{
	int round, fd, status;
	pid_t pid, killer;

	for (round = 0; round < 20; round++) {
		pid = start_child(do_set_mark, 1);
		attach(pid, 0);
		killer = fork();
		CHECK(killer >= 0);
		if (killer == 0) {
			usleep(20000);
			_exit(kill(pid, SIGKILL) ? 1 : 0);
		}
		while ((fd = get_fd(pid, -1)) >= 0)
			close(fd);
		IS(fd, -ESRCH);
		IS(waitpid(killer, &status, 0), killer);
		IS(status, 0);
		IS(waitpid(pid, &status, 0), pid);
	}
}
