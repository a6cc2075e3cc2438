// SPDX-License-Identifier: GPL-2.0
/*
 * A text in, a Bloom filter of its identifiers out. An identifier is hashed by
 * its first eight bytes: that is one load, and what is taken for another by it
 * is only read once more.
 */
#include <stdlib.h>
#include <string.h>

#include "source/text/finder.h"
#include "source/text/signature.h"
#include "source/text/wordmask.h"

#define HASHED 8 /* bytes of an identifier */
#define SMALLEST 256 /* bits */

struct signature {
	uint32_t mask; /* number of bits - 1 */
	uint32_t words[];
};

/* Masks for the first n bytes of a little-endian load. */
static const uint64_t first_bytes[HASHED + 1] = {
	0,
	0xff,
	0xffff,
	0xffffff,
	0xffffffff,
	0xffffffffff,
	0xffffffffffff,
	0xffffffffffffff,
	0xffffffffffffffff,
};

static inline uint64_t hash_of(uint64_t head)
{
	head *= 0x9e3779b97f4a7c15u;
	return head ^ (head >> 32);
}

static inline void set(struct signature *signature, uint32_t bit)
{
	bit &= signature->mask;
	signature->words[bit / 32] |= 1u << (bit & 31);
}

static inline bool is_set(const struct signature *signature, uint32_t bit)
{
	bit &= signature->mask;
	return signature->words[bit / 32] >> (bit & 31) & 1;
}

static inline void put(struct signature *signature, uint64_t head)
{
	uint64_t hash = hash_of(head);

	set(signature, (uint32_t)hash);
	set(signature, (uint32_t)(hash >> 40));
}

static uint64_t head_of(const char *word, size_t len)
{
	uint64_t head = 0;

	memcpy(&head, word, len < HASHED ? len : HASHED);
	return head;
}

static void scan(struct signature *signature, const char *text, size_t size,
		 size_t at)
{
	size_t start;

	while (at < size) {
		if (!is_word_byte(text[at])) {
			at++;
			continue;
		}
		for (start = at; at < size && is_word_byte(text[at]);)
			at++;
		put(signature, head_of(text + start, at - start));
	}
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static inline uint64_t
word_bits(const char *text)
{
	__m256i v = _mm256_loadu_si256((const __m256i *)text);

	return (uint32_t)~_mm256_movemask_epi8(not_word(v));
}

/* Block by block; each sees the next one, for words that cross the border. */
__attribute__((target("avx2"))) static void
scan_vector(struct signature *signature, const char *text, size_t size)
{
	uint64_t here, next, both, starts, head, before = 0;
	size_t at = 0, i, len;

	if (size < 72) {
		scan(signature, text, size, 0);
		return;
	}
	next = word_bits(text);
	for (; at + 72 <= size; at += 32) {
		here = next;
		next = word_bits(text + at + 32);
		both = here | next << 32;
		starts = here & ~(here << 1 | before);
		before = here >> 31;
		for (; starts; starts &= starts - 1) {
			i = __builtin_ctzll(starts);
			len = __builtin_ctzll(~(both >> i) | 1u << HASHED);
			memcpy(&head, text + at + i, sizeof(head));
			head &= first_bytes[len];
			put(signature, head);
		}
	}
	/* a word that began in the last block is there already */
	while (before && at < size && is_word_byte(text[at]))
		at++;
	scan(signature, text, size, at);
}
#endif

struct signature *signature_new(const char *text, size_t size)
{
	struct signature *signature;
	uint32_t bits = SMALLEST;

	while (bits < size / 2 && bits < 1u << 30)
		bits *= 2;
	signature = calloc(1, sizeof(*signature) + bits / 8);
	if (!signature)
		return NULL;
	signature->mask = bits - 1;
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		scan_vector(signature, text, size);
		return signature;
	}
#endif
	scan(signature, text, size, 0);
	return signature;
}

bool signature_may_hold(const struct signature *signature, const char *word)
{
	uint64_t hash = hash_of(head_of(word, strlen(word)));

	return is_set(signature, (uint32_t)hash) &&
	       is_set(signature, (uint32_t)(hash >> 40));
}
