/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that tasks hold: listeners, through which a supervisor answers for the
 * tasks under its filter, and filter fds.
 *
 * A restored task cannot make them. Its filter has to be the one object that
 * others stand on, too, and it may live in namespaces where the rest is out of
 * reach. So CRIU's main process makes them all before it forks, and lets them
 * be inherited as descriptors that a person gives to `criu restore`, each in a
 * parcel that can be emptied when the tasks have theirs.
 */
#ifndef PLUGIN_FILES_H
#define PLUGIN_FILES_H

#include "kernel.h"
#include "tree.h"

#define FILES_NOT_OURS (-4096) /* no errno is that large */

/**
 * files_dump - record an open file that CRIU does not know
 * @fd: CRIU's copy of it
 * @id: CRIU's number for it
 *
 * Returns 0, FILES_NOT_OURS, or a negative errno after a message.
 */
int files_dump(int fd, int id);

/**
 * files_offer_listener - have a listener inherited by who held it
 * @filter: its filter, which knows the file
 * @listener: closed, also on failure
 *
 * Returns 0, or a negative errno after a message.
 */
int files_offer_listener(const struct tree *tree, const struct tree_filter *filter, int listener);

/**
 * files_offer - have all other files of the tree inherited
 * @filters: filter fds; those that files need are there
 *
 * Returns 0, or a negative errno after a message.
 */
int files_offer(const struct kernel *kernel, const struct tree *tree, const int *filters);

/**
 * files_restore - in a restored task: the file that had the number @id
 * @tree: what restore_begin() has read
 *
 * Returns a descriptor, FILES_NOT_OURS, or a negative errno after a message.
 */
int files_restore(const struct tree *tree, int id);

/*
 * All tasks have their files: whoever else holds them, CRIU's store among them,
 * holds them no more.
 */
void files_release(void);

/* The restore is over. */
void files_end(void);

#endif /* PLUGIN_FILES_H */
