/* SPDX-License-Identifier: GPL-2.0 */
/* Memory that runs out: for a test that is linked with --wrap of these three. */
#ifndef NO_MEMORY_H
#define NO_MEMORY_H

#include <stdbool.h>
#include <stdlib.h>

/* So many allocations go well, the next fails; negative: none does. */
static int allocations = -1;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

static inline bool no_memory_now(void)
{
	return allocations >= 0 && !allocations--;
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

/* Whether the allocation that had to fail was asked for; no more fails now. */
static inline bool memory_ran_out(void)
{
	bool ran_out = allocations < 0;

	allocations = -1;
	return ran_out;
}

#endif /* NO_MEMORY_H */
