/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output for other programs, with json-c. tools/schema/ describes it: while the version
 * stays the same, members keep their names and meanings; new members may be added.
 *
 * Callers do not have to check each call for a lack of memory: if something could not
 * be added, json_print() fails.
 */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>

#define JSON_VERSION 1

/* A document: an object with its version and the name of the subcommand. */
struct json_object *json_document(const char *subcommand);

/* Both take ownership of @value. Any argument may be NULL if json-c ran out of memory. */
void json_add(struct json_object *object, const char *key, struct json_object *value);
void json_append(struct json_object *array, struct json_object *value);

/**
 * json_print - write a document to stdout, indented, with a newline at the end
 * @document: is freed
 *
 * Returns 0, or -ENOMEM after a message.
 */
int json_print(struct json_object *document);

/* The same on one line, which is flushed at once: JSON lines. */
int json_print_line(struct json_object *document);

#endif /* JSON_H */
