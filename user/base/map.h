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

/* Forget all keys, keep the memory. */
void map_clear(struct map *map);

void map_free(struct map *map);

/*
 * Numbers of a table's elements by their ids. Ids that are 1, 2, 3... in the
 * order of the table, as most captures have them, take no memory and no time.
 */
struct ids {
	struct map others;
	uint32_t in_order; /* elements from the first on whose id is so */
};

static inline uint32_t ids_get(const struct ids *ids, uint32_t id)
{
	return id - 1 < ids->in_order ? id - 1 : map_get(&ids->others, id);
}

/* @nr is the table's next element. 0 or -ENOMEM. */
static inline int ids_add(struct ids *ids, uint32_t id, uint32_t nr)
{
	if (nr != ids->in_order || id != nr + 1)
		return map_set(&ids->others, id, nr);
	ids->in_order++;
	return 0;
}

/*
 * Room for one more element in an array that grows by half: @array and @room
 * are in and out, @nr is what is used. 0 or -ENOMEM, the array as before.
 */
int array_grow(void **array, uint32_t *room, uint32_t nr, size_t size);

#endif
