/* SPDX-License-Identifier: GPL-2.0 */
/* Reads and sets the filters of a tracee of the caller. */
#ifndef KERNEL_MODULE_TRACEE_H
#define KERNEL_MODULE_TRACEE_H

#include <linux/types.h>

struct seccomp_filter;

/*
 * @tid is an id in the caller's pid namespace. All return -ESRCH if it is not a stopped
 * tracee of the caller, or is exiting.
 */

/* tracee_identify - get the id of its newest filter. Returns 0; -ENODATA: not in filter mode. */
int tracee_identify(pid_t tid, u64 *id);

/*
 * tracee_hold - hold one of its filters
 * @index: 0 is the oldest, -1 the newest
 * @filter: out, held as by filter_hold()
 *
 * Returns 0; -ENODATA: not in filter mode; -ENOENT: it has fewer filters; -EUCLEAN as
 * filter_depth().
 */
int tracee_hold(pid_t tid, int index, struct seccomp_filter **filter);

/*
 * tracee_set - switch it from strict mode to filter mode, with this filter and its ancestors
 *
 * The caller holds the filter and keeps its hold. Returns 0; -EPERM: seccomp is not
 * suspended for the tracee; -EOPNOTSUPP: it is not in strict mode; -EUCLEAN as
 * filter_depth().
 */
int tracee_set(pid_t tid, struct seccomp_filter *filter);

#endif /* KERNEL_MODULE_TRACEE_H */
