/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happens to the filters of a process if CRIU dumps and restores it without
 * the plugin: criu/seccomp.c, which does the same in 3.11 to 4.2.
 */
#ifndef NATIVE_H
#define NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree.h"

/**
 * struct native_thread - a thread before and after a restore by CRIU alone
 * @filter: in, its newest filter, or TREE_NONE
 * @strict: in, whether it is in strict mode
 * @syncs: out, whether SECCOMP_FILTER_FLAG_TSYNC works when it installs a filter
 * @will_sync: out, the same after a restore
 * @changed: out, SECCOMP_FILTER_FLAG_* that a restore changes on one of its filters
 *           with a visible effect: LOG, NEW_LISTENER (the listener is lost),
 *           WAIT_KILLABLE_RECV (of a filter with a listener)
 */
struct native_thread {
	uint32_t filter;
	bool strict;
	bool syncs, will_sync;
	uint32_t changed;
};

/**
 * native_compare - find out what a restore by CRIU alone changes
 * @tree: the tree with the filters
 * @threads: all threads of one process, the leader first
 */
void native_compare(const struct tree *tree, struct native_thread *threads, size_t count);

#endif /* NATIVE_H */
