/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_RESTORE_H
#define PLUGIN_RESTORE_H

#include <stdbool.h>
#include <sys/types.h>

#include "tree.h"

/**
 * restore_begin - read the image and create its filters; nothing is forked yet
 *
 * Fails if the image has a fault, or if this kernel cannot restore it. Returns 0, also
 * if the dump had no filters, or a negative errno after a message.
 */
int restore_begin(void);

/* The tree of the image; also available in the tasks that CRIU forks. */
const struct tree *restore_tree(void);

/**
 * restore_process - set the filters of the threads of one process
 * @pid: its id; the first call is for the root task
 *
 * The threads are at the end of their restore, stopped by CRIU's ptrace, and in the
 * strict mode of the placeholder.
 *
 * Returns 0, or a negative errno after a message. CRIU ignores the result of the hook
 * and continues, so on failure all processes of the tree are killed: then CRIU cannot
 * detach from them, and fails.
 */
int restore_process(pid_t pid);

/* Ends the restore. */
void restore_end(bool failed);

#endif /* PLUGIN_RESTORE_H */
