/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between two snapshots, thread by thread and filter by filter. */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "map.h"
#include "snapshot.h"

#define COMPARE_NONE UINT32_MAX

/* The kinds of differences, in the order in which they are reported. */
enum difference_kind {
	DIFFERENCE_ARCH, /* of the machines: calls have other numbers there */
	/* a thread that the other side does not have; no image has processes without filters */
	DIFFERENCE_ONLY_A,
	DIFFERENCE_ONLY_B,
	DIFFERENCE_PROCESS, /* a thread belongs to different processes */
	DIFFERENCE_MODE,    /* one of them is confined by filters, the other is not */
	DIFFERENCE_COUNT,   /* a thread has a different number of filters */
	DIFFERENCE_PROGRAM, /* filters in the same place with different programs */
	DIFFERENCE_FLAGS,   /* ... with different flags, or listeners */
	DIFFERENCE_SPLIT,   /* one filter in A, several in B */
	DIFFERENCE_MERGED,  /* several filters in A, one in B */
	DIFFERENCE_FILES,   /* descriptors of a filter; only for two images */
};

/**
 * struct match - a thread that both sides have
 * @a, @b: its places in the trees
 * @pair: the place of its newest filters in the list of pairs, or COMPARE_NONE
 */
struct match {
	uint32_t a, b, pair;
};

/**
 * struct pair - two filters that are in the same place of some thread's stack
 * @a, @b: the filter on each side
 * @below: the pair of their parents, or COMPARE_NONE
 */
struct pair {
	uint32_t a, b, below;
};

/**
 * struct difference - a difference
 * @a, @b: the thread for ONLY_*, PROCESS, MODE and COUNT, else the filter, on each side;
 *         COMPARE_NONE for ARCH, and if that side has none or several
 * @others: for SPLIT and MERGED, the @n_others filters on the other side
 */
struct difference {
	enum difference_kind kind;
	uint32_t a, b;
	uint32_t *others;
	size_t n_others;
};

/**
 * struct compare - the result
 * @by_place: no thread id is on both sides, so the nth thread of the nth process
 *            is taken to be the same
 */
struct compare {
	const struct snapshot *a, *b;
	struct match *matches;
	size_t n_matches;
	struct pair *pairs;
	size_t n_pairs;
	struct difference *differences;
	size_t n_differences;
	bool by_place;

	/* private */
	struct map pair_by_filters;
	size_t pairs_room, differences_room, matches_room;
};

/**
 * compare - find the differences between two snapshots
 *
 * Threads are the same if they have the same id in the pid namespace of the first
 * process. The filters of a thread are compared from the oldest on. Returns 0, or
 * -ENOMEM after a message. Call compare_free() in either case.
 */
int compare(struct compare *compare, const struct snapshot *a, const struct snapshot *b);
void compare_free(struct compare *compare);

/* How many filters a thread has. */
size_t compare_depth(const struct snapshot *snapshot, uint32_t thread);

/**
 * compare_threads - the threads that a difference is about
 * @matches: out, for the caller to free: places in the list of matches
 * @filter: for SPLIT and MERGED, only the threads of this one of @others; or COMPARE_NONE
 *
 * Only for differences between filters. Returns how many there are, or -ENOMEM.
 */
long compare_threads(const struct compare *compare, const struct difference *difference,
		     uint32_t filter, uint32_t **matches);

#endif /* COMPARE_H */
