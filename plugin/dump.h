/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_DUMP_H
#define PLUGIN_DUMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel.h"
#include "tree.h"

/**
 * dump_begin - prepare a dump; all tasks are still running
 *
 * Changes nothing yet. Returns 0, or a negative errno after a message.
 */
int dump_begin(void);

/**
 * dump_process - record the filters of one process, whose threads are all stopped
 * @pid: its id; the first call is for the root task
 *
 * Threads in filter mode get a placeholder that fails closed: CRIU records strict
 * mode for them in its own images. If the kernel has no support for this, CRIU dumps
 * the filters alone, and a warning says what that changes. If the kernel has support,
 * but CRIU has no permission, only threads without filters can be dumped.
 *
 * The first call removes the image of a previous dump from the folder, as CRIU
 * overwrites its own images, even if this dump writes none or fails.
 *
 * Returns 0, or a negative errno after a message: the dump must fail.
 */
int dump_process(pid_t pid);

/* The backend that dump_begin() has found, or NULL if none can be used. */
const struct kernel *dump_kernel(void);

/**
 * dump_filter - record the filter of a filter fd and its ancestors
 * @index: out, its index in the tree
 *
 * Returns 0, or a negative errno without a message.
 */
int dump_filter(int fd, uint32_t *index);

/* Records a file. Returns 0, or a negative errno after a message. */
int dump_file(const struct tree_file *file);

/* Ends the dump; removes the image if it has failed. Another dump may begin then. */
void dump_end(bool failed);

#endif /* PLUGIN_DUMP_H */
