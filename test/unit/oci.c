// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci.h"

#define SPEC "\"ociVersion\": \"1.0.2\""

static char dir[] = "/tmp/oci.XXXXXX";

static void write_file(const char *name, const char *text, size_t len)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
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
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/cwd", dir);
	return symlink(dir, path);
}

static int remove_proc(void **state)
{
	static const char *const names[] = { "cwd", "cmdline", "config.json" };
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

	oci_find(dir, &container);
	assert_string_equal(container.id, id);
	assert_string_equal(container.bundle, *id ? dir : "");
	assert_int_equal(!container.config, !*id);
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
	oci_find(dir, &container);
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

static void what_the_configuration_has_not_is_left_out(void **state)
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

static void without_a_container_it_has_a_name_of_its_own(void **state)
{
	const struct oci_container none = { .config = NULL };
	char *text = oci_process_state(&none, 12, 11);

	(void)state;
	assert_string_equal(text, "{\"ociVersion\":\"1.1.0\",\"fds\":[\"seccompFd\"],\"pid\":12,"
				  "\"state\":{\"ociVersion\":\"1.1.0\",\"id\":\"criu-11\","
				  "\"status\":\"creating\",\"pid\":11,\"bundle\":\"\"}}");
	assert_null(oci_listener_path(&none));
	free(text);
}

static void the_listener_path_is_a_string(void **state)
{
	struct oci_container container;

	(void)state;
	CALLED_AS("crun\0restore\0c1");
	set_config("{ " SPEC ", \"linux\": { \"seccomp\": { \"listenerPath\": \"/run/s\" } } }");
	oci_find(dir, &container);
	assert_string_equal(oci_listener_path(&container), "/run/s");
	oci_free(&container);
	set_config("{ " SPEC
		   ", \"linux\": { \"seccomp\": { \"listenerPath\": [ \"/run/s\" ] } } }");
	oci_find(dir, &container);
	assert_null(oci_listener_path(&container));
	oci_free(&container);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_runtime_is_known_by_how_it_was_called),
		cmocka_unit_test(without_a_bundle_nothing_is_known),
		cmocka_unit_test(a_container_is_named_with_all_that_its_configuration_has),
		cmocka_unit_test(what_the_configuration_has_not_is_left_out),
		cmocka_unit_test(without_a_container_it_has_a_name_of_its_own),
		cmocka_unit_test(the_listener_path_is_a_string),
	};

	return cmocka_run_group_tests_name("oci", tests, make_proc, remove_proc);
}
