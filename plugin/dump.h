/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_DUMP_H
#define PLUGIN_DUMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kernel.h"
#include "tree.h"

/**
 * dump_begin - get ready; all tasks still run
 *
 * Nothing is changed yet. Returns 0, or a negative errno after a message.
 */
int dump_begin(void);

/**
 * dump_process - record the filters of one process, all threads are stopped
 * @pid: the first is the root task
 *
 * Threads in filter mode get the placeholder that fails closed: CRIU writes
 * strict mode for them into its own images. Where the kernel has no way to the
 * filters, CRIU dumps them alone, and a warning says what that changes. Where it
 * has one and not for this CRIU, only threads without filters are dumped.
 *
 * The first call removes an image that another dump has left in the folder, as
 * CRIU overwrites its own: it is gone also where this dump has none, or fails.
 *
 * Returns 0, or a negative errno after a message: the dump has to fail.
 */
int dump_process(pid_t pid);

/* What dump_begin() has found; NULL: none that may be used. */
const struct kernel *dump_kernel(void);

/**
 * dump_filter - record the filter of a filter fd, with its ancestors
 * @index: out, in the tree
 *
 * Returns 0, or a negative errno without a message.
 */
int dump_filter(int fd, uint32_t *index);

/* Record a file. Returns 0, or a negative errno after a message. */
int dump_file(const struct tree_file *file);

/* The dump is over; @failed: the image is removed. Another one may begin. */
void dump_end(bool failed);

#endif /* PLUGIN_DUMP_H */
