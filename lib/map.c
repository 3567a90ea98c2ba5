// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "hash.h"
#include "map.h"

static size_t slot_of(const struct map *map, uint64_t key)
{
	return hash_number(key) & (map->size - 1);
}

static struct map_slot *find(const struct map *map, uint64_t key)
{
	size_t i = slot_of(map, key);

	while (map->slots[i].used && map->slots[i].key != key)
		i = (i + 1) & (map->size - 1);
	return &map->slots[i];
}

/* The table is at most half full, so that searches are short and terminate. */
static int grow(struct map *map)
{
	struct map larger = { .size = map->size ? map->size * 2 : 64, .used = map->used };
	size_t i;

	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (i = 0; i < map->size; i++)
		if (map->slots[i].used)
			*find(&larger, map->slots[i].key) = map->slots[i];
	free(map->slots);
	*map = larger;
	return 0;
}

int map_put(struct map *map, uint64_t key, uint32_t value)
{
	struct map_slot *slot;
	int ret;

	if (map->used * 2 >= map->size) {
		ret = grow(map);
		if (ret)
			return ret;
	}
	slot = find(map, key);
	if (!slot->used)
		map->used++;
	*slot = (struct map_slot){ .key = key, .value = value, .used = true };
	return 0;
}

bool map_get(const struct map *map, uint64_t key, uint32_t *value)
{
	const struct map_slot *slot;

	if (!map->size)
		return false;
	slot = find(map, key);
	if (!slot->used)
		return false;
	*value = slot->value;
	return true;
}

void map_free(struct map *map)
{
	free(map->slots);
	*map = (struct map){ 0 };
}
