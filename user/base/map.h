/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash map from u64 to u32 for the paths that see every sample: open
 * addressing, 16 bytes a place, no removal. Zero-initialised is empty.
 * uthash is used where speed and memory do not matter.
 */
#ifndef MAP_H
#define MAP_H

#include <stddef.h>
#include <stdint.h>

#define MAP_NONE UINT32_MAX

struct map_place {
	uint64_t key;
	uint32_t value; /* MAP_NONE: free */
};

struct map {
	struct map_place *places;
	uint32_t used, mask;
};

/* The value of @key, or MAP_NONE. */
uint32_t map_get(const struct map *map, uint64_t key);

/* Ask for the memory that map_get() of @key will look at. */
void map_prefetch(const struct map *map, uint64_t key);

/* @value (not MAP_NONE) for @key, old or new. 0 or -ENOMEM. */
int map_set(struct map *map, uint64_t key, uint32_t value);

void map_free(struct map *map);

/*
 * Room for one more element in an array that grows by half: @array and @room
 * are in and out, @nr is what is used. 0 or -ENOMEM, the array as before.
 */
int array_grow(void **array, uint32_t *room, uint32_t nr, size_t size);

#endif
