/* SPDX-License-Identifier: GPL-2.0 */
/* What the module asks of a tracee of the caller, and does to it. */
#ifndef KERNEL_MODULE_TRACEE_H
#define KERNEL_MODULE_TRACEE_H

#include <linux/types.h>

struct seccomp_filter;

/*
 * @tid counts in the caller's pid namespace. All return -ESRCH for what is not a
 * stopped tracee of the caller, or is exiting.
 */

/* tracee_identify - id of its newest filter. Returns 0; -ENODATA: not in filter mode. */
int tracee_identify(pid_t tid, u64 *id);

/*
 * tracee_hold - holds a filter of it
 * @index: 0 is the oldest, -1 the newest
 *
 * Returns 0; -ENODATA as above; -ENOENT: there are not so many; -EUCLEAN.
 */
int tracee_hold(pid_t tid, int index, struct seccomp_filter **filter);

/*
 * tracee_set - from strict mode to filter mode, with this filter and its ancestors
 *
 * The caller holds the filter, and goes on holding it. Returns 0; -EPERM: the caller
 * has not suspended seccomp for it; -EOPNOTSUPP: it is not in strict mode.
 */
int tracee_set(pid_t tid, struct seccomp_filter *filter);

#endif /* KERNEL_MODULE_TRACEE_H */
