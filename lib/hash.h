/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash for tables whose keys come from an image, that is, from anybody: with
 * a key of this process, so that nobody can choose what falls into one place.
 */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>
#include <stdint.h>

/**
 * hash_bytes - SipHash-1-3
 *
 * Another process has other values. One thread at a time, up to the first
 * return.
 */
uint64_t hash_bytes(const void *data, size_t len);

/* The same of a number, as its 8 bytes from the lowest on, and faster. */
uint64_t hash_number(uint64_t number);

/* Has a key that is known, for tests. */
void hash_use_key(uint64_t low, uint64_t high);

#endif /* HASH_H */
