/* SPDX-License-Identifier: GPL-2.0 */
/* What every picture says of a filter, and JSON. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"
#include "tree.h"

/**
 * describe_flag - the words for the flags of a filter
 * @index: 0, 1, ... for those that it has
 *
 * Returns the word, or NULL: it has not so many.
 */
const char *describe_flag(const struct tree_filter *filter, size_t index);

/* All of them, each after ", "; @size 80 is enough. */
void describe_flags(const struct tree_filter *filter, char *text, size_t size);

/* What a file of an image is. */
const char *describe_file(enum tree_file_kind kind);

/**
 * describe_sections - the container of all that stands on each filter
 * @sections: out, of each filter: the container of all threads on it and above
 *            it, or SNAPSHOT_NO_CONTAINER
 */
void describe_sections(const struct snapshot *snapshot, uint32_t *sections);

#endif /* DESCRIBE_H */
