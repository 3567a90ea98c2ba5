/* SPDX-License-Identifier: GPL-2.0 */
/* One entry of the image, from its bytes, which are not trusted. */
#ifndef UNPACK_H
#define UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "seccomp-tree.pb-c.h"

/**
 * unpack_limit - a size that no valid entry has
 * @data: how it begins
 * @size: of the entry, in bytes
 *
 * Many threads may be in one entry, everything else has its own. Returns a number of
 * bytes, which is less than @size if the entry is too large, whatever is in it.
 */
size_t unpack_limit(const uint8_t *data, size_t size);

/**
 * unpack_entry - make a message of the bytes
 * @entry: out; to be freed with seccomp_tree_entry__free_unpacked()
 *
 * A message takes a few bytes of memory for each of its own, and more is not allowed:
 * those that are not canonical may take fifty times as much.
 * Returns 0; -EBADMSG: it is not an entry, or takes too much memory; -ENOMEM.
 */
int unpack_entry(const uint8_t *data, size_t size, SeccompTreeEntry **entry);

#endif /* UNPACK_H */
