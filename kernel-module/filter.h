/* SPDX-License-Identifier: GPL-2.0 */
/* What struct seccomp_filter says, read where layout.h found it. */
#ifndef KERNEL_MODULE_FILTER_H
#define KERNEL_MODULE_FILTER_H

#include <linux/types.h>

struct seccomp_filter;
struct seccomp_filter_info;
struct seccomp_filter_prog;
struct seccomp_module_counts;

/* Draws the key that filter_id() hides addresses behind. */
void filter_init(void);

/*
 * filter_depth - filters on the path, this one included
 *
 * The caller sees to it that the path stays. Returns -EUCLEAN, and calls off the
 * module, when what is found cannot be filters.
 */
int filter_depth(struct seccomp_filter *filter);

/* The filter below; NULL: it is a root. */
struct seccomp_filter *filter_parent(struct seccomp_filter *filter);

/* filter_hold - one more reference and one more use; somebody has one already */
void filter_hold(struct seccomp_filter *filter);

/*
 * filter_hold_supervised - the same for one of which only a listener is known
 *
 * Returns 0; -ENOENT: nobody uses it any more; -EUCLEAN as filter_depth().
 */
int filter_hold_supervised(struct seccomp_filter *filter);

/*
 * filter_let_go - undoes filter_hold(), where somebody else still has a hold
 *
 * Returns false if nobody has: then the hold is the last, and still there.
 */
bool filter_let_go(struct seccomp_filter *filter);

/* The number of a filter, the same for as long as the filter lives; never 0. */
u64 filter_id(const struct seccomp_filter *filter);

int filter_info(struct seccomp_filter *filter, struct seccomp_filter_info *info);
void filter_counts(struct seccomp_filter *filter, struct seccomp_module_counts *counts);

/* The classic program, to @prog->insns. Returns 0, -ENOSPC or -EFAULT. */
int filter_program(struct seccomp_filter *filter, struct seccomp_filter_prog *prog);

#endif /* KERNEL_MODULE_FILTER_H */
