/* SPDX-License-Identifier: GPL-2.0 */
/* Creates the filters of an image, before any task is restored. */
#ifndef FILTERS_H
#define FILTERS_H

#include "kernel.h"
#include "tree.h"

/**
 * filters_create - create all filters, and assign their listeners to tasks or to the agent
 * @fds: in, -1 for each filter of the tree. Out, also after a failure: a filter fd, to be
 *       closed by the caller, or -1 for a filter that no thread and no file has itself
 *
 * Returns 0, or a negative errno after a message.
 */
int filters_create(const struct kernel *kernel, const struct tree *tree, int *fds);

#endif /* FILTERS_H */
