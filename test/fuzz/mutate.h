/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes images so that what comes out is still nearly one: bytes that are
 * changed at random rarely get further than the first entry.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own changes of bytes; returns the new size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/**
 * LLVMFuzzerCustomMutator - what libFuzzer calls for a new input
 * @data: an image, or anything; changed in place
 * @max_size: room at @data
 * @seed: all that is random about it
 *
 * Takes the entries apart, changes some, and mostly mends what would be refused
 * anyway: the counts at the end, filters that nothing uses. Returns the new size.
 */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

#endif /* MUTATE_H */
