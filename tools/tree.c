// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "options.h"
#include "report.h"
#include "show.h"
#include "snapshot.h"
#include "subcommands.h"

enum {
	OPTION_ALL = OPTION_FIRST,
	OPTION_COLLAPSE,
	OPTION_DOT,
	OPTION_JSON,
	OPTION_NO_COLLAPSE,
	OPTION_PROGRAMS,
	OPTION_RAW,
	OPTION_SVG,
};

/**
 * struct wanted - what is asked for
 * @all: every process
 * @collapse: -1: as the other options imply
 */
struct wanted {
	struct show show;
	bool all;
	int collapse;
};

static int read_all(struct snapshot *snapshot)
{
	struct tasks tasks = { 0 };
	int ret;

	*snapshot = (struct snapshot){ 0 };
	ret = tasks_find_all(&tasks);
	if (!ret)
		ret = snapshot_read_tasks(snapshot, &tasks, 0);
	tasks_free(&tasks);
	return ret;
}

/* All arguments are process ids; for the caller to free. NULL after a message. */
static pid_t *parse_pids(int count, char **texts)
{
	pid_t *pids = calloc(count, sizeof(*pids));
	int i;

	if (!pids)
		pr_err("not enough memory for %d process ids", count);
	for (i = 0; pids && i < count; i++) {
		pids[i] = snapshot_parse_pid(texts[i]);
		if (pids[i] < 0) {
			free(pids);
			pids = NULL;
		}
	}
	return pids;
}

static int tree(const struct wanted *wanted, const pid_t *pids, int count)
{
	struct snapshot snapshot;
	int ret;

	ret = wanted->all ? read_all(&snapshot) : snapshot_read_pids(&snapshot, pids, count);
	if (!ret)
		ret = show(&snapshot, &wanted->show);
	if (!ret && !snapshot.complete)
		ret = -EPERM;
	snapshot_free(&snapshot);
	return ret;
}

static bool parse_options(int argc, char **argv, struct wanted *wanted)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, OPTION_ALL },
		{ "collapse", no_argument, NULL, OPTION_COLLAPSE },
		{ "dot", no_argument, NULL, OPTION_DOT },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "no-collapse", no_argument, NULL, OPTION_NO_COLLAPSE },
		{ "programs", no_argument, NULL, OPTION_PROGRAMS },
		{ "raw", required_argument, NULL, OPTION_RAW },
		{ "svg", no_argument, NULL, OPTION_SVG },
		{ 0 },
	};
	int option;

	while ((option = options_next(argc, argv, options)) != -1)
		switch (option) {
		case OPTION_ALL:
			wanted->all = true;
			break;
		case OPTION_COLLAPSE:
		case OPTION_NO_COLLAPSE:
			wanted->collapse = option == OPTION_COLLAPSE;
			break;
		case OPTION_DOT:
			if (!show_as(&wanted->show, SHOW_DOT))
				return false;
			break;
		case OPTION_SVG:
			if (!show_as(&wanted->show, SHOW_SVG))
				return false;
			break;
		case OPTION_JSON:
			if (!show_as(&wanted->show, SHOW_JSON))
				return false;
			break;
		case OPTION_RAW:
			if (!show_as(&wanted->show, SHOW_RAW))
				return false;
			wanted->show.program = optarg;
			break;
		case OPTION_PROGRAMS:
			wanted->show.draw.programs = true;
			break;
		default:
			return false;
		}
	wanted->show.draw.collapse = wanted->collapse < 0 ? wanted->all : wanted->collapse;
	wanted->show.draw.count_unconfined = wanted->all && wanted->show.draw.collapse;
	/* either all, or some */
	return wanted->all == (optind == argc);
}

static int tree_main(int argc, char **argv)
{
	struct wanted wanted = { .show = { .subcommand = "tree" }, .collapse = -1 };
	pid_t *pids = NULL;
	int ret;

	if (!parse_options(argc, argv, &wanted))
		return usage_of("tree");
	if (!wanted.all) {
		pids = parse_pids(argc - optind, argv + optind);
		if (!pids)
			return EXIT_USAGE;
	}
	ret = tree(&wanted, pids, argc - optind);
	free(pids);
	return ret ? EXIT_FAILED : EXIT_SUCCESS;
}

const struct subcommand tree_subcommand = {
	.name = "tree",
	.run = tree_main,
	.help = "Shows the filters of running processes and who shares them",
	.arguments = "[OPTION]... PID... | --all",
	.details =
		"  Shows the processes PID and all that descend from them.\n"
		"  --all          every process, by container, with similar ones in one line\n"
		"  --collapse     the same for PID: the threads of a process in one line, sleeping\n"
		"                 processes under one filter in one line, and stacks of filters\n"
		"  --no-collapse  with --all: a line for each thread and filter\n"
		"  --dot          for Graphviz\n"
		"  --json         for other programs\n"
		"  --programs     also lists the programs of the filters\n"
		"  --raw NUMBER   writes that program as bytes: struct sock_filter[]\n"
		"  --svg          a picture\n"
		"\n"
		"Needs CAP_SYS_ADMIN and a kernel with filter descriptors or BTF. Threads that have\n"
		"filters are stopped for a moment while they are read.\n",
};
