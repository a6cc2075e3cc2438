// SPDX-License-Identifier: GPL-2.0
/*
 * Texts in; each identifier that the finder finds there must be in the text's
 * signature, too, wherever it stands. Names that are not there mostly are not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "source/text/finder.h"
#include "source/text/signature.h"

static bool found(const char *text, size_t size, const char *word)
{
	struct finder *finder = finder_new(&word, 1);
	uint32_t which;
	bool yes = finder_next(finder, text, size, 0, &which) >= 0;

	finder_free(finder);
	return yes;
}

/* Words of 1 to 40 bytes of any kind, and between them what is none. */
static size_t make_text(char *text, size_t size, unsigned int seed)
{
	static const char letters[] = "abcXYZ019_$\xe4";
	static const char others[] = " \t\n()*&->.;\"'/";
	size_t used = 0, n;

	srand(seed);
	while (used + 60 < size) {
		for (n = 1 + rand() % 40; n; n--)
			text[used++] = letters[rand() % (sizeof(letters) - 1)];
		for (n = 1 + rand() % 3; n; n--)
			text[used++] = others[rand() % (sizeof(others) - 1)];
	}
	text[used] = '\0';
	return used;
}

TEST(every_word_is_in_it)
{
	static char text[4096];
	struct signature *signature;
	char word[64];
	unsigned int seed;
	size_t size, at, n;

	for (seed = 0; seed < 60; seed++) {
		size = make_text(text, 64 + seed * 67, seed);
		signature = signature_new(text, size);
		ASSERT_NE(NULL, signature);
		for (at = 0; at < size; at += n + 1) {
			for (n = 0; is_word_byte(text[at + n]);)
				n++;
			if (!n)
				continue;
			snprintf(word, sizeof(word), "%.*s", (int)n, text + at);
			ASSERT_TRUE(found(text, size, word));
			EXPECT_TRUE(signature_may_hold(signature, word));
		}
		free(signature);
	}
}

TEST(most_other_words_are_not)
{
	static char text[4096];
	struct signature *signature;
	size_t size = make_text(text, sizeof(text), 1);
	char word[32];
	int i, wrong = 0;

	signature = signature_new(text, size);
	for (i = 0; i < 1000; i++) {
		snprintf(word, sizeof(word), "q%d_lock", i);
		wrong += signature_may_hold(signature, word);
	}
	EXPECT_GT(100, wrong);
	free(signature);
}

TEST(short_texts)
{
	struct signature *signature = signature_new("", 0);

	EXPECT_FALSE(signature_may_hold(signature, "a"));
	free(signature);
	signature = signature_new("a", 1);
	EXPECT_TRUE(signature_may_hold(signature, "a"));
	EXPECT_FALSE(signature_may_hold(signature, "ab"));
	free(signature);
}

TEST_HARNESS_MAIN
