/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who gives up the last hold on a filter frees it, its ancestors as far as nobody
 * else has them, and tells their listeners. kernel/seccomp.c does that for a task
 * that exits, and offers it to nobody. So the last hold is given to a kernel thread,
 * as its filter, and the thread exits.
 */
#ifndef KERNEL_MODULE_RELEASE_H
#define KERNEL_MODULE_RELEASE_H

#include <linux/list.h>

struct seccomp_filter;

/* A hold on a filter, as filter_hold() takes it, with what it needs to be given up. */
struct held {
	struct seccomp_filter *filter; /* NULL: none yet */
	struct list_head list;
};

/* For release(); NULL: not enough memory. */
struct held *held_new(void);

/* release - gives up a hold, or what has none, and frees @held; cannot fail */
void release(struct held *held);

/* How many there are. */
u64 held_count(void);

/* Nothing is held any more: no module is unloaded before. */
void release_exit(void);

#endif /* KERNEL_MODULE_RELEASE_H */
