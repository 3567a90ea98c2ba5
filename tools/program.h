/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <linux/filter.h>
#include <stddef.h>

/**
 * program_print - a program in words, on stdout, an instruction a line
 *
 * Jumps have labels. What is compared with a call number, an architecture or an
 * argument is shown by name, where all ways to the instruction agree on what it
 * is. What seccomp(2) would not take as an instruction is written as numbers.
 *
 * Returns 0 or -ENOMEM, after a message.
 */
int program_print(const struct sock_filter *insns, size_t len);

#endif /* PROGRAM_H */
