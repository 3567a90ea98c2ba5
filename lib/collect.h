/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filters of threads, from a kernel into the model. Each filter once,
 * whoever has it: the kernel's number says which it is.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include "kernel.h"
#include "map.h"
#include "tree.h"

struct collect_pending;

/**
 * struct collect - zero bytes, @reader and @tree are one that has begun
 * @reader: where filters come from
 * @tree: where they go to; nobody else may add filters
 * @ids: the kernel's number of each filter of the tree
 */
struct collect {
	const struct kernel_reader *reader;
	struct tree *tree;
	uint64_t *ids;

	/* private */
	struct map filter_by_id;
	struct collect_pending *pending;
	size_t ids_room, pending_room;
};

/**
 * collect_filter - have a filter and its ancestors in the tree
 * @handle: the filter of the reader; stays open
 * @filter: out, its place in the tree
 *
 * Returns 0 or a negative errno. Where the tree does not take a filter of the
 * kernel's, a message has said why (-EINVAL).
 */
int collect_filter(struct collect *collect, int handle, uint32_t *filter);

/**
 * collect_thread - have the filters of a thread in the tree
 * @tid: one that the caller traces and has stopped
 * @filter: out, its newest, or TREE_NONE if it is not in filter mode
 *
 * One kernel entry if the newest filter is known. Returns as collect_filter().
 */
int collect_thread(struct collect *collect, pid_t tid, uint32_t *filter);

/* The tree stays. */
void collect_end(struct collect *collect);

#endif /* COLLECT_H */
