// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "json.h"
#include "report.h"

static bool incomplete;

void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (object && value && !json_object_object_add(object, key, value))
		return;
	incomplete = true;
	json_object_put(value);
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (array && value && !json_object_array_add(array, value))
		return;
	incomplete = true;
	json_object_put(value);
}

struct json_object *json_document(const char *subcommand)
{
	struct json_object *document = json_object_new_object();

	json_add(document, "version", json_object_new_int(JSON_VERSION));
	json_add(document, "subcommand", json_object_new_string(subcommand));
	return document;
}

static int print(struct json_object *document, int flags)
{
	const char *text = NULL;

	if (!incomplete)
		text = json_object_to_json_string_ext(document,
						      flags | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		puts(text);
	else
		pr_err("not enough memory for the output");
	json_object_put(document);
	return text ? 0 : -ENOMEM;
}

int json_print(struct json_object *document)
{
	return print(document, JSON_C_TO_STRING_PRETTY);
}

int json_print_line(struct json_object *document)
{
	int ret = print(document, JSON_C_TO_STRING_PLAIN);

	fflush(stdout);
	return ret;
}
