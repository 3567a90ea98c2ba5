// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "array.h"
#include "collect.h"
#include "report.h"

/* How often to try to read the programs of a replaceable filter if they keep changing. */
#define ATTEMPTS 16

struct collect_program {
	struct sock_filter *insns;
	uint32_t len;
};

/**
 * struct collect_pending - a filter that was read, but is not in the tree yet
 * @info: what the kernel says about it
 * @programs: its programs, the oldest first
 * @n_programs: more than 1 only if it was tightened
 */
struct collect_pending {
	struct seccomp_filter_info info;
	struct collect_program *programs;
	uint32_t n_programs;
};

static void free_programs(struct collect_pending *filter)
{
	uint32_t i;

	for (i = 0; filter->programs && i < filter->n_programs; i++)
		free(filter->programs[i].insns);
	free(filter->programs);
	filter->programs = NULL;
}

static int read_oldest(const struct kernel_reader *reader, int handle, uint32_t len,
		       struct collect_program *program)
{
	int ret;

	program->insns = calloc(len, sizeof(*program->insns));
	if (!program->insns)
		return -ENOMEM;
	program->len = len;
	ret = reader->program(handle, program->insns, len);
	if (ret < 0)
		return ret;
	return (uint32_t)ret == len ? 0 : -EIO;
}

/* The kernel reports the length of the oldest program only. */
static int read_newer(const struct kernel_reader *reader, int handle, uint32_t index,
		      struct collect_program *program)
{
	int ret;

	program->insns = calloc(BPF_MAXINSNS, sizeof(*program->insns));
	if (!program->insns)
		return -ENOMEM;
	ret = reader->newer_program(handle, index, program->insns, BPF_MAXINSNS);
	if (ret < 0)
		return ret;
	program->len = ret;
	return 0;
}

static int read_programs(const struct kernel_reader *reader, int handle,
			 struct collect_pending *filter)
{
	uint32_t i;
	int ret;

	filter->n_programs = 1;
	if (filter->info.progs > 1)
		filter->n_programs = filter->info.progs;
	if (filter->n_programs > 1 && !reader->newer_program)
		return -EOPNOTSUPP;
	filter->programs = calloc(filter->n_programs, sizeof(*filter->programs));
	if (!filter->programs)
		return -ENOMEM;
	ret = read_oldest(reader, handle, filter->info.len, &filter->programs[0]);
	for (i = 1; !ret && i < filter->n_programs; i++)
		ret = read_newer(reader, handle, i, &filter->programs[i]);
	return ret;
}

/*
 * A supervisor that is still running can replace the programs while they are read. They
 * belong together only if the generation is the same before and after.
 */
static int read_generation(const struct kernel_reader *reader, int handle,
			   struct collect_pending *filter)
{
	struct seccomp_filter_info info;
	int ret, known;

	known = reader->info(handle, &filter->info);
	if (known)
		return known;
	ret = read_programs(reader, handle, filter);
	if (!filter->info.generation)
		return ret;
	known = reader->info(handle, &info);
	if (known)
		return known;
	/* the length may be that of one program, and the generation that of the next */
	if (ret == -ENOSPC || ret == -EIO)
		return -EAGAIN;
	return info.generation == filter->info.generation ? ret : -EAGAIN;
}

static int read_filter(const struct kernel_reader *reader, int handle,
		       struct collect_pending *filter)
{
	unsigned int attempt;
	int ret = -EAGAIN;

	*filter = (struct collect_pending){ 0 };
	for (attempt = 0; attempt < ATTEMPTS && ret == -EAGAIN; attempt++) {
		free_programs(filter);
		ret = read_generation(reader, handle, filter);
	}
	return ret;
}

static int read_next(struct collect *collect, int handle, size_t *count)
{
	int ret = array_reserve(&collect->pending, &collect->pending_room, *count + 1,
				sizeof(*collect->pending));

	return ret ? ret : read_filter(collect->reader, handle, &collect->pending[(*count)++]);
}

/*
 * Reads filters from @newest down to the last one that is not in the tree. *count is
 * their number; *below is the filter below them, unchanged if the last one is a root.
 */
static int read_new(struct collect *collect, int newest, size_t *count, uint32_t *below)
{
	int handle = newest, next, ret;
	uint64_t parent;

	for (;;) {
		ret = read_next(collect, handle, count);
		parent = ret ? 0 : collect->pending[*count - 1].info.parent_id;
		if (!parent || map_get(&collect->filter_by_id, parent, below))
			break;
		next = collect->reader->parent(handle);
		if (handle != newest)
			collect->reader->release(handle);
		if (next < 0)
			return next;
		handle = next;
	}
	if (handle != newest)
		collect->reader->release(handle);
	return ret;
}

static int record_id(struct collect *collect, uint64_t id, uint32_t filter)
{
	int ret =
		array_reserve(&collect->ids, &collect->ids_room, filter + 1, sizeof(*collect->ids));

	if (ret)
		return ret;
	collect->ids[filter] = id;
	return map_put(&collect->filter_by_id, id, filter);
}

/* Adds the programs of a filter to the tree. @index: out, their indices, oldest first. */
static int add_programs(struct tree *tree, const struct collect_pending *pending, uint32_t *index)
{
	uint32_t i;
	int ret;

	for (i = 0; i < pending->n_programs; i++) {
		ret = tree_add_program(tree, pending->programs[i].insns, pending->programs[i].len);
		if (ret < 0)
			return ret;
		index[i] = ret;
	}
	return 0;
}

static int add_with_programs(struct collect *collect, const struct collect_pending *pending,
			     uint32_t below, const uint32_t *programs)
{
	struct tree_filter filter = {
		.program = programs[0],
		.parent = below,
		.flags = pending->info.flags,
		.listener_flags = pending->info.listener_flags,
		.generation = pending->info.generation,
		.newer = programs + 1,
		.n_newer = pending->n_programs - 1,
	};
	const char *fault;
	int ret;

	fault = tree_filter_fault(collect->tree, &filter);
	if (fault)
		pr_err("filter %llu of the kernel %s", (unsigned long long)pending->info.id, fault);
	ret = tree_add_filter(collect->tree, &filter);
	if (ret < 0)
		return ret;
	return record_id(collect, pending->info.id, ret) ?: ret;
}

static int add_filter(struct collect *collect, const struct collect_pending *pending,
		      uint32_t below)
{
	uint32_t *programs = calloc(pending->n_programs, sizeof(*programs));
	int ret = -ENOMEM;

	if (programs)
		ret = add_programs(collect->tree, pending, programs);
	if (!ret)
		ret = add_with_programs(collect, pending, below, programs);
	free(programs);
	return ret;
}

/* Adds the filters of a stack that are not in the tree. *filter is the newest. */
static int add_stack(struct collect *collect, int newest, uint32_t *filter)
{
	uint32_t below = TREE_NONE;
	size_t count = 0, i;
	int ret;

	ret = read_new(collect, newest, &count, &below);
	for (i = count; !ret && i--;) {
		ret = add_filter(collect, &collect->pending[i], below);
		if (ret >= 0) {
			below = ret;
			ret = 0;
		}
	}
	for (i = 0; i < count; i++)
		free_programs(&collect->pending[i]);
	*filter = below;
	return ret;
}

int collect_filter(struct collect *collect, int handle, uint32_t *filter)
{
	struct seccomp_filter_info info;
	int ret = collect->reader->info(handle, &info);

	if (ret || map_get(&collect->filter_by_id, info.id, filter))
		return ret;
	return add_stack(collect, handle, filter);
}

static void release_kept(struct collect *collect)
{
	while (collect->n_kept)
		collect->reader->release(collect->kept[--collect->n_kept]);
}

/* Takes the handle, also if it fails. */
static int keep(struct collect *collect, int handle)
{
	int ret;

	if (collect->n_kept >= collect->keep) {
		/* from now on, their ids may be those of others */
		release_kept(collect);
		map_free(&collect->filter_by_id);
	}
	ret = array_reserve(&collect->kept, &collect->kept_room, collect->n_kept + 1,
			    sizeof(*collect->kept));
	if (ret)
		collect->reader->release(handle);
	else
		collect->kept[collect->n_kept++] = handle;
	return ret;
}

/* The handle is kept first: if this fails, some filters may be in the tree already. */
static int keep_and_add(struct collect *collect, int handle, uint32_t *filter)
{
	int ret = keep(collect, handle);

	return ret ? ret : add_stack(collect, handle, filter);
}

int collect_thread(struct collect *collect, pid_t tid, uint32_t *filter)
{
	uint64_t id;
	int ret, handle;

	*filter = TREE_NONE;
	ret = collect->reader->identify(tid, &id);
	if (ret == -ENODATA)
		return 0;
	if (ret || map_get(&collect->filter_by_id, id, filter))
		return ret;
	handle = collect->reader->open(tid, KERNEL_NEWEST);
	if (handle < 0)
		return handle;
	if (collect->keep && collect->reader->reuses_ids)
		return keep_and_add(collect, handle, filter);
	ret = add_stack(collect, handle, filter);
	collect->reader->release(handle);
	return ret;
}

void collect_end(struct collect *collect)
{
	release_kept(collect);
	free(collect->kept);
	map_free(&collect->filter_by_id);
	free(collect->pending);
	free(collect->ids);
	*collect = (struct collect){ 0 };
}
