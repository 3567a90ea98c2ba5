/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_ALONE_H
#define PLUGIN_ALONE_H

#include "proc.h"

/**
 * alone_warn - warn about what CRIU alone will not restore of a process
 * @tids: all threads, the leader first; CRIU has stopped them
 *
 * If filters can be read, the warnings say for which threads the result of
 * SECCOMP_FILTER_FLAG_TSYNC changes, and which flags are lost. There are none if
 * nothing changes. If filters cannot be read, the numbers of filters are used to guess.
 */
void alone_warn(const struct proc_threads *tids);

/* Ends the dump: frees everything. */
void alone_end(void);

#endif /* PLUGIN_ALONE_H */
