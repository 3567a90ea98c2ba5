/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes images so that the result is still nearly valid: with random changes of
 * bytes, the reader rarely gets past the first entry.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own changes of bytes; returns the new size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/**
 * LLVMFuzzerCustomMutator - called by libFuzzer for a new input
 * @data: an image, or any bytes; changed in place
 * @max_size: room at @data
 * @seed: decides all that is random
 *
 * Splits the image into entries, changes some of them, and usually repairs what would
 * always be refused: the counts at the end, filters that nothing uses. Returns the new
 * size.
 */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

#endif /* MUTATE_H */
