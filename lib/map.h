/* SPDX-License-Identifier: GPL-2.0 */
/* A hash from a 64-bit key to a 32-bit index. Zero bytes are an empty map. */
#ifndef MAP_H
#define MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	uint32_t value;
	bool used;
};

struct map {
	struct map_slot *slots;
	size_t size; /* of the table: 0, or a power of two */
	size_t used;
};

/**
 * map_put - remember @value under @key, in place of what was there
 *
 * Returns 0 or -ENOMEM.
 */
int map_put(struct map *map, uint64_t key, uint32_t value);

/* Whether there is something under @key, and what. */
bool map_get(const struct map *map, uint64_t key, uint32_t *value);

void map_free(struct map *map);

#endif /* MAP_H */
