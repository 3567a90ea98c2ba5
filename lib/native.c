// SPDX-License-Identifier: GPL-2.0
#include "native.h"

static uint32_t parent_of(const struct tree *tree, uint32_t filter)
{
	return tree->filters[filter].parent;
}

static bool is_on_path(const struct tree *tree, uint32_t filter, uint32_t newest)
{
	while (newest != TREE_NONE && newest != filter)
		newest = parent_of(tree, newest);
	return newest == filter;
}

/*
 * kernel/seccomp.c: a thread can sync its filters if every other thread is in no
 * seccomp mode, or has its newest filter on the caller's path. Parents come before
 * their children in the tree, so among the newest filters, only the one with the
 * highest index can have all others on its path. Returns it, or TREE_NONE if it
 * does not.
 */
static uint32_t common_tip(const struct tree *tree, const struct native_thread *threads,
			   size_t count)
{
	uint32_t tip = TREE_NONE, last = TREE_NONE;
	size_t i;

	for (i = 0; i < count; i++)
		if (threads[i].filter != TREE_NONE && (tip == TREE_NONE || threads[i].filter > tip))
			tip = threads[i].filter;
	for (i = 0; tip != TREE_NONE && i < count; i++) {
		/* consecutive threads often have the same filter */
		if (threads[i].filter == TREE_NONE || threads[i].filter == last)
			continue;
		last = threads[i].filter;
		if (!is_on_path(tree, last, tip))
			return TREE_NONE;
	}
	return tip;
}

static bool is_confined(const struct native_thread *thread)
{
	return thread->strict || thread->filter != TREE_NONE;
}

static size_t count_confined(const struct native_thread *threads, size_t count)
{
	size_t confined = 0, i;

	for (i = 0; i < count; i++)
		confined += is_confined(&threads[i]);
	return confined;
}

static bool any_strict(const struct native_thread *threads, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (threads[i].strict)
			return true;
	return false;
}

/*
 * Compares the programs on two paths, which is all that CRIU compares. *log: whether
 * there are filters at the same depth of which only one has the LOG flag.
 */
static bool same_programs(const struct tree *tree, uint32_t a, uint32_t b, bool *log)
{
	uint32_t differ = 0;

	for (; a != b; a = parent_of(tree, a), b = parent_of(tree, b)) {
		if (a == TREE_NONE || b == TREE_NONE ||
		    tree->filters[a].program != tree->filters[b].program)
			return false;
		differ |= tree->filters[a].flags ^ tree->filters[b].flags;
	}
	*log = differ & SECCOMP_FILTER_FLAG_LOG;
	return true;
}

/*
 * CRIU restores the leader's filters on all threads if their programs are the same.
 * Then it also marks the threads on which this changes a LOG flag.
 */
static bool all_match_leader(const struct tree *tree, struct native_thread *threads, size_t count)
{
	bool log;
	size_t i;

	if (threads->filter == TREE_NONE)
		return false;
	for (i = 1; i < count; i++)
		if (threads[i].filter == TREE_NONE ||
		    !same_programs(tree, threads->filter, threads[i].filter, &log))
			return false;
	for (i = 1; i < count; i++) {
		same_programs(tree, threads->filter, threads[i].filter, &log);
		threads[i].changed |= log ? SECCOMP_FILTER_FLAG_LOG : 0;
	}
	return true;
}

/* Flags that are lost because CRIU drops listeners. */
static uint32_t lost_with_listener(const struct tree *tree, uint32_t newest)
{
	uint32_t lost = 0, filter;

	if (newest == TREE_NONE || !tree->filters[newest].supervised)
		return 0;
	for (filter = newest; filter != TREE_NONE; filter = parent_of(tree, filter))
		if (tree->filters[filter].flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
			lost |= tree->filters[filter].flags;
	return lost & (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
}

void native_compare(const struct tree *tree, struct native_thread *threads, size_t count)
{
	uint32_t tip = common_tip(tree, threads, count);
	size_t confined = count_confined(threads, count), others, i;
	bool strict = any_strict(threads, count), shared;

	for (i = 0; i < count; i++)
		threads[i].changed = lost_with_listener(tree, threads[i].filter);
	shared = all_match_leader(tree, threads, count);
	for (i = 0; i < count; i++) {
		others = confined - is_confined(&threads[i]);
		threads[i].syncs =
			!strict && (!others || (tip != TREE_NONE && threads[i].filter == tip));
		/* if not shared, each thread has its own filters, none on another's path */
		threads[i].will_sync = !strict && (!others || shared);
	}
}
