// SPDX-License-Identifier: GPL-2.0
/* Linked so that the test decides which owners fstat() returns, and how read() reads. */
#include "unit.h"

#include "descriptors.h"
#include "no_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci.h"

#define SPEC "\"ociVersion\": \"1.0.2\""

/* 255 bytes */
#define X5(text) text text text text text
#define LONG_ID X5(X5("0123456789")) "01234"

static char dir[] = "/tmp/oci.XXXXXX";

/* Files of this type belong to another user. */
static mode_t foreign;

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);

int __wrap_fstat(int fd, struct stat *st)
{
	int ret = __real_fstat(fd, st);

	if (!ret && (st->st_mode & S_IFMT) == foreign)
		st->st_uid = getuid() + 1;
	return ret;
}

/* Most bytes for one read(), or a negative errno; and after how many the file has ended. */
static ssize_t at_once;
static size_t ends_after = SIZE_MAX;

ssize_t __real_read(int fd, void *data, size_t len);
ssize_t __wrap_read(int fd, void *data, size_t len);

ssize_t __wrap_read(int fd, void *data, size_t len)
{
	if (at_once < 0) {
		errno = -at_once;
		return -1;
	}
	if (at_once && len > (size_t)at_once)
		len = at_once;
	if (len > ends_after)
		len = ends_after;
	if (ends_after != SIZE_MAX)
		ends_after -= len;
	return __real_read(fd, data, len);
}

static void write_file(const char *name, const char *text, size_t len)
{
	char path[64];
	FILE *file;
	int ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	ret = fclose(file);
	assert_int_equal(ret, 0);
}

#define CALLED_AS(words) write_file("cmdline", words, sizeof(words))

static void set_config(const char *text)
{
	write_file("config.json", text, strlen(text));
}

/* A process whose working directory is the folder of its own /proc files. */
static int make_proc(void **state)
{
	char path[64];

	(void)state;
	umask(022);
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/cwd", dir);
	return symlink(dir, path);
}

static int remove_proc(void **state)
{
	static const char *const names[] = { "cwd", "cmdline", "config.json", "elsewhere" };
	char path[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static void assert_found(const char *id)
{
	struct oci_container container;

	oci_find(dir, getuid(), &container);
	assert_string_equal(container.id, id);
	assert_string_equal(container.bundle, *id ? dir : "");
	assert_int_equal(!container.config, !*id);
	oci_free(&container);
	/* once more does no harm */
	oci_free(&container);
}

static char *in_dir(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* There is a config.json, but it has to be ignored. */
static void assert_ignored(uid_t caller, const char *why)
{
	struct oci_container container;

	said[0] = '\0';
	oci_find(dir, caller, &container);
	assert_null(container.config);
	assert_string_equal(container.id, "");
	assert_said(why);
	oci_free(&container);
}

static void a_runtime_is_known_by_how_it_was_called(void **state)
{
	(void)state;
	set_config("{ " SPEC " }");
	CALLED_AS("crun\0restore\0--detach\0c1");
	assert_found("c1");
	CALLED_AS("/usr/bin/runc\0--root\0/x\0restore\0web");
	assert_found("web");
	CALLED_AS("bash");
	assert_found("");
	CALLED_AS("crun\0restore");
	assert_found("");
	CALLED_AS("crun\0restore\0--help");
	assert_found("");
	CALLED_AS("crun\0run\0c1");
	assert_found("");
	CALLED_AS("");
	assert_found("");
	CALLED_AS("crun\0restore\0");
	assert_found("");
}

static void an_id_that_is_too_long_is_none(void **state)
{
	(void)state;
	set_config("{ " SPEC " }");
	CALLED_AS("crun\0restore\0" LONG_ID "x");
	assert_found("");
	CALLED_AS("crun\0restore\0" LONG_ID);
	assert_found(LONG_ID);
}

/* It may have ended, or be of another user. */
static void a_parent_that_cannot_be_seen_is_no_runtime(void **state)
{
	size_t before = descriptors();
	char away[64];

	(void)state;
	set_config("{ " SPEC " }");
	CALLED_AS("crun\0restore\0c1");
	assert_found("c1");
	assert_int_equal(descriptors(), before);
	strcpy(away, in_dir("elsewhere"));
	assert_int_equal(rename(in_dir("cwd"), away), 0);
	assert_found("");
	assert_int_equal(rename(away, in_dir("cwd")), 0);
	assert_found("c1");
	assert_int_equal(unlink(in_dir("cmdline")), 0);
	assert_found("");
}

static void without_a_bundle_nothing_is_known(void **state)
{
	char path[64];

	(void)state;
	CALLED_AS("crun\0restore\0c1");
	snprintf(path, sizeof(path), "%s/config.json", dir);
	unlink(path);
	said[0] = '\0';
	assert_found("");
	assert_string_equal(said, "");
	set_config("{ \"linux\"");
	assert_found("");
	assert_said("config.json");
	set_config("{}");
	assert_found("");
	set_config("[]");
	assert_found("");
}

static char *message(const char *config, pid_t pid, pid_t root)
{
	struct oci_container container;
	char *text;

	CALLED_AS("crun\0restore\0c1");
	set_config(config);
	oci_find(dir, getuid(), &container);
	text = oci_process_state(&container, pid, root);
	oci_free(&container);
	assert_non_null(text);
	return text;
}

static void a_container_is_named_with_all_that_its_configuration_has(void **state)
{
	char *text = message(
		"{ " SPEC
		", \"annotations\": { \"a\": \"1/2\", \"b\": \"\\u00e4\\\"\" }, \"linux\": {"
		"\"seccomp\": { \"listenerPath\": \"/run/s\", \"listenerMetadata\":"
		"\"x=\\\"y\\\"\" } } }",
		12, 11);
	char want[512];

	(void)state;
	snprintf(want, sizeof(want),
		 "{\"ociVersion\":\"1.1.0\",\"fds\":[\"seccompFd\"],\"pid\":12,"
		 "\"metadata\":\"x=\\\"y\\\"\",\"state\":{\"ociVersion\":\"1.1.0\",\"id\":\"c1\","
		 "\"status\":\"creating\",\"pid\":11,\"bundle\":\"%s\","
		 "\"annotations\":{\"a\":\"1/2\",\"b\":\"\u00e4\\\"\"}}}",
		 dir);
	assert_string_equal(text, want);
	free(text);
}

static void missing_members_of_the_configuration_are_left_out(void **state)
{
	static const char *const configs[] = {
		"{ " SPEC " }", "{ " SPEC ", \"linux\": 1, \"annotations\": [] }",
		"{ " SPEC ", \"linux\": { \"seccomp\": null } }",
		"{ " SPEC ", \"linux\": { \"seccomp\": { \"listenerMetadata\": 5 } } }"
	};
	char want[512], *text;
	size_t i;

	(void)state;
	snprintf(want, sizeof(want),
		 "{\"ociVersion\":\"1.1.0\",\"fds\":[\"seccompFd\"],\"pid\":12,"
		 "\"state\":{\"ociVersion\":\"1.1.0\",\"id\":\"c1\",\"status\":\"creating\","
		 "\"pid\":11,\"bundle\":\"%s\"}}",
		 dir);
	for (i = 0; i < sizeof(configs) / sizeof(*configs); i++) {
		text = message(configs[i], 12, 11);
		assert_string_equal(text, want);
		free(text);
	}
}

static void without_a_container_the_name_is_our_own(void **state)
{
	const struct oci_container none = { .config = NULL };
	char *text = oci_process_state(&none, 12, 11);

	(void)state;
	assert_string_equal(text, "{\"ociVersion\":\"1.1.0\",\"fds\":[\"seccompFd\"],\"pid\":12,"
				  "\"state\":{\"ociVersion\":\"1.1.0\",\"id\":\"criu-11\","
				  "\"status\":\"creating\",\"pid\":11,\"bundle\":\"\"}}");
	free(text);
}

/* The file may change while it is read. */
static void a_configuration_is_read_in_pieces(void **state)
{
	(void)state;
	CALLED_AS("crun\0restore\0web");
	set_config("{ " SPEC " }");
	at_once = 5;
	assert_found("web");
	ends_after = 7;
	assert_ignored(getuid(), "cannot read");
	ends_after = SIZE_MAX;
	at_once = -EIO;
	assert_ignored(getuid(), "config.json: Input/output error");
	at_once = 0;
	allocations = 0;
	assert_ignored(getuid(), "config.json: Cannot allocate memory");
	assert_true(memory_ran_out());
	assert_found("web");
}

static void files_that_others_can_write_are_ignored(void **state)
{
	static const mode_t modes[] = { 0620, 0602, 0666 };
	size_t i;

	(void)state;
	CALLED_AS("bash\0migrate.sh\0restore\0web");
	set_config("{ " SPEC " }");
	assert_found("web");
	assert_ignored(getuid() + 1, "another user");
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(chmod(in_dir("config.json"), modes[i]), 0);
		assert_ignored(getuid(), "it can be written by other users");
	}
	assert_int_equal(chmod(in_dir("config.json"), 0644), 0);
	assert_int_equal(chmod(dir, 01777), 0);
	assert_ignored(getuid(), "its folder can be written by other users");
	assert_int_equal(chmod(dir, 0755), 0);
	assert_found("web");
}

/* Another user's file in our folder, and our file in another user's folder. */
static void file_and_folder_must_belong_to_the_caller(void **state)
{
	(void)state;
	set_config("{ " SPEC " }");
	foreign = S_IFREG;
	assert_ignored(getuid(), "it belongs to another user");
	foreign = S_IFDIR;
	assert_ignored(getuid(), "its folder belongs to another user");
	foreign = 0;
	assert_found("web");
}

static void only_a_regular_file_counts(void **state)
{
	char target[64];
	int fd;

	(void)state;
	set_config("{ " SPEC " }");
	strcpy(target, in_dir("elsewhere"));
	assert_int_equal(rename(in_dir("config.json"), target), 0);
	assert_int_equal(symlink("elsewhere", in_dir("config.json")), 0);
	assert_ignored(getuid(), "it is a symbolic link");
	assert_int_equal(unlink(in_dir("config.json")), 0);
	/* it has no writer, and must not be waited for */
	assert_int_equal(mkfifo(in_dir("config.json"), 0600), 0);
	assert_ignored(getuid(), "not a regular file");
	assert_int_equal(unlink(in_dir("config.json")), 0);
	assert_int_equal(mkdir(in_dir("config.json"), 0700), 0);
	assert_ignored(getuid(), "not a regular file");
	assert_int_equal(rmdir(in_dir("config.json")), 0);

	assert_int_equal(rename(target, in_dir("config.json")), 0);
	fd = open(in_dir("config.json"), O_WRONLY);
	/* with zeros after the text */
	assert_int_equal(ftruncate(fd, 4 << 20), 0);
	assert_found("web");
	assert_int_equal(ftruncate(fd, (4 << 20) + 1), 0);
	assert_ignored(getuid(), "larger than 4 MiB");
	close(fd);
}

static void assert_receiver(const char *config, const char *address, const char *source)
{
	struct oci_container container;
	const char *who = "nobody", *found;

	CALLED_AS("crun\0restore\0c1");
	set_config(config);
	oci_find(dir, getuid(), &container);
	assert_non_null(container.config);
	found = oci_receiver(&container, &who);
	assert_string_equal(found ?: "none", address);
	assert_string_equal(who, source);
	oci_free(&container);
}

#define PATH_TO(path) ", \"linux\": { \"seccomp\": { \"listenerPath\": " path " } }"
#define ANNOTATION(path) ", \"annotations\": { \"run.oci.seccomp.receiver\": " path " }"

/* The order is crun's: get_seccomp_receiver_fd() in its container.c. */
static void a_receiver_is_named_as_for_crun(void **state)
{
	const struct oci_container none = { .config = NULL };
	const char *who = "nobody";

	(void)state;
	setenv("RUN_OCI_SECCOMP_RECEIVER", "/run/e", 1);
	assert_receiver("{ " SPEC PATH_TO("\"/run/s\"") ANNOTATION("\"/run/a\"") " }", "/run/s",
			"listenerPath in config.json");
	assert_receiver("{ " SPEC PATH_TO("[]") ANNOTATION("\"/run/a\"") " }", "/run/a",
			"annotation run.oci.seccomp.receiver in config.json");
	assert_receiver("{ " SPEC ANNOTATION("1") " }", "/run/e", "RUN_OCI_SECCOMP_RECEIVER");
	/* crun's variable only counts for a container */
	assert_null(oci_receiver(&none, &who));
	unsetenv("RUN_OCI_SECCOMP_RECEIVER");
	assert_receiver("{ " SPEC " }", "none", "nobody");
	assert_receiver("{ " SPEC PATH_TO("[ \"/run/s\" ]") " }", "none", "nobody");
	assert_string_equal(who, "nobody");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_runtime_is_known_by_how_it_was_called),
		cmocka_unit_test(an_id_that_is_too_long_is_none),
		cmocka_unit_test(a_parent_that_cannot_be_seen_is_no_runtime),
		cmocka_unit_test(without_a_bundle_nothing_is_known),
		cmocka_unit_test(a_container_is_named_with_all_that_its_configuration_has),
		cmocka_unit_test(missing_members_of_the_configuration_are_left_out),
		cmocka_unit_test(without_a_container_the_name_is_our_own),
		cmocka_unit_test(a_configuration_is_read_in_pieces),
		cmocka_unit_test(files_that_others_can_write_are_ignored),
		cmocka_unit_test(file_and_folder_must_belong_to_the_caller),
		cmocka_unit_test(only_a_regular_file_counts),
		cmocka_unit_test(a_receiver_is_named_as_for_crun),
	};

	return cmocka_run_group_tests_name("oci", tests, make_proc, remove_proc);
}
