// SPDX-License-Identifier: GPL-2.0
/*
 * Reads threads that run in between, and exit, from a kernel that gives the id of a filter
 * that is gone to the next one.
 */
#include "fake_kernel.h"

#include "collect.h"

static struct tree tree;
static struct collect collect;
static struct kernel_reader reader;
static uint64_t ids[FAKE_FILTERS];
static size_t open_before;

/* Whether a descriptor of the filter is open, or of one above it. */
static bool is_held(int filter)
{
	int fd, above;

	for (fd = 3; fd < 1024; fd++)
		for (above = fake_of(fd, false); above >= 0; above = fake.filters[above].parent)
			if (above == filter)
				return true;
	return false;
}

/* A new filter, with the id of @gone, which no thread has any more, if that can be. */
static int make_filter(int parent, int gone)
{
	int filter = fake_filter(parent, 0);

	ids[filter] = gone >= 0 && !is_held(gone) ? ids[gone] : (uint64_t)filter + 1;
	return filter;
}

static int identify(pid_t tid, uint64_t *id)
{
	int ret = fake_identify(tid, id);

	if (!ret)
		*id = ids[*id - 1];
	return ret;
}

static int info_of(int fd, struct seccomp_filter_info *info)
{
	int ret = fake_info(fd, info);

	if (ret)
		return ret;
	info->id = ids[info->id - 1];
	if (info->parent_id)
		info->parent_id = ids[info->parent_id - 1];
	return 0;
}

static int begin(void **state)
{
	(void)state;
	fake_reset();
	reader = fake_kernel.reader;
	reader.reuses_ids = true;
	reader.identify = identify;
	reader.info = info_of;
	collect = (struct collect){ .reader = &reader, .tree = &tree, .keep = 100 };
	open_before = descriptors();
	return 0;
}

static int end(void **state)
{
	size_t left;

	(void)state;
	collect_end(&collect);
	tree_free(&tree);
	left = descriptors() - open_before;
	if (left)
		print_error("%zu descriptors left\n", left);
	return left != 0;
}

/* A thread that has two filters, with the ids of two others that are gone. */
static int make_thread(pid_t tid, int gone, int gone_below)
{
	int filter = make_filter(make_filter(-1, gone_below), gone);

	fake_thread(tid, filter);
	return filter;
}

static void exits(pid_t tid)
{
	fake_find(tid)->filter = -1;
}

/* The filter of the tree is this one of the kernel, and so are all below it. */
static void is_stack(uint32_t filter, int original)
{
	const struct tree_program *program;

	for (; original >= 0; original = fake.filters[original].parent) {
		assert_int_not_equal(filter, TREE_NONE);
		program = &tree.programs[tree.filters[filter].program];
		assert_memory_equal(program->insns, fake.filters[original].insns,
				    program->len * sizeof(*program->insns));
		assert_int_equal(collect.ids[filter], ids[original]);
		filter = tree.filters[filter].parent;
	}
	assert_int_equal(filter, TREE_NONE);
}

static uint32_t read_thread(pid_t tid)
{
	uint32_t filter;

	assert_int_equal(collect_thread(&collect, tid, &filter), 0);
	return filter;
}

static void a_new_filter_is_not_taken_for_one_that_is_gone(void **state)
{
	int first, second;

	(void)state;
	first = make_thread(7, -1, -1);
	is_stack(read_thread(7), first);
	exits(7);
	second = make_thread(8, first, fake.filters[first].parent);
	is_stack(read_thread(8), second);
	assert_int_equal(tree.n_filters, 4);
}

/* Only the newest filter of a thread is asked for; the others are known by it. */
static void nor_is_one_below_it(void **state)
{
	int first, second;

	(void)state;
	first = make_thread(7, -1, -1);
	is_stack(read_thread(7), first);
	exits(7);
	second = make_thread(8, -1, fake.filters[first].parent);
	is_stack(read_thread(8), second);
}

static void a_filter_that_is_not_gone_is_still_known(void **state)
{
	int first;
	uint32_t filter;

	(void)state;
	first = make_thread(7, -1, -1);
	fake_thread(8, first);
	fake_thread(9, fake.filters[first].parent);
	filter = read_thread(7);
	exits(7);
	fake.entries = 0;
	assert_int_equal(read_thread(8), filter);
	assert_int_equal(read_thread(9), tree.filters[filter].parent);
	assert_int_equal(fake.entries, 2);
	/* one for the stack */
	assert_int_equal(descriptors(), open_before + 1);
}

/* Then filters are read again, and some are in the tree twice. */
static void more_filters_than_can_be_kept(void **state)
{
	int made[10], round, i;
	pid_t tid;

	(void)state;
	collect.keep = 3;
	for (round = 0; round < 2; round++)
		for (tid = 10; tid < 20; tid++) {
			if (fake_find(tid))
				is_stack(read_thread(tid), fake_find(tid)->filter);
			else
				is_stack(read_thread(tid), make_thread(tid, -1, -1));
			assert_true(descriptors() <= open_before + 3);
		}
	for (i = 0; i < 10; i++) {
		made[i] = make_thread(20 + i, i < 4 ? -1 : made[i - 4], -1);
		is_stack(read_thread(20 + i), made[i]);
		assert_true(descriptors() <= open_before + 3);
		exits(20 + i);
	}
	assert_int_equal(ids[made[4]], ids[made[0]]);
}

static void nothing_is_kept_without_need(void **state)
{
	(void)state;
	make_thread(7, -1, -1);
	make_thread(8, -1, -1);
	/* all threads stay stopped */
	collect.keep = 0;
	read_thread(7);
	assert_int_equal(descriptors(), open_before);
	collect.keep = 100;
	reader.reuses_ids = false;
	read_thread(8);
	assert_int_equal(descriptors(), open_before);
}

/* What is in the tree stays known by its id, so this may not become another's. */
static void a_failure_does_not_release_what_was_added(void **state)
{
	int first, second;
	uint32_t filter;

	(void)state;
	first = make_thread(7, -1, -1);
	fake.filters[first].flags = 1u << 20;
	assert_int_equal(collect_thread(&collect, 7, &filter), -EINVAL);
	assert_int_equal(tree.n_filters, 1);
	exits(7);
	second = make_thread(8, first, fake.filters[first].parent);
	is_stack(read_thread(8), second);
}

int main(void)
{
#define COLLECT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		COLLECT_TEST(a_new_filter_is_not_taken_for_one_that_is_gone),
		COLLECT_TEST(nor_is_one_below_it),
		COLLECT_TEST(a_filter_that_is_not_gone_is_still_known),
		COLLECT_TEST(more_filters_than_can_be_kept),
		COLLECT_TEST(nothing_is_kept_without_need),
		COLLECT_TEST(a_failure_does_not_release_what_was_added),
	};

	return cmocka_run_group_tests_name("collect-running", tests, NULL, NULL);
}
