/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that installed equal programs separately, for tests that check that these
 * are not taken for the same filter. Belongs to seccomp_tree.h.
 */
#ifndef SECCOMP_TREE_TWINS_H
#define SECCOMP_TREE_TWINS_H

#include "seccomp_tree.h"

/* Two threads with two filters each, with equal programs; a third thread without any. */
static int leader, twin, other;
/* One filter each, and no other thread: easiest to take for the same filter. */
static int alone, alone_twin;

/* @flags: of the last filter */
static inline int twins_build(long flags)
{
	leader = tree_confinable();
	if (leader < 0)
		return -1;
	twin = tree_thread(leader);
	other = tree_thread(leader);
	if (twin < 0 || other < 0)
		return -1;
	if (tree_install(leader, 1, 0) || tree_install(leader, 2, 0))
		return -1;
	if (tree_install(twin, 1, 0) || tree_install(twin, 2, 0))
		return -1;

	alone = tree_confinable();
	if (alone < 0)
		return -1;
	alone_twin = tree_thread(alone);
	if (alone_twin < 0)
		return -1;
	return tree_install(alone, 1, 0) || tree_install(alone_twin, 1, flags) ? -1 : 0;
}

static inline int twins_unchanged(void)
{
	if (TREE_HAS(leader, 1, 2) || TREE_HAS(twin, 1, 2) || TREE_HAS(other))
		return -1;
	return TREE_HAS(alone, 1) || TREE_HAS(alone_twin, 1) ? -1 : 0;
}

static inline int twins_verify(void)
{
	if (twins_unchanged())
		return -1;
	if (tree_refused(leader, 3, twin) || tree_refused(twin, 3, leader))
		return -1;
	if (tree_refused(alone, 3, alone_twin) || tree_refused(alone_twin, 3, alone))
		return -1;
	if (twins_unchanged())
		return -1;
	tree_exit(twin);
	if (tree_synced(leader, 3))
		return -1;
	return TREE_HAS(leader, 1, 2, 3) || TREE_HAS(other, 1, 2, 3) ? -1 : 0;
}

#endif /* SECCOMP_TREE_TWINS_H */
