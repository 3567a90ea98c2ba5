// SPDX-License-Identifier: GPL-2.0
/*
 * What the reader lets in keeps every promise of doc/image-format.md, and is
 * written, and read again, as the same.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hash.h"
#include "image.h"
#include "promises.h"
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

static void same_programs(const struct tree *a, const struct tree *b)
{
	size_t i;

	must(!strcmp(a->run_id, b->run_id));
	must(a->arch == b->arch);
	must(a->n_programs == b->n_programs);
	for (i = 0; i < a->n_programs; i++)
		must(a->programs[i].len == b->programs[i].len &&
		     !memcmp(a->programs[i].insns, b->programs[i].insns,
			     a->programs[i].len * sizeof(struct sock_filter)));
}

static void same_filters(const struct tree *a, const struct tree *b)
{
	size_t i;

	must(a->n_filters == b->n_filters);
	for (i = 0; i < a->n_filters; i++)
		must(a->filters[i].program == b->filters[i].program &&
		     a->filters[i].parent == b->filters[i].parent &&
		     a->filters[i].flags == b->filters[i].flags &&
		     a->filters[i].listener_flags == b->filters[i].listener_flags &&
		     a->filters[i].generation == b->filters[i].generation &&
		     a->filters[i].n_newer == b->filters[i].n_newer &&
		     (!a->filters[i].n_newer ||
		      !memcmp(a->filters[i].newer, b->filters[i].newer,
			      a->filters[i].n_newer * sizeof(uint32_t))) &&
		     a->filters[i].listener == b->filters[i].listener);
}

static void same_threads(const struct tree *a, const struct tree *b)
{
	size_t i;

	must(a->n_threads == b->n_threads && a->n_processes == b->n_processes);
	for (i = 0; i < a->n_threads; i++)
		must(a->threads[i].tid == b->threads[i].tid &&
		     a->threads[i].filter == b->threads[i].filter &&
		     a->threads[i].process == b->threads[i].process);
	for (i = 0; i < a->n_processes; i++)
		must(a->processes[i].first == b->processes[i].first &&
		     a->processes[i].count == b->processes[i].count);
}

static void same_files(const struct tree *a, const struct tree *b)
{
	size_t i;

	must(a->n_files == b->n_files);
	for (i = 0; i < a->n_files; i++)
		must(a->files[i].id == b->files[i].id && a->files[i].kind == b->files[i].kind &&
		     a->files[i].filter == b->files[i].filter &&
		     a->files[i].flags == b->files[i].flags);
}

static void write_and_read(const struct tree *tree)
{
	struct image image = { .fd = memfd_create("image", 0) };
	struct tree again = { 0 };
	uint8_t *data;
	off_t size;

	must(!image_sync(&image, -1, tree));
	size = lseek(image.fd, 0, SEEK_END);
	data = malloc(size);
	must(pread(image.fd, data, size, 0) == size);
	must(!image_parse("again", data, size, &again));
	same_programs(tree, &again);
	same_filters(tree, &again);
	same_threads(tree, &again);
	same_files(tree, &again);
	tree_free(&again);
	free(data);
	image_close(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree tree = { 0 };
	int ret = image_parse("fuzz", data, size, &tree);

	/* a fault is reported as one, and not as too little memory */
	must(!ret || ret == -EBADMSG);
	if (!ret) {
		check_promises(&tree);
		write_and_read(&tree);
	}
	tree_free(&tree);
	return 0;
}
