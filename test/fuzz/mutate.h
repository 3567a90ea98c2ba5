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

/* How mutate.c sees an image: its entries, unpacked only to be changed. */
struct piece {
	const uint8_t *data;
	uint32_t size;
};

struct counts {
	uint32_t programs, filters, threads, processes, files;
};

/* A number under @limit; 0 if that is 0. */
uint32_t some(uint32_t limit);

/* One that is likely to be on the wrong side of @limit, or just on the right one. */
uint32_t number_near(uint32_t limit);

/* Changes one field of the message; @before: what comes before it in the file. */
struct SeccompTreeEntry;
void change_message(struct SeccompTreeEntry *entry, const struct counts *before);

#endif /* MUTATE_H */
