/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checks what doc/image-format.md promises about a tree that was read, without
 * lib/tree.c. If a check is lost in the reader, it is noticed here, even if nothing
 * crashes without it.
 */
#ifndef PROMISES_H
#define PROMISES_H

#include <stdbool.h>
#include <stdlib.h>

#include "tree.h"

/* For the fuzzer, a broken promise is a crash. */
static inline void must(bool so)
{
	if (!so)
		abort();
}

void check_promises(const struct tree *tree);

#endif /* PROMISES_H */
