// SPDX-License-Identifier: GPL-2.0
/* CRIU's descriptors stay above ours where ours are many, with a stand-in for CRIU. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "criu.h"
#include "reserve.h"

#define MANY 200

static struct {
	int fd, refuses;
} world;

int inherit_fd_add(int fd, char *key)
{
	char path[32], name[64] = "";

	/* tasks have files with any name that is a path */
	assert_non_null(strstr(key, PLUGIN_NAME "//"));
	/* and if one got it, it could do nothing with it */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_true(readlink(path, name, sizeof(name) - 1) > 0);
	assert_string_equal(name, "anon_inode:[eventfd]");
	if (world.refuses)
		return -1;
	world.fd = fd;
	return 0;
}

static int open_many(void)
{
	return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, MANY);
}

static void few_need_nothing(void **state)
{
	(void)state;
	assert_int_equal(reserve_numbers(), 0);
	assert_int_equal(world.fd, -1);
}

static void many_have_one_far_above(void **state)
{
	int fd = open_many();

	(void)state;
	assert_true(fd >= MANY);
	assert_int_equal(reserve_numbers(), 0);
	/* between them there is room for all that CRIU opens */
	assert_true(world.fd >= fd + 40);
	assert_int_equal(fcntl(world.fd, F_GETFD), FD_CLOEXEC);
	close(world.fd);
	close(fd);
}

static void failures_leave_nothing_open(void **state)
{
	int fd = open_many(), next;

	(void)state;
	world.refuses = 1;
	assert_int_equal(reserve_numbers(), -EIO);
	assert_said("cannot keep CRIU's descriptors above");
	for (next = fd + 1; next < fd + MANY; next++)
		assert_int_equal(fcntl(next, F_GETFD), -1);
	close(fd);
}

static void a_limit_is_an_error(void **state)
{
	int fd = open_many();
	struct rlimit limit, low;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	low = limit;
	low.rlim_cur = fd + 2;
	setrlimit(RLIMIT_NOFILE, &low);
	assert_int_equal(reserve_numbers(), -EINVAL);
	setrlimit(RLIMIT_NOFILE, &limit);
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	close_range(STDERR_FILENO + 1, ~0U, 0);
	world.fd = -1;
	world.refuses = 0;
	return 0;
}

/* Whatever happened, no other descriptor is left. */
static int tear_down(void **state)
{
	int fd;

	(void)state;
	for (fd = STDERR_FILENO + 1; fd < 2 * MANY; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return -1;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(few_need_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_have_one_far_above, set_up, tear_down),
		cmocka_unit_test_setup_teardown(failures_leave_nothing_open, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_limit_is_an_error, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("reserve", tests, NULL, NULL);
}
