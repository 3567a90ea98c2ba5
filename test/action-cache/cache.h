/* SPDX-License-Identifier: GPL-2.0 */
/* The action cache as it was, and as the patch makes it. */
#ifndef ACTION_CACHE_H
#define ACTION_CACHE_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <stdint.h>

/* The two architectures of the kernel that these programs are for. */
#ifdef __aarch64__
#define CACHE_NATIVE AUDIT_ARCH_AARCH64
#define CACHE_COMPAT AUDIT_ARCH_ARM
#else
#define CACHE_NATIVE AUDIT_ARCH_X86_64
#define CACHE_COMPAT AUDIT_ARCH_I386
#endif

/* More numbers than any architecture has, and no more than the patch can do. */
#define CACHE_MAX_NR 1024
#define CACHE_LONGS (CACHE_MAX_NR / 8 / sizeof(long))

/**
 * struct cache_order - the cache of which filter?
 * @insns: a program that the kernel would take
 * @len: how many instructions
 * @prev: the cache of the filter before, or NULL
 * @nr: how many numbers there are, from 1 to CACHE_MAX_NR
 * @arch: the architecture, AUDIT_ARCH_*
 */
struct cache_order {
	struct sock_filter *insns;
	unsigned int len;
	const unsigned long *prev;
	unsigned int nr;
	uint32_t arch;
};

/* Set a bit in @bitmap, which has CACHE_LONGS words, for each number that is always allowed. */
void cache_before(const struct cache_order *order, unsigned long *bitmap);
void cache_after(const struct cache_order *order, unsigned long *bitmap);

#endif /* ACTION_CACHE_H */
