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
#include "options.h"
#include "report.h"
#include "subcommands.h"

/* The image in the folder @path, or @path itself; for the caller to free. */
static char *image_path(const char *path)
{
	struct stat st;
	char *joined;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return strdup(path);
	return asprintf(&joined, "%s/" IMAGE_NAME, path) < 0 ? NULL : joined;
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
	ret = draw(&picture, programs);
	tree_free(&tree);
	return ret;
}

int image_main(int argc, char **argv)
{
	bool programs;
	char *path;
	int ret;

	if (options_parse(argc, argv, &programs) || argc - optind != 1)
		return usage_of("image");
	path = image_path(argv[optind]);
	ret = path ? show(path, programs) : -ENOMEM;
	if (!path)
		pr_err("not enough memory");
	free(path);
	return ret ? EXIT_FAILED : EXIT_SUCCESS;
}
