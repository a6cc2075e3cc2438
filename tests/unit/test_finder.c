// SPDX-License-Identifier: GPL-2.0
/*
 * Texts and sets of words in; what the finder finds is what comparing every
 * word of the text with every word of the set does, for one word, for few and
 * for as many as it keeps in chains.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "source/text/finder.h"

#define MOST 300

/* Short words of few letters: many are equal, or begin alike. */
static size_t make_word(char *word)
{
	static const char letters[] = "abl_0";
	size_t n = 1 + rand() % 9, i;

	for (i = 0; i < n; i++)
		word[i] = letters[rand() % (sizeof(letters) - 1)];
	word[n] = '\0';
	return n;
}

static size_t make_text(char *text, size_t size)
{
	size_t used = 0;

	while (used + 12 < size) {
		used += make_word(text + used);
		text[used++] = " ->(;\n"[rand() % 6];
	}
	text[used] = '\0';
	return used;
}

/* A set: no word twice. */
static size_t make_set(char (*words)[12], const char **set, size_t n)
{
	size_t count = 0, i;

	while (count < n) {
		make_word(words[count]);
		for (i = 0; i < count; i++)
			if (!strcmp(words[i], words[count]))
				break;
		set[count] = words[count];
		count += i == count;
	}
	return count;
}

/* Where the word at or behind *@at that is in the set is; or -1. */
static int64_t naive(const char *text, size_t size, size_t at,
		     const char *const *set, size_t count, uint32_t *which)
{
	size_t i, n;

	for (; at < size; at++) {
		if (!is_word_byte(text[at]) ||
		    (at && is_word_byte(text[at - 1])))
			continue;
		for (n = 0; is_word_byte(text[at + n]);)
			n++;
		for (i = 0; i < count; i++) {
			if (strlen(set[i]) != n || memcmp(set[i], text + at, n))
				continue;
			*which = i;
			return (int64_t)at;
		}
	}
	return -1;
}

TEST(finds_what_comparing_does)
{
	static const size_t counts[] = { 1, 2, 9, 63, 64, MOST };
	static char text[5000], words[MOST][12];
	const char *set[MOST];
	uint32_t which, wanted;
	struct finder *finder;
	int64_t at, want;
	size_t i, count, size;
	unsigned int seed;

	for (seed = 0; seed < 300; seed++) {
		srand(seed);
		i = seed % (sizeof(counts) / sizeof(counts[0]));
		count = make_set(words, set, counts[i]);
		size = make_text(text, 20 + (seed * 131) % 4900);
		finder = finder_new(set, count);
		ASSERT_NE(NULL, finder);
		for (at = 0; at >= 0; at++) {
			want = naive(text, size, at, set, count, &wanted);
			at = finder_next(finder, text, size, at, &which);
			ASSERT_EQ(want, at);
			if (at < 0)
				break;
			ASSERT_EQ(wanted, which);
		}
		finder_free(finder);
	}
}

TEST_HARNESS_MAIN
