// SPDX-License-Identifier: GPL-2.0
/* What a restore makes of an image, on a kernel in memory. */
#include "fake_restore.h"

static void each_thread_gets_its_filters(void **state)
{
	pthread_t thread, bare;
	pid_t tid = make_thread(&thread), none = make_thread(&bare);
	const struct tree_thread threads[] = { { .tid = getpid(), .filter = 2 },
					       { .tid = none, .filter = TREE_NONE },
					       { .tid = tid, .filter = 1 } };
	struct tree tree = { 0 };

	(void)state;
	add_filter(&tree, allow, 1, TREE_NONE, 0);
	add_filter(&tree, deny, 4, 0, SECCOMP_FILTER_FLAG_LOG);
	add_filter(&tree, allow, 1, 1, 0);
	assert_int_equal(tree_add_process(&tree, threads, 3), 0);
	write_image(&tree);
	assert_int_equal(restore_begin(), 0);
	/* nobody needs the root any more */
	assert_int_equal(descriptors(), world.descriptors + 2);
	assert_int_equal(restore_process(getpid()), 0);
	has_filter(getpid(), 2);
	has_filter(tid, 1);
	assert_null(fake_find(none));
	assert_int_equal(fake.n_filters, 3);
	assert_int_equal(fake.filters[0].parent, -1);
	assert_int_equal(fake.filters[1].parent, 0);
	assert_int_equal(fake.filters[2].parent, 1);
	assert_int_equal(fake.filters[1].flags, SECCOMP_FILTER_FLAG_LOG);
	assert_memory_equal(fake.filters[1].insns, deny, sizeof(deny));
	/* all processes are restored: no descriptor of ours keeps a listener from hanging up */
	assert_int_equal(descriptors(), world.descriptors);
	restore_end(false);
	assert_null(strstr(said, "did not get their filters"));
	end_thread(thread);
	end_thread(bare);
}

/* One filter, not two equal ones. */
static void shared_filters_stay_shared(void **state)
{
	struct tree tree = { 0 };
	pid_t tid, pid = child_with_thread(&tid);

	(void)state;
	add_filter(&tree, allow, 1, TREE_NONE, 0);
	add_threads(&tree, pid, 0, tid, 0);
	write_image(&tree);
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(restore_process(pid), 0);
	has_filter(pid, 0);
	has_filter(tid, 0);
	assert_int_equal(fake.n_filters, 1);
	assert_false(was_killed(pid));
}

static void an_image_that_is_not_named_is_refused(void **state)
{
	(void)state;
	write_stack(getpid());
	world.named = false;
	assert_int_equal(restore_begin(), -ESTALE);
	assert_said("belongs to another dump than inventory.img, which does not name it");
	world.names_all = true;
	assert_int_equal(restore_begin(), -ESTALE);
	assert_int_equal(restore_process(getpid()), 0);
	assert_int_equal(fake.entries, 0);
}

static void an_image_that_is_named_must_be_there(void **state)
{
	(void)state;
	assert_int_equal(restore_begin(), -ENOENT);
	assert_said("copy all files of the dump");
}

static void an_empty_image_needs_no_kernel(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	write_image(&tree);
	world.kernel = NULL;
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(restore_process(getpid()), 0);
}

/* Not even if it could restore everything else. */
static void descriptors_of_filters_need_a_kernel_that_has_them(void **state)
{
	const enum tree_file_kind kinds[] = { TREE_FILE_FILTER, TREE_FILE_SEALED };
	struct kernel kernel = fake_kernel;
	struct tree_file file = { .id = 7 };
	size_t i;

	(void)state;
	kernel.copy = NULL;
	world.kernel = &kernel;
	for (i = 0; i < 2; i++) {
		struct tree tree = { 0 };

		add_filter(&tree, allow, 1, TREE_NONE, 0);
		file.kind = kinds[i];
		assert_int_equal(tree_add_file(&tree, &file), 0);
		write_image(&tree);
		assert_int_equal(restore_begin(), -EOPNOTSUPP);
		assert_said("tasks have descriptors of filters (file 7");
		assert_int_equal(fake.n_filters, 0);
	}
	world.kernel = &fake_kernel;
}

static void missing_requirements_are_reported_at_once(void **state)
{
	(void)state;
	write_stack(getpid());
	world.kernel = NULL;
	assert_int_equal(restore_begin(), -EOPNOTSUPP);
	assert_said("boot a kernel with the patches");
	world.unusable = "the module is busy";
	assert_int_equal(restore_begin(), -EOPNOTSUPP);
	assert_said(IMAGE_NAME " cannot be restored now: the module is busy");
	world.unusable = NULL;
	world.kernel = &fake_kernel;
	world.permits = -EACCES;
	assert_int_equal(restore_begin(), -EACCES);
	assert_said("CRIU is under seccomp itself");
	world.permits = -EPERM;
	assert_int_equal(restore_begin(), -EPERM);
	assert_said("CAP_SYS_ADMIN");
	world.permits = 0;
	world.agent = -ECONNREFUSED;
	assert_int_equal(restore_begin(), -ECONNREFUSED);
	assert_int_equal(fake.n_filters, 0);
	assert_int_equal(world.ends, 5);
}

static void a_filter_that_is_refused_ends_it(void **state)
{
	int i;

	(void)state;
	write_stack(getpid());
	for (i = 0; i < 3; i++) {
		fake_make_odd("create", i, -EINVAL);
		assert_int_equal(restore_begin(), -EINVAL);
		assert_said("the kernel refuses filter");
		assert_int_equal(descriptors(), world.descriptors);
	}
}

#define SUPERVISED (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)

static void write_supervised(bool with_file)
{
	struct tree tree = { 0 };
	struct tree_filter filter = { .parent = TREE_NONE,
				      .flags = SUPERVISED,
				      .listener_flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP };

	tree_add_program(&tree, allow, 1);
	assert_int_equal(tree_add_filter(&tree, &filter), 0);
	add_filter(&tree, allow, 1, TREE_NONE, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	if (with_file)
		add_file(&tree, 3, TREE_FILE_LISTENER, 0);
	add_file(&tree, 4, TREE_FILE_FILTER, 1);
	add_threads(&tree, getpid(), 0, 0, 0);
	write_image(&tree);
}

static void a_listener_held_outside_goes_to_the_agent(void **state)
{
	(void)state;
	write_supervised(false);
	world.taken = 99;
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(world.taken, 0);
	assert_int_equal(world.listeners, 1);
	assert_int_equal(fake.filters[0].flags, SUPERVISED);
	assert_int_equal(fake.filters[0].listener_flags, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	/* a filter without a listener can have this flag, but cannot be made with it */
	assert_int_equal(fake.filters[1].flags, 0);
}

static void a_supervisor_inside_gets_its_listener(void **state)
{
	int fd;

	(void)state;
	write_supervised(true);
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(world.listeners, 0);
	fd = files_restore(restore_tree(), 3);
	assert_int_equal(fake_of(fd, true), 0);
	close(fd);
	assert_int_equal(restore_process(getpid()), 0);
	/* the first process: all tasks have opened their files */
	assert_int_equal(files_restore(restore_tree(), 3), -EAGAIN);
}

#define NESTS SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS

/* The listener of the first is held outside, that of the last by a task. */
static void write_nested(uint32_t flags)
{
	struct tree tree = { 0 };

	add_filter(&tree, allow, 1, TREE_NONE, SUPERVISED | flags);
	add_filter(&tree, deny, 4, 0, NESTS);
	add_filter(&tree, allow, 1, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	add_file(&tree, 3, TREE_FILE_LISTENER, 2);
	add_threads(&tree, getpid(), 2, 0, 0);
	write_image(&tree);
}

static void two_listeners_on_a_path_go_to_whom_each_belongs(void **state)
{
	int fd;

	(void)state;
	write_nested(NESTS);
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(world.listeners, 1);
	assert_int_equal(fake.filters[0].flags, SUPERVISED | NESTS);
	/* it has lost its listener, and those below it are asked all the same */
	assert_int_equal(fake.filters[1].flags, NESTS | SECCOMP_FILTER_FLAG_NEW_LISTENER);
	assert_int_equal(fake.filters[2].flags, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	assert_int_equal(fake.filters[2].parent, 1);
	fd = files_restore(restore_tree(), 3);
	assert_int_equal(fake_of(fd, true), 2);
	close(fd);
	assert_int_equal(restore_process(getpid()), 0);
	has_filter(getpid(), 2);
}

static void a_kernel_that_takes_one_listener_on_a_path_says_so(void **state)
{
	(void)state;
	write_nested(0);
	assert_int_equal(restore_begin(), -EBUSY);
	assert_said("this kernel allows only one on a path");
	assert_int_equal(descriptors(), world.descriptors);
	fake_reset();
	write_nested(NESTS);
	fake_make_odd("create", 0, -EINVAL);
	assert_int_equal(restore_begin(), -EINVAL);
	assert_said("to have a listener, which this kernel does not support");
}

static void a_listener_without_its_flags_ends_it(void **state)
{
	(void)state;
	write_supervised(false);
	fake_make_odd("set_listener_flags", 0, -EINVAL);
	assert_int_equal(restore_begin(), -EINVAL);
	assert_said("cannot set flags 0x1 on a listener");
	assert_int_equal(world.listeners, 0);
	assert_int_equal(descriptors(), world.descriptors);
}

#define MONITORED (SUPERVISED | SECCOMP_FILTER_FLAG_REPLACEABLE | SECCOMP_FILTER_FLAG_KEEP)

/* A filter with two newer programs, one whose only program is of generation 4. */
static void write_monitored(uint32_t without)
{
	const struct sock_filter kill_it[] = { BPF_STMT(BPF_RET | BPF_K,
							SECCOMP_RET_KILL_PROCESS) };
	const uint32_t newer[] = { 1, 0 };
	struct tree tree = { 0 };
	struct tree_filter filter = {
		.parent = TREE_NONE,
		.flags = MONITORED & ~without,
		.generation = 7,
		.newer = newer,
		.n_newer = 2,
	};

	tree_add_program(&tree, allow, 1);
	tree_add_program(&tree, kill_it, 1);
	assert_int_equal(tree_add_filter(&tree, &filter), 0);
	filter.generation = 4;
	filter.n_newer = 0;
	assert_int_equal(tree_add_filter(&tree, &filter), 1);
	add_threads(&tree, getpid(), 0, getpid() + 1, 1);
	write_image(&tree);
}

static void a_filter_has_its_programs_and_its_generation(void **state)
{
	const struct fake_filter *tightened = &fake.filters[0], *replaced = &fake.filters[1];

	(void)state;
	write_monitored(0);
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(tightened->flags, MONITORED);
	assert_int_equal(tightened->generation, 7);
	assert_int_equal(tightened->n_newer, 2);
	assert_int_equal(tightened->insns[0].k, SECCOMP_RET_ALLOW);
	assert_int_equal(tightened->newer[0].insns[0].k, SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(tightened->newer[1].insns[0].k, SECCOMP_RET_ALLOW);
	assert_int_equal(replaced->generation, 4);
	assert_int_equal(replaced->n_newer, 0);
	assert_int_equal(world.listeners, 2);
}

/* It cannot be created without a listener, which nobody gets. */
static void a_filter_that_has_lost_its_listener_has_none(void **state)
{
	(void)state;
	write_monitored(SECCOMP_FILTER_FLAG_NEW_LISTENER);
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(fake.filters[0].flags, MONITORED);
	assert_int_equal(fake.filters[0].generation, 7);
	assert_int_equal(world.listeners, 0);
	/* two filters */
	assert_int_equal(descriptors(), world.descriptors + 2);
}

static void a_program_that_is_refused_ends_it(void **state)
{
	int i;

	(void)state;
	write_monitored(0);
	for (i = 0; i < 3; i++) {
		fake_reset();
		fake_make_odd("set_program", i, -ENOMEM);
		assert_int_equal(restore_begin(), -ENOMEM);
		assert_said("the kernel refuses program");
		assert_int_equal(descriptors(), world.descriptors);
	}
	fake_make_odd("create", 0, -EINVAL);
	assert_int_equal(restore_begin(), -EINVAL);
	assert_said("which needs a kernel with kernel-patches/monitor");
}

static void files_that_cannot_be_inherited_end_it(void **state)
{
	(void)state;
	write_sample();
	store.full = true;
	assert_int_equal(restore_begin(), -EIO);
	assert_said("cannot let tasks inherit file 9");
	write_supervised(true);
	assert_int_equal(restore_begin(), -EIO);
	assert_said("cannot let tasks inherit file 3");
}

/* Files of a filter that has others above it, and of one that does not. */
static void a_filter_that_only_a_file_has_is_there(void **state)
{
	struct tree tree = { 0 };
	int fd;

	(void)state;
	add_filter(&tree, allow, 1, TREE_NONE, 0);
	add_filter(&tree, deny, 4, 0, 0);
	add_file(&tree, 3, TREE_FILE_FILTER, 0);
	add_threads(&tree, getpid(), 1, 0, 0);
	write_image(&tree);
	assert_int_equal(restore_begin(), 0);
	fd = files_restore(restore_tree(), 3);
	assert_int_equal(fake_of(fd, false), 0);
	close(fd);
	restore_end(true);
	store_end();

	add_file(&tree, 4, TREE_FILE_HUNG_UP, TREE_NONE);
	write_image(&tree);
	assert_int_equal(restore_begin(), 0);
	fd = files_restore(restore_tree(), 4);
	assert_true(fake_of(fd, true) >= 0);
	close(fd);
}

static void each_process_is_restored(void **state)
{
	struct tree tree = { 0 };
	pid_t first = child(), second = child();

	(void)state;
	add_filter(&tree, allow, 1, TREE_NONE, 0);
	add_threads(&tree, first, 0, 0, 0);
	add_threads(&tree, second, 0, 0, 0);
	write_image(&tree);
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(restore_process(first), 0);
	assert_int_equal(restore_process(second), 0);
	has_filter(first, 0);
	has_filter(second, 0);
	assert_false(was_killed(first) || was_killed(second));
}

static void processes_not_in_the_image_are_left_alone(void **state)
{
	pid_t pid = child();

	(void)state;
	write_stack(getpid());
	assert_int_equal(restore_begin(), 0);
	assert_int_equal(restore_process(pid), 0);
	assert_null(fake_find(pid));
	assert_false(was_killed(pid));
	restore_end(false);
	assert_said("1 of 1 processes did not get their filters");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RESTORE_TEST(each_thread_gets_its_filters),
		RESTORE_TEST(shared_filters_stay_shared),
		RESTORE_TEST(an_image_that_is_not_named_is_refused),
		RESTORE_TEST(an_image_that_is_named_must_be_there),
		RESTORE_TEST(an_empty_image_needs_no_kernel),
		RESTORE_TEST(descriptors_of_filters_need_a_kernel_that_has_them),
		RESTORE_TEST(missing_requirements_are_reported_at_once),
		RESTORE_TEST(a_filter_that_is_refused_ends_it),
		RESTORE_TEST(a_listener_held_outside_goes_to_the_agent),
		RESTORE_TEST(a_supervisor_inside_gets_its_listener),
		RESTORE_TEST(two_listeners_on_a_path_go_to_whom_each_belongs),
		RESTORE_TEST(a_kernel_that_takes_one_listener_on_a_path_says_so),
		RESTORE_TEST(a_listener_without_its_flags_ends_it),
		RESTORE_TEST(a_filter_has_its_programs_and_its_generation),
		RESTORE_TEST(a_filter_that_has_lost_its_listener_has_none),
		RESTORE_TEST(a_program_that_is_refused_ends_it),
		RESTORE_TEST(files_that_cannot_be_inherited_end_it),
		RESTORE_TEST(a_filter_that_only_a_file_has_is_there),
		RESTORE_TEST(each_process_is_restored),
		RESTORE_TEST(processes_not_in_the_image_are_left_alone),
	};

	return cmocka_run_group_tests_name("restore", tests, make_folder, remove_folder);
}
