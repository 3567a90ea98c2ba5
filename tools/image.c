// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "draw.h"
#include "options.h"
#include "snapshot.h"
#include "subcommands.h"

enum { OPTION_PROGRAMS = OPTION_FIRST };

static int show(const struct snapshot *snapshot, const struct draw_options *options)
{
	printf("dumped by CRIU run %s\n", snapshot->tree.run_id);
	return draw(snapshot, options);
}

static int image_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "programs", no_argument, NULL, OPTION_PROGRAMS },
		{ 0 },
	};
	struct draw_options wanted = { 0 };
	struct snapshot snapshot;
	int option, ret;

	while ((option = options_next(argc, argv, options)) == OPTION_PROGRAMS)
		wanted.programs = true;
	if (option == OPTION_WRONG || argc - optind != 1)
		return usage_of("image");
	ret = snapshot_read_image(&snapshot, argv[optind]);
	/* it can be shown, even if nobody can restore it */
	if (!ret || ret == -ESTALE)
		ret = show(&snapshot, &wanted) ?: ret;
	snapshot_free(&snapshot);
	return ret ? EXIT_FAILED : EXIT_SUCCESS;
}

const struct subcommand image_subcommand = {
	.name = "image",
	.run = image_main,
	.help = "Shows the same of a dump",
	.arguments = "[--programs] DIR|FILE",
	.details = "  DIR         the folder of a dump, with seccomp-tree.img in it\n"
		   "  FILE        such a file itself\n"
		   "  --programs  also lists the programs of the filters\n",
};
