/* SPDX-License-Identifier: GPL-2.0 */
/* Random programs, such as the kernel would take. */
#ifndef ACTION_CACHE_PROGRAMS_H
#define ACTION_CACHE_PROGRAMS_H

#include <linux/filter.h>

enum program_kind {
	PROGRAM_SOUP,	 /* any instructions */
	PROGRAM_MASKS,	 /* mostly those that look at single bits */
	PROGRAM_LIST,	 /* one number compared after the other, as libseccomp writes it */
	PROGRAM_TREE,	 /* numbers looked up in a tree */
	PROGRAM_SPLITS,	 /* all is split that can be, before a long rest */
	PROGRAM_MUTATED, /* a list or a tree with mistakes */
	PROGRAM_KINDS,
};

extern const char *const program_kinds[PROGRAM_KINDS];

/**
 * program_random - write a program of random numbers, those of dice()
 * @kind: how it is made
 * @nr: how many system calls there are, so that it compares with such numbers
 * @insns: room for BPF_MAXINSNS instructions
 *
 * Returns how many instructions it has.
 */
unsigned int program_random(enum program_kind kind, unsigned int nr, struct sock_filter *insns);

#endif /* ACTION_CACHE_PROGRAMS_H */
