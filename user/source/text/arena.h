/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that is given back all at once. An arena belongs to one thread at a
 * time. Running out of memory ends the process with a sentence: nothing here
 * holds a lock, a temporary file or another's state that would have to be
 * undone.
 */
#ifndef SOURCE_ARENA_H
#define SOURCE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* all zero is an empty arena */
};

/* @size zeroed bytes, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
/* @len bytes of @text and a '\0'. */
char *arena_text(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Give all of @from's memory to @arena; @from is empty then. */
void arena_join(struct arena *arena, struct arena *from);
/* Let @arena have a copy of a malloc()ed block, and free the block. */
void *arena_keep(struct arena *arena, void *block, size_t size);
void arena_free(struct arena *arena);

/* realloc() for arrays that double; ends the process like arena_alloc(). */
void *arena_array(void *array, uint32_t count, uint32_t *capacity, size_t size);

/* Append room for one item to @array of @count items; evaluates to it. */
#define ARRAY_ADD(array, count, capacity)                                      \
	((array) =                                                             \
		 arena_array((array), (count), &(capacity), sizeof(*(array))), \
	 &(array)[(count)++])

#endif
