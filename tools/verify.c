// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdlib.h>

#include "options.h"
#include "report-compare.h"
#include "snapshot.h"
#include "subcommands.h"

enum { OPTION_JSON = OPTION_FIRST };

static int verify(const char *image, pid_t pid, bool json)
{
	struct snapshot dumped, running = { 0 };
	int status = EXIT_UNKNOWN;

	if (!snapshot_read_image(&dumped, image) && !snapshot_read_pids(&running, &pid, 1))
		status = compare_and_report(&dumped, &running, "verify", json);
	snapshot_free(&dumped);
	snapshot_free(&running);
	return status;
}

static int verify_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, OPTION_JSON },
		{ 0 },
	};
	bool json = false;
	int option;
	pid_t pid;

	while ((option = options_next(argc, argv, options)) == OPTION_JSON)
		json = true;
	if (option == OPTION_WRONG || argc - optind != 2)
		return usage_of("verify");
	pid = snapshot_parse_pid(argv[optind + 1]);
	return pid < 0 ? EXIT_USAGE : verify(argv[optind], pid, json);
}

const struct subcommand verify_subcommand = {
	.name = "verify",
	.run = verify_main,
	.failure = EXIT_UNKNOWN,
	.help = "Checks whether a process has its filters as they were dumped",
	.arguments = "[--json] DIR|FILE|ARCHIVE PID",
	.details =
		"  DIR, FILE, ...  a dump, as for \"criu-seccomp image\"\n"
		"  PID             the process that was restored, the first of its tree\n"
		"  --json          for other programs\n"
		"\n"
		"Compares each thread: whether it has filters, their programs, flags and\n"
		"listeners, and which threads share which filter. The exit status is 0 if nothing\n"
		"differs, 1 if something differs, 2 if one of them could not be read.\n",
};
