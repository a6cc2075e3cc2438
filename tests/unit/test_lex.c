// SPDX-License-Identifier: GPL-2.0
/*
 * Texts in, and the tokens and directives they must be. A row's tokens are
 * written with one space between them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "source/text/lex.h"

static void lex(struct lexed *lexed, const char *text)
{
	lex_text(lexed, (struct text){ text, strlen(text) });
}

/* The tokens with one space between them. */
static const char *spelt(const struct tokens *tokens)
{
	static char buf[1024];
	size_t used = 0;
	uint32_t i;

	buf[0] = '\0';
	for (i = 0; i < tokens->count && used < sizeof(buf); i++)
		used += snprintf(buf + used, sizeof(buf) - used, "%s%.*s",
				 i ? " " : "", (int)tokens->list[i].len,
				 tokens->list[i].at);
	return buf;
}

static const struct row {
	const char *text, *tokens;
} rows[] = {
	{ "", "" },
	{ " \t\r\n\f\v", "" },
	{ "spin_lock(&b->lock);", "spin_lock ( & b -> lock ) ;" },
	{ "a/* b */c", "a c" },
	{ "a/**/b/***/c/*/ d */e", "a b c e" },
	{ "a // b\nc", "a c" },
	{ "a // b \\\nstill\nc", "a c" },
	{ "a // b \\\r\nstill\r\nc", "a c" },
	{ "a /* never closed", "a" },
	{ "a /*", "a" },
	{ "a //", "a" },
	{ "/", "/" },
	{ "\"/* no */\" a", "\"/* no */\" a" },
	{ "\"a\\\"b\" c", "\"a\\\"b\" c" },
	{ "\"a\\\\\" c", "\"a\\\\\" c" },
	{ "'\"' a '\\'' b", "'\"' a '\\'' b" },
	{ "\"open\na", "\"open a" },
	{ "\"\\", "\"\\" },
	{ "L\"wide\" L x", "L\"wide\" L x" },
	{ "a \\\n b", "a b" },
	{ "a \\\r\n b", "a b" },
	{ "a \\ b", "a \\ b" },
	{ "x->y-->z->>w", "x -> y -- > z -> > w" },
	{ "a##b # c", "a ## b # c" },
	{ "a...b..c", "a ... b . . c" },
	{ "a<<=b>>=c<<d>>e", "a <<= b >>= c << d >> e" },
	{ "a==b!=c<=d>=e=f", "a == b != c <= d >= e = f" },
	{ "a&&b||c&d|e&=f", "a && b || c & d | e &= f" },
	{ "a+=b-=c*=d/=e%=f^=g|=h", "a += b -= c *= d /= e %= f ^= g |= h" },
	{ "a++ + ++b", "a ++ + ++ b" },
	{ "1e+5+0x1fUL .5", "1e+5 + 0x1fUL . 5" },
	{ "caf\351 b", "caf\351 b" },
	{ "a\n#define b c\nd", "a d" },
	{ "#define b \\\n c\nd", "d" },
	{ "#define b /* two\nlines */ c\nd", "d" },
	{ "#define b \"/*\"\nd", "d" },
	{ "a # b\nc", "a # b c" },
	{ "/* x */ # define b\nc", "c" },
	{ "#", "" },
	{ "#if 1\na\n#else\nb\n#endif\nc", "a b c" },
};

TEST(tokens)
{
	struct lexed lexed = { 0 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lex(&lexed, rows[i].text);
		EXPECT_STREQ(rows[i].tokens, spelt(&lexed.tokens))
		{
			TH_LOG("of: %s", rows[i].text);
		}
		EXPECT_EQ(TOKEN_END,
			  lexed.tokens.list[lexed.tokens.count].kind);
	}
	lexed_free(&lexed);
}

/* A byte behind the text is not looked at, whatever the text ends in. */
TEST(stays_in_the_text)
{
	static const char *const ends[] = {
		"\"", "'",    "/",	 "/*",	       "/* *", "//",
		"\\", "#",    "#define", "#define \\", "-",    ".",
		"..", "<",    "<<",	 "a",	       "1",    "1e",
		"L",  "\"\\", "// \\",	 "&",	       "#\"",  "#/",
	};
	struct lexed lexed = { 0 };
	struct token *last;
	size_t i, size;
	char *copy;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size = strlen(ends[i]);
		copy = malloc(size + 4);
		ASSERT_NE(NULL, copy);
		memcpy(copy, ends[i], size);
		memcpy(copy + size, "=x/", 4);
		lex_text(&lexed, (struct text){ copy, size });
		last = &lexed.tokens.list[lexed.tokens.count];
		EXPECT_EQ(copy + size, last->at);
		if (lexed.tokens.count)
			EXPECT_GE(copy + size, last[-1].at + last[-1].len)
			{
				TH_LOG("of: %s", ends[i]);
			}
		if (lexed.directive_count)
			EXPECT_EQ(size, lexed.directives[0].end);
		free(copy);
	}
	lexed_free(&lexed);
}

TEST(kinds)
{
	static const uint8_t kinds[] = {
		TOKEN_WORD,
		TOKEN_NUMBER,
		TOKEN_STRING,
		TOKEN_CHAR,
		TOKEN_ARROW,
		TOKEN_PASTE,
		TOKEN_ELLIPSIS,
		TOKEN_EQUAL,
		TOKEN_COMPARE,
		TOKEN_LOGIC,
		TOKEN_SHIFT,
		TOKEN_ASSIGN,
		TOKEN_ASSIGN,
		TOKEN_STEP,
		'{',
		'?',
	};
	struct lexed lexed = { 0 };
	uint32_t i;

	lex(&lexed, "a 1 \"s\" 'c' -> ## ... == != && << <<= += ++ { ?");
	ASSERT_EQ(sizeof(kinds), lexed.tokens.count);
	for (i = 0; i < sizeof(kinds); i++)
		EXPECT_EQ(kinds[i], lexed.tokens.list[i].kind);
	EXPECT_EQ(0, lexed.tokens.list[0].flags);
	EXPECT_EQ(TOKEN_SPACED, lexed.tokens.list[1].flags);
	lexed_free(&lexed);
}

TEST(directives)
{
	static const char text[] = "a\n  #  include <x.h>\nb #no\n"
				   "#ifdef C\n#elif D\n#else\n#endif\n"
				   "#define M(x) \\\n\tx\nc\n#undef M\n#pragma";
	static const enum directive_kind kinds[] = {
		DIRECTIVE_INCLUDE, DIRECTIVE_IF,    DIRECTIVE_ELSE,
		DIRECTIVE_ELSE,	   DIRECTIVE_ENDIF, DIRECTIVE_DEFINE,
		DIRECTIVE_UNDEF,   DIRECTIVE_OTHER,
	};
	struct lexed lexed = { 0 };
	uint32_t i;

	lex(&lexed, text);
	ASSERT_EQ(8, lexed.directive_count);
	for (i = 0; i < 8; i++) {
		EXPECT_EQ(kinds[i], lexed.directives[i].kind);
		EXPECT_EQ('#', text[lexed.directives[i].start]);
		EXPECT_EQ(i < 7 ? '\n' : '\0', text[lexed.directives[i].end]);
	}
	EXPECT_EQ(1, lexed.directives[0].token);
	EXPECT_EQ(0, memcmp(text + lexed.directives[0].body, " <x.h>", 6));
	EXPECT_EQ(0, memcmp(text + lexed.directives[5].end, "\nc\n", 3));
	EXPECT_STREQ("a b # no c", spelt(&lexed.tokens));
	lexed_free(&lexed);
}

/* The partner of the first and of the last bracket, by their numbers. */
TEST(partners)
{
	static const struct {
		const char *text;
		uint32_t token, match;
		bool unbalanced;
	} pairs[] = {
		{ "( a )", 0, 2, false },
		{ "( a )", 2, 0, false },
		{ "( [ { } ] )", 1, 4, false },
		{ "( a", 0, 0, true },
		{ "a )", 1, 1, true },
		{ "{ ( }", 0, 2, false },
		{ "( { )", 2, 2, true },
		{ "{\n#ifdef A\nif {\n#else\n{\n#endif\n} }", 0, 5, false },
		{ "{\n#ifdef A\nif {\n#else\n{\n#endif\n} }", 2, 4, false },
		{ "{\n#if 0\n}\n#endif\nb", 0, 1, false },
		{ "#endif\n#else\n( )", 0, 1, false },
	};
	struct lexed lexed = { 0 };
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		lex(&lexed, pairs[i].text);
		EXPECT_EQ(pairs[i].match,
			  lexed.tokens.list[pairs[i].token].match)
		{
			TH_LOG("of: %s", pairs[i].text);
		}
		EXPECT_EQ(pairs[i].unbalanced, lexed.unbalanced)
		{
			TH_LOG("of: %s", pairs[i].text);
		}
	}
	lexed_free(&lexed);
}

/* #ifs nested deeper than anyone writes are read all the same. */
TEST(deep_ifs)
{
	struct lexed lexed = { 0 };
	char text[200 * 24], *p = text;
	int i;

	for (i = 0; i < 200; i++)
		p = stpcpy(p, "#if 1\n{\n");
	for (i = 0; i < 200; i++)
		p = stpcpy(p, "}\n#endif\n");
	lex(&lexed, text);
	EXPECT_EQ(400, lexed.tokens.count);
	EXPECT_EQ(400, lexed.directive_count);
	EXPECT_EQ(399, lexed.tokens.list[0].match);
	EXPECT_EQ(false, lexed.unbalanced);
	lexed_free(&lexed);
}

TEST(piece_has_no_directives)
{
	struct tokens tokens = { 0 };

	lex_piece(&tokens, "a\n#b", 4);
	EXPECT_STREQ("a # b", spelt(&tokens));
	lex_piece(&tokens, "(c)", 3);
	EXPECT_STREQ("a # b ( c )", spelt(&tokens));
	EXPECT_EQ(true, lex_match(tokens.list, 3, 6));
	EXPECT_EQ(5, tokens.list[3].match);
	EXPECT_EQ(false, lex_match(tokens.list, 3, 5));
	free(tokens.list);
}

TEST_HARNESS_MAIN
