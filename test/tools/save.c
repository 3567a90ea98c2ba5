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

int main(int argc, char **argv)
{
	struct image image = { .fd = -1 };
	struct snapshot snapshot;
	int dir = argc == 3 ? open(argv[2], O_RDONLY | O_DIRECTORY) : -1, ret;

	if (dir < 0) {
		fputs("usage: save PID DIR\n", stderr);
		return 2;
	}
	ret = snapshot_read(&snapshot, argv[1]);
	if (!ret)
		ret = tree_set_run_id(&snapshot.tree, RUN_ID, sizeof(RUN_ID) - 1);
	snapshot.tree.arch = ARCH_NATIVE;
	if (!ret)
		ret = image_sync(&image, dir, &snapshot.tree);
	image_close(&image);
	snapshot_free(&snapshot);
	return ret != 0;
}
