// SPDX-License-Identifier: GPL-2.0
/* Writes images for the fuzzer to begin with into a folder: seeds FOLDER */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "image.h"
#include "report.h"

void report(enum report_level level, const char *fmt, ...)
{
	va_list args;

	(void)level;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

static int write_seed(int dir, int number, const struct tree *tree)
{
	struct image image = { .fd = -1 };
	char name[32];
	int ret;

	ret = image_sync(&image, dir, tree);
	image_close(&image);
	snprintf(name, sizeof(name), "seed-%d", number);
	return ret || renameat(dir, IMAGE_NAME, dir, name);
}

/* One more filter, above the newest or a root, and a process that stands on it. */
static int grow(struct tree *tree, int number)
{
	const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW - number % 3),
	};
	struct tree_filter filter = { .parent = number % 4 ? (uint32_t)number - 1 : TREE_NONE };
	struct tree_thread threads[] = { { .tid = number * 100 + 1, .filter = number },
					 { .tid = number * 100 + 7, .filter = TREE_NONE } };
	int ret = tree_add_program(tree, insns, 2);

	if (ret < 0)
		return ret;
	filter.program = ret;
	filter.flags = number % 5 == 1 ? SECCOMP_FILTER_FLAG_LOG : 0;
	ret = tree_add_filter(tree, &filter);
	return ret < 0 ? ret : tree_add_process(tree, threads, 1 + number % 2);
}

int main(int argc, char **argv)
{
	struct tree tree = { 0 };
	int dir, i, ret;

	dir = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	if (dir < 0) {
		fprintf(stderr, "usage: seeds FOLDER\n");
		return 2;
	}
	ret = tree_set_run_id(&tree, "seed", 4);
	if (!ret)
		ret = write_seed(dir, 0, &tree);
	for (i = 0; i < 12 && ret >= 0; i++) {
		ret = grow(&tree, i);
		if (ret >= 0)
			ret = write_seed(dir, i + 1, &tree);
	}
	tree_free(&tree);
	close(dir);
	return ret < 0;
}
