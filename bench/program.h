/* SPDX-License-Identifier: GPL-2.0 */
/* Filters of a length that is asked for, as a sandbox has them. */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <linux/filter.h>
#include <stddef.h>

/* The shortest program that program_make() can make. */
#define PROGRAM_MIN 10

/**
 * program_make - a program of a list of system calls that are allowed
 * @insns: out, @len instructions
 * @len: PROGRAM_MIN to BPF_MAXINSNS
 * @error: tells programs apart
 *
 * As libseccomp writes them: the architecture, no x32, one number that is
 * refused, with @error, then the system calls of the list, from 0 up, one
 * after the other. What is behind the end of a short list is allowed, too: the
 * tree must live with it.
 */
void program_make(struct sock_filter *insns, size_t len, unsigned int error);

/**
 * program_install - put such a program on the calling thread
 *
 * Returns 0 or a negative errno.
 */
int program_install(size_t len, unsigned int error);

#endif /* BENCH_PROGRAM_H */
