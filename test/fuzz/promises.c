// SPDX-License-Identifier: GPL-2.0
/* The numbers are those of doc/image-format.md, not of lib/: they check each other. */
#include <string.h>

#include "promises.h"

static const struct tree *sorted_tree;

static int compare_programs(const void *a, const void *b)
{
	const struct tree_program *p = &sorted_tree->programs[*(const uint32_t *)a];
	const struct tree_program *q = &sorted_tree->programs[*(const uint32_t *)b];

	if (p->len != q->len)
		return p->len < q->len ? -1 : 1;
	return memcmp(p->insns, q->insns, p->len * 8ul);
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* All of @numbers differ; they are sorted. Frees them. */
static void must_differ(uint32_t *numbers, size_t count, int (*compare)(const void *, const void *))
{
	size_t i;

	qsort(numbers, count, sizeof(*numbers), compare);
	for (i = 1; i < count; i++)
		must(compare(&numbers[i - 1], &numbers[i]) != 0);
	free(numbers);
}

static uint32_t *numbers_for(size_t count)
{
	uint32_t *numbers = calloc(count + 1, sizeof(*numbers));

	must(numbers);
	return numbers;
}

static void check_programs(const struct tree *tree)
{
	uint32_t *order = numbers_for(tree->n_programs);
	size_t i;

	for (i = 0; i < tree->n_programs; i++) {
		must(tree->programs[i].len >= 1 && tree->programs[i].len <= 4096);
		order[i] = i;
	}
	sorted_tree = tree;
	must_differ(order, tree->n_programs, compare_programs);
}

static void check_flags(const struct tree_filter *filter)
{
	/* LOG, NEW_LISTENER, WAIT_KILLABLE_RECV, nested ones, REPLACEABLE, KEEP; SYNC_WAKE_UP */
	must(!(filter->flags & ~(2u | 8u | 32u | 64u | 65536u | 131072u)));
	must(!(filter->listener_flags & ~1u));
	must(!filter->listener_flags || filter->flags & 8);
}

/* Returns how many instructions all programs of a filter count as, together. */
static uint64_t check_newer(const struct tree *tree, const struct tree_filter *filter)
{
	uint32_t len = tree->programs[filter->program].len, sum = len, i;
	uint64_t counted = len < 512 ? 512 : len;

	must(!!(filter->flags & 65536) == !!filter->generation);
	must(filter->generation >> 63 == 0);
	must(!filter->n_newer || filter->n_newer < filter->generation);
	for (i = 0; i < filter->n_newer; i++) {
		must(filter->newer[i] < tree->n_programs);
		len = tree->programs[filter->newer[i]].len;
		sum += len + 4;
		counted += len < 512 ? 512 : len;
	}
	must(sum <= 4096);
	return counted;
}

static void check_filters(const struct tree *tree)
{
	uint32_t *path = numbers_for(tree->n_filters);
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < tree->n_filters; i++) {
		const struct tree_filter *filter = &tree->filters[i];

		must(filter->program < tree->n_programs);
		check_flags(filter);
		path[i] = filter->flags & 65536 ? 16380 : tree->programs[filter->program].len;
		if (filter->parent != TREE_NONE) {
			must(filter->parent < i);
			path[i] += path[filter->parent] + 4;
		}
		must(path[i] <= 32768);
		all += check_newer(tree, filter);
	}
	for (i = 0; i < tree->n_files; i++)
		all += tree->files[i].kind == 3 ? 512 : 0;
	must(all <= 67108864);
	free(path);
}

static void check_threads(const struct tree *tree)
{
	uint32_t *ids = numbers_for(tree->n_threads);
	size_t i, j, at = 0;

	for (i = 0; i < tree->n_processes; i++) {
		must(tree->processes[i].first == at && tree->processes[i].count >= 1);
		must(tree->processes[i].count <= tree->n_threads - at);
		for (j = 0; j < tree->processes[i].count; j++, at++) {
			const struct tree_thread *thread = &tree->threads[at];

			must(thread->tid >= 1 && thread->tid <= 4194304);
			must(thread->filter == TREE_NONE || thread->filter < tree->n_filters);
			must(thread->process == i);
			must(tree_find_thread(tree, thread->tid) == thread);
			ids[at] = thread->tid;
		}
	}
	must(at == tree->n_threads);
	must_differ(ids, at, compare_numbers);
}

static void check_files(const struct tree *tree)
{
	uint32_t *ids = numbers_for(tree->n_files);
	uint32_t *listeners = numbers_for(tree->n_filters);
	size_t i;

	must(tree->n_files <= 262144);
	for (i = 0; i < tree->n_files; i++) {
		const struct tree_file *file = &tree->files[i];

		must(file->kind >= 1 && file->kind <= 4);
		must(file->kind == 3 ? file->filter == TREE_NONE : file->filter < tree->n_filters);
		must(!(file->flags & ~(02000u | 04000u)));
		if (file->kind == 2) {
			must(tree->filters[file->filter].flags & 8);
			must(!listeners[file->filter]++);
			must(tree->filters[file->filter].listener == i);
		}
		must(tree_find_file(tree, file->id) == file);
		ids[i] = file->id;
	}
	for (i = 0; i < tree->n_filters; i++)
		must((tree->filters[i].listener != TREE_NONE) == listeners[i]);
	free(listeners);
	must_differ(ids, tree->n_files, compare_numbers);
}

/* From the threads and files downwards, as the document says it, not as lib/tree.c does it. */
static void check_use(const struct tree *tree)
{
	uint32_t *used = numbers_for(tree->n_filters);
	uint32_t *programs = numbers_for(tree->n_programs);
	size_t i, j;

	for (i = 0; i < tree->n_threads; i++)
		if (tree->threads[i].filter != TREE_NONE)
			used[tree->threads[i].filter] = 1;
	for (i = 0; i < tree->n_files; i++)
		if (tree->files[i].filter != TREE_NONE)
			used[tree->files[i].filter] = 1;
	for (i = tree->n_filters; i--;) {
		must(used[i]);
		programs[tree->filters[i].program] = 1;
		for (j = 0; j < tree->filters[i].n_newer; j++)
			programs[tree->filters[i].newer[j]] = 1;
		if (tree->filters[i].parent != TREE_NONE)
			used[tree->filters[i].parent] = 1;
	}
	for (i = 0; i < tree->n_programs; i++)
		must(programs[i]);
	free(used);
	free(programs);
}

void check_promises(const struct tree *tree)
{
	check_programs(tree);
	check_filters(tree);
	check_threads(tree);
	check_files(tree);
	check_use(tree);
}
