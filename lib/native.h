/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What CRIU makes of the filters of a process when it dumps and restores them
 * alone: criu/seccomp.c, the same from 3.11 to 4.2.
 */
#ifndef NATIVE_H
#define NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree.h"

/**
 * struct native_thread - a thread before, and after CRIU alone restored it
 * @filter: in, its newest, or TREE_NONE
 * @strict: in, whether it is in strict mode
 * @syncs: out, whether SECCOMP_FILTER_FLAG_TSYNC works when it installs a filter
 * @will_sync: out, the same after a restore
 * @changed: out, SECCOMP_FILTER_FLAG_* that a restore changes on a filter of its,
 *           where that can be noticed: LOG, NEW_LISTENER (it is there, and will not
 *           be), WAIT_KILLABLE_RECV (of a filter with a listener)
 */
struct native_thread {
	uint32_t filter;
	bool strict;
	bool syncs, will_sync;
	uint32_t changed;
};

/**
 * native_compare - find out what changes
 * @tree: has the filters
 * @threads: all of one process, the leader first
 */
void native_compare(const struct tree *tree, struct native_thread *threads, size_t count);

#endif /* NATIVE_H */
