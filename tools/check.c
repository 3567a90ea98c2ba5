// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "json.h"
#include "kernel.h"
#include "options.h"
#include "plugin.h"
#include "probe.h"
#include "report.h"
#include "style.h"
#include "subcommands.h"

/* The first CRIU that exports the functions that the plugin calls. */
#define CRIU_MAJOR 4
#define CRIU_MINOR 1

#define PLUGIN_FILE "seccomp_plugin.so"

/* What the checks have found so far. */
struct findings {
	char criu[4096];    /* its path; "" if not found */
	char plugins[4096]; /* the folder with its plugins */
	const struct kernel *kernel;
	struct json_object *checks; /* for --json; NULL: print lines for people */
};

static bool report_check(const struct findings *found, bool ok, const char *what, const char *fmt,
			 ...) __attribute__((format(printf, 4, 5)));

static void add_json_check(struct json_object *checks, bool ok, const char *what, const char *text)
{
	struct json_object *check = json_object_new_object();

	json_add(check, "what", json_object_new_string(what));
	json_add(check, "ok", json_object_new_boolean(ok));
	json_add(check, "text", json_object_new_string(text));
	json_append(checks, check);
}

static bool report_check(const struct findings *found, bool ok, const char *what, const char *fmt,
			 ...)
{
	char text[8192];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (found->checks)
		add_json_check(found->checks, ok, what, text);
	else
		printf("%s%-4s%s %-12s%s\n", style(ok ? STYLE_GOOD : STYLE_BAD), ok ? "ok" : "NO",
		       style(STYLE_PLAIN), what, text);
	return ok;
}

/* Adds to the last check: a way to access the filters that is not used, and why. */
static void add_note(const struct findings *found, const char *way, const char *why)
{
	struct json_object *check, *notes = NULL;
	char text[512];

	snprintf(text, sizeof(text), "not by %s: %s", way, why);
	if (!found->checks) {
		printf("%-17s%s\n", "", text);
		return;
	}
	check = json_object_array_get_idx(found->checks,
					  json_object_array_length(found->checks) - 1);
	if (!json_object_object_get_ex(check, "notes", &notes)) {
		notes = json_object_new_array();
		json_add(check, "notes", notes);
	}
	json_append(notes, json_object_new_string(text));
}

/* Also says which way to access filters is used, and below that, why not a better one. */
static bool check_kernel(struct findings *found)
{
	struct kernel_choice choice;
	struct utsname name;
	size_t i;

	uname(&name);
	kernel_choose(&choice);
	found->kernel = choice.kernel;
	if (choice.kernel)
		report_check(found, true, "kernel", "%s has seccomp filter descriptors (by %s)",
			     name.release, choice.reader->name);
	else if (choice.reader)
		report_check(found, false, "kernel",
			     "%s lets filters be read (by %s), and not restored", name.release,
			     choice.reader->name);
	else
		report_check(found, false, "kernel", "%s lets filters be neither read nor restored",
			     name.release);
	for (i = 0; i < choice.n_refused; i++)
		add_note(found, choice.refused[i].name, choice.refused[i].why);
	return choice.kernel;
}

/* Also looks where root's commands are, which may not be in a user's PATH. */
static bool find_criu(struct findings *found)
{
	const char *path = getenv("PATH");
	char *folders, *folder, *rest;

	if (asprintf(&folders, "%s:/usr/local/sbin:/usr/sbin:/sbin", path ? path : "") < 0)
		return false;
	for (folder = strtok_r(folders, ":", &rest); folder; folder = strtok_r(NULL, ":", &rest)) {
		snprintf(found->criu, sizeof(found->criu), "%s/criu", folder);
		if (!access(found->criu, X_OK))
			break;
		found->criu[0] = '\0';
	}
	free(folders);
	return found->criu[0];
}

/*
 * Finds @mark in the output of "criu OPTION", and copies what follows, up to a
 * character of @end. Returns false if @mark is not there.
 */
static bool ask_criu(struct findings *found, char *option, const char *mark, const char *end,
		     char *answer, size_t size)
{
	char *argv[] = { found->criu, option, NULL }, line[512];
	FILE *output = probe_output(argv);
	const char *at;
	bool got = false;

	if (!output)
		return false;
	while (fgets(line, sizeof(line), output)) {
		at = got ? NULL : strstr(line, mark);
		if (!at)
			continue;
		at += strlen(mark);
		snprintf(answer, size, "%.*s", (int)strcspn(at, end), at);
		got = true;
	}
	probe_end(output);
	return got;
}

static bool check_criu(struct findings *found)
{
	char version[64];
	int major, minor;

	if (!find_criu(found))
		return report_check(found, false, "CRIU", "not found (install CRIU %d.%d or newer)",
				    CRIU_MAJOR, CRIU_MINOR);
	if (!ask_criu(found, "--version", "Version: ", " \n", version, sizeof(version)) ||
	    sscanf(version, "%d.%d", &major, &minor) != 2)
		return report_check(found, false, "CRIU",
				    "%s does not print its version (does it run at all?)",
				    found->criu);
	if (major < CRIU_MAJOR || (major == CRIU_MAJOR && minor < CRIU_MINOR))
		return report_check(found, false, "CRIU",
				    "%s is version %s (install %d.%d or newer)", found->criu,
				    version, CRIU_MAJOR, CRIU_MINOR);
	return report_check(found, true, "CRIU", "%s, version %s", found->criu, version);
}

/* criu(8), --libdir: the environment variable comes before the default. */
static void find_plugins(struct findings *found)
{
	const char *folder = getenv("CRIU_LIBS_DIR");
	size_t len;

	if (folder)
		snprintf(found->plugins, sizeof(found->plugins), "%s", folder);
	else if (!found->criu[0] ||
		 !ask_criu(found, "--help", "path to a plugin directory (by default ", ")\n",
			   found->plugins, sizeof(found->plugins)))
		strcpy(found->plugins, "/usr/lib/criu");
	len = strlen(found->plugins);
	while (len > 1 && found->plugins[len - 1] == '/')
		found->plugins[--len] = '\0';
}

static bool check_plugin(struct findings *found)
{
	char why[8192], *path;
	bool ok;

	find_plugins(found);
	if (asprintf(&path, "%s/" PLUGIN_FILE, found->plugins) < 0)
		return report_check(found, false, "plugin", "not enough memory to look for it");
	ok = plugin_fits(found->criu, path, why, sizeof(why));
	report_check(found, ok, "plugin", "%s", ok ? path : why);
	free(path);
	return ok;
}

static bool check_permissions(struct findings *found)
{
	const char *tried;
	int ret = probe_filters(found->kernel, &tried);

	if (!ret)
		return report_check(found, true, "permissions", "%s", tried);
	return report_check(found, false, "permissions", "%s: %s%s", tried, strerror(-ret),
			    ret == -EPERM || ret == -EACCES
				    ? " (needs CAP_SYS_ADMIN, and no seccomp filter of its own)"
				    : "");
}

typedef bool check_function(struct findings *found);

static bool check_all(struct findings *found)
{
	static check_function *const checks[] = {
		check_kernel,
		check_criu,
		check_plugin,
		check_permissions,
	};
	bool ok = true;
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		ok &= checks[i](found);
	return ok;
}

static int check_json(void)
{
	struct json_object *document = json_document("check"), *checks = json_object_new_array();
	struct findings found = { .checks = checks };
	bool ok = check_all(&found);

	json_add(document, "ok", json_object_new_boolean(ok));
	json_add(document, "checks", checks);
	return json_print(document) || !ok ? EXIT_FAILED : EXIT_SUCCESS;
}

enum { OPTION_JSON = OPTION_FIRST };

static int check_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ 0 },
	};
	struct findings found = { 0 };
	bool json = false;
	int option;

	while ((option = options_next(argc, argv, options)) == OPTION_JSON)
		json = true;
	if (option == OPTION_WRONG)
		return usage_of("check");
	if (argc > optind) {
		pr_err("it takes no arguments");
		return usage_of("check");
	}
	if (json)
		return check_json();
	return check_all(&found) ? EXIT_SUCCESS : EXIT_FAILED;
}

const struct subcommand check_subcommand = {
	.name = "check",
	.run = check_main,
	.help = "Checks whether everything that a dump needs is in place here",
	.arguments = "[--json]",
	.details =
		"Prints a line for the kernel, for CRIU, the plugin and the permissions, and what\n"
		"to do if something is missing. The exit status is 0 if everything is in place.\n"
		"  --json  for other programs\n",
};
