/* SPDX-License-Identifier: GPL-2.0 */
/* Accesses struct seccomp_filter at the offsets in layout.h. */
#ifndef KERNEL_MODULE_FILTER_H
#define KERNEL_MODULE_FILTER_H

#include <linux/types.h>

struct seccomp_filter;
struct seccomp_filter_info;
struct seccomp_filter_prog;
struct seccomp_module_counts;

/* Generates the key with which filter_id() encrypts addresses. */
void filter_init(void);

/*
 * filter_depth - the number of filters on the path, including this one
 *
 * The caller must keep the path from being freed. If something on it does not look
 * like a filter, this disables the module and returns -EUCLEAN.
 */
int filter_depth(struct seccomp_filter *filter);

/* The filter below, or NULL if this is a root. */
struct seccomp_filter *filter_parent(struct seccomp_filter *filter);

/* filter_hold - increment refs and users, which must not be 0 */
void filter_hold(struct seccomp_filter *filter);

/*
 * filter_hold_supervised - the same for a filter which only a listener may keep
 *
 * Returns 0; -ENOENT: it has no users any more; -EUCLEAN as filter_depth().
 */
int filter_hold_supervised(struct seccomp_filter *filter);

/*
 * filter_let_go - undo filter_hold(), unless this is the last hold
 *
 * Returns false if nobody else holds the filter. Then the caller still does.
 */
bool filter_let_go(struct seccomp_filter *filter);

/* The id of a filter, constant as long as the filter exists; never 0. */
u64 filter_id(const struct seccomp_filter *filter);

/* Fills in everything but the mask. */
int filter_info(struct seccomp_filter *filter, struct seccomp_filter_info *info);

/* Whether listeners of this kernel have flags. */
bool filter_has_listener_flags(void);
void filter_counts(struct seccomp_filter *filter, struct seccomp_module_counts *counts);

/* Copies the classic BPF program to @prog->insns. Returns 0, -ENOSPC, -EFAULT or -EUCLEAN. */
int filter_program(struct seccomp_filter *filter, struct seccomp_filter_prog *prog);

#endif /* KERNEL_MODULE_FILTER_H */
