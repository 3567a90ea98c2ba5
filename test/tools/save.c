// SPDX-License-Identifier: GPL-2.0
/* Writes the filters of a running process as an image, without a dump. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch.h"
#include "image.h"
#include "../fuzz/report-stderr.h"
#include "snapshot.h"

#define RUN_ID "0b5a6b0e-3f2c-4d8e-9a70-5f0c3a1d2e4b"

static bool has_filters(const struct tree *tree, const struct tree_process *process)
{
	uint32_t i;

	for (i = process->first; i < process->first + process->count; i++)
		if (tree->threads[i].filter != TREE_NONE)
			return true;
	return false;
}

/* What a dump records: of the processes, only those with filters. */
static int copy(struct tree *to, const struct tree *from)
{
	const struct tree_process *process;
	size_t i;
	int ret = tree_set_run_id(to, RUN_ID, sizeof(RUN_ID) - 1);

	to->arch = ARCH_NATIVE;
	for (i = 0; ret >= 0 && i < from->n_programs; i++)
		ret = tree_add_program(to, from->programs[i].insns, from->programs[i].len);
	for (i = 0; ret >= 0 && i < from->n_filters; i++)
		ret = tree_add_filter(to, &from->filters[i]);
	for (i = 0; ret >= 0 && i < from->n_processes; i++) {
		process = &from->processes[i];
		if (has_filters(from, process))
			ret = tree_add_process(to, from->threads + process->first, process->count);
	}
	return ret < 0 ? ret : 0;
}

int main(int argc, char **argv)
{
	struct image image = { .fd = -1 };
	struct tree tree = { 0 };
	struct snapshot snapshot;
	int dir = argc == 3 ? open(argv[2], O_RDONLY | O_DIRECTORY) : -1, ret;

	if (dir < 0) {
		fputs("usage: save PID DIR\n", stderr);
		return 2;
	}
	ret = snapshot_read(&snapshot, argv[1]);
	if (!ret)
		ret = copy(&tree, &snapshot.tree);
	if (!ret)
		ret = image_sync(&image, dir, &tree);
	image_close(&image);
	tree_free(&tree);
	snapshot_free(&snapshot);
	return ret != 0;
}
