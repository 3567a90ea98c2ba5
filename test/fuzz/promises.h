/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What doc/image-format.md promises of a tree that was read, looked at once
 * more and without lib/tree.c: a check that the reader has lost is noticed here,
 * also where nothing crashes without it.
 */
#ifndef PROMISES_H
#define PROMISES_H

#include <stdbool.h>
#include <stdlib.h>

#include "tree.h"

/* For the fuzzer, what is not so is a crash. */
static inline void must(bool so)
{
	if (!so)
		abort();
}

void check_promises(const struct tree *tree);

#endif /* PROMISES_H */
