/* SPDX-License-Identifier: GPL-2.0 */
/* A hash table from 64-bit keys to 32-bit indices. All zero is an empty map. */
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
	size_t size; /* number of slots: 0, or a power of two */
	size_t used;
};

/**
 * map_put - store @value under @key, replacing a previous value
 *
 * Returns 0 or -ENOMEM.
 */
int map_put(struct map *map, uint64_t key, uint32_t value);

/* Returns whether there is a value under @key; it is stored in *value. */
bool map_get(const struct map *map, uint64_t key, uint32_t *value);

void map_free(struct map *map);

#endif /* MAP_H */
