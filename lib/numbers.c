// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "array.h"
#include "numbers.h"

static bool is_same_thread(const struct walk_thread *a, const struct walk_thread *b)
{
	return a->task == b->task && a->start == b->start && a->tid == b->tid;
}

/* Whether a key still stands for the same filter. @index: out, its index. */
static bool is_known(const struct numbers *numbers, const struct walk_thread *thread, uint64_t key,
		     uint32_t depth, numbers_still_has *still_has, uint32_t *index)
{
	const struct numbered *old;

	if (!map_get(&numbers->index_by_key, key, index))
		return false;
	old = &numbers->filters[*index];
	return old->info.depth == depth &&
	       (is_same_thread(&old->holder, thread) || still_has(&old->holder, key, depth));
}

/* Adds a filter. Returns its index. */
static int append(struct numbers *numbers, uint64_t key)
{
	int ret = array_reserve(&numbers->filters, &numbers->room, numbers->count + 1,
				sizeof(*numbers->filters));

	if (ret)
		return ret;
	if (numbers->count >= INT_MAX)
		return -EOVERFLOW;
	ret = map_put(&numbers->index_by_key, key, numbers->count);
	return ret ? ret : (int)numbers->count++;
}

int numbers_add(struct numbers *numbers, const struct walk_thread *thread,
		const struct walk_record *records, size_t count, numbers_still_has *still_has)
{
	struct seccomp_filter_info info = { 0 };
	size_t known = 0, i;
	uint32_t index = 0;
	int ret = -EINVAL;

	/* All filters below a known one are known. */
	while (known < count &&
	       !is_known(numbers, thread, records[known].key, count - known, still_has, &index))
		known++;
	/* The oldest first, because a filter needs the id of its parent. */
	for (i = count; i--;) {
		if (i >= known)
			ret = map_get(&numbers->index_by_key, records[i].key, &index) ? (int)index
										      : -EIO;
		else
			ret = append(numbers, records[i].key);
		if (ret < 0)
			return ret;
		info = (struct seccomp_filter_info){
			.id = ret + 1,
			.parent_id = info.id,
			.depth = count - i,
			.len = records[i].len,
			.flags = records[i].flags,
			.listener_flags = records[i].listener_flags,
		};
		numbers->filters[ret] = (struct numbered){ .info = info, .holder = *thread };
	}
	return ret;
}
