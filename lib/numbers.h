/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers for filters, in the order in which they are first met, for a way in
 * that knows them by something that must not be shown.
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
 * struct numbered - a filter that was met
 * @info: what is known of it; @info.id is its place in the list, and one
 * @holder: the thread that it was last met at
 */
struct numbered {
	struct seccomp_filter_info info;
	struct walk_thread holder;
};

/* Zero bytes: no filter was met yet. */
struct numbers {
	struct numbered *filters;
	size_t count;

	/* private */
	struct map place_by_key;
	size_t room;
};

/**
 * numbers_still_has - does a thread have a filter that it had before?
 * @depth: of the filter that is looked for: 1 is the oldest
 */
typedef bool numbers_still_has(const struct walk_thread *thread, uint64_t key, uint32_t depth);

/**
 * numbers_add - all filters of a thread
 * @records: what a walk has seen, the newest first
 * @count: at least 1
 *
 * A key comes back when a filter is freed, and another takes its place in memory.
 * But a thread never loses a filter other than with all of them: so a key is
 * that of the filter it was as long as the thread that it was last met at still
 * has it there. Where that has ended meanwhile, the filter gets a new number: two
 * are never taken for one.
 *
 * Returns the place of the newest, or a negative errno.
 */
int numbers_add(struct numbers *numbers, const struct walk_thread *thread,
		const struct walk_record *records, size_t count, numbers_still_has *still_has);

void numbers_free(struct numbers *numbers);

#endif /* NUMBERS_H */
