// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "descriptors.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

static int parse_bytes(const char *text, size_t len, struct config *config)
{
	FILE *file = fmemopen((void *)text, len, "r");
	int ret;

	assert_non_null(file);
	said[0] = '\0';
	ret = config_parse("FILE", file, config);
	fclose(file);
	return ret;
}

static int parse(const char *text, struct config *config)
{
	return parse_bytes(text, strlen(text), config);
}

static void refused(const char *text, const char *why)
{
	struct config config;

	assert_int_equal(parse(text, &config), -EINVAL);
	assert_said(why);
}

static void keys_have_values(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(parse("agent = /run/agent.sock\nwithout-agent = enosys\n", &config), 0);
	assert_string_equal(config.agent, "/run/agent.sock");
	assert_true(config.without_agent);
	assert_int_equal(config.agent_uid, (uid_t)-1);
	assert_int_equal(parse("agent-uid = 4294967294\n", &config), 0);
	assert_int_equal(config.agent_uid, 4294967294);
	assert_int_equal(parse("agent-uid = 0\n", &config), 0);
	assert_int_equal(config.agent_uid, 0);
	assert_int_equal(parse("load-module = yes\n", &config), 0);
	assert_true(config.load_module);
	assert_int_equal(parse("load-module = no\n", &config), 0);
	assert_false(config.load_module);
	assert_int_equal(parse("without-agent=refuse", &config), 0);
	assert_string_equal(config.agent, "");
	assert_false(config.without_agent);
}

static void comments_and_blanks_do_not_count(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(parse("\n  \t\n# agent = x\n  # y\n\t agent\t=  /a b = c \r\n", &config),
			 0);
	assert_string_equal(config.agent, "/a b = c");
	assert_int_equal(parse("#\n", &config), 0);
	assert_string_equal(config.agent, "");
	assert_false(config.without_agent);
}

static void what_is_not_known_is_refused_with_its_line(void **state)
{
	struct config config;

	(void)state;
	refused("\nagnet = /run/x\n", "FILE:2: unknown key 'agnet'");
	refused("Agent = /run/x\n", "FILE:1: unknown key 'Agent'");
	refused("agnet = /run/x\nagent = /run/x\n", "FILE:1: unknown key 'agnet'");
	refused("= /run/x\n", "FILE:1: unknown key ''");
	refused("# x\n\nagent\n", "FILE:3: 'agent' is not of the form");
	refused("without-agent = yes\n", "FILE:1: without-agent: 'yes' is neither");
	refused("without-agent =\n", "FILE:1: without-agent: '' is neither");
	refused("load-module = maybe\n", "FILE:1: load-module: 'maybe' is neither");
	refused("agent-uid = root\n", "FILE:1: agent-uid: 'root' is not a user id");
	refused("agent-uid = -1\n", "FILE:1: agent-uid: '-1' is not a user id");
	refused("agent-uid = 4294967295\n", "is not a user id");
	refused("agent-uid = 4294967296\n", "is not a user id");
	refused("agent-uid = 99999999999999999999\n", "is not a user id");
	refused("agent-uid = 0x10\n", "FILE:1: agent-uid: '0x10' is not a user id");
	refused("agent-uid = +1\n", "FILE:1: agent-uid: '+1' is not a user id");
	refused("agent-uid = 1 2\n", "FILE:1: agent-uid: '1 2' is not a user id");
	refused("agent-uid =\n", "FILE:1: agent-uid: '' is not a user id");
	refused("agent = /a\nagent = /a\n", "FILE:2: agent: '/a' is a second value");
	assert_int_equal(parse_bytes("agent = /a\0b\n", 13, &config), -EINVAL);
	assert_said("FILE:1: the line contains a zero byte");
}

static void an_address_has_to_fit_into_one_of_a_socket(void **state)
{
	char text[256] = "agent = /", *path = strchr(text, '/');
	struct config config;

	(void)state;
	refused("agent = run/x\n", "FILE:1: agent: 'run/x' is not an absolute path");
	refused("agent =\n", "FILE:1: agent: '' is not an absolute path");
	memset(path + 1, 'x', 106);
	assert_int_equal(parse(text, &config), 0);
	assert_string_equal(config.agent, path);
	path[107] = 'x';
	refused(text, "is longer than");
}

static void nothing_stays_open(void **state)
{
	struct config config;
	size_t before = descriptors();

	(void)state;
	assert_int_equal(config_read("/", &config), -EPERM);
	/* root's, but no such file */
	assert_int_equal(config_read("/etc/passwd", &config), -EINVAL);
	assert_int_equal(descriptors(), before);
}

static void a_file_that_cannot_be_read_to_its_end_is_refused(void **state)
{
	FILE *file = fopen("/dev/null", "w");
	struct config config;

	(void)state;
	assert_non_null(file);
	assert_int_equal(config_parse("FILE", file, &config), -EBADF);
	assert_said("cannot read FILE: Bad file descriptor");
	fclose(file);
}

static void no_file_says_nothing(void **state)
{
	struct config config = { .agent = "/x", .without_agent = true };

	(void)state;
	assert_int_equal(config_read("/nonexistent/file", &config), 0);
	assert_string_equal(config.agent, "");
	assert_false(config.without_agent);
}

static void what_cannot_be_read_is_refused(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(config_read("/", &config), -EPERM);
	assert_said("/ is not a regular file");
	assert_int_equal(config_read("/dev/null/x", &config), -ENOTDIR);
	assert_said("cannot open /dev/null/x: Not a directory");
}

/* It says who answers for confined tasks, so nobody but root may have written it. */
static void what_others_can_write_is_refused(void **state)
{
	char path[] = "/tmp/unit-config.XXXXXX";
	struct config config;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "agent = /run/x\n", 15), 15);
	if (getuid()) {
		assert_int_equal(config_read(path, &config), -EPERM);
		assert_said("belongs to another user");
	} else {
		assert_int_equal(config_read(path, &config), 0);
		assert_string_equal(config.agent, "/run/x");
		assert_int_equal(fchmod(fd, 0620), 0);
		assert_int_equal(config_read(path, &config), -EPERM);
		assert_said("can be written by other users");
	}
	close(fd);
	/* nobody writes into it */
	assert_int_equal(unlink(path) || mkfifo(path, 0600), 0);
	assert_int_equal(config_read(path, &config), -EPERM);
	assert_said("is not a regular file");
	unlink(path);
}

/* In the example all keys are there, behind a '#' without a blank. */
static void the_example_is_taken(void **state)
{
	char text[4096], *at = text;
	struct config config;
	FILE *file = fopen("tools/criu-seccomp.conf", "r");
	size_t len;

	(void)state;
	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	assert_int_equal(parse(text, &config), 0);
	assert_string_equal(config.agent, "");
	while ((at = strstr(at, "\n#")))
		if (*(at += 2) != ' ')
			at[-1] = ' ';
	assert_int_equal(parse(text, &config), 0);
	assert_string_equal(config.agent, "/run/seccomp-agent.socket");
	assert_false(config.without_agent);
	assert_int_equal(config.agent_uid, 970);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_have_values),
		cmocka_unit_test(comments_and_blanks_do_not_count),
		cmocka_unit_test(what_is_not_known_is_refused_with_its_line),
		cmocka_unit_test(an_address_has_to_fit_into_one_of_a_socket),
		cmocka_unit_test(nothing_stays_open),
		cmocka_unit_test(a_file_that_cannot_be_read_to_its_end_is_refused),
		cmocka_unit_test(no_file_says_nothing),
		cmocka_unit_test(what_cannot_be_read_is_refused),
		cmocka_unit_test(what_others_can_write_is_refused),
		cmocka_unit_test(the_example_is_taken),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
