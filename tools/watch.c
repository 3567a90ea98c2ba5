// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "action.h"
#include "audit-record.h"
#include "audit.h"
#include "calls.h"
#include "decider.h"
#include "json.h"
#include "members.h"
#include "options.h"
#include "report.h"
#include "style.h"
#include "subcommands.h"

enum { OPTION_CONTAINER = OPTION_FIRST, OPTION_SINCE_RESTORE, OPTION_FILTERS, OPTION_JSON };

/**
 * struct watch - what is watched
 * @image: from --since-restore
 * @events: how many events were shown
 * @unidentified: how many events were of processes that had already ended
 * @failed: an event could not be shown
 */
struct watch {
	struct members members;
	struct snapshot image;
	struct decider decider;
	const char *image_path;
	pid_t pid;
	bool json;
	size_t events, unidentified;
	bool failed;
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

static void print_call(const struct audit_record *record)
{
	char name[CALL_NAME_SIZE];
	struct arch arch;

	if (!arch_of(record->arch, record->nr, &arch)) {
		printf("call %u of architecture %#x", record->nr, record->arch);
		return;
	}
	call_name(&arch, record->nr, name);
	printf("%s", name);
	if (arch.token != record->arch || strcmp(arch.name, arch_name(record->arch)))
		printf(" (%s)", arch.name);
}

static void print_line(const struct audit_record *record, const struct container *container,
		       const struct decision *decision)
{
	const char *action = action_name(record->code);
	struct tm time;

	localtime_r(&record->time.tv_sec, &time);
	printf("%02d:%02d:%02d.%03ld  %d %s", time.tm_hour, time.tm_min, time.tm_sec,
	       record->time.tv_nsec / 1000000, record->pid, record->name);
	if (*container->id)
		printf(" [%s%s%.12s]", container->engine, *container->engine ? " " : "",
		       container->id);
	printf(": %s", style(STYLE_TITLE));
	print_call(record);
	printf("%s %s", style(STYLE_PLAIN), action ? action : "KILL_PROCESS");
	if (decision->known)
		printf(" by filter %llu", decision->filter);
	putchar('\n');
	fflush(stdout);
}

static struct json_object *json_time(const struct timespec *when)
{
	char text[40], seconds[24];
	struct tm time;

	gmtime_r(&when->tv_sec, &time);
	strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &time);
	snprintf(text, sizeof(text), "%s.%03ldZ", seconds, when->tv_nsec / 1000000);
	return json_object_new_string(text);
}

static void json_call(const struct audit_record *record, struct json_object *object)
{
	char name[CALL_NAME_SIZE];
	struct arch arch;

	if (arch_of(record->arch, record->nr, &arch)) {
		json_add(object, "arch", json_object_new_string(arch.name));
		if (call_name(&arch, record->nr, name))
			json_add(object, "syscall", json_object_new_string(name));
	}
	json_add(object, "arch_nr", json_object_new_int64(record->arch));
	json_add(object, "nr", json_object_new_int64(record->nr));
}

static int print_json(const struct audit_record *record, const struct container *container,
		      const struct decision *decision)
{
	struct json_object *object = json_document("watch");
	const char *action = action_name(record->code);
	char ip[24];

	json_add(object, "time", json_time(&record->time));
	json_add(object, "serial", json_object_new_int64(record->serial));
	json_add(object, "pid", json_object_new_int(record->pid));
	json_add(object, "uid", json_object_new_int64(record->uid));
	json_add(object, "name", json_object_new_string(record->name));
	json_add(object, "exe", json_object_new_string(record->exe));
	if (*container->id) {
		json_add(object, "container", json_object_new_string(container->id));
		json_add(object, "engine", json_object_new_string(container->engine));
	}
	json_call(record, object);
	json_add(object, "action", json_object_new_string(action ? action : "KILL_PROCESS"));
	json_add(object, "value", json_object_new_int64(record->code));
	json_add(object, "signal", json_object_new_int(record->signal));
	snprintf(ip, sizeof(ip), "%#llx", (unsigned long long)record->ip);
	json_add(object, "ip", json_object_new_string(ip));
	if (decision->known)
		json_add(object, "filter", json_object_new_int64(decision->filter));
	return json_print_line(object);
}

static void handle_record(void *arg, const char *text, size_t len)
{
	struct decision decision = { 0 };
	struct container container;
	struct audit_record record;
	struct watch *watch = arg;

	if (!audit_record_parse(text, len, &record)) {
		pr_warn("cannot parse an audit record: %.*s", (int)len, text);
		return;
	}
	switch (members_has(&watch->members, record.pid, &container)) {
	case MEMBER_NO:
		return;
	case MEMBER_GONE:
		watch->unidentified++;
		return;
	case MEMBER_YES:
		watch->events++;
	}
	decider_ask(&watch->decider, &record, &decision);
	if (!watch->json)
		print_line(&record, &container, &decision);
	else
		watch->failed |= print_json(&record, &container, &decision) != 0;
	/* main() says so */
	watch->failed |= ferror(stdout) != 0;
}

/* @count: 0 if unknown */
static void report_lost(const struct watch *watch, uint32_t count)
{
	struct json_object *object;

	if (count)
		pr_warn("the kernel has dropped %u audit records: events may be missing", count);
	else
		pr_warn("audit records came faster than they could be read: events are missing");
	if (!watch->json)
		return;
	object = json_document("watch");
	json_add(object, "lost", count ? json_object_new_int64(count) : json_object_new_boolean(1));
	json_print_line(object);
}

static void report_overrun(void *arg)
{
	report_lost(arg, 0);
}

static void report_dropped(void *arg, uint32_t count)
{
	report_lost(arg, count);
}

static void say_ready(const struct watch *watch)
{
	fputs("criu-seccomp: watching (press Ctrl-C to end)\n", stderr);
	if (!watch->json)
		fputs("criu-seccomp: calls that fail with an error are only seen if the filter has the flag log\n",
		      stderr);
}

/* Reads the image, if one was given, and finds the processes whose events are shown. */
static int prepare(struct watch *watch)
{
	int ret = 0;

	if (watch->image_path) {
		ret = snapshot_read_image(&watch->image, watch->image_path);
		if (ret && ret != -ESTALE)
			return ret;
		watch->decider.image = &watch->image;
	}
	if (watch->members.container && !members_container_runs(&watch->members))
		pr_warn("no container '%s' is running yet", watch->members.container);
	if (watch->pid)
		return members_add_tree(&watch->members, watch->pid);
	return watch->image_path
		       ? members_add_restored(&watch->members, &watch->image, watch->image_path)
		       : 0;
}

static int run(struct watch *watch)
{
	const struct audit_handler handler = { handle_record, report_overrun, report_dropped,
					       watch };
	struct sigaction action = { .sa_handler = end };
	struct audit *audit = audit_open(&handler);
	int ret;

	if (!audit)
		return -EPERM;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* the socket is open, so no event is missed while the processes are found */
	ret = prepare(watch);
	if (!ret)
		say_ready(watch);
	while (!ret && !ended && !watch->failed) {
		ret = audit_wait(audit);
		if (ret == -EINTR)
			ret = 0;
	}
	audit_close(audit);
	if (watch->unidentified)
		pr_warn("%zu events were of processes that ended before they could be identified",
			watch->unidentified);
	return ret;
}

static int parse(int argc, char **argv, struct watch *watch)
{
	static const struct option options[] = {
		{ "container", required_argument, NULL, OPTION_CONTAINER },
		{ "since-restore", required_argument, NULL, OPTION_SINCE_RESTORE },
		{ "filters", no_argument, NULL, OPTION_FILTERS },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ 0 },
	};
	int option;

	while ((option = options_next(argc, argv, options)) != -1) {
		switch (option) {
		case OPTION_CONTAINER:
			watch->members.container = optarg;
			break;
		case OPTION_SINCE_RESTORE:
			watch->image_path = optarg;
			break;
		case OPTION_FILTERS:
			watch->decider.stops = true;
			break;
		case OPTION_JSON:
			watch->json = true;
			break;
		default:
			return -EINVAL;
		}
	}
	if (argc - optind > 1)
		return -EINVAL;
	if (optind < argc)
		watch->pid = snapshot_parse_pid(argv[optind]);
	if (watch->members.container && (watch->pid || watch->image_path)) {
		pr_err("--container cannot be combined with a process or an image");
		return -EINVAL;
	}
	return watch->pid < 0 ? watch->pid : 0;
}

static int watch_main(int argc, char **argv)
{
	struct watch watch = { 0 };
	int ret;

	if (parse(argc, argv, &watch))
		return usage_of("watch");
	ret = run(&watch);
	members_free(&watch.members);
	snapshot_free(&watch.image);
	return ret || watch.failed ? EXIT_FAILED : EXIT_SUCCESS;
}

const struct subcommand watch_subcommand = {
	.name = "watch",
	.run = watch_main,
	.help = "Shows what filters refuse, as it happens",
	.arguments = "[--filters] [--json] [--container ID | [PID] [--since-restore DIR]]",
	.details =
		"  PID                  only this process and its descendants\n"
		"  --container ID       only this container; of an id, the first digits are enough\n"
		"  --since-restore DIR  only what was restored from this dump\n"
		"  --filters            also says which filter decides: stops the thread for a\n"
		"                       moment to read its filters\n"
		"  --json               a line of JSON for each event\n"
		"\n"
		"Needs CAP_AUDIT_READ. The kernel reports calls that end a task, those that\n"
		"SECCOMP_RET_LOG allows, and others of filters with SECCOMP_FILTER_FLAG_LOG.\n"
		"Ends with Ctrl-C.\n",
};
