// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "draw.h"
#include "image.h"
#include "inventory.h"
#include "options.h"
#include "report.h"
#include "subcommands.h"

enum { OPTION_PROGRAMS = OPTION_FIRST };

/* The image in the folder @path, or @path itself; for the caller to free. */
static char *image_path(const char *path)
{
	struct stat st;
	char *joined;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return strdup(path);
	return asprintf(&joined, "%s/" IMAGE_NAME, path) < 0 ? NULL : joined;
}

/* The inventory in the same folder; for the caller to free. */
static char *inventory_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	int folder = slash ? slash + 1 - path : 0;
	char *joined;

	return asprintf(&joined, "%.*s" INVENTORY_NAME, folder, path) < 0 ? NULL : joined;
}

/* A restore takes the tree only with the inventory of its dump. */
static int compare_run(const char *path, const char *inventory, const struct tree *tree)
{
	char run[TREE_RUN_ID_SIZE];
	int ret = inventory_run_id(inventory, run, sizeof(run));

	if (ret == -ENOENT)
		return 0;
	if (ret || !strcmp(run, tree->run_id))
		return ret;
	pr_err("%s is of another dump than %s, which names %s%s: a restore refuses them, copy all files of one dump",
	       path, inventory, *run ? "CRIU run " : "no run of CRIU", run);
	return -ESTALE;
}

static int compare_with_inventory(const char *path, const struct tree *tree)
{
	char *inventory = inventory_path(path);
	int ret = inventory ? compare_run(path, inventory, tree) : -ENOMEM;

	if (!inventory)
		pr_err("not enough memory");
	free(inventory);
	return ret;
}

static int show(const char *path, bool programs)
{
	struct tree tree = { 0 };
	struct picture picture = { .tree = &tree };
	int ret;

	ret = image_read_file(AT_FDCWD, path, &tree);
	if (ret == -ENOENT)
		pr_err("cannot open %s: %s (a dump has it where a task had filters and CRIU the plugin)",
		       path, strerror(ENOENT));
	if (ret)
		return ret;
	printf("dumped by CRIU run %s\n", tree.run_id);
	ret = draw(&picture, programs);
	if (!ret)
		ret = compare_with_inventory(path, &tree);
	tree_free(&tree);
	return ret;
}

static int image_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "programs", no_argument, NULL, OPTION_PROGRAMS },
		{ 0 },
	};
	bool programs = false;
	char *path;
	int option, ret;

	while ((option = options_next(argc, argv, options)) == OPTION_PROGRAMS)
		programs = true;
	if (option == OPTION_WRONG || argc - optind != 1)
		return usage_of("image");
	path = image_path(argv[optind]);
	ret = path ? show(path, programs) : -ENOMEM;
	if (!path)
		pr_err("not enough memory");
	free(path);
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
