/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds whole identifiers of a small set in text, at memory speed. A finder
 * may be shared by threads.
 */
#ifndef SOURCE_FINDER_H
#define SOURCE_FINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct finder;

/* @words: borrowed until finder_free(). NULL when out of memory. */
struct finder *finder_new(const char *const *words, size_t n);
void finder_free(struct finder *finder);

/*
 * The first occurrence of any word at or after @from: its offset, and in
 * @which the word's number; -1 when there is none. text[size] is readable.
 */
int64_t finder_next(const struct finder *finder, const char *text, size_t size,
		    size_t from, uint32_t *which);

/* A letter, digit, '_' or '$', or a byte above 127. */
extern const uint8_t finder_word_bytes[256];

static inline bool is_word_byte(unsigned char c)
{
	return finder_word_bytes[c];
}

#endif
