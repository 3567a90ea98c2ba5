// SPDX-License-Identifier: GPL-2.0
/* The warnings about processes whose filters CRIU dumps alone. */
#include "fake_kernel.h"

#include "alone.h"

#define LISTENER SECCOMP_FILTER_FLAG_NEW_LISTENER
#define KILLABLE SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV

static struct {
	const struct kernel_reader *reader;
	int counts[100]; /* of filters, as /proc has them for each thread */
	pid_t strict;	 /* the thread that is in strict mode */
	int chosen;
	pid_t tids[100];
} world;

void __wrap_kernel_choose(struct kernel_choice *choice);
int __wrap_proc_filter_count(pid_t tid);
int __wrap_proc_number(pid_t tid, const char *name);

void __wrap_kernel_choose(struct kernel_choice *choice)
{
	world.chosen++;
	*choice = (struct kernel_choice){ .reader = world.reader, .n_refused = 1 };
	choice->refused[0].name = "a backend";
	choice->refused[0].why = "not here";
}

int __wrap_proc_filter_count(pid_t tid)
{
	return world.counts[tid - 10];
}

int __wrap_proc_number(pid_t tid, const char *name)
{
	assert_string_equal(name, "Seccomp");
	if (tid == world.strict)
		return SECCOMP_MODE_STRICT;
	return world.counts[tid - 10] > 0 ? SECCOMP_MODE_FILTER : SECCOMP_MODE_DISABLED;
}

static int begin(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	fake_reset();
	return 0;
}

static int end(void **state)
{
	(void)state;
	alone_end();
	return 0;
}

/* All warnings about process 10 and its threads 11, 12 ... */
static void warn(size_t count)
{
	struct proc_threads tids = { .tids = world.tids, .count = count };
	size_t i;

	for (i = 0; i < count; i++)
		world.tids[i] = 10 + i;
	all_said[0] = '\0';
	alone_warn(&tids);
}

/* With no way to see which filters are the same. */
static void guess(int leader, int thread, size_t count)
{
	alone_end();
	world.counts[0] = leader;
	world.counts[1] = thread;
	warn(count);
}

#define GUESSED \
	"cannot determine which filters are the same, so what a restore changes is guessed (a backend: not here)\n"

static void without_a_reader_it_is_guessed(void **state)
{
	const char *differ = GUESSED
		"process 10: its threads have different numbers of filters; after a restore they share none, and SECCOMP_FILTER_FLAG_TSYNC is refused where it works now\n";
	const char *equal = GUESSED
		"process 10: after a restore, threads with equal filters share them, and SECCOMP_FILTER_FLAG_TSYNC works also where the filters were installed one by one\n";

	(void)state;
	guess(2, 1, 2);
	assert_string_equal(all_said, differ);
	guess(0, 1, 2);
	assert_string_equal(all_said, differ);
	guess(1, 1, 2);
	assert_string_equal(all_said, equal);
	guess(1, 1, 1);
	assert_string_equal(all_said, GUESSED);
	guess(1, -ENOENT, 2);
	assert_string_equal(all_said, GUESSED);
}

static void threads_without_filters_are_not_read(void **state)
{
	(void)state;
	guess(0, 0, 2);
	assert_string_equal(all_said, "");
	guess(-ENOENT, -ENOENT, 2);
	assert_string_equal(all_said, "");
	assert_int_equal(world.chosen, 0);
}

static void the_reader_is_chosen_once(void **state)
{
	(void)state;
	guess(1, 1, 2);
	warn(2);
	assert_null(strstr(all_said, GUESSED));
	assert_int_equal(world.chosen, 1);
}

/* Gives process 10 these filters, each -1 or one of the kernel's, and checks the warnings. */
static void expect_warnings(size_t count, const int *filters, const char *expected)
{
	size_t i;

	world.reader = &fake_kernel.reader;
	fake.n_threads = 0;
	for (i = 0; i < count; i++) {
		fake_thread(10 + i, filters[i]);
		world.counts[i] = filters[i] >= 0;
	}
	warn(count);
	assert_string_equal(all_said, expected);
}

#define SEE(expected, ...)                                            \
	expect_warnings(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int), \
			(const int[]){ __VA_ARGS__ }, expected)

static void no_warning_if_nothing_is_lost(void **state)
{
	int shared = fake_filter(-1, SECCOMP_FILTER_FLAG_LOG);

	(void)state;
	SEE("", shared);
	SEE("", shared, shared);
	SEE("", -1, shared);
	SEE("", fake_filter(shared, 0), fake_filter(shared, 0));
}

static void threads_that_can_tsync_now_are_named(void **state)
{
	int shared = fake_filter(-1, 0), above = fake_filter(shared, 0);

	(void)state;
	SEE("process 10, threads 11 13: SECCOMP_FILTER_FLAG_TSYNC works now, and will be refused after a restore\n",
	    shared, above, shared, above);
}

static void threads_that_will_tsync_are_named(void **state)
{
	int first = fake_filter(-1, 0), second = fake_filter(-1, 0);

	(void)state;
	memcpy(fake.filters[second].insns, fake.filters[first].insns,
	       sizeof(fake.filters[first].insns));
	SEE("process 10, threads 10 11: SECCOMP_FILTER_FLAG_TSYNC is refused now, and will work after a restore\n",
	    first, second);
	fake.filters[second].flags = SECCOMP_FILTER_FLAG_LOG;
	/* what is known about a filter is not asked again */
	alone_end();
	SEE("process 10, threads 10 11: SECCOMP_FILTER_FLAG_TSYNC is refused now, and will work after a restore\n"
	    "process 10, threads 11: CRIU gives them the SECCOMP_FILTER_FLAG_LOG of the leader's filters\n",
	    first, second);
}

static void lost_flags_are_named(void **state)
{
	int plain = fake_filter(-1, LISTENER), waits = fake_filter(-1, LISTENER | KILLABLE);

	(void)state;
	SEE("process 10, threads 10 12: CRIU drops SECCOMP_FILTER_FLAG_NEW_LISTENER, so calls that a supervisor answers now will fail with ENOSYS after a restore\n"
	    "process 10, threads 12: CRIU drops SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\n",
	    plain, -1, waits);
}

static void a_strict_thread_prevents_tsync(void **state)
{
	int shared = fake_filter(-1, 0), above = fake_filter(shared, 0);

	(void)state;
	world.strict = 12;
	SEE("", shared, above, -1);
	world.strict = 0;
	SEE("process 10, threads 11: SECCOMP_FILTER_FLAG_TSYNC works now, and will be refused after a restore\n",
	    shared, above, -1);
}

/* All of them are named, in lines short enough for a log. */
static void many_threads_are_all_named(void **state)
{
	int filters[70], shared = fake_filter(-1, 0), i, named = 0;
	const char *at;
	char name[8];

	(void)state;
	filters[0] = -1;
	for (i = 1; i < 70; i++)
		filters[i] = shared;
	world.reader = &fake_kernel.reader;
	for (i = 0; i < 70; i++) {
		world.counts[i] = i > 0;
		fake_thread(10 + i, filters[i]);
	}
	warn(70);
	for (at = all_said; (at = strstr(at, "works now")); at++)
		named++;
	assert_int_equal(named, 3);
	for (i = 11; i < 80; i++) {
		snprintf(name, sizeof(name), " %d", i);
		assert_non_null(strstr(all_said, name));
	}
}

static void unreadable_filters_are_guessed(void **state)
{
	int shared = fake_filter(-1, 0);

	(void)state;
	fake_make_odd("identify", 0, -EIO);
	SEE("process 10: cannot read its filters, so what a restore changes is guessed: Input/output error\n"
	    "process 10: after a restore, threads with equal filters share them, and SECCOMP_FILTER_FLAG_TSYNC works also where the filters were installed one by one\n",
	    shared, shared);
	/* what was seen once may change */
	SEE("", shared, shared);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_reader_it_is_guessed),
		TEST(threads_without_filters_are_not_read),
		TEST(the_reader_is_chosen_once),
		TEST(no_warning_if_nothing_is_lost),
		TEST(threads_that_can_tsync_now_are_named),
		TEST(threads_that_will_tsync_are_named),
		TEST(lost_flags_are_named),
		TEST(a_strict_thread_prevents_tsync),
		TEST(many_threads_are_all_named),
		TEST(unreadable_filters_are_guessed),
	};

	return cmocka_run_group_tests_name("alone", tests, NULL, NULL);
}
