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
 * @error: the errno of the refused call; makes programs different
 *
 * Like the programs of libseccomp: it checks the architecture, excludes x32, refuses
 * one number with @error, then compares the number with those of the list, from 0 up, one
 * after the other. All other calls are allowed, too, because the tasks must be able to
 * run with a short list.
 */
void program_make(struct sock_filter *insns, size_t len, unsigned int error);

/**
 * program_install - install such a program on the calling thread
 *
 * Returns 0 or a negative errno.
 */
int program_install(size_t len, unsigned int error);

#endif /* BENCH_PROGRAM_H */
