/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hangs from a filter in a picture: a line for each thread or, collapsed,
 * for each process or for many that are alike.
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
 * @first: a thread; of processes the leader of the first
 * @last: the leader of the last
 * @processes: how many there are
 * @threads: of all these, as far as they have this filter
 * @whole: these are all threads of the processes
 * @container: of all of them, or SNAPSHOT_NO_CONTAINER
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
 * @first: of each filter; then, of threads without one, of each mode
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
 * rows_init - the rows of a snapshot
 * @collapse: a process is a row for each filter that its threads have, and
 *            processes are one row together where all threads of each are asleep
 *            under one filter, with the same name, in the same container
 *
 * Returns 0 or -ENOMEM. rows_free() is due in either case.
 */
int rows_init(struct rows *rows, const struct snapshot *snapshot, bool collapse);
void rows_free(struct rows *rows);

/* The first row of a filter, or of those in a mode without filters. */
uint32_t rows_of_filter(const struct rows *rows, uint32_t filter);
uint32_t rows_of_mode(const struct rows *rows, enum thread_mode mode);

/* What a person reads; @size 128 is enough. @times: the sign between a number and a name. */
void row_text(const struct rows *rows, const struct row *row, const char *times, char *text,
	      size_t size);

#endif /* ROWS_H */
