// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "options.h"
#include "show.h"
#include "snapshot.h"
#include "subcommands.h"

enum {
	OPTION_DOT = OPTION_FIRST,
	OPTION_JSON,
	OPTION_PROGRAMS,
	OPTION_RAW,
	OPTION_SVG,
};

static int image_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "dot", no_argument, NULL, OPTION_DOT },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "programs", no_argument, NULL, OPTION_PROGRAMS },
		{ "raw", required_argument, NULL, OPTION_RAW },
		{ "svg", no_argument, NULL, OPTION_SVG },
		{ 0 },
	};
	struct show wanted = { .subcommand = "image" };
	struct snapshot snapshot;
	int option, status = 0, ret;

	while ((option = options_next(argc, argv, options)) != -1)
		switch (option) {
		case OPTION_DOT:
			if (!show_as(&wanted, SHOW_DOT))
				return usage_of("image");
			break;
		case OPTION_SVG:
			if (!show_as(&wanted, SHOW_SVG))
				return usage_of("image");
			break;
		case OPTION_JSON:
			if (!show_as(&wanted, SHOW_JSON))
				return usage_of("image");
			break;
		case OPTION_PROGRAMS:
			wanted.draw.programs = true;
			break;
		case OPTION_RAW:
			if (!show_as(&wanted, SHOW_RAW))
				return usage_of("image");
			wanted.program = optarg;
			break;
		default:
			return usage_of("image");
		}
	if (argc - optind != 1)
		return usage_of("image");
	ret = snapshot_read_image(&snapshot, argv[optind]);
	/* it can be shown, even if nobody can restore it */
	if (!ret || ret == -ESTALE)
		status = show(&snapshot, &wanted);
	snapshot_free(&snapshot);
	return ret || status ? EXIT_FAILED : EXIT_SUCCESS;
}

const struct subcommand image_subcommand = {
	.name = "image",
	.run = image_main,
	.help = "Shows the filters of a dump and who shares them",
	.arguments = "[OPTION]... DIR|FILE|ARCHIVE",
	.details = "  DIR           the folder of a dump, with seccomp-tree.img in it\n"
		   "  FILE          such a file itself\n"
		   "  ARCHIVE       a container's checkpoint, as podman and CRI-O export it\n"
		   "  --dot         for Graphviz\n"
		   "  --json        for other programs\n"
		   "  --programs    also lists the programs of the filters\n"
		   "  --raw NUMBER  writes that program as bytes: struct sock_filter[]\n"
		   "  --svg         a picture\n",
};
