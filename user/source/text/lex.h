/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C text as tokens that know where they stand. Comments, splices and white
 * space are skipped; preprocessor lines are kept apart, and the tokens of all
 * branches of an #if are in one row.
 */
#ifndef SOURCE_LEX_H
#define SOURCE_LEX_H

#include "source/text/token.h"
#include "source/tree/tree.h"

enum directive_kind {
	DIRECTIVE_OTHER,
	DIRECTIVE_INCLUDE,
	DIRECTIVE_DEFINE,
	DIRECTIVE_UNDEF,
	DIRECTIVE_IF, /* #if, #ifdef, #ifndef */
	DIRECTIVE_ELSE, /* #else, #elif */
	DIRECTIVE_ENDIF,
};

/* A preprocessor line, with its continuations. */
struct directive {
	uint32_t start, end; /* bytes: the '#', and the newline (or the end) */
	uint32_t body; /* the byte after the directive's word */
	uint32_t token; /* the first token behind it */
	enum directive_kind kind;
};

struct lexed {
	struct text text;
	struct tokens tokens;
	struct directive *directives;
	uint32_t directive_count, directive_capacity;
	bool unbalanced; /* some bracket has no partner */
};

/* All of @text; keeps @lexed's memory of an earlier call. */
void lex_text(struct lexed *lexed, struct text text);
void lexed_free(struct lexed *lexed);

/*
 * The tokens of text[0 .. size) with no directives (a macro's body, a piece of
 * a file), appended to @tokens, without partners.
 */
void lex_piece(struct tokens *tokens, const char *text, size_t size);
/* The token that begins at @at, or NO_TOKEN. */
uint32_t lex_find(const struct tokens *tokens, const char *at);
/* Give the brackets of tokens [from, to) their partners. */
bool lex_match(struct token *list, uint32_t from, uint32_t to);

#endif
