// SPDX-License-Identifier: GPL-2.0
/*
 * Strings stored once: strings in, small numbers out. The map is keyed by a
 * hash; a string whose hash is taken by another goes to the next key.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"

#define BLOCK_BYTES 65536

struct names_block {
	struct names_block *next;
	size_t used, size;
	char bytes[];
};

static uint64_t hash(const char *string)
{
	uint64_t h = 0xcbf29ce484222325ull;

	while (*string)
		h = (h ^ (unsigned char)*string++) * 0x100000001b3ull;
	return h;
}

static const char *keep(struct names *names, const char *string)
{
	size_t len = strlen(string) + 1;
	struct names_block *block = names->blocks;
	char *copy;

	if (!block || block->size - block->used < len) {
		size_t size = len > BLOCK_BYTES ? len : BLOCK_BYTES;

		block = malloc(sizeof(*block) + size);
		if (!block)
			return NULL;
		block->size = size;
		block->used = 0;
		block->next = names->blocks;
		names->blocks = block;
	}
	copy = block->bytes + block->used;
	memcpy(copy, string, len);
	block->used += len;
	return copy;
}

static uint32_t add_new(struct names *names, uint64_t key, const char *string)
{
	const char *copy;

	if (array_grow((void **)&names->strings, &names->room, names->nr,
		       sizeof(*names->strings)))
		return MAP_NONE;
	copy = keep(names, string);
	if (!copy || map_set(&names->by_hash, key, names->nr))
		return MAP_NONE;
	names->strings[names->nr] = copy;
	return names->nr++;
}

uint32_t names_add(struct names *names, const char *string)
{
	uint64_t key = hash(string);
	uint32_t number;

	if (!names->nr && *string && add_new(names, hash(""), "") == MAP_NONE)
		return MAP_NONE;
	for (;; key++) {
		number = map_get(&names->by_hash, key);
		if (number == MAP_NONE)
			return add_new(names, key, string);
		if (!strcmp(names->strings[number], string))
			return number;
	}
}

const char *names_get(const struct names *names, uint32_t number)
{
	return number < names->nr ? names->strings[number] : "";
}

void names_free(struct names *names)
{
	struct names_block *block, *next;

	for (block = names->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	map_free(&names->by_hash);
	free(names->strings);
	memset(names, 0, sizeof(*names));
}
