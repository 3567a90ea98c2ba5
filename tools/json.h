/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output for other programs, with json-c. tools/schema/ describes it: what is
 * there keeps its name and its meaning for as long as the version is the same;
 * new names may come.
 *
 * Nobody needs to look at each call for a lack of memory: what could not be
 * added is remembered, and json_print() fails.
 */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>

#define JSON_VERSION 1

/* A document: an object that says its version, and of what subcommand it is. */
struct json_object *json_document(const char *subcommand);

/* Both take @value, and may get NULL for each where json-c had no memory. */
void json_add(struct json_object *object, const char *key, struct json_object *value);
void json_append(struct json_object *array, struct json_object *value);

/**
 * json_print - write a document to stdout, indented, with a newline behind it
 * @document: taken
 *
 * Returns 0, or -ENOMEM after a message.
 */
int json_print(struct json_object *document);

/* The same on a line of its own, which is written at once: JSON lines. */
int json_print_line(struct json_object *document);

#endif /* JSON_H */
