/* SPDX-License-Identifier: GPL-2.0 */
/* What the code of the action cache needs of the kernel, for user space. */
#ifndef ACTION_CACHE_KERNEL_H
#define ACTION_CACHE_KERNEL_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint16_t u16;
typedef uint32_t u32;

#define SECCOMP_ARCH_NATIVE CACHE_NATIVE
#define SECCOMP_ARCH_COMPAT CACHE_COMPAT

/* Of x86-64, whatever the headers here know. */
#undef __NR_uretprobe
#undef __NR_uprobe
#ifdef __x86_64__
#define __NR_uretprobe 335
#define __NR_uprobe 336
#endif

struct sock_fprog_kern {
	u16 len;
	struct sock_filter *filter;
};

struct bpf_prog {
	struct sock_fprog_kern *orig_prog;
};

struct seccomp_filter {
	struct bpf_prog *prog;
};

/* What the kernel warns of must not happen. */
#define WARN_ON(condition) warn_on(condition, #condition, __func__)
#define WARN_ON_ONCE(condition) WARN_ON(condition)

static inline bool warn_on(bool condition, const char *text, const char *function)
{
	if (!condition)
		return false;
	printf("# %s: WARN_ON(%s)\n", function, text);
	fflush(stdout);
	abort();
}

#define swap(a, b)                           \
	do {                                 \
		__typeof__(a) swapped = (a); \
		(a) = (b);                   \
		(b) = swapped;               \
	} while (0)

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

#define BITS_PER_LONG (8 * sizeof(long))
#define BITS_TO_LONGS(bits) (((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline void bitmap_fill(unsigned long *map, unsigned int bits)
{
	memset(map, 0xff, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	memcpy(to, from, BITS_TO_LONGS(bits) * sizeof(long));
}

static inline bool test_bit(unsigned int nr, const unsigned long *map)
{
	return map[nr / BITS_PER_LONG] >> nr % BITS_PER_LONG & 1;
}

static inline void __clear_bit(unsigned int nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] &= ~(1UL << nr % BITS_PER_LONG);
}

/* A word of a map, without the bits before @nr. */
static inline unsigned long word_from(unsigned long word, unsigned int nr)
{
	return word & ~0UL << nr % BITS_PER_LONG;
}

/* Not inline, as in the kernel: instructions are counted. */
static __attribute__((noinline, unused)) unsigned int
find_next(const unsigned long *map, unsigned int bits, unsigned int nr, unsigned long invert)
{
	unsigned int i = nr / BITS_PER_LONG;
	unsigned long word;

	if (nr >= bits)
		return bits;
	for (word = word_from(map[i] ^ invert, nr); !word; word = map[i] ^ invert)
		if (++i * BITS_PER_LONG >= bits)
			return bits;
	nr = i * BITS_PER_LONG + __builtin_ctzl(word);
	return nr < bits ? nr : bits;
}

static inline unsigned int find_next_bit(const unsigned long *map, unsigned int bits,
					 unsigned int nr)
{
	return find_next(map, bits, nr, 0);
}

static __attribute__((noinline, unused)) void bitmap_clear(unsigned long *map, unsigned int nr,
							   unsigned int count)
{
	unsigned int end = nr + count;

	while (nr < end) {
		unsigned int next = (nr / BITS_PER_LONG + 1) * BITS_PER_LONG;
		unsigned long mask = word_from(~0UL, nr);

		if (end < next)
			mask &= ~word_from(~0UL, end);
		map[nr / BITS_PER_LONG] &= ~mask;
		nr = next;
	}
}

/* Runs of ones: from @begin to before @end. */
#define for_each_set_bitrange_from(begin, end, map, bits)                   \
	for (; (begin) = find_next(map, bits, begin, 0),                    \
	       (end) = find_next(map, bits, begin, ~0UL), (begin) < (bits); \
	     (begin) = (end))

#endif /* ACTION_CACHE_KERNEL_H */
