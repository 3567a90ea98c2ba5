/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_ALONE_H
#define PLUGIN_ALONE_H

#include "proc.h"

/**
 * alone_warn - say what CRIU alone will not bring back of a process
 * @tids: all threads, the leader first; CRIU has stopped them
 *
 * Where the kernel lets filters be read: which threads will see another answer to
 * SECCOMP_FILTER_FLAG_TSYNC, and which flags are lost; nothing, if nothing is.
 * Elsewhere it is guessed from the numbers of filters.
 */
void alone_warn(const struct proc_threads *tids);

/* The dump is over. */
void alone_end(void);

#endif /* PLUGIN_ALONE_H */
