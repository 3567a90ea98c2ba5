// SPDX-License-Identifier: GPL-2.0
/* Writes images for the fuzzer to begin with into a folder: seeds FOLDER */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arch.h"
#include "image.h"
#include "report-stderr.h"

static int write_seed(int dir, int number, struct tree *tree)
{
	struct image image = { .fd = -1 };
	char name[32];
	int ret;

	tree->arch = AUDIT_ARCH_X86_64;
	ret = tree_set_run_id(tree, "seed", 4);
	if (!ret)
		ret = image_sync(&image, dir, tree);
	image_close(&image);
	snprintf(name, sizeof(name), "seed-%d", number);
	return ret ? ret : renameat(dir, IMAGE_NAME, dir, name);
}

static int add_files(struct tree *tree, int number, const struct tree_filter *filter)
{
	const struct tree_file files[] = {
		{ .id = 4 * number, .kind = TREE_FILE_FILTER, .filter = number },
		{ .id = 4 * number + 3, .kind = TREE_FILE_SEALED, .filter = number },
		{ .id = 4 * number + 1,
		  .kind = TREE_FILE_HUNG_UP,
		  .filter = TREE_NONE,
		  .flags = O_NONBLOCK },
		{ .id = 4 * number + 2,
		  .kind = TREE_FILE_LISTENER,
		  .filter = number,
		  .flags = O_APPEND | O_NONBLOCK },
	};
	int ret = 0, i;

	if (number % 3)
		return 0;
	for (i = 0; i < 4 && ret >= 0; i++)
		if (i < 3 || filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
			ret = tree_add_file(tree, &files[i]);
	return ret;
}

/*
 * One more filter, above the newest or a root, a process that has it, and now and
 * then files. Each root has a listener.
 */
static int grow(struct tree *tree, int number)
{
	const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW - number % 3),
	};
	const uint32_t newer[] = { 0, 1 };
	struct tree_filter filter = { .parent = number % 4 ? (uint32_t)number - 1 : TREE_NONE };
	struct tree_thread threads[] = { { .tid = number * 100 + 1, .filter = number },
					 { .tid = number * 100 + 7, .filter = TREE_NONE } };
	int ret = tree_add_program(tree, insns, 2);

	if (ret < 0)
		return ret;
	filter.program = ret;
	filter.flags = number % 5 == 1 ? SECCOMP_FILTER_FLAG_LOG : 0;
	if (filter.parent == TREE_NONE)
		filter.flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER |
				(number ? SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV : 0);
	if (number % 4 == 0 && number) {
		filter.flags |= SECCOMP_FILTER_FLAG_REPLACEABLE;
		filter.generation = number;
		filter.newer = newer;
		filter.n_newer = number == 8 ? 2 : 0;
	}
	if (number == 4)
		filter.flags |= SECCOMP_FILTER_FLAG_KEEP;
	filter.listener_flags = number == 8 ? SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP : 0;
	ret = tree_add_filter(tree, &filter);
	if (ret >= 0)
		ret = add_files(tree, number, &filter);
	return ret < 0 ? ret : tree_add_process(tree, threads, 1 + number % 2);
}

/* The longest path that there can be, of the longest programs, and the last thread id. */
static int write_longest(int dir, int number)
{
	static const struct sock_filter insns[BPF_MAXINSNS];
	struct tree_thread thread = { .tid = TREE_MAX_TID, .filter = 7 };
	struct tree_filter filter = { .parent = TREE_NONE };
	struct tree tree = { 0 };
	int ret = 0, i;

	for (i = 0; i < 8 && ret >= 0; i++) {
		ret = tree_add_program(&tree, insns, i < 7 ? BPF_MAXINSNS : BPF_MAXINSNS - 7 * 4);
		if (ret < 0)
			break;
		filter.program = ret;
		ret = tree_add_filter(&tree, &filter);
		filter.parent = ret;
	}
	if (ret >= 0)
		ret = tree_add_process(&tree, &thread, 1);
	if (ret >= 0)
		ret = write_seed(dir, number, &tree);
	tree_free(&tree);
	return ret;
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
	ret = write_seed(dir, 0, &tree);
	for (i = 0; i < 12 && ret >= 0; i++) {
		ret = grow(&tree, i);
		if (ret >= 0)
			ret = write_seed(dir, i + 1, &tree);
	}
	if (ret >= 0)
		ret = write_longest(dir, i + 1);
	tree_free(&tree);
	close(dir);
	return ret < 0;
}
