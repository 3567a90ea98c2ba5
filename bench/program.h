/* SPDX-License-Identifier: GPL-2.0 */
/* Filters of a length that is asked for, as a sandbox has them. */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <linux/filter.h>
#include <stddef.h>

/* The shortest program that program_make() can make. */
#define PROGRAM_MIN 10

/**
 * program_make - a program of a list of system calls that are refused
 * @insns: out, @len instructions
 * @len: PROGRAM_MIN to BPF_MAXINSNS
 * @error: what the refused ones return; it also tells programs apart
 *
 * As libseccomp writes them: the architecture, no x32, then one system call
 * after the other. Those of the list are none that programs use, so
 * whatever runs under it goes past all of them: the longest way there is.
 */
void program_make(struct sock_filter *insns, size_t len, unsigned int error);

/**
 * program_install - put such a program on the calling thread
 *
 * Returns 0 or a negative errno.
 */
int program_install(size_t len, unsigned int error);

#endif /* BENCH_PROGRAM_H */
