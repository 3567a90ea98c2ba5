// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "report-compare.h"
#include "report.h"
#include "snapshot-json.h"
#include "subcommands.h"

static struct json_object *thread_id(const struct snapshot *snapshot, uint32_t thread)
{
	return json_object_new_int(snapshot->labels[thread].inner);
}

static struct json_object *threads_json(const struct compare *compare,
					const struct difference *difference, uint32_t filter)
{
	struct json_object *array = json_object_new_array();
	uint32_t *matches = NULL;
	long count = compare_threads(compare, difference, filter, &matches), i;

	for (i = 0; i < count; i++)
		json_append(array, thread_id(compare->a, compare->matches[matches[i]].a));
	free(matches);
	/* marks the document as incomplete: a part of the list must not be printed */
	if (count < 0)
		json_append(array, NULL);
	return array;
}

static const char *kind_text(enum difference_kind kind)
{
	static const char *const texts[] = {
		[DIFFERENCE_ARCH] = "arch",
		[DIFFERENCE_ONLY_A] = "thread-only-in-a",
		[DIFFERENCE_ONLY_B] = "thread-only-in-b",
		[DIFFERENCE_PROCESS] = "process",
		[DIFFERENCE_MODE] = "mode",
		[DIFFERENCE_COUNT] = "filter-count",
		[DIFFERENCE_PROGRAM] = "program",
		[DIFFERENCE_FLAGS] = "flags",
		[DIFFERENCE_SPLIT] = "split",
		[DIFFERENCE_MERGED] = "merged",
		[DIFFERENCE_FILES] = "descriptors",
	};

	return texts[kind];
}

static void add_filter(struct json_object *object, const char *key, const struct snapshot *snapshot,
		       uint32_t filter)
{
	if (filter != COMPARE_NONE)
		json_add(object, key, snapshot_filter_json(snapshot, filter));
}

/* For a filter that was split or merged: the several filters, each with its threads. */
static struct json_object *parts_json(const struct compare *compare,
				      const struct difference *difference)
{
	const struct snapshot *other =
		difference->kind == DIFFERENCE_SPLIT ? compare->b : compare->a;
	struct json_object *array = json_object_new_array(), *part;
	size_t i;

	for (i = 0; i < difference->n_others; i++) {
		part = json_object_new_object();
		add_filter(part, "filter", other, difference->others[i]);
		json_add(part, "threads", threads_json(compare, difference, difference->others[i]));
		json_append(array, part);
	}
	return array;
}

static void add_both_values(struct json_object *object, const struct compare *compare,
			    const struct difference *difference)
{
	const struct snapshot *a = compare->a, *b = compare->b;

	switch (difference->kind) {
	case DIFFERENCE_PROCESS:
		json_add(object, "a", json_object_new_int(snapshot_leader(a, difference->a)->tid));
		json_add(object, "b", json_object_new_int(snapshot_leader(b, difference->b)->tid));
		break;
	case DIFFERENCE_MODE:
		json_add(object, "a", snapshot_mode_json(a->labels[difference->a].mode));
		json_add(object, "b", snapshot_mode_json(b->labels[difference->b].mode));
		break;
	case DIFFERENCE_COUNT:
		json_add(object, "a", json_object_new_uint64(compare_depth(a, difference->a)));
		json_add(object, "b", json_object_new_uint64(compare_depth(b, difference->b)));
		break;
	default:
		break;
	}
}

static struct json_object *difference_json(const struct compare *compare,
					   const struct difference *difference)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "kind", json_object_new_string(kind_text(difference->kind)));
	if (difference->kind == DIFFERENCE_ARCH) {
		json_add(object, "a", snapshot_arch_json(compare->a));
		json_add(object, "b", snapshot_arch_json(compare->b));
		return object;
	}
	if (difference->kind <= DIFFERENCE_COUNT) {
		json_add(object, "thread",
			 difference->a != COMPARE_NONE ? thread_id(compare->a, difference->a)
						       : thread_id(compare->b, difference->b));
		add_both_values(object, compare, difference);
		return object;
	}
	add_filter(object, "filter_a", compare->a, difference->a);
	add_filter(object, "filter_b", compare->b, difference->b);
	if (difference->kind == DIFFERENCE_SPLIT || difference->kind == DIFFERENCE_MERGED)
		json_add(object, "parts", parts_json(compare, difference));
	else
		json_add(object, "threads", threads_json(compare, difference, COMPARE_NONE));
	return object;
}

static struct json_object *side_json(const struct snapshot *snapshot)
{
	struct json_object *object = json_object_new_object();

	json_add(object, "name", json_object_new_string(snapshot->name));
	json_add(object, "complete", json_object_new_boolean(snapshot->complete));
	json_add(object, "threads", json_object_new_uint64(snapshot->tree.n_threads));
	json_add(object, "filters", json_object_new_uint64(snapshot->tree.n_filters));
	return object;
}

int compare_print_json(const struct compare *compare, const char *subcommand)
{
	struct json_object *document = json_document(subcommand);
	struct json_object *differences = json_object_new_array();
	enum difference_kind kind;
	size_t i;

	json_add(document, "verdict", json_object_new_string(compare_verdict(compare)));
	json_add(document, "by_place", json_object_new_boolean(compare->by_place));
	json_add(document, "a", side_json(compare->a));
	json_add(document, "b", side_json(compare->b));
	for (kind = 0; kind <= DIFFERENCE_FILES; kind++)
		for (i = 0; i < compare->n_differences; i++)
			if (compare->differences[i].kind == kind)
				json_append(differences,
					    difference_json(compare, &compare->differences[i]));
	json_add(document, "differences", differences);
	return json_print(document);
}

int compare_and_report(const struct snapshot *a, const struct snapshot *b, const char *subcommand,
		       bool json)
{
	struct compare result;
	int status = EXIT_UNKNOWN;

	if (!compare(&result, a, b)) {
		if (!json)
			compare_print(&result);
		if (!json || !compare_print_json(&result, subcommand)) {
			if (result.n_differences)
				status = EXIT_DIFFERS;
			else if (a->complete && b->complete)
				status = EXIT_SUCCESS;
		}
	}
	compare_free(&result);
	return status;
}
