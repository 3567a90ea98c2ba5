/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <linux/filter.h>
#include <stddef.h>

/**
 * program_line - one instruction in words
 * @index: its place in its program, which jumps count from
 * @line: filled, at most @size bytes with the 0
 *
 * What seccomp(2) would not take as an instruction is written as numbers.
 */
void program_line(char *line, size_t size, const struct sock_filter *insn, size_t index);

#endif /* PROGRAM_H */
