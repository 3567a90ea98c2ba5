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

/* Waits for one of two signals, which are blocked. Returns which, or -1. */
static inline int tree_await(int signal, int other)
{
	sigset_t set;
	int got;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigaddset(&set, other);
	return sigwait(&set, &got) ? -1 : got;
}

/* tree_test() without the rehearsal, in which nobody would send the signal. */
static inline int tree_test_once(int argc, char **argv, int (*build)(void), int (*verify)(void),
				 const char *wrong)
{
	test_init(argc, argv);
	if (!tree_init() && !build())
		return tree_finish(verify, wrong);
	fail("cannot build the tree");
	return 1;
}

#endif /* SECCOMP_TREE_SIGNALS_H */
