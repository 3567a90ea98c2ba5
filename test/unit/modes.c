// SPDX-License-Identifier: GPL-2.0
/* What CRIU is told of the modes of threads, with stand-ins for it, for /proc and ptrace(2). */
#include "unit.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/ptrace.h>

#include "criu.h"
#include "modes.h"

#define THREADS 3

static pid_t tids[THREADS] = { 101, 102, 103 };
static const struct proc_threads threads = { .tids = tids, .count = THREADS };

static struct {
	int mode[THREADS];
	bool told[THREADS], suspended[THREADS];
	int criu_says, error; /* of seccomp_collect_entry() and ptrace() */
} world;

static size_t place(pid_t tid)
{
	assert_in_range(tid, tids[0], tids[THREADS - 1]);
	return tid - tids[0];
}

int __wrap_proc_number(pid_t tid, const char *name);
long __wrap_ptrace(int request, pid_t tid, void *addr, void *data);

int __wrap_proc_number(pid_t tid, const char *name)
{
	assert_string_equal(name, "Seccomp");
	return world.mode[place(tid)];
}

int seccomp_collect_entry(pid_t tid, unsigned int mode)
{
	assert_int_equal(mode, SECCOMP_MODE_FILTER);
	world.told[place(tid)] = !world.criu_says;
	return world.criu_says;
}

long __wrap_ptrace(int request, pid_t tid, void *addr, void *data)
{
	assert_int_equal(request, PTRACE_SETOPTIONS);
	assert_null(addr);
	/* CRIU's own option must not get lost */
	assert_int_equal((long)data, PTRACE_O_SUSPEND_SECCOMP | PTRACE_O_TRACESYSGOOD);
	world.suspended[place(tid)] = !world.error;
	errno = world.error;
	return errno ? -1 : 0;
}

static void who_has_filters_is_suspended_and_told(void **state)
{
	(void)state;
	world.mode[0] = SECCOMP_MODE_STRICT;
	world.mode[2] = SECCOMP_MODE_FILTER;
	assert_int_equal(modes_settle(&threads), 0);
	assert_true(world.told[2] && world.suspended[2]);
	assert_false(world.told[0] || world.suspended[0]);
	assert_false(world.told[1] || world.suspended[1]);
}

static void a_kernel_without_seccomp_is_no_error(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < THREADS; i++)
		world.mode[i] = -ENOENT;
	assert_int_equal(modes_settle(&threads), 0);
}

static void what_cannot_be_settled_is_an_error(void **state)
{
	(void)state;
	world.mode[1] = SECCOMP_MODE_FILTER;
	world.error = EPERM;
	assert_int_equal(modes_settle(&threads), -EPERM);
	assert_said("cannot suspend seccomp for task 102: Operation not permitted");
	world.error = 0;
	world.criu_says = -1;
	assert_int_equal(modes_settle(&threads), -EIO);
	assert_said("does not accept filter mode for task 102");
	world.mode[1] = -EMFILE;
	assert_int_equal(modes_settle(&threads), -EMFILE);
	assert_said("cannot read the seccomp mode of task 102");
}

/* CRIU would restore neither of these. */
static void modes_that_no_restore_knows_are_refused(void **state)
{
	(void)state;
	world.mode[2] = SECCOMP_MODE_FILTER + 1;
	assert_int_equal(modes_settle(&threads), -ESRCH);
	assert_said("a filter is killing task 103");
	assert_int_equal(modes_check(tids[2]), -ESRCH);
	world.mode[2]++;
	assert_int_equal(modes_settle(&threads), -EOPNOTSUPP);
	assert_said("cannot read the seccomp mode of task 103");
}

/* It is for threads that have no filters, as far as the kernel tells. */
static void a_check_changes_nothing(void **state)
{
	int mode;

	(void)state;
	for (mode = SECCOMP_MODE_DISABLED; mode <= SECCOMP_MODE_FILTER; mode++) {
		world.mode[0] = mode;
		assert_int_equal(modes_check(tids[0]), 0);
	}
	world.mode[0] = -EMFILE;
	assert_int_equal(modes_check(tids[0]), -EMFILE);
	assert_false(world.told[0] || world.suspended[0]);
}

static int set_up(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_has_filters_is_suspended_and_told, set_up),
		cmocka_unit_test_setup(a_kernel_without_seccomp_is_no_error, set_up),
		cmocka_unit_test_setup(what_cannot_be_settled_is_an_error, set_up),
		cmocka_unit_test_setup(modes_that_no_restore_knows_are_refused, set_up),
		cmocka_unit_test_setup(a_check_changes_nothing, set_up),
	};

	return cmocka_run_group_tests_name("modes", tests, NULL, NULL);
}
