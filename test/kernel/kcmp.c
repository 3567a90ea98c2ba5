// SPDX-License-Identifier: GPL-2.0
/* kcmp(KCMP_SECCOMP_FILTER) */
#include "harness.h"

static long install(long fd)
{
	no_new_privs();
	return fd_install(fd, 0);
}

static long install_mark(long mark)
{
	no_new_privs();
	return set_mark(mark, 0);
}

static long nothing(long unused)
{
	return unused;
}

TEST(kcmp_one_descriptor_is_one_object_in_all_tasks)
{
	int fd = mark_fd(mark_fd(-1, 1), 2);
	pid_t a = start_child(install, fd), b = start_child(install, fd);

	IS(compare(a, 0, b, 0), 0);
	IS(compare(a, 1, b, 1), 0);
	IS(compare(a, -1, b, -1), 0);
	IS(compare(a, -1, a, 1), 0);
	CHECK(compare(a, 0, b, 1) > 0);
}

TEST(kcmp_equal_programs_are_two_objects)
{
	pid_t a = start_child(install_mark, 1), b = start_child(install_mark, 1);
	pid_t c = start_child(install, mark_fd(-1, 1)), d = start_child(install, mark_fd(-1, 1));

	CHECK(compare(a, 0, b, 0) > 0);
	CHECK(compare(a, 0, c, 0) > 0);
	CHECK(compare(c, 0, d, 0) > 0);
}

TEST(kcmp_is_an_order)
{
	pid_t task[8];
	int i, j, k;

	for (i = 0; i < 8; i++)
		task[i] = start_child(install_mark, 1);
	for (i = 0; i < 8; i++)
		for (j = 0; j < 8; j++) {
			long ij = compare(task[i], 0, task[j], 0);

			IS(ij == 0, i == j);
			CHECK(ij >= 0 && ij <= 2);
			if (i != j)
				IS(compare(task[j], 0, task[i], 0), 3 - ij);
			for (k = 0; k < 8; k++)
				if (ij == 1 && compare(task[j], 0, task[k], 0) == 1)
					IS(compare(task[i], 0, task[k], 0), 1);
		}
}

static pid_t forked;

static long fork_again(long unused)
{
	int *shared = (int *)unused;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	*shared = pid;
	return pid < 0;
}

TEST(kcmp_fork_shares)
{
	int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t parent = start_child(install_mark, 1);

	IS(child_run(parent, fork_again, (long)shared), 0);
	forked = *shared;
	IS(compare(parent, 0, forked, 0), 0);
	/* from then on, each has its own */
	IS(child_run(parent, install_mark, 2), 0);
	IS(compare(parent, 0, forked, -1), 0);
	CHECK(compare(parent, -1, forked, -1) > 0);
	kill(forked, SIGKILL);
}

TEST(kcmp_refuses_what_is_not_there)
{
	pid_t one = start_child(install_mark, 1), none = start_child(nothing, 0);

	IS(compare(one, 1, one, 0), -ENOENT);
	IS(compare(one, 0, one, 1), -ENOENT);
	IS(compare(one, -2, one, 0), -ENOENT);
	IS(compare(one, 0, none, 0), -ENOENT);
	IS(compare(none, -1, none, -1), -ENOENT);
	end_child(none);
	IS(compare(one, 0, none, 0), -ESRCH);
}

TEST(kcmp_finds_nothing_in_strict_mode)
{
	pid_t one = start_child(install_mark, 1), strict = fork();

	if (strict == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
		for (;;)
			;
	}
	while (status_field(strict, strict, "Seccomp") != 1)
		usleep(1000);
	IS(compare(one, 0, strict, 0), -ENOENT);
	end_child(strict);
}

static long compare_as_nobody(long pid)
{
	drop_privileges();
	return compare_as_caller(pid, 0, pid, 0);
}

static long compare_confined(long pid)
{
	IS(install_mark(1), 0);
	return compare_as_caller(pid, 0, pid, 0);
}

/* A task's own filters: it may read itself, but has no other privilege. */
static long compare_own_as_nobody(long unused)
{
	(void)unused;
	drop_privileges();
	IS(install_mark(1), 0);
	return compare_as_caller(getpid(), 0, getpid(), 0);
}

TEST(kcmp_needs_the_right_to_look)
{
	pid_t one = start_child(install_mark, 1);

	IS(child_run(start_child(nothing, 0), compare_as_nobody, one), -EPERM);
}

/* The same permission as for PTRACE_SECCOMP_GET_METADATA. */
TEST(kcmp_is_for_who_may_read_filters)
{
	pid_t one = start_child(install_mark, 1);

	IS(child_run(start_child(nothing, 0), compare_confined, one), -EACCES);
	IS(child_run(start_child(nothing, 0), compare_own_as_nobody, 0), -EACCES);
}

/* A task that exits gives up its filters, which are looked up under its lock. */
TEST(kcmp_while_a_task_is_killed)
{
	pid_t with = start_child(install_mark, 1), pid, killer;
	int round, status;

	for (round = 0; round < 20; round++) {
		pid = start_child(install_mark, 2);
		killer = fork();
		CHECK(killer >= 0);
		if (killer == 0) {
			usleep(20000);
			_exit(kill(pid, SIGKILL) ? 1 : 0);
		}
		while (!waitpid(pid, &status, WNOHANG))
			compare(pid, -1, with, -1);
		IS(waitpid(killer, &status, 0), killer);
		IS(status, 0);
	}
}
