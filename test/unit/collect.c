// SPDX-License-Identifier: GPL-2.0
/* Reads the filters of threads from a kernel in memory into the model. */
#include "fake_kernel.h"

#include "collect.h"

static struct tree tree;
static struct collect collect;
static size_t open_before;

static int begin(void **state)
{
	(void)state;
	fake_reset();
	collect = (struct collect){ .reader = &fake_kernel.reader, .tree = &tree };
	open_before = descriptors();
	return 0;
}

static int end(void **state)
{
	size_t left = descriptors() - open_before;

	(void)state;
	collect_end(&collect);
	tree_free(&tree);
	if (left)
		print_error("%zu descriptors left\n", left);
	return left != 0;
}

/* Three filters, the newest with LOG, and a thread that has them. */
static void make_stack(pid_t tid)
{
	int filter = fake_filter(-1, 0);

	filter = fake_filter(filter, 0);
	fake_thread(tid, fake_filter(filter, SECCOMP_FILTER_FLAG_LOG));
}

static void is_filter(uint32_t filter, uint32_t parent, int original)
{
	const struct tree_program *program = &tree.programs[tree.filters[filter].program];
	const struct fake_filter *want = &fake.filters[original];

	assert_int_equal(tree.filters[filter].parent, parent);
	assert_int_equal(tree.filters[filter].flags, want->flags);
	assert_int_equal(tree.filters[filter].listener_flags, want->listener_flags);
	assert_int_equal(program->len, want->len);
	assert_memory_equal(program->insns, want->insns, want->len * sizeof(*want->insns));
	assert_int_equal(collect.ids[filter], original + 1);
}

static void a_stack_is_collected_down_to_its_root(void **state)
{
	uint32_t filter;

	(void)state;
	make_stack(7);
	assert_int_equal(collect_thread(&collect, 7, &filter), 0);
	assert_int_equal(filter, 2);
	assert_int_equal(tree.n_filters, 3);
	is_filter(0, TREE_NONE, 0);
	is_filter(1, 0, 1);
	is_filter(2, 1, 2);
}

static void a_thread_in_another_mode_has_none(void **state)
{
	uint32_t filter = 99;

	(void)state;
	assert_int_equal(collect_thread(&collect, 7, &filter), 0);
	assert_int_equal(filter, TREE_NONE);
	assert_int_equal(tree.n_filters, 0);
}

static void a_known_filter_costs_one_kernel_entry(void **state)
{
	uint32_t first, second;

	(void)state;
	make_stack(7);
	fake_thread(8, 2);
	assert_int_equal(collect_thread(&collect, 7, &first), 0);
	fake.entries = 0;
	assert_int_equal(collect_thread(&collect, 8, &second), 0);
	assert_int_equal(second, first);
	assert_int_equal(fake.entries, 1);
	assert_int_equal(tree.n_filters, 3);
}

static void shared_filters_are_collected_once(void **state)
{
	uint32_t filter;

	(void)state;
	make_stack(7);
	fake_thread(8, fake_filter(1, 0));
	fake_thread(9, 0);
	assert_int_equal(collect_thread(&collect, 7, &filter), 0);
	assert_int_equal(collect_thread(&collect, 8, &filter), 0);
	assert_int_equal(filter, 3);
	is_filter(3, 1, 3);
	assert_int_equal(collect_thread(&collect, 9, &filter), 0);
	assert_int_equal(filter, 0);
	assert_int_equal(tree.n_filters, 4);
}

/* The kernel's numbers decide, not whether the filters look the same. */
static void equal_filters_stay_separate(void **state)
{
	uint32_t first, second;

	(void)state;
	fake_thread(7, fake_filter(-1, 0));
	fake_thread(8, fake_filter(-1, 0));
	fake.filters[1].insns[1] = fake.filters[0].insns[1];
	assert_int_equal(collect_thread(&collect, 7, &first), 0);
	assert_int_equal(collect_thread(&collect, 8, &second), 0);
	assert_int_not_equal(first, second);
	assert_int_equal(tree.n_filters, 2);
	assert_int_equal(tree.n_programs, 1);
}

static void filters_of_a_descriptor_are_collected_too(void **state)
{
	uint32_t filter;
	int fd;

	(void)state;
	make_stack(7);
	fd = fake_open(2, false);
	assert_int_equal(collect_filter(&collect, fd, &filter), 0);
	assert_int_equal(filter, 2);
	is_filter(1, 0, 1);
	assert_int_equal(collect_thread(&collect, 7, &filter), 0);
	assert_int_equal(filter, 2);
	fake.entries = 0;
	assert_int_equal(collect_filter(&collect, fd, &filter), 0);
	assert_int_equal(filter, 2);
	assert_int_equal(fake.entries, 1);
	/* it is still open */
	assert_int_equal(close(fd), 0);
	assert_int_equal(tree.n_filters, 3);
}

static void a_listener_is_collected(void **state)
{
	uint32_t filter;

	(void)state;
	fake_thread(7, fake_filter(-1, SECCOMP_FILTER_FLAG_NEW_LISTENER |
					       SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
	fake.filters[0].listener_flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP;
	assert_int_equal(collect_thread(&collect, 7, &filter), 0);
	is_filter(0, TREE_NONE, 0);
}

/* Whichever call fails, and when: no thread is recorded as less confined than it is. */
static void no_failure_shortens_a_stack(void **state)
{
	static const struct {
		const char *call;
		int times; /* in a whole stack */
	} calls[] = {
		{ "identify", 1 }, { "open", 1 }, { "info", 3 }, { "program", 3 }, { "parent", 2 }
	};
	static const int errors[] = { EIO, ENOENT, EPERM, EMFILE, ESRCH };
	uint32_t filter;
	size_t i, e;
	int n;

	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		for (n = 0; n < calls[i].times; n++)
			for (e = 0; e < sizeof(errors) / sizeof(*errors); e++) {
				make_stack(7);
				fake_make_odd(calls[i].call, n, -errors[e]);
				assert_int_equal(collect_thread(&collect, 7, &filter), -errors[e]);
				assert_int_equal(tree.n_filters, 0);
				assert_int_equal(end(state), 0);
				begin(state);
			}
}

static void no_failure_shortens_the_stack_of_a_descriptor(void **state)
{
	uint32_t filter;
	int fd;

	(void)state;
	make_stack(7);
	fd = fake_open(2, false);
	fake_make_odd("info", 0, -EIO);
	assert_int_equal(collect_filter(&collect, fd, &filter), -EIO);
	fake_make_odd("info", 1, -EIO);
	assert_int_equal(collect_filter(&collect, fd, &filter), -EIO);
	fake_make_odd("parent", 1, -EIO);
	assert_int_equal(collect_filter(&collect, fd, &filter), -EIO);
	assert_int_equal(tree.n_filters, 0);
	close(fd);
}

static void a_program_that_changes_its_length_is_refused(void **state)
{
	uint32_t filter;

	(void)state;
	make_stack(7);
	fake_make_odd("program", 0, 1);
	assert_int_equal(collect_thread(&collect, 7, &filter), -EIO);
	fake.odd = NULL;
	fake.filters[1].len = 0;
	assert_int_equal(collect_thread(&collect, 7, &filter), -EINVAL);
}

static void unknown_flags_are_named(void **state)
{
	uint32_t filter;

	(void)state;
	make_stack(7);
	fake.filters[1].flags = 1u << 20;
	assert_int_equal(collect_thread(&collect, 7, &filter), -EINVAL);
	assert_said("filter 2 of the kernel has unknown flags");
}

#define REPLACEABLE (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_REPLACEABLE)

/* A root that was replaced, then tightened twice, and a filter on top of it. */
static void make_tightened(void)
{
	int root = fake_filter(-1, REPLACEABLE), i;
	struct fake_filter *filter = &fake.filters[root];

	filter->generation = 5;
	filter->n_newer = 2;
	for (i = 0; i < 2; i++) {
		filter->newer[i].len = 1 + i;
		filter->newer[i].insns[i] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	fake_thread(7, fake_filter(root, 0));
}

static void all_programs_of_a_filter_are_collected(void **state)
{
	const struct tree_filter *filter;
	const struct tree_program *program;
	uint32_t newest, i;

	(void)state;
	make_tightened();
	assert_int_equal(collect_thread(&collect, 7, &newest), 0);
	is_filter(newest, 0, 1);
	is_filter(0, TREE_NONE, 0);
	filter = &tree.filters[0];
	assert_int_equal(filter->generation, 5);
	assert_int_equal(filter->n_newer, 2);
	for (i = 0; i < 2; i++) {
		program = &tree.programs[filter->newer[i]];
		assert_int_equal(program->len, 1 + i);
		assert_memory_equal(program->insns, fake.filters[0].newer[i].insns,
				    program->len * sizeof(*program->insns));
	}
	assert_int_equal(tree.filters[newest].generation, 0);
	assert_int_equal(tree.filters[newest].n_newer, 0);
}

/* Programs are of one generation; a supervisor that does not stop makes the dump fail. */
static void programs_that_are_replaced_are_read_again(void **state)
{
	uint32_t newest;

	(void)state;
	make_tightened();
	fake.replaced = 3;
	assert_int_equal(collect_thread(&collect, 7, &newest), 0);
	assert_int_equal(tree.filters[0].generation, 8);
	fake_thread(8, fake_filter(-1, REPLACEABLE));
	fake.filters[2].generation = 1;
	fake.replaced = 1000;
	assert_int_equal(collect_thread(&collect, 8, &newest), -EAGAIN);
}

/* Then nobody knows whether the programs belong together. */
static void a_generation_that_cannot_be_read_again_is_an_error(void **state)
{
	uint32_t newest;

	(void)state;
	make_tightened();
	/* of the filter above, of this one, and of this one again */
	fake_make_odd("info", 2, -EINTR);
	assert_int_equal(collect_thread(&collect, 7, &newest), -EINTR);
	assert_int_equal(tree.n_filters, 0);
}

static void a_newer_program_that_cannot_be_read_is_an_error(void **state)
{
	uint32_t newest;
	int n;

	(void)state;
	make_tightened();
	for (n = 0; n < 2; n++) {
		fake_make_odd("newer_program", n, -EPERM);
		assert_int_equal(collect_thread(&collect, 7, &newest), -EPERM);
		assert_int_equal(tree.n_filters, 0);
	}
}

int main(void)
{
#define COLLECT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		COLLECT_TEST(a_stack_is_collected_down_to_its_root),
		COLLECT_TEST(a_thread_in_another_mode_has_none),
		COLLECT_TEST(a_known_filter_costs_one_kernel_entry),
		COLLECT_TEST(shared_filters_are_collected_once),
		COLLECT_TEST(equal_filters_stay_separate),
		COLLECT_TEST(filters_of_a_descriptor_are_collected_too),
		COLLECT_TEST(a_listener_is_collected),
		COLLECT_TEST(no_failure_shortens_a_stack),
		COLLECT_TEST(no_failure_shortens_the_stack_of_a_descriptor),
		COLLECT_TEST(a_program_that_changes_its_length_is_refused),
		COLLECT_TEST(unknown_flags_are_named),
		COLLECT_TEST(all_programs_of_a_filter_are_collected),
		COLLECT_TEST(programs_that_are_replaced_are_read_again),
		COLLECT_TEST(a_generation_that_cannot_be_read_again_is_an_error),
		COLLECT_TEST(a_newer_program_that_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests_name("collect", tests, NULL, NULL);
}
