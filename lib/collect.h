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
 * @keep: how many handles may be kept, at most; 0, if all threads stay stopped from the
 *        first one that is read to the last
 * @ids: the kernel's id of each filter of the tree
 *
 * A thread that runs again may exit, and its filters with it. If the reader reuses ids,
 * the newest filter of each stack that was read is kept open, and with it those below, so
 * that an id stands for the same filter until collect_end(). With more different stacks than
 * @keep, what was read so far is no longer recognized: one filter may be in the tree
 * twice, even with the same id, but two filters are never taken for one.
 */
struct collect {
	const struct kernel_reader *reader;
	struct tree *tree;
	size_t keep;
	uint64_t *ids;

	/* private */
	struct map filter_by_id;
	struct collect_pending *pending;
	int *kept;
	size_t n_kept, ids_room, pending_room, kept_room;
};

/**
 * collect_filter - add a filter and its ancestors to the tree, unless they are there
 * @handle: the reader's handle of the filter; stays open. With @keep, the caller
 *          releases it only after collect_end()
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

/* Frees everything but the tree, and releases what was kept. */
void collect_end(struct collect *collect);

#endif /* COLLECT_H */
