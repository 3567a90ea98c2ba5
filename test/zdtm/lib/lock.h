/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A number that threads and processes wait on: futex(2) with the names that
 * CRIU's tests use. It works in memory that is shared between processes.
 */
#ifndef ZDTM_LOCK_H
#define ZDTM_LOCK_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct {
	uint32_t raw;
} futex_t;

static inline uint32_t futex_get(futex_t *f)
{
	return __atomic_load_n(&f->raw, __ATOMIC_SEQ_CST);
}

static inline void futex_set(futex_t *f, uint32_t v)
{
	__atomic_store_n(&f->raw, v, __ATOMIC_SEQ_CST);
}

static inline void futex_init(futex_t *f)
{
	futex_set(f, 0);
}

static inline void futex_wake_all(futex_t *f)
{
	if (syscall(SYS_futex, &f->raw, FUTEX_WAKE, INT_MAX, NULL, NULL, 0) < 0)
		abort();
}

/** futex_set_and_wake - set @f to @v and wake all waiters */
static inline void futex_set_and_wake(futex_t *f, uint32_t v)
{
	futex_set(f, v);
	futex_wake_all(f);
}

static inline void futex_inc_and_wake(futex_t *f)
{
	__atomic_add_fetch(&f->raw, 1, __ATOMIC_SEQ_CST);
	futex_wake_all(f);
}

static inline void futex_wait_change(futex_t *f, uint32_t seen)
{
	if (syscall(SYS_futex, &f->raw, FUTEX_WAIT, seen, NULL, NULL, 0) < 0 && errno != EAGAIN &&
	    errno != EINTR)
		abort();
}

/** futex_wait_until - sleep until @f is @v */
static inline void futex_wait_until(futex_t *f, uint32_t v)
{
	uint32_t now;

	while ((now = futex_get(f)) != v)
		futex_wait_change(f, now);
}

/** futex_wait_while - sleep while @f is @v; returns what it became */
static inline uint32_t futex_wait_while(futex_t *f, uint32_t v)
{
	uint32_t now;

	while ((now = futex_get(f)) == v)
		futex_wait_change(f, v);
	return now;
}

#endif /* ZDTM_LOCK_H */
