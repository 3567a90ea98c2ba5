// SPDX-License-Identifier: GPL-2.0
/* What the reader lets in, it writes, and reads again as the same. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hash.h"
#include "image.h"
#include "report.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An input takes the same way each time. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	hash_use_key(0, 0);
	return 0;
}

void report(enum report_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

static void same(bool yes)
{
	if (!yes)
		abort();
}

static void compare(const struct tree *a, const struct tree *b)
{
	size_t i;

	same(*a->run_id && !strcmp(a->run_id, b->run_id));
	same(a->n_programs == b->n_programs && a->n_filters == b->n_filters &&
	     a->n_threads == b->n_threads && a->n_processes == b->n_processes);
	for (i = 0; i < a->n_filters; i++)
		same(a->filters[i].parent == b->filters[i].parent &&
		     a->filters[i].program == b->filters[i].program &&
		     a->filters[i].flags == b->filters[i].flags);
	for (i = 0; i < a->n_threads; i++)
		same(a->threads[i].tid == b->threads[i].tid &&
		     a->threads[i].filter == b->threads[i].filter &&
		     a->threads[i].process == b->threads[i].process);
}

static void write_and_read(const struct tree *tree)
{
	struct image image = { .fd = memfd_create("image", 0) };
	struct tree again = { 0 };
	uint8_t *data;
	off_t size;

	same(!image_sync(&image, -1, tree));
	size = lseek(image.fd, 0, SEEK_END);
	data = malloc(size);
	same(pread(image.fd, data, size, 0) == size);
	same(!image_parse("again", data, size, &again));
	compare(tree, &again);
	tree_free(&again);
	free(data);
	image_close(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree tree = { 0 };

	if (!image_parse("fuzz", data, size, &tree))
		write_and_read(&tree);
	tree_free(&tree);
	return 0;
}
