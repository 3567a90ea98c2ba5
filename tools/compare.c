// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "compare.h"
#include "report.h"

static int add(struct compare *compare, enum difference_kind kind, uint32_t a, uint32_t b)
{
	int ret = array_reserve(&compare->differences, &compare->differences_room,
				compare->n_differences + 1, sizeof(*compare->differences));

	if (!ret)
		compare->differences[compare->n_differences++] =
			(struct difference){ .kind = kind, .a = a, .b = b };
	return ret;
}

static int add_match(struct compare *compare, uint32_t a, uint32_t b)
{
	int ret = array_reserve(&compare->matches, &compare->matches_room, compare->n_matches + 1,
				sizeof(*compare->matches));

	if (!ret)
		compare->matches[compare->n_matches++] =
			(struct match){ .a = a, .b = b, .pair = COMPARE_NONE };
	return ret;
}

/* Maps the ids that an image has for the threads to their places. */
static int map_threads(const struct snapshot *snapshot, struct map *map)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < snapshot->tree.n_threads; i++)
		ret = map_put(map, snapshot->labels[i].inner, i);
	return ret;
}

static bool is_known(const struct snapshot *snapshot, uint32_t thread)
{
	return snapshot->labels[thread].mode != THREAD_NOT_READ;
}

static bool has_filters(const struct snapshot *snapshot, uint32_t thread)
{
	return snapshot->tree.threads[thread].filter != TREE_NONE;
}

/*
 * Whether it is no difference that an image does not have a process: a dump records only
 * processes that have a thread with filters.
 */
static bool is_left_out(const struct snapshot *image, const struct map *in_image,
			const struct snapshot *snapshot, const struct tree_process *process)
{
	uint32_t i, unused;

	if (image->ids)
		return false;
	for (i = process->first; i < process->first + process->count; i++)
		if (has_filters(snapshot, i) || !is_known(snapshot, i) ||
		    map_get(in_image, snapshot->labels[i].inner, &unused))
			return false;
	return true;
}

/* The threads that only @snapshot has. */
static int add_only(struct compare *compare, enum difference_kind kind,
		    const struct snapshot *snapshot, const struct snapshot *other,
		    const struct map *in_other)
{
	const struct tree_process *process = snapshot->tree.processes;
	const struct tree_process *end = process + snapshot->tree.n_processes;
	bool in_a = kind == DIFFERENCE_ONLY_A;
	uint32_t i, unused;
	int ret = 0;

	for (; process < end; process++) {
		if (is_left_out(other, in_other, snapshot, process))
			continue;
		for (i = process->first; !ret && i < process->first + process->count; i++)
			if (!map_get(in_other, snapshot->labels[i].inner, &unused))
				ret = add(compare, kind, in_a ? i : COMPARE_NONE,
					  in_a ? COMPARE_NONE : i);
	}
	return ret;
}

static int match_by_id(struct compare *compare, const struct map *in_a, const struct map *in_b)
{
	uint32_t other;
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < compare->a->tree.n_threads; i++)
		if (map_get(in_b, compare->a->labels[i].inner, &other))
			ret = add_match(compare, i, other);
	if (!ret)
		ret = add_only(compare, DIFFERENCE_ONLY_A, compare->a, compare->b, in_b);
	if (!ret)
		ret = add_only(compare, DIFFERENCE_ONLY_B, compare->b, compare->a, in_a);
	return ret;
}

/* Matches the nth thread of one process with the nth thread of the other. */
static int match_processes(struct compare *compare, const struct tree_process *a,
			   const struct tree_process *b)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && (i < a->count || i < b->count); i++)
		if (i >= b->count)
			ret = add(compare, DIFFERENCE_ONLY_A, a->first + i, COMPARE_NONE);
		else if (i >= a->count)
			ret = add(compare, DIFFERENCE_ONLY_B, COMPARE_NONE, b->first + i);
		else
			ret = add_match(compare, a->first + i, b->first + i);
	return ret;
}

static int match_by_place(struct compare *compare)
{
	const struct tree *a = &compare->a->tree, *b = &compare->b->tree;
	const struct tree_process none = { 0 };
	size_t i;
	int ret = 0;

	for (i = 0; !ret && (i < a->n_processes || i < b->n_processes); i++)
		ret = match_processes(compare, i < a->n_processes ? &a->processes[i] : &none,
				      i < b->n_processes ? &b->processes[i] : &none);
	return ret;
}

static bool have_a_thread_in_common(const struct compare *compare, const struct map *in_b)
{
	uint32_t other;
	size_t i;

	for (i = 0; i < compare->a->tree.n_threads; i++)
		if (map_get(in_b, compare->a->labels[i].inner, &other))
			return true;
	return false;
}

/*
 * Two running processes without a common id may still be meant to be alike: they are
 * compared by place. An image says nothing about places.
 */
static int match_threads(struct compare *compare)
{
	struct map in_a = { 0 }, in_b = { 0 };
	int ret;

	ret = map_threads(compare->a, &in_a);
	if (!ret)
		ret = map_threads(compare->b, &in_b);
	if (!ret) {
		compare->by_place = compare->a->ids && compare->b->ids &&
				    !have_a_thread_in_common(compare, &in_b);
		ret = compare->by_place ? match_by_place(compare)
					: match_by_id(compare, &in_a, &in_b);
	}
	map_free(&in_a);
	map_free(&in_b);
	return ret;
}

static uint32_t depth_of(const struct tree *tree, uint32_t filter)
{
	uint32_t depth = 0;

	for (; filter != TREE_NONE; filter = tree->filters[filter].parent)
		depth++;
	return depth;
}

static int add_pair(struct compare *compare, uint32_t a, uint32_t b, uint32_t *place)
{
	int ret = array_reserve(&compare->pairs, &compare->pairs_room, compare->n_pairs + 1,
				sizeof(*compare->pairs));

	if (ret)
		return ret;
	*place = compare->n_pairs++;
	compare->pairs[*place] = (struct pair){ .a = a, .b = b, .below = COMPARE_NONE };
	return map_put(&compare->pair_by_filters, (uint64_t)a << 32 | b, *place);
}

size_t compare_depth(const struct snapshot *snapshot, uint32_t thread)
{
	return depth_of(&snapshot->tree, snapshot->tree.threads[thread].filter);
}

/*
 * The pair of two filters at the same depth, and the pairs of all filters below them.
 * If a pair is known, the pairs below it are known, too.
 */
static int find_pair(struct compare *compare, uint32_t a, uint32_t b, uint32_t *pair)
{
	uint32_t above = COMPARE_NONE, place;
	bool known = false;
	int ret;

	for (;; above = place) {
		place = COMPARE_NONE;
		known = a == TREE_NONE ||
			map_get(&compare->pair_by_filters, (uint64_t)a << 32 | b, &place);
		ret = known ? 0 : add_pair(compare, a, b, &place);
		if (ret)
			return ret;
		if (above == COMPARE_NONE)
			*pair = place;
		else
			compare->pairs[above].below = place;
		if (known)
			return 0;
		a = compare->a->tree.filters[a].parent;
		b = compare->b->tree.filters[b].parent;
	}
}

/* If one thread has more filters, the extra ones are usually the newest: they are left out. */
static int pair_filters(struct compare *compare, struct match *match)
{
	const struct tree *tree_a = &compare->a->tree, *tree_b = &compare->b->tree;
	uint32_t a = tree_a->threads[match->a].filter, b = tree_b->threads[match->b].filter;
	uint32_t depth_a = depth_of(tree_a, a), depth_b = depth_of(tree_b, b);
	int ret = 0;

	if (!depth_a != !depth_b)
		return add(compare, DIFFERENCE_MODE, match->a, match->b);
	if (depth_a != depth_b)
		ret = add(compare, DIFFERENCE_COUNT, match->a, match->b);
	for (; depth_a > depth_b; depth_a--)
		a = tree_a->filters[a].parent;
	for (; depth_b > depth_a; depth_b--)
		b = tree_b->filters[b].parent;
	return ret ? ret : find_pair(compare, a, b, &match->pair);
}

/* For threads without filters. An image does not record strict mode. */
static int compare_modes(struct compare *compare, const struct match *match)
{
	enum thread_mode a = compare->a->labels[match->a].mode,
			 b = compare->b->labels[match->b].mode;

	if (a == b || a == THREAD_NOT_FILTER || b == THREAD_NOT_FILTER)
		return 0;
	return add(compare, DIFFERENCE_MODE, match->a, match->b);
}

static int compare_match(struct compare *compare, struct match *match)
{
	const struct tree_thread *leader_a = snapshot_leader(compare->a, match->a);
	const struct tree_thread *leader_b = snapshot_leader(compare->b, match->b);
	int ret = 0;

	if (!compare->by_place &&
	    compare->a->labels[leader_a - compare->a->tree.threads].inner !=
		    compare->b->labels[leader_b - compare->b->tree.threads].inner)
		ret = add(compare, DIFFERENCE_PROCESS, match->a, match->b);
	if (ret || !is_known(compare->a, match->a) || !is_known(compare->b, match->b))
		return ret;
	if (has_filters(compare->a, match->a) || has_filters(compare->b, match->b))
		return pair_filters(compare, match);
	return compare_modes(compare, match);
}

static bool program_differs(const struct tree_program *a, const struct tree_program *b)
{
	return a->len != b->len || memcmp(a->insns, b->insns, a->len * sizeof(*a->insns));
}

static bool programs_differ(const struct compare *compare, const struct pair *pair)
{
	const struct tree *a = &compare->a->tree, *b = &compare->b->tree;
	const struct tree_filter *of_a = &a->filters[pair->a], *of_b = &b->filters[pair->b];
	uint32_t i;

	if (of_a->n_newer != of_b->n_newer ||
	    program_differs(&a->programs[of_a->program], &b->programs[of_b->program]))
		return true;
	for (i = 0; i < of_a->n_newer; i++)
		if (program_differs(&a->programs[of_a->newer[i]], &b->programs[of_b->newer[i]]))
			return true;
	return false;
}

static bool flags_differ(const struct compare *compare, const struct pair *pair)
{
	const struct tree_filter *a = &compare->a->tree.filters[pair->a];
	const struct tree_filter *b = &compare->b->tree.filters[pair->b];

	return a->flags != b->flags || a->listener_flags != b->listener_flags ||
	       a->generation != b->generation;
}

static int compare_pairs(struct compare *compare)
{
	const struct pair *pair;
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < compare->n_pairs; i++) {
		pair = &compare->pairs[i];
		if (programs_differ(compare, pair))
			ret = add(compare, DIFFERENCE_PROGRAM, pair->a, pair->b);
		if (!ret && flags_differ(compare, pair))
			ret = add(compare, DIFFERENCE_FLAGS, pair->a, pair->b);
	}
	return ret;
}

static int add_other(struct compare *compare, uint32_t *place, enum difference_kind kind,
		     uint32_t filter, uint32_t other)
{
	struct difference *difference;
	uint32_t *grown;
	int ret;

	if (*place == COMPARE_NONE) {
		ret = kind == DIFFERENCE_SPLIT ? add(compare, kind, filter, COMPARE_NONE)
					       : add(compare, kind, COMPARE_NONE, filter);
		if (ret)
			return ret;
		*place = compare->n_differences - 1;
	}
	difference = &compare->differences[*place];
	grown = reallocarray(difference->others, difference->n_others + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	difference->others = grown;
	grown[difference->n_others++] = other;
	return 0;
}

/* Finds filters that are several filters on the other side: those in more than one pair. */
static int compare_sharing(struct compare *compare, enum difference_kind kind)
{
	bool split = kind == DIFFERENCE_SPLIT;
	size_t n = split ? compare->a->tree.n_filters : compare->b->tree.n_filters, i;
	uint32_t *first = malloc((n + 1) * sizeof(*first));
	uint32_t *place = malloc((n + 1) * sizeof(*place));
	int ret = first && place ? 0 : -ENOMEM;
	uint32_t own, other;

	if (!ret) {
		memset(first, 0xff, (n + 1) * sizeof(*first));
		memset(place, 0xff, (n + 1) * sizeof(*place));
	}
	for (i = 0; !ret && i < compare->n_pairs; i++) {
		own = split ? compare->pairs[i].a : compare->pairs[i].b;
		other = split ? compare->pairs[i].b : compare->pairs[i].a;
		if (first[own] == COMPARE_NONE) {
			first[own] = other;
			continue;
		}
		if (place[own] == COMPARE_NONE)
			ret = add_other(compare, &place[own], kind, own, first[own]);
		if (!ret)
			ret = add_other(compare, &place[own], kind, own, other);
	}
	free(first);
	free(place);
	return ret;
}

#define FILE_KINDS 8 /* more than there are */

/* How many files of each kind refer to each filter; for the caller to free. */
static uint32_t (*count_files(const struct tree *tree))[FILE_KINDS]
{
	uint32_t(*counts)[FILE_KINDS] = calloc(tree->n_filters + 1, sizeof(*counts));
	size_t i;

	for (i = 0; counts && i < tree->n_files; i++)
		if (tree->files[i].filter != TREE_NONE)
			counts[tree->files[i].filter][tree->files[i].kind % FILE_KINDS]++;
	return counts;
}

/* Only images have files. File ids differ from dump to dump, so only counts are compared. */
static int compare_files(struct compare *compare)
{
	uint32_t(*in_a)[FILE_KINDS], (*in_b)[FILE_KINDS];
	const struct pair *pair;
	size_t i;
	int ret;

	if (compare->a->ids || compare->b->ids)
		return 0;
	in_a = count_files(&compare->a->tree);
	in_b = count_files(&compare->b->tree);
	ret = in_a && in_b ? 0 : -ENOMEM;
	for (i = 0; !ret && i < compare->n_pairs; i++) {
		pair = &compare->pairs[i];
		if (memcmp(in_a[pair->a], in_b[pair->b], sizeof(*in_a)))
			ret = add(compare, DIFFERENCE_FILES, pair->a, pair->b);
	}
	free(in_a);
	free(in_b);
	return ret;
}

/* The same program says something else where calls have other numbers. */
static int compare_archs(struct compare *compare)
{
	if (compare->a->tree.arch == compare->b->tree.arch)
		return 0;
	return add(compare, DIFFERENCE_ARCH, COMPARE_NONE, COMPARE_NONE);
}

static int compare_all(struct compare *compare)
{
	size_t i;
	int ret;

	ret = compare_archs(compare);
	if (!ret)
		ret = match_threads(compare);
	for (i = 0; !ret && i < compare->n_matches; i++)
		ret = compare_match(compare, &compare->matches[i]);
	if (!ret)
		ret = compare_pairs(compare);
	if (!ret)
		ret = compare_sharing(compare, DIFFERENCE_SPLIT);
	if (!ret)
		ret = compare_sharing(compare, DIFFERENCE_MERGED);
	return ret ? ret : compare_files(compare);
}

int compare(struct compare *compare, const struct snapshot *a, const struct snapshot *b)
{
	int ret;

	*compare = (struct compare){ .a = a, .b = b };
	ret = compare_all(compare);
	if (ret)
		pr_err("not enough memory to compare %zu threads with %zu", a->tree.n_threads,
		       b->tree.n_threads);
	return ret;
}

void compare_free(struct compare *compare)
{
	size_t i;

	for (i = 0; i < compare->n_differences; i++)
		free(compare->differences[i].others);
	free(compare->differences);
	free(compare->matches);
	free(compare->pairs);
	map_free(&compare->pair_by_filters);
}

static bool is_about(const struct difference *difference, const struct pair *pair, uint32_t filter)
{
	uint32_t other = difference->kind == DIFFERENCE_SPLIT ? pair->b : pair->a;

	if (difference->a != COMPARE_NONE && pair->a != difference->a)
		return false;
	if (difference->b != COMPARE_NONE && pair->b != difference->b)
		return false;
	return filter == COMPARE_NONE || other == filter;
}

long compare_threads(const struct compare *compare, const struct difference *difference,
		     uint32_t filter, uint32_t **matches)
{
	uint32_t pair;
	long count = 0;
	size_t i;

	*matches = malloc((compare->n_matches + 1) * sizeof(**matches));
	if (!*matches)
		return -ENOMEM;
	for (i = 0; i < compare->n_matches; i++) {
		pair = compare->matches[i].pair;
		while (pair != COMPARE_NONE && !is_about(difference, &compare->pairs[pair], filter))
			pair = compare->pairs[pair].below;
		if (pair != COMPARE_NONE)
			(*matches)[count++] = i;
	}
	return count;
}
