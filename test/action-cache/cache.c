// SPDX-License-Identifier: GPL-2.0
/*
 * What test/action-cache/extract takes from the patch, behind one function.
 * Compiled twice: CACHE_SOURCE is the file, CACHE_MAKE the name of the function.
 */
#include "cache.h"
#include "kernel.h"

#include CACHE_SOURCE

#ifdef SECCOMP_CACHE_MAX_NR
_Static_assert(SECCOMP_CACHE_MAX_NR == CACHE_MAX_NR, "the test tries other sizes than there are");
#endif

void CACHE_MAKE(const struct cache_order *order, unsigned long *bitmap)
{
	struct sock_fprog_kern program = { .len = order->len, .filter = order->insns };
	struct bpf_prog prog = { .orig_prog = &program };
	struct seccomp_filter filter = { .prog = &prog };

	seccomp_cache_prepare_bitmap(&filter, bitmap, order->prev, order->nr, order->arch);
}
