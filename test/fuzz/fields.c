// SPDX-License-Identifier: GPL-2.0
/* Changes of one message. What it allocates is freed with the message. */
#include <stdlib.h>
#include <string.h>

#include "pieces.h"

uint32_t number_near(uint32_t limit)
{
	switch (some(10)) {
	case 0:
		return limit;
	case 1:
		return limit + 1;
	case 2:
		return some(4);
	case 3:
		return UINT32_MAX - some(2);
	case 4:
		return 1u << some(32);
	case 5:
	case 6:
		return limit - 1;
	default:
		return some(limit);
	}
}

static void change_program(ProgramEntry *program)
{
	static const uint32_t lengths[] = { 0, 1, 2, 3, 511, 512, 513, 4095, 4096, 4097, 4200 };
	ProtobufCBinaryData *insns = &program->insns;
	size_t len = insns->len;

	if (some(4)) {
		if (len)
			insns->data[some(len)] ^= 1u << some(8);
		return;
	}
	if (some(16))
		len = some(32) * 8;
	else
		len = lengths[some(sizeof(lengths) / sizeof(*lengths))] * 8;
	if (!some(8))
		len += some(8);
	insns->data = realloc(insns->data, len + 1);
	if (len > insns->len)
		memset(insns->data + insns->len, some(256), len - insns->len);
	insns->len = len;
}

static uint32_t some_flags(void)
{
	static const uint32_t known[] = { 0, 2, 8, 8, 32, 2 | 8, 8 | 32, 2 | 8 | 32 };

	return some(8) ? known[some(8)] : 1u << some(32);
}

#define REPLACEABLE (1u << 16)

static void change_newer(FilterEntry *filter, const struct counts *before)
{
	size_t i;

	filter->n_newer = some(8) ? some(3) : some(64);
	filter->newer = realloc(filter->newer, (filter->n_newer + 1) * sizeof(*filter->newer));
	for (i = 0; i < filter->n_newer; i++)
		filter->newer[i] = some(16) && before->programs ? some(before->programs)
								: number_near(before->programs);
	if (!some(4))
		return;
	filter->has_flags = filter->has_generation = 1;
	filter->flags |= REPLACEABLE;
	filter->generation = filter->n_newer + some(2);
}

static void change_filter(FilterEntry *filter, const struct counts *before)
{
	switch (some(7)) {
	case 0:
		filter->program = number_near(before->programs);
		break;
	case 1:
		filter->has_parent = !filter->has_parent;
		break;
	case 2:
		filter->has_parent = 1;
		filter->parent = number_near(before->filters);
		break;
	case 3:
		filter->flags = some_flags();
		filter->has_flags = filter->flags || !some(8);
		break;
	case 4:
		filter->generation = some(8) ? some(4) : (uint64_t)some(UINT32_MAX) << some(32);
		filter->has_generation = filter->generation || !some(8);
		/* one without the other is refused */
		if (some(4)) {
			filter->has_flags = 1;
			filter->flags = filter->generation ? filter->flags | REPLACEABLE
							   : filter->flags & ~REPLACEABLE;
		}
		break;
	case 5:
		change_newer(filter, before);
		break;
	default:
		filter->listener_flags = some(8) ? some(2) : 1u << some(32);
		filter->has_listener_flags = filter->listener_flags || !some(8);
	}
}

static void change_file(FileEntry *file, const struct counts *before)
{
	switch (some(4)) {
	case 0:
		file->id = number_near(file->id);
		break;
	case 1:
		file->kind = some(8) ? 1 + some(4) : some(7);
		break;
	case 2:
		file->has_filter = some(4) != 0;
		file->filter = number_near(before->filters);
		break;
	default:
		file->flags = some(4) ? some(4) * 02000 : 1u << some(32);
		file->has_flags = file->flags || !some(8);
	}
}

static void resize(ThreadsEntry *threads, size_t count)
{
	size_t i;

	threads->tid = realloc(threads->tid, (count + 1) * sizeof(*threads->tid));
	threads->filter = realloc(threads->filter, (count + 1) * sizeof(*threads->filter));
	for (i = threads->n_tid; i < count; i++) {
		threads->tid[i] = 1 + some(3);
		threads->filter[i] = 0;
	}
	for (i = threads->n_filter; i < count; i++)
		threads->filter[i] = 0;
	threads->n_tid = count;
	threads->n_filter = count;
}

/* One process more or fewer, its threads with it. */
static void change_processes(ThreadsEntry *threads)
{
	uint32_t count = some(8) ? some(4) : some(300);

	if (some(2) && threads->n_size) {
		count = threads->size[--threads->n_size];
		resize(threads, count < threads->n_tid ? threads->n_tid - count : 0);
		return;
	}
	threads->size = realloc(threads->size, (threads->n_size + 1) * sizeof(*threads->size));
	threads->size[threads->n_size++] = count;
	resize(threads, threads->n_tid + count);
}

static void change_numbers(ThreadsEntry *threads, const struct counts *before)
{
	static const int32_t ids[] = { 0, 1, -1, 4194303, 4194304, 4194305, INT32_MAX, INT32_MIN };
	size_t i = some(threads->n_tid);

	switch (some(4)) {
	case 0:
		threads->tid[i] = some(2) ? ids[some(8)] : (int32_t)some(40) - 20;
		break;
	case 1:
		if (i < threads->n_filter)
			threads->filter[i] = number_near(before->filters + 1);
		break;
	case 2:
		if (i < threads->n_filter)
			threads->filter[i] = threads->filter[i] + some(3) - 1u;
		break;
	default:
		if (threads->n_size)
			threads->size[some(threads->n_size)] = number_near(threads->n_tid);
	}
}

static void change_threads(ThreadsEntry *threads, const struct counts *before)
{
	if (!threads->n_tid || !some(3))
		change_processes(threads);
	else if (threads->n_filter && !some(16))
		threads->n_filter--;
	else
		change_numbers(threads, before);
}

static void change_end(EndEntry *end)
{
	uint32_t *counts[] = { &end->programs, &end->filters, &end->threads, &end->processes,
			       &end->files };
	uint32_t *count = counts[some(5)];

	*count = number_near(*count);
}

void change_message(SeccompTreeEntry *entry, const struct counts *before)
{
	switch (entry->entry_case) {
	case SECCOMP_TREE_ENTRY__ENTRY_HEADER:
		if (some(2))
			entry->header->arch = number_near(entry->header->arch);
		else
			entry->header->version = number_near(entry->header->version);
		break;
	case SECCOMP_TREE_ENTRY__ENTRY_PROGRAM:
		change_program(entry->program);
		break;
	case SECCOMP_TREE_ENTRY__ENTRY_FILTER:
		change_filter(entry->filter, before);
		break;
	case SECCOMP_TREE_ENTRY__ENTRY_THREADS:
		change_threads(entry->threads, before);
		break;
	case SECCOMP_TREE_ENTRY__ENTRY_FILE:
		change_file(entry->file, before);
		break;
	case SECCOMP_TREE_ENTRY__ENTRY_END:
		change_end(entry->end);
		break;
	default:
		break;
	}
}
