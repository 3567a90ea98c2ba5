/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_RESTORE_H
#define PLUGIN_RESTORE_H

#include <stdbool.h>
#include <sys/types.h>

#include "tree.h"

/**
 * restore_begin - read the image and make its filters; nothing is forked yet
 *
 * Whatever is wrong with the image, or too much for this kernel, is refused
 * here. Returns 0, also when the dump had no filters, or a negative errno
 * after a message.
 */
int restore_begin(void);

/* What the image holds, also in the tasks that CRIU forks. */
const struct tree *restore_tree(void);

/**
 * restore_process - give the threads of one process their filters
 * @pid: the first is the root task
 *
 * The threads are at the end of their restore, stopped in CRIU's ptrace and in
 * the strict mode of the placeholder.
 *
 * Returns 0, or a negative errno after a message. CRIU goes on whatever the hook
 * says, so all processes of the tree are dead by then: it cannot detach from
 * them, and fails.
 */
int restore_process(pid_t pid);

/* The restore is over. */
void restore_end(bool failed);

#endif /* PLUGIN_RESTORE_H */
