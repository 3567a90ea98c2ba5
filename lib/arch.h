/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Architectures, as seccomp identifies them: AUDIT_ARCH_* of linux/audit.h. A filter
 * sees the numbers of system calls, and each architecture has its own numbers.
 */
#ifndef ARCH_H
#define ARCH_H

#include <linux/audit.h>
#include <stdint.h>

#if defined(__x86_64__)
#define ARCH_NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH_NATIVE AUDIT_ARCH_AARCH64
#else
#error "criu-seccomp has only been tried on x86-64 and arm64"
#endif

#define ARCH_NAME_SIZE 32

/* Writes the common name of an architecture to @name, and returns @name. */
const char *arch_text(uint32_t arch, char name[ARCH_NAME_SIZE]);

#endif /* ARCH_H */
