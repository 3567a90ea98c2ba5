// SPDX-License-Identifier: GPL-2.0
/* Linked so that proc_read_threads() is the one below, which can report a child as gone. */
#include "unit.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc.h"
#include "tasks.h"

static pid_t gone;

int __real_proc_read_threads(pid_t pid, struct proc_threads *threads);
int __wrap_proc_read_threads(pid_t pid, struct proc_threads *threads);

int __wrap_proc_read_threads(pid_t pid, struct proc_threads *threads)
{
	return pid == gone ? -ENOENT : __real_proc_read_threads(pid, threads);
}

static bool is_in(const struct tasks *tasks, pid_t tid)
{
	size_t i;

	for (i = 0; i < tasks->count; i++)
		if (tasks->list[i].tid == tid)
			return true;
	return false;
}

static void a_child_that_ends_does_not_hide_its_siblings(void **state)
{
	struct tasks tasks = { 0 };
	pid_t children[3];
	int hold[2], i;
	char byte;

	(void)state;
	assert_int_equal(pipe(hold), 0);
	for (i = 0; i < 3; i++) {
		children[i] = fork();
		if (!children[i]) {
			close(hold[1]);
			_exit(read(hold[0], &byte, 1) != 0);
		}
	}
	gone = children[0];
	assert_int_equal(tasks_find(&tasks, getpid()), 0);
	close(hold[1]);
	for (i = 0; i < 3; i++)
		waitpid(children[i], NULL, 0);
	assert_true(is_in(&tasks, getpid()));
	assert_false(is_in(&tasks, children[0]));
	assert_true(is_in(&tasks, children[1]));
	assert_true(is_in(&tasks, children[2]));
	tasks_free(&tasks);
}

static void a_missing_process_is_an_error(void **state)
{
	struct tasks tasks = { 0 };

	(void)state;
	gone = getpid();
	assert_int_equal(tasks_find(&tasks, gone), -ENOENT);
	assert_said("there is none");
	tasks_free(&tasks);
	gone = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_that_ends_does_not_hide_its_siblings),
		cmocka_unit_test(a_missing_process_is_an_error),
	};

	return cmocka_run_group_tests_name("tasks", tests, NULL, NULL);
}
