/* SPDX-License-Identifier: GPL-2.0 */
/* For tests whose tasks wait for a signal, which the runner sends them in the middle of a dump. */
#ifndef SECCOMP_TREE_SIGNALS_H
#define SECCOMP_TREE_SIGNALS_H

#include "seccomp_tree.h"

/* For sigwait(3) in a task or in a thread that it makes. */
static inline long tree_do_block(long signal, long unused)
{
	sigset_t set;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, signal);
	return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

#endif /* SECCOMP_TREE_SIGNALS_H */
