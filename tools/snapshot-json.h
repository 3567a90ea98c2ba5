/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SNAPSHOT_JSON_H
#define SNAPSHOT_JSON_H

#include <stdbool.h>

#include "json.h"
#include "snapshot.h"

/* Adds a snapshot to a document, as tools/schema/tree.json has it. */
void snapshot_to_json(struct json_object *document, const struct snapshot *snapshot, bool programs);

/* A filter by its number. */
struct json_object *snapshot_filter_json(const struct snapshot *snapshot, uint32_t filter);

/* A mode: "filter", "no-filter". */
struct json_object *snapshot_mode_json(enum thread_mode mode);

/**
 * snapshot_write_program - a program as bytes on stdout: struct sock_filter[]
 * @number: as a person has typed it: the place of the program
 *
 * Returns 0; -EINVAL: there is no such program, or stdout is a terminal, after a message.
 */
int snapshot_write_program(const struct snapshot *snapshot, const char *number);

#endif /* SNAPSHOT_JSON_H */
