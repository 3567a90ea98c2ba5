/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads the filters of threads from a kernel into a tree. Each filter is added
 * once, however many threads have it: the kernel's id identifies it.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include "kernel.h"
#include "map.h"
#include "tree.h"

struct collect_pending;

/**
 * struct collect - state of a collection; to begin, set @reader and @tree, zero the rest
 * @reader: where filters come from
 * @tree: where they are added; nothing else may add filters to it
 * @ids: the kernel's id of each filter of the tree
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
 * collect_filter - add a filter and its ancestors to the tree, unless they are there
 * @handle: the reader's handle of the filter; stays open
 * @filter: out, its index in the tree
 *
 * Returns 0 or a negative errno: -EINVAL, after a message, if the tree does not
 * accept a filter.
 */
int collect_filter(struct collect *collect, int handle, uint32_t *filter);

/**
 * collect_thread - add the filters of a thread to the tree, unless they are there
 * @tid: a thread that the caller traces and has stopped
 * @filter: out, its newest filter, or TREE_NONE if it is not in filter mode
 *
 * One system call if the newest filter is known. Returns the same as collect_filter().
 */
int collect_thread(struct collect *collect, pid_t tid, uint32_t *filter);

/* Frees everything but the tree. */
void collect_end(struct collect *collect);

#endif /* COLLECT_H */
