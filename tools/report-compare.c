// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "describe.h"
#include "report-compare.h"
#include "style.h"

/* How many entries of a list are printed. */
#define MOST 5

static bool is_complete(const struct compare *compare)
{
	return compare->a->complete && compare->b->complete;
}

const char *compare_verdict(const struct compare *compare)
{
	if (compare->n_differences)
		return "differs";
	return is_complete(compare) ? "same" : "unknown";
}

/* The id as an image has it. */
static pid_t id_of(const struct snapshot *snapshot, uint32_t thread)
{
	return snapshot->labels[thread].inner;
}

static const char *name_of(const struct snapshot *snapshot, uint32_t thread)
{
	return snapshot->labels[thread].name;
}

static void print_rest(long count)
{
	if (count > MOST)
		printf(" and %ld more", count - MOST);
}

/* "threads 4, 5 and 9 more" */
static void print_threads(const struct compare *compare, const uint32_t *matches, long count)
{
	long i;

	if (count <= 0)
		return;
	printf("thread%s ", count == 1 ? "" : "s");
	for (i = 0; i < count && i < MOST; i++)
		printf("%s%d", i ? ", " : "", id_of(compare->a, compare->matches[matches[i]].a));
	print_rest(count);
}

/* The same for @count differences about threads of one name. */
static void print_named(const struct snapshot *snapshot, const struct difference *differences,
			long count)
{
	const char *name = name_of(snapshot, differences->b);
	long i;

	printf("thread%s ", count == 1 ? "" : "s");
	for (i = 0; i < count && i < MOST; i++)
		printf("%s%d", i ? ", " : "", id_of(snapshot, differences[i].b));
	print_rest(count);
	if (*name)
		printf(" (%s)", name);
}

static void print_threads_of(const struct compare *compare, const struct difference *difference,
			     uint32_t filter)
{
	uint32_t *matches = NULL;
	long count = compare_threads(compare, difference, filter, &matches);

	print_threads(compare, matches, count);
	free(matches);
}

static void print_filter(const struct snapshot *snapshot, uint32_t filter)
{
	printf("filter %llu of %s", (unsigned long long)snapshot_filter_id(snapshot, filter),
	       snapshot->name);
}

static void print_pair(const struct compare *compare, const struct difference *difference)
{
	print_filter(compare->a, difference->a);
	fputs(" and ", stdout);
	print_filter(compare->b, difference->b);
	fputs(" (", stdout);
	print_threads_of(compare, difference, COMPARE_NONE);
	fputs("): ", stdout);
}

static const struct tree_filter *filter_of(const struct snapshot *snapshot, uint32_t filter)
{
	return &snapshot->tree.filters[filter];
}

/* A filter that was tightened has several programs; the oldest one is often the same. */
static void print_newer_programs(const struct compare *compare, const struct difference *difference)
{
	char a[DESCRIBE_PROGRAMS], b[DESCRIBE_PROGRAMS];

	describe_programs(&compare->a->tree, filter_of(compare->a, difference->a), a, sizeof(a));
	describe_programs(&compare->b->tree, filter_of(compare->b, difference->b), b, sizeof(b));
	printf("the programs differ: %s; and %s", a, b);
}

static const struct tree_program *program_of(const struct snapshot *snapshot, uint32_t filter)
{
	return &snapshot->tree.programs[filter_of(snapshot, filter)->program];
}

static void print_programs(const struct compare *compare, const struct difference *difference)
{
	const struct tree_program *a = program_of(compare->a, difference->a);
	const struct tree_program *b = program_of(compare->b, difference->b);
	uint32_t i = 0;

	if (filter_of(compare->a, difference->a)->n_newer ||
	    filter_of(compare->b, difference->b)->n_newer) {
		print_newer_programs(compare, difference);
		return;
	}
	while (i < a->len && i < b->len && !memcmp(&a->insns[i], &b->insns[i], sizeof(*a->insns)))
		i++;
	printf("the programs differ: %u and %u instructions, the first difference is at %u (\"tree\" and \"image\" list them with --programs)",
	       a->len, b->len, i);
}

static void print_flags(const struct compare *compare, const struct difference *difference)
{
	char a[DESCRIBE_FLAGS], b[DESCRIBE_FLAGS];

	describe_flags(&compare->a->tree.filters[difference->a], a, sizeof(a));
	describe_flags(&compare->b->tree.filters[difference->b], b, sizeof(b));
	printf("flags are %s and %s", *a ? a + 2 : "none", *b ? b + 2 : "none");
}

static void print_archs(const struct compare *compare)
{
	const struct snapshot *a = compare->a, *b = compare->b;
	char name_a[ARCH_NAME_SIZE], name_b[ARCH_NAME_SIZE];

	printf("the machines differ: %s in %s, %s in %s", arch_text(a->tree.arch, name_a), a->name,
	       arch_text(b->tree.arch, name_b), b->name);
}

/* A filter on one side, and the others with their threads. */
static void print_sharing(const struct compare *compare, const struct difference *difference)
{
	bool split = difference->kind == DIFFERENCE_SPLIT;
	const struct snapshot *own = split ? compare->a : compare->b;
	const struct snapshot *other = split ? compare->b : compare->a;
	size_t i;

	print_filter(own, split ? difference->a : difference->b);
	printf(split ? " is %zu filters in %s:" : " was %zu filters in %s:", difference->n_others,
	       other->name);
	for (i = 0; i < difference->n_others && i < MOST; i++) {
		printf("\n    filter %llu: ",
		       (unsigned long long)snapshot_filter_id(other, difference->others[i]));
		print_threads_of(compare, difference, difference->others[i]);
	}
	if (difference->n_others > MOST)
		printf("\n    and %zu more", difference->n_others - MOST);
}

/* Whether the same can be said of two threads. */
static bool are_alike(const struct compare *compare, const struct difference *one,
		      const struct difference *other)
{
	const struct snapshot *a = compare->a, *b = compare->b;

	/* in other kinds, b may be a filter, or nothing */
	if (one->kind != other->kind ||
	    (one->kind != DIFFERENCE_MODE && one->kind != DIFFERENCE_COUNT) ||
	    strcmp(name_of(b, one->b), name_of(b, other->b)))
		return false;
	if (one->kind == DIFFERENCE_MODE)
		return a->labels[one->a].mode == a->labels[other->a].mode &&
		       b->labels[one->b].mode == b->labels[other->b].mode;
	return compare_depth(a, one->a) == compare_depth(a, other->a) &&
	       compare_depth(b, one->b) == compare_depth(b, other->b);
}

/* @count: how many threads this is said of */
static void print_thread(const struct compare *compare, const struct difference *difference,
			 long count)
{
	const struct snapshot *a = compare->a, *b = compare->b;

	print_named(b, difference, count);
	switch (difference->kind) {
	case DIFFERENCE_PROCESS:
		printf(": of process %d in %s, of %d in %s", snapshot_leader(a, difference->a)->tid,
		       a->name, snapshot_leader(b, difference->b)->tid, b->name);
		break;
	case DIFFERENCE_MODE:
		printf(": %s in %s, %s in %s", thread_mode_text(a->labels[difference->a].mode),
		       a->name, thread_mode_text(b->labels[difference->b].mode), b->name);
		break;
	default:
		printf(": %zu filter%s in %s, %zu in %s", compare_depth(a, difference->a),
		       compare_depth(a, difference->a) == 1 ? "" : "s", a->name,
		       compare_depth(b, difference->b), b->name);
	}
}

/* @count: how many differences are printed together, all of them about threads if > 1 */
static void print_difference(const struct compare *compare, const struct difference *difference,
			     long count)
{
	switch (difference->kind) {
	case DIFFERENCE_ARCH:
		print_archs(compare);
		break;
	case DIFFERENCE_PROGRAM:
		print_pair(compare, difference);
		print_programs(compare, difference);
		break;
	case DIFFERENCE_FLAGS:
		print_pair(compare, difference);
		print_flags(compare, difference);
		break;
	case DIFFERENCE_FILES:
		print_pair(compare, difference);
		fputs("different descriptors refer to them", stdout);
		break;
	case DIFFERENCE_SPLIT:
	case DIFFERENCE_MERGED:
		print_sharing(compare, difference);
		break;
	default:
		print_thread(compare, difference, count);
	}
	putchar('\n');
}

static long count_kind(const struct compare *compare, enum difference_kind kind)
{
	long count = 0;
	size_t i;

	for (i = 0; i < compare->n_differences; i++)
		count += compare->differences[i].kind == kind;
	return count;
}

/* All threads that only one side has, in one line: a missing process may have many. */
static void print_only(const struct compare *compare, enum difference_kind kind)
{
	const struct snapshot *snapshot = kind == DIFFERENCE_ONLY_A ? compare->a : compare->b;
	long count = count_kind(compare, kind), printed = 0;
	const struct difference *difference = compare->differences;

	if (!count)
		return;
	printf("only in %s: thread%s ", snapshot->name, count == 1 ? "" : "s");
	for (; printed < count && printed < MOST; difference++)
		if (difference->kind == kind)
			printf("%s%d", printed++ ? ", " : "",
			       id_of(snapshot,
				     kind == DIFFERENCE_ONLY_A ? difference->a : difference->b));
	print_rest(count);
	putchar('\n');
}

/* Prints the differences of a kind; if there are many, only the first ones. */
static void print_kind(const struct compare *compare, enum difference_kind kind)
{
	const struct difference *list = compare->differences;
	size_t lines = 0, more = 0, i, next;

	for (i = 0; i < compare->n_differences; i = next) {
		next = i + 1;
		if (list[i].kind != kind)
			continue;
		while (next < compare->n_differences && are_alike(compare, &list[i], &list[next]))
			next++;
		if (lines++ < 4 * MOST)
			print_difference(compare, &list[i], next - i);
		else
			more += next - i;
	}
	if (more)
		printf("... and %zu more like that\n", more);
}

void compare_print(const struct compare *compare)
{
	enum difference_kind kind;

	if (compare->by_place)
		printf("no thread id is on both sides: threads are compared in the order in which they were started\n");
	print_kind(compare, DIFFERENCE_ARCH);
	print_only(compare, DIFFERENCE_ONLY_A);
	print_only(compare, DIFFERENCE_ONLY_B);
	for (kind = DIFFERENCE_PROCESS; kind <= DIFFERENCE_FILES; kind++)
		print_kind(compare, kind);
	if (compare->n_differences)
		printf("%sdiffers%s: %zu difference%s between %s and %s\n", style(STYLE_BAD),
		       style(STYLE_PLAIN), compare->n_differences,
		       compare->n_differences == 1 ? "" : "s", compare->a->name, compare->b->name);
	else if (!is_complete(compare))
		printf("%snot known%s: not every thread could be read\n", style(STYLE_BAD),
		       style(STYLE_PLAIN));
	else
		printf("%ssame%s: %zu thread%s and %zu filter%s, in %s and %s\n", style(STYLE_GOOD),
		       style(STYLE_PLAIN), compare->n_matches, compare->n_matches == 1 ? "" : "s",
		       compare->n_pairs, compare->n_pairs == 1 ? "" : "s", compare->a->name,
		       compare->b->name);
}
