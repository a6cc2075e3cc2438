// SPDX-License-Identifier: GPL-2.0
/*
 * A set of identifiers and a text in, the places of whole-word occurrences
 * out. With AVX2, 32 places at a time are tested for the first four bytes of
 * all words at once (two nibble look-ups a byte, eight buckets of words), and
 * only what survives is compared: with the words of its buckets, or of many
 * words with those that have its first four bytes, by a hash of these. Of a
 * single word its first and its last byte are tested, at a third of the cost.
 * Elsewhere each identifier's first byte leads to the words that begin with it.
 */
#include <stdlib.h>
#include <string.h>
#include "source/text/finder.h"
#include "source/text/wordmask.h"

#define WINDOW 4
#define BUCKETS 8
#define CHAINS 1024 /* by hash; the last one is of words without four bytes */
#define MANY 64 /* words, from which on chains take less than buckets */

struct word {
	const char *text;
	uint32_t len, number;
	uint64_t head, mask; /* its first eight bytes, and which count */
	struct word *next; /* of the same first byte, or the same bucket */
	struct word *same; /* of the same hash */
};

struct finder {
	struct word *words, *in_bucket;
	size_t n;
	struct word *first[256];
	struct word *bucket[BUCKETS];
	struct word *chain[CHAINS + 1]; /* if there are MANY words */
	uint8_t low[WINDOW][16], high[WINDOW][16]; /* bucket bits by nibble */
	bool vector;
};

const uint8_t finder_word_bytes[256] = {
	['$'] = 1,	   ['_'] = 1,	      ['0' ... '9'] = 1,
	['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, [128 ... 255] = 1,
};

static void add_nibbles(struct finder *finder, const struct word *word,
			uint8_t bit)
{
	unsigned char c;
	int i, j;

	for (i = 0; i < WINDOW; i++) {
		if ((uint32_t)i < word->len) {
			c = word->text[i];
			finder->low[i][c & 15] |= bit;
			finder->high[i][c >> 4] |= bit;
			continue;
		}
		for (j = 0; j < 16; j++) {
			finder->low[i][j] |= bit;
			finder->high[i][j] |= bit;
		}
	}
}

/* Words that let most bytes pass first, then those that begin alike. */
static int by_head(const void *a, const void *b)
{
	const struct word *x = a, *y = b;

	if (x->len < WINDOW || y->len < WINDOW)
		if (x->len != y->len)
			return x->len < y->len ? -1 : 1;
	return strcmp(x->text, y->text);
}

/*
 * A bucket lets through what any mixture of its words' first bytes is: words
 * that begin alike share one.
 */
static void fill_buckets(struct finder *finder)
{
	struct word *word;
	size_t i, bucket;

	if (finder->n)
		qsort(finder->in_bucket, finder->n, sizeof(*finder->in_bucket),
		      by_head);
	for (i = 0; i < finder->n; i++) {
		word = &finder->in_bucket[i];
		bucket = i * BUCKETS / finder->n;
		word->next = finder->bucket[bucket];
		finder->bucket[bucket] = word;
		add_nibbles(finder, word, 1 << bucket);
	}
}

static uint32_t hash_of(const char *text)
{
	uint32_t head;

	memcpy(&head, text, sizeof(head));
	return (head * 2654435761u >> 16) % CHAINS;
}

/* The words in the order of their numbers: chains keep it. */
static void fill_chains(struct finder *finder)
{
	struct word *word;
	uint32_t hash;
	size_t i;

	for (i = finder->n; i--;) {
		word = &finder->words[i];
		hash = word->len < WINDOW ? CHAINS : hash_of(word->text);
		word->same = finder->chain[hash];
		finder->chain[hash] = word;
	}
}

struct finder *finder_new(const char *const *words, size_t n)
{
	struct finder *finder = calloc(1, sizeof(*finder));
	struct word *word;
	size_t i;

	if (!finder)
		return NULL;
	finder->words = calloc(n ? n : 1, sizeof(*word));
	finder->in_bucket = calloc(n ? n : 1, sizeof(*word));
	if (!finder->words || !finder->in_bucket) {
		finder_free(finder);
		return NULL;
	}
	finder->n = n;
	for (i = 0; i < n; i++) {
		word = &finder->words[i];
		word->text = words[i];
		word->len = strlen(words[i]);
		word->number = i;
		memcpy(&word->head, words[i], word->len < 8 ? word->len : 8);
		memset(&word->mask, 0xff, word->len < 8 ? word->len : 8);
		finder->in_bucket[i] = *word;
		word->next = finder->first[(unsigned char)words[i][0]];
		finder->first[(unsigned char)words[i][0]] = word;
	}
	fill_buckets(finder);
	if (n >= MANY)
		fill_chains(finder);
#ifdef __x86_64__
	finder->vector = __builtin_cpu_supports("avx2");
#endif
	return finder;
}

void finder_free(struct finder *finder)
{
	if (!finder)
		return;
	free(finder->words);
	free(finder->in_bucket);
	free(finder);
}

static inline bool is_here(const struct word *word, const char *text,
			   size_t size, size_t at)
{
	uint64_t head;

	if (at && is_word_byte(text[at - 1]))
		return false;
	if (size - at >= sizeof(head)) {
		memcpy(&head, text + at, sizeof(head));
		if ((head ^ word->head) & word->mask)
			return false;
	}
	return size - at >= word->len &&
	       !memcmp(text + at, word->text, word->len) &&
	       !is_word_byte(text[at + word->len]);
}

static int64_t next_scalar(const struct finder *finder, const char *text,
			   size_t size, size_t at, uint32_t *which)
{
	const struct word *word;

	for (; at < size; at++) {
		word = finder->first[(unsigned char)text[at]];
		for (; word; word = word->next) {
			if (!is_here(word, text, size, at))
				continue;
			*which = word->number;
			return at;
		}
	}
	return -1;
}

#ifdef __x86_64__
/* Four bytes are there: the vector loop leaves the end of the text alone. */
static const struct word *in_chains(const struct finder *finder,
				    const char *text, size_t size, size_t at)
{
	const struct word *word = finder->chain[hash_of(text + at)];

	for (; word; word = word->same)
		if (is_here(word, text, size, at))
			return word;
	for (word = finder->chain[CHAINS]; word; word = word->same)
		if (is_here(word, text, size, at))
			return word;
	return NULL;
}

static const struct word *in_buckets(const struct finder *finder, uint8_t bits,
				     const char *text, size_t size, size_t at)
{
	const struct word *word;

	if (finder->n >= MANY)
		return in_chains(finder, text, size, at);
	for (; bits; bits &= bits - 1) {
		word = finder->bucket[__builtin_ctz(bits)];
		for (; word; word = word->next)
			if (is_here(word, text, size, at))
				return word;
	}
	return NULL;
}

__attribute__((target("avx2"))) static int64_t
next_vector(const struct finder *finder, const char *text, size_t size,
	    size_t at, uint32_t *which)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i low[WINDOW], high[WINDOW], v, hits;
	const struct word *word;
	uint8_t buckets[32];
	uint32_t mask;
	int i;

	for (i = 0; i < WINDOW; i++) {
		low[i] = _mm256_broadcastsi128_si256(
			_mm_loadu_si128((const __m128i *)finder->low[i]));
		high[i] = _mm256_broadcastsi128_si256(
			_mm_loadu_si128((const __m128i *)finder->high[i]));
	}
	for (; at + 32 + WINDOW <= size; at += 32) {
		hits = _mm256_set1_epi8(-1);
		for (i = 0; i < WINDOW; i++) {
			v = _mm256_loadu_si256(
				(const __m256i *)(text + at + i));
			hits = _mm256_and_si256(
				hits,
				_mm256_shuffle_epi8(
					low[i], _mm256_and_si256(v, nibble)));
			v = _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble);
			hits = _mm256_and_si256(
				hits, _mm256_shuffle_epi8(high[i], v));
		}
		mask = ~(uint32_t)_mm256_movemask_epi8(
			_mm256_cmpeq_epi8(hits, _mm256_setzero_si256()));
		if (!mask)
			continue;
		if (at) {
			v = _mm256_loadu_si256(
				(const __m256i *)(text + at - 1));
			mask &= (uint32_t)_mm256_movemask_epi8(not_word(v));
		}
		_mm256_storeu_si256((__m256i *)buckets, hits);
		for (; mask; mask &= mask - 1) {
			i = __builtin_ctz(mask);
			word = in_buckets(finder, buckets[i], text, size,
					  at + i);
			if (!word)
				continue;
			*which = word->number;
			return at + i;
		}
	}
	return next_scalar(finder, text, size, at, which);
}

__attribute__((target("avx2"))) static int64_t
next_of_one(const struct finder *finder, const char *text, size_t size,
	    size_t at, uint32_t *which)
{
	const struct word *word = finder->words;
	const uint32_t last = word->len - 1;
	const __m256i first = _mm256_set1_epi8(word->text[0]);
	const __m256i final = _mm256_set1_epi8(word->text[last]);
	__m256i a, b;
	uint32_t mask;

	for (; at + 32 + last <= size; at += 32) {
		a = _mm256_loadu_si256((const __m256i *)(text + at));
		b = _mm256_loadu_si256((const __m256i *)(text + at + last));
		mask = (uint32_t)_mm256_movemask_epi8(
			_mm256_and_si256(_mm256_cmpeq_epi8(a, first),
					 _mm256_cmpeq_epi8(b, final)));
		for (; mask; mask &= mask - 1) {
			size_t here = at + __builtin_ctz(mask);

			if (!is_here(word, text, size, here))
				continue;
			*which = 0;
			return here;
		}
	}
	return next_scalar(finder, text, size, at, which);
}
#endif

int64_t finder_next(const struct finder *finder, const char *text, size_t size,
		    size_t from, uint32_t *which)
{
#ifdef __x86_64__
	if (finder->vector && finder->n == 1 && finder->words->len)
		return next_of_one(finder, text, size, from, which);
	if (finder->vector)
		return next_vector(finder, text, size, from, which);
#endif
	return next_scalar(finder, text, size, from, which);
}
