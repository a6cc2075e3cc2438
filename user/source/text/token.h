/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A piece of C text: a word, a number, an operator, and where it stands. The
 * text is its owner's; a token is good for as long as that is.
 */
#ifndef SOURCE_TOKEN_H
#define SOURCE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum token_kind {
	/* 1 .. 127: one character of punctuation, itself */
	TOKEN_END = 0,
	TOKEN_WORD = 128,
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_CHAR,
	TOKEN_ARROW, /* -> */
	TOKEN_PASTE, /* ## */
	TOKEN_ELLIPSIS,
	TOKEN_EQUAL, /* == */
	TOKEN_COMPARE, /* != <= >= */
	TOKEN_LOGIC, /* && || */
	TOKEN_SHIFT, /* << >> */
	TOKEN_ASSIGN, /* += and kin, but not = */
	TOKEN_STEP, /* ++ -- */
};

struct token {
	const char *at;
	uint32_t len;
	uint32_t match; /* of a bracket: its partner's number; else itself */
	uint8_t kind;
	uint8_t flags;
};

#define TOKEN_SPACED 1 /* white space stands before it */
#define TOKEN_BLUE 2 /* a macro's name that must not be expanded again */

#define NO_TOKEN UINT32_MAX

struct tokens {
	struct token *list; /* list[count] is a TOKEN_END */
	uint32_t count, capacity;
};

static inline bool token_is(const struct token *token, const char *word)
{
	size_t len = strlen(word);

	return token->len == len && !memcmp(token->at, word, len);
}

#endif
