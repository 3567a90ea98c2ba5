// SPDX-License-Identifier: GPL-2.0
/*
 * For LD_PRELOAD: asks for large pages wherever a program maps memory of its own. A
 * compiler touches some 40,000 small pages for one file of a kernel; each is a fault, and
 * in a virtual machine a costly one. The C library does the same for malloc(3) only
 * (glibc.malloc.hugetlb), and compilers have allocators of their own.
 *
 * See madvise(2), MADV_HUGEPAGE. What the kernel answers does not matter.
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A mapping that is smaller may still be joined with its neighbours to one large page. */
#define SMALLEST 65536

void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	void *at = (void *)syscall(SYS_mmap, addr, length, prot, flags, fd, offset);

	/* of a thread's stack, little is touched */
	if (at != MAP_FAILED && (flags & (MAP_ANONYMOUS | MAP_STACK)) == MAP_ANONYMOUS &&
	    length >= SMALLEST)
		madvise(at, length, MADV_HUGEPAGE);
	return at;
}

void *mmap64(void *addr, size_t length, int prot, int flags, int fd, off64_t offset)
	__attribute__((alias("mmap")));
