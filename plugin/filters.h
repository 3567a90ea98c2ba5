/* SPDX-License-Identifier: GPL-2.0 */
/* Creates the filters of an image, before any task is restored. */
#ifndef FILTERS_H
#define FILTERS_H

#include "kernel.h"
#include "tree.h"

/**
 * filters_create - create all filters, and give their listeners to tasks or to the agent
 * @fds: a filter fd for each filter of the tree, -1 at the beginning, and where no thread
 *       and no file has the filter itself; also after a failure, to be closed by the caller
 *
 * Returns 0, or a negative errno after a message.
 */
int filters_create(const struct kernel *kernel, const struct tree *tree, int *fds);

#endif /* FILTERS_H */
