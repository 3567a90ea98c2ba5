/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The users of a filter in a picture: a line for each thread or, collapsed, for each
 * process or for many processes that are alike.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot.h"

#define ROW_NONE UINT32_MAX

/**
 * struct row - one line
 * @first: the thread; if there are several processes, the leader of the first
 * @last: the leader of the last process
 * @processes: how many processes there are
 * @threads: how many of their threads have this filter
 * @whole: all threads of the processes have it
 * @container: of all the processes, or SNAPSHOT_NO_CONTAINER
 * @next: the next row of the same owner, or ROW_NONE
 */
struct row {
	uint32_t first, last;
	size_t processes, threads;
	bool whole, asleep;
	uint32_t container;
	uint32_t next;
};

/**
 * struct rows - the rows of a snapshot
 * @first: the first row of each filter, then of each mode without filters
 */
struct rows {
	struct row *list;
	size_t count;
	uint32_t *first;

	/* private */
	const struct snapshot *snapshot;
	uint32_t *latest;
	size_t room;
	struct map alike;
};

/**
 * rows_init - find the rows of a snapshot
 * @collapse: a process has one row for each filter that its threads have, and
 *            processes share one row if all their threads are asleep under the
 *            same filter, with the same name, in the same container
 *
 * Returns 0 or -ENOMEM. Call rows_free() in either case.
 */
int rows_init(struct rows *rows, const struct snapshot *snapshot, bool collapse);
void rows_free(struct rows *rows);

/* The first row of a filter, or of those in a mode without filters. */
uint32_t rows_of_filter(const struct rows *rows, uint32_t filter);
uint32_t rows_of_mode(const struct rows *rows, enum thread_mode mode);

/* The text of a row; @size 128 is enough. @times: the sign between a number and a name. */
void row_text(const struct rows *rows, const struct row *row, const char *times, char *text,
	      size_t size);

#endif /* ROWS_H */
