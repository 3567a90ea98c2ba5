// SPDX-License-Identifier: GPL-2.0
/* Filters that are identified by their address in memory, and numbered. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "numbers.h"

static struct numbers numbers;

/* The filters that the keepers have now, and how often they were asked. */
static struct {
	struct walk_thread thread;
	uint64_t key;
	uint32_t depth;
} kept[8];
static int n_kept, asked;

static bool still_has(const struct walk_thread *thread, uint64_t key, uint32_t depth)
{
	int i;

	asked++;
	for (i = 0; i < n_kept; i++)
		if (kept[i].thread.tid == thread->tid && kept[i].thread.start == thread->start &&
		    kept[i].key == key && kept[i].depth == depth)
			return true;
	return false;
}

static struct walk_thread thread(int tid)
{
	return (struct walk_thread){ .task = 0x1000 + tid, .start = tid * 10, .tid = tid };
}

static void keeps(int tid, uint64_t key, uint32_t depth)
{
	kept[n_kept].thread = thread(tid);
	kept[n_kept].key = key;
	kept[n_kept++].depth = depth;
}

/* The number of the newest filter of a thread, whose keys are newest first. */
static int number_of(struct walk_thread who, const uint64_t *keys, size_t count)
{
	struct walk_record records[8] = { 0 };
	size_t i;
	int place;

	for (i = 0; i < count; i++) {
		records[i].key = keys[i];
		records[i].len = 1 + i;
	}
	place = numbers_add(&numbers, &who, records, count, still_has);
	assert_true(place >= 0);
	assert_int_equal(numbers.filters[place].info.id, place + 1);
	assert_int_equal(numbers.filters[place].info.depth, count);
	assert_int_equal(numbers.filters[place].holder.tid, who.tid);
	return place + 1;
}

#define KEYS(...) \
	(const uint64_t[]){ __VA_ARGS__ }, sizeof((uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t)

static int begin(void **state)
{
	(void)state;
	n_kept = asked = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	map_free(&numbers.index_by_key);
	free(numbers.filters);
	numbers = (struct numbers){ 0 };
	return 0;
}

static void numbers_begin_at_the_oldest(void **state)
{
	(void)state;
	assert_int_equal(number_of(thread(1), KEYS(0xc, 0xb, 0xa)), 3);
	assert_int_equal(numbers.filters[2].info.parent_id, 2);
	assert_int_equal(numbers.filters[1].info.parent_id, 1);
	assert_int_equal(numbers.filters[0].info.parent_id, 0);
	assert_int_equal(numbers.filters[0].info.depth, 1);
	assert_int_equal(numbers.filters[0].info.len, 3);
	assert_int_equal(asked, 0);
}

static void no_number_tells_a_key(void **state)
{
	(void)state;
	assert_int_equal(number_of(thread(1), KEYS(UINT64_MAX)), 1);
	assert_int_equal(number_of(thread(2), KEYS(1)), 2);
	assert_int_equal(number_of(thread(3), KEYS(UINT64_MAX - 1)), 3);
}

static void the_same_thread_has_the_same_filters(void **state)
{
	(void)state;
	assert_int_equal(number_of(thread(1), KEYS(0xb, 0xa)), 2);
	assert_int_equal(number_of(thread(1), KEYS(0xb, 0xa)), 2);
	assert_int_equal(number_of(thread(1), KEYS(0xc, 0xb, 0xa)), 3);
	assert_int_equal(numbers.count, 3);
	assert_int_equal(asked, 0);
}

static void what_another_thread_still_has_is_shared(void **state)
{
	(void)state;
	assert_int_equal(number_of(thread(1), KEYS(0xb, 0xa)), 2);
	keeps(1, 0xb, 2);
	keeps(1, 0xa, 1);
	assert_int_equal(number_of(thread(2), KEYS(0xb, 0xa)), 2);
	assert_int_equal(asked, 1);
	/* the second thread has it, too, and is asked from now on */
	keeps(2, 0xb, 2);
	assert_int_equal(number_of(thread(1), KEYS(0xd, 0xb, 0xa)), 3);
	assert_int_equal(numbers.count, 3);
}

static void a_branch_shares_what_is_below(void **state)
{
	(void)state;
	assert_int_equal(number_of(thread(1), KEYS(0xb, 0xa)), 2);
	keeps(1, 0xa, 1);
	assert_int_equal(number_of(thread(2), KEYS(0xc, 0xa)), 3);
	assert_int_equal(numbers.filters[2].info.parent_id, 1);
}

/* Two filters are never taken for one. */
static void a_key_that_nobody_has_kept_is_a_new_filter(void **state)
{
	(void)state;
	assert_int_equal(number_of(thread(1), KEYS(0xb, 0xa)), 2);
	assert_int_equal(number_of(thread(2), KEYS(0xb, 0xa)), 4);
	assert_int_equal(numbers.filters[3].info.parent_id, 3);
	assert_int_equal(asked, 2);
	/* and from then on that one */
	keeps(2, 0xb, 2);
	assert_int_equal(number_of(thread(3), KEYS(0xb, 0xa)), 4);
}

static void a_key_at_another_depth_is_a_new_filter(void **state)
{
	(void)state;
	assert_int_equal(number_of(thread(1), KEYS(0xb, 0xa)), 2);
	keeps(1, 0xb, 2);
	assert_int_equal(number_of(thread(2), KEYS(0xb)), 3);
	assert_int_equal(numbers.filters[2].info.parent_id, 0);
}

static void a_thread_id_that_came_back_keeps_nothing(void **state)
{
	struct walk_thread other = thread(1);

	(void)state;
	assert_int_equal(number_of(thread(1), KEYS(0xa)), 1);
	other.start++;
	assert_int_equal(number_of(other, KEYS(0xa)), 2);
	/* after exec(2) by a thread that is not the leader, only the task differs */
	other.task++;
	assert_int_equal(number_of(other, KEYS(0xa)), 3);
}

static void what_changes_is_the_newest(void **state)
{
	const struct walk_thread who = thread(1);
	struct walk_record record = {
		.key = 0xa,
		.len = 1,
		.flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_LOG,
		.listener_flags = SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP,
	};

	(void)state;
	assert_int_equal(numbers_add(&numbers, &who, &record, 1, still_has), 0);
	assert_int_equal(numbers.filters[0].info.listener_flags, record.listener_flags);
	record.flags = SECCOMP_FILTER_FLAG_LOG;
	record.listener_flags = 0;
	assert_int_equal(numbers_add(&numbers, &who, &record, 1, still_has), 0);
	assert_int_equal(numbers.filters[0].info.flags, SECCOMP_FILTER_FLAG_LOG);
	assert_int_equal(numbers.filters[0].info.listener_flags, 0);
	assert_int_equal(numbers_add(&numbers, &who, &record, 0, still_has), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers_begin_at_the_oldest),
		TEST(no_number_tells_a_key),
		TEST(the_same_thread_has_the_same_filters),
		TEST(what_another_thread_still_has_is_shared),
		TEST(a_branch_shares_what_is_below),
		TEST(a_key_that_nobody_has_kept_is_a_new_filter),
		TEST(a_key_at_another_depth_is_a_new_filter),
		TEST(a_thread_id_that_came_back_keeps_nothing),
		TEST(what_changes_is_the_newest),
	};

	return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
