// SPDX-License-Identifier: GPL-2.0
/* A task that cannot get the filters of the image is killed, and so are all others. */
#include "fake_restore.h"

static void no_process_is_restored_twice(void **state)
{
	pid_t pid = child();

	(void)state;
	write_stack(pid);
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(restore_process(pid), 0);
	has_filter(pid, 2);
	assert_int_equal(restore_process(pid), -EBADF);
	assert_true(was_killed(pid));
}

/* Restores @pid, which must fail with @error, and kill it and any later process. */
static void fails_and_kills(pid_t pid, int error, const char *message)
{
	pid_t late = child();

	assert_int_equal(restore_begin(), 0);
	assert_int_equal(restore_process(pid), error);
	assert_true(was_killed(pid));
	assert_said(message);
	assert_int_equal(restore_process(late), error);
	assert_true(was_killed(late));
	restore_end(true);
}

static void a_task_that_gets_no_filter_is_killed(void **state)
{
	pid_t pid = child();

	(void)state;
	write_stack(pid);
	fake_make_odd("set", 0, -EPERM);
	fails_and_kills(pid, -EPERM, "killing all processes");
	pid = child();
	write_stack(pid);
	world.hand_over = -EPIPE;
	fails_and_kills(pid, -EPIPE, "killing all processes");
}

/* The success of the second thread does not make up for the failure of the first. */
static void one_thread_that_fails_is_enough(void **state)
{
	struct tree tree = { 0 };
	pid_t tid, pid = child_with_thread(&tid);
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		add_filter(&tree, allow, 1, TREE_NONE, 0);
		add_threads(&tree, pid, 0, tid, 0);
		write_image(&tree);
		fake_make_odd("set", i, -EIO);
		fails_and_kills(pid, -EIO, "killing all processes");
		pid = child_with_thread(&tid);
	}
	kill(pid, SIGKILL);
	assert_true(was_killed(pid));
}

static void other_threads_than_in_the_image_are_killed(void **state)
{
	struct tree tree = { 0 };
	pid_t pid = child();

	(void)state;
	add_filter(&tree, allow, 1, TREE_NONE, 0);
	add_threads(&tree, pid, 0, pid + 1, 0);
	write_image(&tree);
	fails_and_kills(pid, -EBADMSG, "killing all processes");
}

/* As many threads as in the image, but one does not exist, or is in another process. */
static void a_thread_of_another_process_does_not_count(void **state)
{
	struct tree tree = { 0 };
	pid_t pid, tid;
	int known;

	(void)state;
	for (known = 0; known < 2; known++) {
		pid = child_with_thread(&tid);
		add_filter(&tree, allow, 1, TREE_NONE, 0);
		add_threads(&tree, pid, 0, 1, 0);
		if (known)
			add_threads(&tree, tid, 0, 0, 0);
		write_image(&tree);
		fails_and_kills(pid, -EBADMSG, "killing all processes");
	}
}

/* The root task and its children are killed, also those that are not restored yet. */
static void a_failure_kills_the_whole_tree(void **state)
{
	struct tree tree = { 0 };
	pid_t root, gone = child();
	int alive[2];
	char byte;

	(void)state;
	kill(gone, SIGKILL);
	waitpid(gone, NULL, 0);
	add_filter(&tree, allow, 1, TREE_NONE, 0);
	add_threads(&tree, gone, 0, 0, 0);
	write_image(&tree);
	assert_int_equal(pipe(alive), 0);
	root = fork();
	if (!root) {
		close(alive[0]);
		fork();
		if (write(alive[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(alive[1]);
	assert_int_equal(read(alive[0], &byte, 1), 1);
	assert_int_equal(read(alive[0], &byte, 1), 1);
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(restore_process(root), 0);
	assert_int_equal(restore_process(gone), -ENOENT);
	assert_true(was_killed(root));
	/* both ends are closed only when both have ended */
	alarm(10);
	assert_int_equal(read(alive[0], &byte, 1), 0);
	alarm(0);
	close(alive[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RESTORE_TEST(no_process_is_restored_twice),
		RESTORE_TEST(a_task_that_gets_no_filter_is_killed),
		RESTORE_TEST(one_thread_that_fails_is_enough),
		RESTORE_TEST(other_threads_than_in_the_image_are_killed),
		RESTORE_TEST(a_thread_of_another_process_does_not_count),
		RESTORE_TEST(a_failure_kills_the_whole_tree),
	};

	return cmocka_run_group_tests_name("restore-kill", tests, make_folder, remove_folder);
}
