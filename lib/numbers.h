/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gives filters ids, in the order in which they are first seen. For a backend that
 * identifies them by kernel addresses, which must not be shown.
 */
#ifndef NUMBERS_H
#define NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "map.h"
#include "seccomp-fd.h"
#include "walk.h"

/**
 * struct numbered - a filter that was seen
 * @info: what is known about it; @info.id is its index in the list plus one
 * @holder: the thread on which it was last seen
 */
struct numbered {
	struct seccomp_filter_info info;
	struct walk_thread holder;
};

/* All zero: no filter was seen yet. */
struct numbers {
	struct numbered *filters;
	size_t count;

	/* private */
	struct map index_by_key;
	size_t room;
};

/**
 * numbers_still_has - check whether a thread still has a filter
 * @depth: its position, 1 is the oldest filter
 */
typedef bool numbers_still_has(const struct walk_thread *thread, uint64_t key, uint32_t depth);

/**
 * numbers_add - add all filters of a thread
 * @records: the filters that a walk has found, the newest first
 * @count: number of records, at least 1
 *
 * A key is reused if a filter is freed and another is allocated at the same address.
 * But a thread loses filters only by exiting, and then all of them. So a key stands
 * for the same filter as long as the thread on which it was last seen still has it
 * at the same depth. If that thread has exited, the filter gets a new id: two filters
 * never have the same id.
 *
 * Returns the index of the newest filter, or a negative errno.
 */
int numbers_add(struct numbers *numbers, const struct walk_thread *thread,
		const struct walk_record *records, size_t count, numbers_still_has *still_has);

#endif /* NUMBERS_H */
