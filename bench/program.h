/* SPDX-License-Identifier: GPL-2.0 */
/* Filters of a given length, like those of a sandbox. */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <linux/filter.h>
#include <stddef.h>

/* The shortest program that program_make() can make. */
#define PROGRAM_MIN 10

/**
 * program_make - make a program with a list of allowed system calls
 * @insns: out, @len instructions
 * @len: PROGRAM_MIN to BPF_MAXINSNS
 * @error: makes programs different
 *
 * Like the programs of libseccomp: it checks the architecture, excludes x32, refuses
 * one number with @error, then compares the system calls of the list, from 0 up, one
 * after the other. Calls that are not in a short list are allowed, too, as the tasks of
 * the tree have to run with it.
 */
void program_make(struct sock_filter *insns, size_t len, unsigned int error);

/**
 * program_install - install such a program on the calling thread
 *
 * Returns 0 or a negative errno.
 */
int program_install(size_t len, unsigned int error);

#endif /* BENCH_PROGRAM_H */
