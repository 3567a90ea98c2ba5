/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/**
 * program_print - print a program as text on stdout, one instruction per line
 *
 * Jumps have labels. What is compared with a call number, an architecture or an
 * argument is shown by name, if all ways to the instruction agree on what is compared.
 * What seccomp(2) would not accept as an instruction is printed as numbers.
 * @audit: AUDIT_ARCH_* of the machine that it runs on: its calls are meant where the
 *	program has not checked the architecture
 *
 * Returns 0, or -ENOMEM after a message.
 */
int program_print(const struct sock_filter *insns, size_t len, uint32_t audit);

#endif /* PROGRAM_H */
