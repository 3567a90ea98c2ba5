// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "options.h"
#include "report-compare.h"
#include "snapshot.h"
#include "subcommands.h"

enum { OPTION_JSON = OPTION_FIRST };

static int diff_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ 0 },
	};
	struct snapshot a = { 0 }, b = { 0 };
	bool json = false;
	int option, status = EXIT_UNKNOWN;

	while ((option = options_next(argc, argv, options)) == OPTION_JSON)
		json = true;
	if (option == OPTION_WRONG || argc - optind != 2)
		return usage_of("diff");
	if (!snapshot_read(&a, argv[optind]) && !snapshot_read(&b, argv[optind + 1]))
		status = compare_and_report(&a, &b, "diff", json);
	snapshot_free(&a);
	snapshot_free(&b);
	return status;
}

const struct subcommand diff_subcommand = {
	.name = "diff",
	.run = diff_main,
	.failure = EXIT_UNKNOWN,
	.help = "Shows what differs between two images, processes, or one of each",
	.arguments = "[--json] A B",
	.details = "  A, B    the id of a process, or a dump, as for \"criu-seccomp image\";\n"
		   "          a folder whose name is a number is ./NUMBER\n"
		   "  --json  for other programs\n"
		   "\n"
		   "Threads are compared by their ids. Two processes that have no id in common\n"
		   "are compared in the order in which their threads and children were started.\n"
		   "The exit status is 0 if nothing differs, 1 if something does, 2 if A or B\n"
		   "could not be read.\n",
};
