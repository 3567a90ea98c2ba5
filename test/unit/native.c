// SPDX-License-Identifier: GPL-2.0
/* What CRIU alone does with the filters of a process. */
#include "unit.h"

#include "native.h"

#define LOG SECCOMP_FILTER_FLAG_LOG
#define LISTENER SECCOMP_FILTER_FLAG_NEW_LISTENER
#define KILLABLE SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define NONE TREE_NONE

static struct tree tree;
static struct native_thread threads[4];
static size_t count;

static int begin(void **state)
{
	(void)state;
	count = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	tree_free(&tree);
	return 0;
}

/* Programs differ by a number. */
static uint32_t filter(uint32_t parent, uint32_t program, uint32_t flags)
{
	const struct sock_filter insn = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | program);
	int index = tree_add_program(&tree, &insn, 1);

	assert_true(index >= 0);
	index = tree_add_filter(
		&tree, &(struct tree_filter){ .program = index, .parent = parent, .flags = flags });
	assert_true(index >= 0);
	return index;
}

static void thread(uint32_t newest)
{
	threads[count++] = (struct native_thread){ .filter = newest };
}

static void strict(void)
{
	threads[count++] = (struct native_thread){ .filter = NONE, .strict = true };
}

/* One letter for each thread, "s" if it can sync: "sn" is only the leader. */
static void assert_syncs(const char *now, const char *then)
{
	size_t i;

	native_compare(&tree, threads, count);
	assert_int_equal(strlen(now), count);
	for (i = 0; i < count; i++) {
		assert_int_equal(threads[i].syncs, now[i] == 's');
		assert_int_equal(threads[i].will_sync, then[i] == 's');
	}
}

static void without_filters_nothing_changes(void **state)
{
	(void)state;
	thread(NONE);
	thread(NONE);
	assert_syncs("ss", "ss");
}

static void one_thread_always_syncs(void **state)
{
	(void)state;
	thread(filter(filter(NONE, 1, 0), 2, LOG));
	assert_syncs("s", "s");
	assert_int_equal(threads[0].changed, 0);
}

static void threads_with_one_filter_sync_before_and_after(void **state)
{
	uint32_t shared = filter(NONE, 1, 0);

	(void)state;
	thread(shared);
	thread(shared);
	thread(shared);
	assert_syncs("sss", "sss");
}

/* A thread whose filter is above the others' can sync them, but they cannot sync it. */
static void a_thread_above_the_others_syncs_no_more(void **state)
{
	uint32_t shared = filter(NONE, 1, 0);

	(void)state;
	thread(shared);
	thread(filter(shared, 2, 0));
	thread(shared);
	assert_syncs("nsn", "nnn");
}

static void a_thread_above_those_without_filters_syncs_no_more(void **state)
{
	(void)state;
	thread(NONE);
	thread(filter(NONE, 1, 0));
	assert_syncs("ns", "ns");
	thread(threads[1].filter);
	assert_syncs("nss", "nnn");
}

static void equal_copies_sync_then(void **state)
{
	(void)state;
	thread(filter(NONE, 1, 0));
	thread(filter(NONE, 1, 0));
	assert_syncs("nn", "ss");
}

static void branches_never_sync(void **state)
{
	uint32_t shared = filter(NONE, 1, 0);

	(void)state;
	thread(filter(shared, 2, 0));
	thread(filter(shared, 3, 0));
	assert_syncs("nn", "nn");
	thread(shared);
	assert_syncs("nnn", "nnn");
}

static void branches_with_equal_programs_sync_then(void **state)
{
	uint32_t shared = filter(NONE, 1, 0);

	(void)state;
	thread(filter(shared, 2, 0));
	thread(filter(shared, 2, 0));
	assert_syncs("nn", "ss");
}

/* A leader without filters: CRIU does not even compare the others. */
static void a_thread_without_filters_keeps_criu_from_sharing(void **state)
{
	uint32_t shared = filter(NONE, 1, 0);

	(void)state;
	thread(NONE);
	thread(shared);
	thread(shared);
	assert_syncs("nss", "nnn");
	count = 0;
	thread(shared);
	thread(NONE);
	thread(shared);
	assert_syncs("sns", "nnn");
}

static void strict_mode_lets_nobody_sync(void **state)
{
	(void)state;
	thread(filter(NONE, 1, 0));
	strict();
	assert_syncs("nn", "nn");
	count = 0;
	strict();
	thread(NONE);
	assert_syncs("nn", "nn");
}

static void a_listener_is_lost_with_its_flags(void **state)
{
	uint32_t supervised = filter(NONE, 1, LISTENER | KILLABLE | LOG);

	(void)state;
	thread(filter(supervised, 2, 0));
	thread(supervised);
	thread(filter(NONE, 3, LISTENER));
	thread(filter(NONE, 4, LOG));
	native_compare(&tree, threads, count);
	assert_int_equal(threads[0].changed, LISTENER | KILLABLE);
	assert_int_equal(threads[1].changed, LISTENER | KILLABLE);
	assert_int_equal(threads[2].changed, LISTENER);
	assert_int_equal(threads[3].changed, 0);
}

/* Without a listener, the flag of a filter cannot be seen. */
static void waiting_killable_needs_a_listener(void **state)
{
	uint32_t unsupervised = filter(NONE, 1, KILLABLE);

	(void)state;
	thread(unsupervised);
	thread(filter(unsupervised, 2, LISTENER));
	native_compare(&tree, threads, count);
	assert_int_equal(threads[0].changed, 0);
	assert_int_equal(threads[1].changed, LISTENER);
}

static void the_leaders_log_is_for_all(void **state)
{
	(void)state;
	thread(filter(NONE, 1, LOG));
	thread(filter(NONE, 1, 0));
	thread(filter(NONE, 1, LOG));
	assert_syncs("nnn", "sss");
	assert_int_equal(threads[0].changed, 0);
	assert_int_equal(threads[1].changed, LOG);
	assert_int_equal(threads[2].changed, 0);
	/* but not if each keeps its own */
	thread(filter(NONE, 2, 0));
	assert_syncs("nnnn", "nnnn");
	assert_int_equal(threads[1].changed, 0);
}

/* CRIU compares programs and LOG; of the flags, only LOG is a thread given. */
static void only_log_is_the_leaders(void **state)
{
	(void)state;
	thread(filter(NONE, 1, LISTENER | KILLABLE));
	thread(filter(NONE, 1, 0));
	assert_syncs("nn", "ss");
	assert_int_equal(threads[0].changed, LISTENER | KILLABLE);
	assert_int_equal(threads[1].changed, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_filters_nothing_changes),
		TEST(one_thread_always_syncs),
		TEST(threads_with_one_filter_sync_before_and_after),
		TEST(a_thread_above_the_others_syncs_no_more),
		TEST(a_thread_above_those_without_filters_syncs_no_more),
		TEST(equal_copies_sync_then),
		TEST(branches_never_sync),
		TEST(branches_with_equal_programs_sync_then),
		TEST(a_thread_without_filters_keeps_criu_from_sharing),
		TEST(strict_mode_lets_nobody_sync),
		TEST(a_listener_is_lost_with_its_flags),
		TEST(waiting_killable_needs_a_listener),
		TEST(the_leaders_log_is_for_all),
		TEST(only_log_is_the_leaders),
	};

	return cmocka_run_group_tests_name("native", tests, NULL, NULL);
}
