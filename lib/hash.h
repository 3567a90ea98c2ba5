/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A keyed hash for tables whose keys come from an image, which is not trusted. Each
 * process has a random key, so that an image cannot be made to cause collisions.
 */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

/**
 * hash_bytes - SipHash-1-3
 *
 * The values differ between processes. The first call of these functions must
 * return before another thread calls one.
 */
uint64_t hash_bytes(const void *data, size_t len);

/* The hash of the 8 bytes of a number, lowest first; faster than hash_bytes(). */
uint64_t hash_number(uint64_t number);

/* Sets a fixed key, for tests. */
void hash_use_key(uint64_t low, uint64_t high);

#endif /* HASH_H */
