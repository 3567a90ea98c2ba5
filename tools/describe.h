/* SPDX-License-Identifier: GPL-2.0 */
/* What text, pictures and JSON say about a filter. */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"
#include "tree.h"

/**
 * describe_flag - the word for a flag of a filter
 * @index: 0, 1, ... among the flags that it has
 *
 * Returns the word, or NULL if it does not have that many flags.
 */
const char *describe_flag(const struct tree_filter *filter, size_t index);

/* All of them, and the generation of a replaceable filter, each after ", ". */
#define DESCRIBE_FLAGS 160
void describe_flags(const struct tree_filter *filter, char *text, size_t size);

/* Its program, or the first of its programs, and their lengths. */
#define DESCRIBE_PROGRAMS 256
void describe_programs(const struct tree *tree, const struct tree_filter *filter, char *text,
		       size_t size);

/* What a file in an image is. */
const char *describe_file(enum tree_file_kind kind);

/**
 * describe_sections - the container that all users of a filter are in
 * @sections: out, for each filter: the container of all threads that have it, as their
 *            newest or an older filter; SNAPSHOT_NO_CONTAINER if there is no such container
 */
void describe_sections(const struct snapshot *snapshot, uint32_t *sections);

#endif /* DESCRIBE_H */
