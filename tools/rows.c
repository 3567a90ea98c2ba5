// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "hash.h"
#include "rows.h"

/* The owner of a row: a filter, or a mode without filters. */
static uint32_t owner_of(const struct rows *rows, uint32_t thread)
{
	const struct tree *tree = &rows->snapshot->tree;
	uint32_t filter = tree->threads[thread].filter;

	return filter == TREE_NONE ? tree->n_filters + rows->snapshot->labels[thread].mode : filter;
}

static size_t owners(const struct rows *rows)
{
	return rows->snapshot->tree.n_filters + THREAD_MODES;
}

static int append(struct rows *rows, uint32_t owner, const struct row *row)
{
	int ret = array_reserve(&rows->list, &rows->room, rows->count + 1, sizeof(*rows->list));

	if (ret)
		return ret;
	rows->list[rows->count] = *row;
	rows->list[rows->count].next = ROW_NONE;
	if (rows->first[owner] == ROW_NONE)
		rows->first[owner] = rows->count;
	else
		rows->list[rows->latest[owner]].next = rows->count;
	rows->latest[owner] = rows->count++;
	return 0;
}

static struct row row_of(const struct rows *rows, uint32_t thread)
{
	return (struct row){
		.first = thread,
		.last = thread,
		.processes = 1,
		.threads = 1,
		.asleep = rows->snapshot->labels[thread].asleep,
		.container =
			rows->snapshot->container[rows->snapshot->tree.threads[thread].process],
	};
}

static int add_threads(struct rows *rows)
{
	struct row row;
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < rows->snapshot->tree.n_threads; i++) {
		row = row_of(rows, i);
		ret = append(rows, owner_of(rows, i), &row);
	}
	return ret;
}

/* Rows that have all of this in common can be merged. */
struct merge_key {
	char name[TASK_NAME_SIZE];
	uint32_t owner, container;
};

static struct merge_key merge_key_of(const struct rows *rows, uint32_t owner, const struct row *row)
{
	struct merge_key merge_key = { .owner = owner, .container = row->container };

	strcpy(merge_key.name, rows->snapshot->labels[row->first].name);
	return merge_key;
}

/* Merges @row into a row with the same key. Returns whether there is one. */
static bool merge(struct rows *rows, const struct merge_key *merge_key, const struct row *row)
{
	struct merge_key other;
	struct row *to;
	uint32_t place;

	if (!map_get(&rows->alike, hash_bytes(merge_key, sizeof(*merge_key)), &place))
		return false;
	to = &rows->list[place];
	other = merge_key_of(rows, owner_of(rows, to->first), to);
	if (memcmp(&other, merge_key, sizeof(other)))
		return false;
	to->last = row->last;
	to->processes += row->processes;
	to->threads += row->threads;
	return true;
}

/* Processes that are running, or whose threads have different filters, keep rows of their own. */
static int add_row(struct rows *rows, uint32_t owner, const struct row *row)
{
	struct merge_key merge_key = merge_key_of(rows, owner, row);
	int ret;

	if (!row->whole || !row->asleep || !*merge_key.name)
		return append(rows, owner, row);
	if (merge(rows, &merge_key, row))
		return 0;
	ret = append(rows, owner, row);
	return ret ? ret
		   : map_put(&rows->alike, hash_bytes(&merge_key, sizeof(merge_key)),
			     rows->count - 1);
}

/**
 * struct pending - the rows of the process that is being added
 * @seen: for each owner, the last process that it was seen in
 * @place: for each owner, its place in @rows
 */
struct pending {
	uint32_t *seen, *place;
	struct row *rows;
	size_t count, room;
};

static int add_thread(struct rows *rows, struct pending *pending, uint32_t process, uint32_t thread)
{
	uint32_t owner = owner_of(rows, thread);
	struct row *row;
	int ret;

	if (pending->seen[owner] == process) {
		row = &pending->rows[pending->place[owner]];
		row->threads++;
		row->asleep &= rows->snapshot->labels[thread].asleep;
		return 0;
	}
	ret = array_reserve(&pending->rows, &pending->room, pending->count + 1,
			    sizeof(*pending->rows));
	if (ret)
		return ret;
	pending->seen[owner] = process;
	pending->place[owner] = pending->count;
	pending->rows[pending->count++] = row_of(rows, thread);
	return 0;
}

static int add_process(struct rows *rows, struct pending *pending, uint32_t index)
{
	const struct tree_process *process = &rows->snapshot->tree.processes[index];
	struct row *row;
	uint32_t i;
	int ret = 0;

	pending->count = 0;
	for (i = 0; !ret && i < process->count; i++)
		ret = add_thread(rows, pending, index, process->first + i);
	for (i = 0; !ret && i < pending->count; i++) {
		row = &pending->rows[i];
		row->whole = row->threads == process->count;
		ret = add_row(rows, owner_of(rows, row->first), row);
	}
	return ret;
}

static int add_processes(struct rows *rows)
{
	struct pending pending = {
		.seen = malloc(owners(rows) * sizeof(*pending.seen)),
		.place = malloc(owners(rows) * sizeof(*pending.place)),
	};
	size_t i;
	int ret = pending.seen && pending.place ? 0 : -ENOMEM;

	if (!ret)
		memset(pending.seen, 0xff, owners(rows) * sizeof(*pending.seen));
	for (i = 0; !ret && i < rows->snapshot->tree.n_processes; i++)
		ret = add_process(rows, &pending, i);
	free(pending.seen);
	free(pending.place);
	free(pending.rows);
	return ret;
}

int rows_init(struct rows *rows, const struct snapshot *snapshot, bool collapse)
{
	*rows = (struct rows){ .snapshot = snapshot };
	rows->first = malloc(owners(rows) * sizeof(*rows->first));
	rows->latest = malloc(owners(rows) * sizeof(*rows->latest));
	if (!rows->first || !rows->latest)
		return -ENOMEM;
	memset(rows->first, 0xff, owners(rows) * sizeof(*rows->first));
	return collapse ? add_processes(rows) : add_threads(rows);
}

void rows_free(struct rows *rows)
{
	free(rows->list);
	free(rows->first);
	free(rows->latest);
	map_free(&rows->alike);
}

uint32_t rows_of_filter(const struct rows *rows, uint32_t filter)
{
	return rows->first[filter];
}

uint32_t rows_of_mode(const struct rows *rows, enum thread_mode mode)
{
	return rows->first[rows->snapshot->tree.n_filters + mode];
}

static void thread_text(const struct snapshot *snapshot, uint32_t thread, char *text, size_t size)
{
	const struct tree_thread *leader = snapshot_leader(snapshot, thread);
	const struct tree_thread *it = &snapshot->tree.threads[thread];
	const char *name = snapshot->labels[thread].name;

	if (it == leader)
		snprintf(text, size, "%d%s%s", it->tid, *name ? " " : "", name);
	else
		snprintf(text, size, "%d%s%s (thread of %d)", it->tid, *name ? " " : "", name,
			 leader->tid);
}

void row_text(const struct rows *rows, const struct row *row, const char *times, char *text,
	      size_t size)
{
	const struct snapshot *snapshot = rows->snapshot;
	const struct tree_thread *leader = snapshot_leader(snapshot, row->first);
	const char *name = snapshot->labels[leader - snapshot->tree.threads].name;

	if (row->threads == 1)
		thread_text(snapshot, row->first, text, size);
	else if (!row->whole)
		snprintf(text, size, "%zu threads of %d%s%s", row->threads, leader->tid,
			 *name ? " " : "", name);
	else if (row->processes == 1)
		snprintf(text, size, "%d%s%s, %zu threads", leader->tid, *name ? " " : "", name,
			 row->threads);
	else if (row->threads == row->processes)
		snprintf(text, size, "%zu %s %s (%d ... %d)", row->processes, times, name,
			 leader->tid, snapshot->tree.threads[row->last].tid);
	else
		snprintf(text, size, "%zu %s %s (%d ... %d), %zu threads", row->processes, times,
			 name, leader->tid, snapshot->tree.threads[row->last].tid, row->threads);
}
