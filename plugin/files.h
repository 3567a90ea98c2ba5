/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Open files of tasks: filter fds, and listeners, through which a supervisor handles
 * the calls of tasks.
 *
 * A restored task cannot create them itself: they must refer to the same filter
 * objects as other tasks, which it may not be able to reach from its namespaces. So
 * CRIU's main process creates them all before it forks, and tasks inherit them, like
 * those of `criu restore --inherit-fd`. Each one is in a parcel, which is emptied when
 * all tasks have their files.
 */
#ifndef PLUGIN_FILES_H
#define PLUGIN_FILES_H

#include "kernel.h"
#include "tree.h"

#define FILES_NOT_OURS (-4096) /* no errno is that large */

/**
 * files_dump - record an open file that CRIU cannot dump itself
 * @fd: CRIU's copy of it
 * @id: CRIU's id of it
 *
 * Returns 0, FILES_NOT_OURS, or a negative errno after a message.
 */
int files_dump(int fd, int id);

/**
 * files_offer_listener - let tasks inherit a listener
 * @filter: its filter, with the index of the file
 * @listener: closed, also on failure
 *
 * Returns 0, or a negative errno after a message.
 */
int files_offer_listener(const struct tree *tree, const struct tree_filter *filter, int listener);

/**
 * files_offer - let tasks inherit all other files of the tree
 * @filters: a filter fd for each filter to which a file refers
 *
 * Returns 0, or a negative errno after a message.
 */
int files_offer(const struct kernel *kernel, const struct tree *tree, const int *filters);

/**
 * files_restore - open the file with CRIU's id @id in a restored task
 * @tree: the tree that restore_begin() has read
 *
 * Returns a descriptor, FILES_NOT_OURS, or a negative errno after a message.
 */
int files_restore(const struct tree *tree, int id);

/* Drops all other references to the files, also in CRIU's store. All tasks have theirs. */
void files_release(void);

/* Ends the restore. */
void files_end(void);

#endif /* PLUGIN_FILES_H */
