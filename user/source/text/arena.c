// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes in, zeroed memory out, from chunks that arena_free() returns together.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "source/text/arena.h"

#define CHUNK_SIZE (16 * 1024)
#define FIRST_CHUNK 1024 /* most of many thousand files need no more */
#define ALIGNMENT 16

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	_Alignas(ALIGNMENT) char data[];
};

static void out_of_memory(void)
{
	error("out of memory while reading sources");
	exit(EXIT_FAILED);
}

static struct arena_chunk *chunk_new(size_t size)
{
	struct arena_chunk *chunk = calloc(1, sizeof(*chunk) + size);

	if (!chunk)
		out_of_memory();
	chunk->size = size;
	return chunk;
}

/* Each chunk is twice as large as the one before, up to CHUNK_SIZE. */
static size_t next_size(const struct arena_chunk *last, size_t size)
{
	size_t next = last ? last->size * 2 : FIRST_CHUNK;

	if (next > CHUNK_SIZE)
		next = CHUNK_SIZE;
	return size > next ? size : next;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->chunks;
	void *memory;

	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (!chunk || chunk->size - chunk->used < size) {
		if (size > CHUNK_SIZE / 4 && chunk) {
			/* a chunk of its own, behind the one being filled */
			chunk = chunk_new(size);
			chunk->next = arena->chunks->next;
			arena->chunks->next = chunk;
		} else {
			chunk = chunk_new(next_size(chunk, size));
			chunk->next = arena->chunks;
			arena->chunks = chunk;
		}
	}
	memory = chunk->data + chunk->used;
	chunk->used += size;
	return memory;
}

char *arena_text(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list ap, again;
	char *text;
	int len;

	va_start(ap, format);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	text = arena_alloc(arena, (len < 0 ? 0 : len) + 1);
	if (len > 0)
		vsnprintf(text, len + 1, format, again);
	va_end(again);
	return text;
}

void arena_join(struct arena *arena, struct arena *from)
{
	struct arena_chunk *last = from->chunks;

	if (!last)
		return;
	while (last->next)
		last = last->next;
	if (arena->chunks) {
		/* behind the chunk that is being filled */
		last->next = arena->chunks->next;
		arena->chunks->next = from->chunks;
	} else {
		arena->chunks = from->chunks;
	}
	from->chunks = NULL;
}

void *arena_keep(struct arena *arena, void *block, size_t size)
{
	void *copy = arena_alloc(arena, size);

	if (size)
		memcpy(copy, block, size);
	free(block);
	return copy;
}

void arena_free(struct arena *arena)
{
	struct arena_chunk *chunk, *next;

	for (chunk = arena->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	arena->chunks = NULL;
}

void *arena_array(void *array, uint32_t count, uint32_t *capacity, size_t size)
{
	if (count < *capacity)
		return array;
	*capacity = *capacity ? *capacity * 2 : 16;
	array = realloc(array, *capacity * size);
	if (!array)
		out_of_memory();
	return array;
}
