// SPDX-License-Identifier: GPL-2.0
/*
 * A hash map from u64 to u32: linear probing at a load of at most 3/4. Keys
 * come from captures, which may be hostile, so they are mixed well first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"

#define FIRST_PLACES 64

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0x9e3779b97f4a7c15ull;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ull;
	x ^= x >> 32;
	return x;
}

static struct map_place *place_of(const struct map *map, uint64_t key)
{
	uint32_t i = mix(key) & map->mask;

	while (map->places[i].value != MAP_NONE && map->places[i].key != key)
		i = (i + 1) & map->mask;
	return &map->places[i];
}

uint32_t map_get(const struct map *map, uint64_t key)
{
	return map->places ? place_of(map, key)->value : MAP_NONE;
}

void map_prefetch(const struct map *map, uint64_t key)
{
	if (map->places)
		__builtin_prefetch(&map->places[mix(key) & map->mask]);
}

static int grow(struct map *map)
{
	uint64_t nr = map->places ? ((uint64_t)map->mask + 1) * 2 :
				    FIRST_PLACES;
	struct map old = *map;
	uint64_t i;

	if (nr > UINT32_MAX)
		return -ENOMEM;
	map->places = malloc(nr * sizeof(*map->places));
	if (!map->places) {
		*map = old;
		return -ENOMEM;
	}
	for (i = 0; i < nr; i++)
		map->places[i].value = MAP_NONE;
	map->mask = nr - 1;
	for (i = 0; old.places && i <= old.mask; i++)
		if (old.places[i].value != MAP_NONE)
			*place_of(map, old.places[i].key) = old.places[i];
	free(old.places);
	return 0;
}

int map_set(struct map *map, uint64_t key, uint32_t value)
{
	struct map_place *place;
	int err;

	if (!map->places || map->used >= map->mask - map->mask / 4) {
		err = grow(map);
		if (err)
			return err;
	}
	place = place_of(map, key);
	if (place->value == MAP_NONE)
		map->used++;
	place->key = key;
	place->value = value;
	return 0;
}

void map_clear(struct map *map)
{
	uint64_t i;

	for (i = 0; map->places && i <= map->mask; i++)
		map->places[i].value = MAP_NONE;
	map->used = 0;
}

void map_free(struct map *map)
{
	free(map->places);
	memset(map, 0, sizeof(*map));
}

int array_grow(void **array, uint32_t *room, uint32_t nr, size_t size)
{
	uint64_t more = *room + (uint64_t)*room / 2 + 16;
	void *bigger;

	if (nr < *room)
		return 0;
	if (more >= UINT32_MAX)
		return -ENOMEM;
	bigger = realloc(*array, more * size);
	if (!bigger)
		return -ENOMEM;
	*array = bigger;
	*room = more;
	return 0;
}
