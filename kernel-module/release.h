/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When the last hold on a filter is released, the filter must be freed, and those of
 * its ancestors that nobody else holds, and their listeners must be notified. Only
 * kernel/seccomp.c can do this, when a task exits; it exports no function for it. So a
 * kernel thread gets the filter as its own, and exits.
 */
#ifndef KERNEL_MODULE_RELEASE_H
#define KERNEL_MODULE_RELEASE_H

#include <linux/list.h>

struct seccomp_filter;

/* A hold on a filter, as taken by filter_hold(), and what release() needs. */
struct held {
	struct seccomp_filter *filter; /* NULL: none yet */
	struct list_head list;
};

/* Allocates one without a filter, to be freed by release(). NULL: not enough memory. */
struct held *held_new(void);

/* release - release the hold on the filter, if there is one, and free @held; cannot fail */
void release(struct held *held);

/* The number of struct held. */
u64 held_count(void);

/* For the start of the module. Returns 0 or -ENOMEM. */
int release_init(void);

/* For the exit of the module, which is only unloaded when nothing is held. */
void release_exit(void);

#endif /* KERNEL_MODULE_RELEASE_H */
