/* SPDX-License-Identifier: GPL-2.0 */
/* Makes memory run out, for tests that are linked with --wrap of these three functions. */
#ifndef NO_MEMORY_H
#define NO_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* How many allocations succeed before one fails; negative: none fails. */
static int allocations = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

static inline bool no_memory_now(void)
{
	if (allocations < 0 || allocations--)
		return false;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return no_memory_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return no_memory_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return no_memory_now() ? NULL : __real_reallocarray(old, count, size);
}

/* Whether the allocation that had to fail was made. No more will fail. */
static inline bool memory_ran_out(void)
{
	bool ran_out = allocations < 0;

	allocations = -1;
	return ran_out;
}

#endif /* NO_MEMORY_H */
