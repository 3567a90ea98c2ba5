/* SPDX-License-Identifier: GPL-2.0 */
/* An image split into its entries, which are unpacked only to be changed. */
#ifndef PIECES_H
#define PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seccomp-tree.pb-c.h"

#define MAX_PIECES (1 << 16)

/* One entry: its message. */
struct piece {
	const uint8_t *data;
	uint32_t size;
};

/* The image that is being changed. */
extern struct pieces {
	struct piece pieces[MAX_PIECES];
	size_t count;
} image;

/* How many of each there are. */
struct counts {
	uint32_t programs, filters, threads, processes, files;
};

void seed_random(unsigned int seed);

/* A number under @limit; 0 if that is 0. */
uint32_t some(uint32_t limit);

/* A number that is likely to be near @limit, on either side of it. */
uint32_t number_near(uint32_t limit);

/* Splits @data; false if its framing is invalid. */
bool split(const uint8_t *data, size_t size);

/* Writes the entries, as many as there is room for, and returns the size. */
size_t join(uint8_t *data, size_t max_size);

/* Memory until the next split(), aligned for numbers, or NULL. */
void *take(size_t size);

void insert(size_t at, const struct piece *piece);
void drop(size_t at);

/* Where new entries go: before the end entry. */
size_t behind_all(void);

/* The kind of an entry: the field of seccomp_tree_entry that its message begins with. */
int kind_of(const struct piece *piece);

SeccompTreeEntry *unpack(const struct piece *piece);

/* The same for reading only, and faster; it is valid until the next call. */
const SeccompTreeEntry *peek(const struct piece *piece);

/* Packs the message into @piece; false if there is no memory. */
bool pack(struct piece *piece, const SeccompTreeEntry *entry);

struct counts count_before(size_t end);

/* Changes one field of the message; @before: what comes before it in the file. */
void change_message(SeccompTreeEntry *entry, const struct counts *before);

#endif /* PIECES_H */
