// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "collect.h"
#include "report.h"

/**
 * struct collect_pending - a filter that was read, but is not in the tree yet
 * @info: what the kernel says about it
 * @insns: its program
 */
struct collect_pending {
	struct seccomp_filter_info info;
	struct sock_filter *insns;
};

static int read_filter(const struct kernel_reader *reader, int handle,
		       struct collect_pending *filter)
{
	int ret = reader->info(handle, &filter->info);

	filter->insns = NULL;
	if (ret)
		return ret;
	filter->insns = calloc(filter->info.len, sizeof(*filter->insns));
	if (!filter->insns)
		return -ENOMEM;
	ret = reader->program(handle, filter->insns, filter->info.len);
	if (ret < 0)
		return ret;
	return (uint32_t)ret == filter->info.len ? 0 : -EIO;
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

static int add_filter(struct collect *collect, const struct collect_pending *pending,
		      uint32_t below)
{
	struct tree_filter filter = {
		.parent = below,
		.flags = pending->info.flags,
		.listener_flags = pending->info.listener_flags,
	};
	const char *fault;
	int ret;

	ret = tree_add_program(collect->tree, pending->insns, pending->info.len);
	if (ret < 0)
		return ret;
	filter.program = ret;
	fault = tree_filter_fault(collect->tree, &filter);
	if (fault)
		pr_err("filter %llu of the kernel %s", (unsigned long long)pending->info.id, fault);
	ret = tree_add_filter(collect->tree, &filter);
	if (ret < 0)
		return ret;
	return record_id(collect, pending->info.id, ret) ?: ret;
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
		free(collect->pending[i].insns);
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
	ret = add_stack(collect, handle, filter);
	collect->reader->release(handle);
	return ret;
}

void collect_end(struct collect *collect)
{
	map_free(&collect->filter_by_id);
	free(collect->pending);
	free(collect->ids);
	*collect = (struct collect){ 0 };
}
