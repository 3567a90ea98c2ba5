// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

#define MS INT64_C(1000000)

static int64_t next; /* when the line is written next; 0: not started */
static bool shown;

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 * MS + time.tv_nsec;
}

void progress(const char *what, size_t done, size_t all)
{
	int64_t time = now();

	if (!next)
		next = time + 1000 * MS;
	if (time < next || !isatty(STDERR_FILENO))
		return;
	next = time + 200 * MS;
	shown = true;
	fprintf(stderr, "\r%zu of %zu %s", done, all, what);
}

void progress_end(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
	next = 0;
}
