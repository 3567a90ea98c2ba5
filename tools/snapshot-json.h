/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SNAPSHOT_JSON_H
#define SNAPSHOT_JSON_H

#include <stdbool.h>

#include "json.h"
#include "snapshot.h"

/* Adds a snapshot to a document, as tools/schema/tree.json describes it. */
void snapshot_to_json(struct json_object *document, const struct snapshot *snapshot, bool programs);

/* The architecture of its machine: "x86_64", "aarch64". */
struct json_object *snapshot_arch_json(const struct snapshot *snapshot);

/* A filter by its number. */
struct json_object *snapshot_filter_json(const struct snapshot *snapshot, uint32_t filter);

/* A mode: "filter", "no-filter". */
struct json_object *snapshot_mode_json(enum thread_mode mode);

/**
 * snapshot_write_program - write a program as bytes to stdout: struct sock_filter[]
 * @number: the place of the program, as text
 *
 * Returns 0, or -EINVAL after a message: there is no such program, or stdout is a terminal.
 */
int snapshot_write_program(const struct snapshot *snapshot, const char *number);

#endif /* SNAPSHOT_JSON_H */
