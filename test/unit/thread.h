/* SPDX-License-Identifier: GPL-2.0 */
/* A thread that does nothing. */
#ifndef UNIT_THREAD_H
#define UNIT_THREAD_H

#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline void *thread_stay(void *tid)
{
	__atomic_store_n((pid_t *)tid, syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return NULL;
}

/* Starts it, and returns its id when it runs. */
static inline pid_t make_thread(pthread_t *thread)
{
	pid_t tid = 0;

	assert_int_equal(pthread_create(thread, NULL, thread_stay, &tid), 0);
	while (!__atomic_load_n(&tid, __ATOMIC_SEQ_CST))
		sched_yield();
	return tid;
}

static inline void end_thread(pthread_t thread)
{
	pthread_cancel(thread);
	pthread_join(thread, NULL);
}

#endif /* UNIT_THREAD_H */
