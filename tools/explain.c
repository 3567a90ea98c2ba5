// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "bpf.h"
#include "constants.h"
#include "explain.h"
#include "options.h"
#include "program.h"
#include "report.h"
#include "style.h"
#include "subcommands.h"

enum {
	OPTION_SYSCALL = OPTION_FIRST,
	OPTION_ARCH,
	OPTION_THREAD,
	OPTION_ALL,
	OPTION_PROGRAMS,
	OPTION_JSON
};

/* How many architectures run on one kernel. */
#define MAX_ARCHS 4

/* How many threads a headline names; the others are only counted. */
#define MAX_NAMED 6

/**
 * struct request - what was asked for
 * @syscall: NULL: all of them
 * @given: its arguments, NAME=VALUE
 * @arch: NULL: all that run on a kernel of @audit; only its own gets a full table
 * @audit: AUDIT_ARCH_* of this machine, or of the one that an image was dumped on
 * @thread: 0: all of them
 * @all: list all calls
 */
struct request {
	const char *what, *syscall, *arch;
	char **given;
	int n_given;
	uint32_t audit;
	pid_t thread;
	bool all, programs, json;
	struct json_object *document, *stacks;
};

/* The architectures of the calls that are explained; 0 if libseccomp does not know any. */
static size_t find_archs(const struct request *request, struct arch *archs)
{
	size_t count = 0;

	if (request->arch)
		return arch_find(request->arch, &archs[0]);
	while (count < MAX_ARCHS && arch_on(request->audit, count, &archs[count]))
		count++;
	return count;
}

/* Sets an argument from NAME=VALUE: both words of it are known from now on. */
static int set_argument(struct question *question, const char *given)
{
	const char *equals = strchr(given, '=');
	unsigned int argument;
	char name[32];
	int ret;

	if (!equals) {
		pr_err("'%s' is not an argument of a call: give NAME=VALUE, or 0=VALUE for the first",
		       given);
		return -EINVAL;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(equals - given), given);
	if (!argument_find(question->name, name, &argument)) {
		pr_err("%s has no argument named '%s' (0 to 5 can always be used)", question->name,
		       name);
		return -EINVAL;
	}
	if (question->call.known & 3 << (BPF_WORD_ARGS + 2 * argument)) {
		pr_err("argument %u of %s is given twice", argument, question->name);
		return -EINVAL;
	}
	ret = constant_parse(question->arch.audit, question->name, argument, equals + 1,
			     (uint64_t *)&question->call.data.args[argument]);
	if (ret == -EDOM)
		pr_err("the values of '%s' on %s are not known here: give a number", equals + 1,
		       question->arch.name);
	else if (ret)
		pr_err("'%s' is not a value for argument %s of %s", equals + 1, name,
		       question->name);
	if (ret)
		return -EINVAL;
	question->call.known |= 3 << (BPF_WORD_ARGS + 2 * argument);
	return 0;
}

/* Returns 0; -ENOENT: the architecture has no such call; -EINVAL after a message. */
static int make_question(const struct request *request, const struct arch *arch,
			 struct question *question)
{
	uint32_t nr;
	int ret = 0, i;

	if (!call_number(arch, request->syscall, &nr))
		return -ENOENT;
	explain_ask(arch, nr, question);
	for (i = 0; !ret && i < request->n_given; i++)
		ret = set_argument(question, request->given[i]);
	return ret;
}

static int check_request(const struct request *request)
{
	struct arch archs[MAX_ARCHS];
	struct question question;
	char text[ARCH_NAME_SIZE];
	size_t count = find_archs(request, archs), i;
	bool found = false;
	int ret;

	if (!count) {
		pr_err("libseccomp does not know the architecture '%s'",
		       request->arch ? request->arch : arch_text(request->audit, text));
		return -EINVAL;
	}
	for (i = 0; request->syscall && i < count; i++) {
		ret = make_question(request, &archs[i], &question);
		if (ret == -EINVAL)
			return ret;
		found |= !ret;
	}
	if (request->syscall && !found) {
		pr_err("libseccomp does not know a call '%s' of %s", request->syscall,
		       archs[0].name);
		return -EINVAL;
	}
	if (request->n_given && !request->syscall) {
		pr_err("unexpected '%s': give one process or image, and arguments only with --syscall",
		       request->given[0]);
		return -EINVAL;
	}
	return 0;
}

/* Prints nothing for an architecture that lacks the call. */
static int explain_arch(const struct request *request, const struct subject *subject,
			const struct arch *arch, enum table table, struct json_object *archs)
{
	struct question question;

	if (!request->syscall)
		return archs ? explain_json_table(subject, arch, archs)
			     : explain_table(subject, arch, table);
	if (make_question(request, arch, &question))
		return 0;
	return archs ? explain_json_call(subject, &question, archs)
		     : explain_call(subject, &question);
}

static int print_programs(const struct subject *subject)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < subject->stack.count; i++) {
		printf("%sfilter %llu%s\n", style(STYLE_TITLE),
		       source_number(subject->source, subject->newest, i), style(STYLE_PLAIN));
		ret = program_print(subject->stack.programs[i].insns,
				    subject->stack.programs[i].len,
				    subject->source->snapshot.tree.arch);
	}
	return ret;
}

static int explain_stack(const struct request *request, const struct subject *subject,
			 struct json_object *archs)
{
	struct arch list[MAX_ARCHS];
	enum table table = request->all ? TABLE_ALL : TABLE_USUAL;
	size_t count = find_archs(request, list), i;
	int ret = 0;

	if (request->programs && !archs)
		ret = print_programs(subject);
	for (i = 0; !ret && i < count; i++)
		ret = explain_arch(request, subject, &list[i], i ? TABLE_SUMMARY : table, archs);
	if (ret)
		pr_err("not enough memory to explain %zu filters", subject->stack.count);
	return ret;
}

/* Whether the thread belongs to the subject that begins with @first. */
static bool same_subject(const struct source *source, size_t first, size_t thread)
{
	const struct snapshot *snapshot = &source->snapshot;

	return snapshot->tree.threads[thread].filter == snapshot->tree.threads[first].filter &&
	       snapshot->labels[thread].mode == snapshot->labels[first].mode;
}

static bool is_wanted(const struct request *request, const struct source *source, size_t thread)
{
	return !request->thread || source->snapshot.tree.threads[thread].tid == request->thread;
}

/* A subject is printed where its first thread is. */
static bool is_first(const struct request *request, const struct source *source, size_t thread)
{
	size_t i;

	if (!is_wanted(request, source, thread))
		return false;
	for (i = 0; i < thread; i++)
		if (is_wanted(request, source, i) && same_subject(source, i, thread))
			return false;
	return true;
}

/* "412, 415 main, 416 worker: ": threads of one name that follow one another share it. */
static void print_headline(const struct request *request, const struct source *source, size_t first)
{
	const struct snapshot *snapshot = &source->snapshot;
	size_t named = 0, more = 0, last = first, i;

	fputs(style(STYLE_TITLE), stdout);
	for (i = first; i < snapshot->tree.n_threads; i++) {
		if (!is_wanted(request, source, i) || !same_subject(source, first, i))
			continue;
		if (named++ >= MAX_NAMED) {
			more++;
			continue;
		}
		if (*snapshot->labels[last].name &&
		    strcmp(snapshot->labels[i].name, snapshot->labels[last].name))
			printf(" %s", snapshot->labels[last].name);
		printf("%s%d", named > 1 ? ", " : "", snapshot->tree.threads[i].tid);
		last = i;
	}
	if (*snapshot->labels[last].name)
		printf(" %s", snapshot->labels[last].name);
	if (more)
		printf(" and %zu more threads", more);
	printf("%s: ", style(STYLE_PLAIN));
}

static void print_stack(const struct subject *subject)
{
	size_t i;

	printf("filter%s", subject->stack.count == 1 ? "" : "s");
	for (i = 0; i < subject->stack.count; i++)
		printf("%s %llu", i ? "," : "", source_number(subject->source, subject->newest, i));
	printf("%s\n", subject->stack.count == 1 ? "" : ", the newest first");
}

static const char *text_without_filters(enum thread_mode mode)
{
	return mode == THREAD_STRICT
		       ? "strict mode: read, write, exit and rt_sigreturn are allowed, all else kills"
		       : thread_mode_text(mode);
}

static struct json_object *json_threads(const struct request *request, const struct source *source,
					size_t first)
{
	struct json_object *array = json_object_new_array(), *thread;
	const struct snapshot *snapshot = &source->snapshot;
	size_t i;

	for (i = first; i < snapshot->tree.n_threads; i++) {
		if (!is_wanted(request, source, i) || !same_subject(source, first, i))
			continue;
		thread = json_object_new_object();
		json_add(thread, "tid", json_object_new_int(snapshot->tree.threads[i].tid));
		if (*snapshot->labels[i].name)
			json_add(thread, "name", json_object_new_string(snapshot->labels[i].name));
		json_append(array, thread);
	}
	return array;
}

static struct json_object *json_filters(const struct subject *subject)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < subject->stack.count; i++)
		json_append(array, json_object_new_int64(
					   source_number(subject->source, subject->newest, i)));
	return array;
}

/* @object: where the JSON goes; NULL: print text */
static int explain_subject(const struct request *request, const struct subject *subject,
			   enum thread_mode mode, struct json_object *object)
{
	struct json_object *archs = NULL;
	int ret = 0;

	if (object) {
		archs = json_object_new_array();
		json_add(object, "filters", json_filters(subject));
	} else if (subject->stack.count) {
		print_stack(subject);
	} else {
		puts(text_without_filters(mode));
	}
	if (subject->stack.count)
		ret = explain_stack(request, subject, archs);
	if (object)
		json_add(object, "archs", archs);
	return ret;
}

static int explain_threads(const struct request *request, const struct source *source, size_t first)
{
	enum thread_mode mode = source->snapshot.labels[first].mode;
	struct json_object *object = NULL;
	struct subject subject = { source, source->snapshot.tree.threads[first].filter, { 0 } };
	int ret = source_stack(source, subject.newest, &subject.stack);

	if (ret)
		return ret;
	if (request->json) {
		object = json_object_new_object();
		json_add(object, "mode", json_object_new_string(thread_mode_text(mode)));
		json_add(object, "threads", json_threads(request, source, first));
	} else {
		print_headline(request, source, first);
	}
	ret = explain_subject(request, &subject, mode, object);
	if (object)
		json_append(request->stacks, object);
	source_free_stack(&subject.stack);
	return ret;
}

static int explain_source(struct request *request, const struct source *source)
{
	size_t i, subjects = 0;
	int ret = 0;

	if (request->json) {
		request->document = json_document("explain");
		request->stacks = json_object_new_array();
	}
	for (i = 0; !ret && i < source->snapshot.tree.n_threads; i++) {
		if (!is_first(request, source, i))
			continue;
		if (subjects++ && !request->json)
			putchar('\n');
		ret = explain_threads(request, source, i);
	}
	if (!subjects) {
		if (request->thread)
			pr_err("%s has no thread %d", request->what, request->thread);
		else
			pr_err("no thread of %s has filters", request->what);
		ret = -ESRCH;
	}
	if (!request->json)
		return ret;
	json_add(request->document, "stacks", request->stacks);
	if (!ret)
		return json_print(request->document);
	json_object_put(request->document);
	return ret;
}

static int parse(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "syscall", required_argument, NULL, OPTION_SYSCALL },
		{ "arch", required_argument, NULL, OPTION_ARCH },
		{ "thread", required_argument, NULL, OPTION_THREAD },
		{ "all", no_argument, NULL, OPTION_ALL },
		{ "programs", no_argument, NULL, OPTION_PROGRAMS },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ 0 },
	};
	int option;

	while ((option = options_next(argc, argv, options)) != -1) {
		switch (option) {
		case OPTION_SYSCALL:
			request->syscall = optarg;
			break;
		case OPTION_ARCH:
			request->arch = optarg;
			break;
		case OPTION_THREAD:
			request->thread = snapshot_parse_pid(optarg);
			if (request->thread < 0)
				return -EINVAL;
			break;
		case OPTION_ALL:
			request->all = true;
			break;
		case OPTION_PROGRAMS:
			request->programs = true;
			break;
		case OPTION_JSON:
			request->json = true;
			break;
		default:
			return -EINVAL;
		}
	}
	if (optind == argc)
		return -EINVAL;
	request->what = argv[optind];
	request->given = argv + optind + 1;
	request->n_given = argc - optind - 1;
	return 0;
}

static int explain_main(int argc, char **argv)
{
	struct request request = { .audit = ARCH_NATIVE };
	struct source source;
	bool process;
	int ret;

	if (parse(argc, argv, &request))
		return usage_of("explain");
	/* no process is stopped for a wrong request; whose calls are meant, only the image says */
	process = snapshot_is_pid(request.what);
	if (process && check_request(&request))
		return usage_of("explain");
	if (source_open(&source, request.what))
		return EXIT_FAILED;
	request.audit = source.snapshot.tree.arch;
	if (!process && check_request(&request)) {
		source_free(&source);
		return usage_of("explain");
	}
	ret = explain_source(&request, &source);
	source_free(&source);
	return ret || source.foreign ? EXIT_FAILED : EXIT_SUCCESS;
}

const struct subcommand explain_subcommand = {
	.name = "explain",
	.run = explain_main,
	.help = "Explains what filters do with system calls",
	.arguments = "[OPTION]... PID|DIR|FILE|ARCHIVE [--syscall NAME [ARG=VALUE]...]",
	.details =
		"  PID             a process, with all its threads\n"
		"  DIR, FILE, ...  a dump, as for \"criu-seccomp image\"\n"
		"  --syscall NAME  only this call, filter by filter; otherwise a table\n"
		"  ARG=VALUE       an argument of it: flags=CLONE_NEWUSER, or 0=0x10000000\n"
		"  --arch NAME     the architecture of the calls, as libseccomp calls it\n"
		"  --thread TID    only this thread\n"
		"  --all           lists all calls, also with the result that most of them have\n"
		"  --programs      also lists the programs\n"
		"  --json          for other programs\n"
		"\n"
		"Needs CAP_SYS_ADMIN for a process, and works on every kernel. Threads that\n"
		"have filters are stopped for a moment while their filters are read.\n",
};
