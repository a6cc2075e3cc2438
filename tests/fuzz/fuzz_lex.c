// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: any bytes as C text through the lexer. What must hold of any text
 * is asserted: tokens and directives lie inside it and in order, the blanks
 * are between them, and brackets are each other's partners or their own.
 */
#include <stdlib.h>
#include <string.h>

#include "source/text/lex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_tokens(const struct tokens *tokens, const char *text,
			 size_t size)
{
	const char *at = text;
	uint32_t i;

	for (i = 0; i < tokens->count; i++) {
		const struct token *t = &tokens->list[i];

		must(t->len && t->kind != TOKEN_END && t->at >= at);
		at = t->at + t->len;
		must(at <= text + size);
	}
	must(tokens->list[i].kind == TOKEN_END);
	must(tokens->list[i].at == text + size);
}

static void check_partners(const struct lexed *lexed)
{
	const struct token *list = lexed->tokens.list;
	static const char brackets[] = "([{";
	uint32_t i;

	for (i = 0; i < lexed->tokens.count; i++) {
		const char *bracket;

		must(list[i].match < lexed->tokens.count);
		if (list[i].match == i)
			continue;
		bracket = strchr(brackets, list[i].kind);
		if (!bracket)
			continue;
		must(list[i].match > i);
		must(list[list[i].match].kind ==
		     (uint8_t) ")]}"[bracket - brackets]);
	}
}

static void check_directives(const struct lexed *lexed)
{
	uint32_t i, at = 0, token = 0;

	for (i = 0; i < lexed->directive_count; i++) {
		const struct directive *d = &lexed->directives[i];

		must(d->start >= at && d->body > d->start && d->end >= d->body);
		must(d->end <= lexed->text.size);
		must(lexed->text.data[d->start] == '#');
		must(d->token >= token && d->token <= lexed->tokens.count);
		at = d->end;
		token = d->token;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tokens piece = { 0 };
	struct lexed lexed = { 0 };
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0'; /* as the tree gives it */
	lex_text(&lexed, (struct text){ text, size });
	check_tokens(&lexed.tokens, text, size);
	check_partners(&lexed);
	check_directives(&lexed);
	lex_piece(&piece, text, size);
	check_tokens(&piece, text, size);
	lex_match(piece.list, 0, piece.count);
	free(piece.list);
	lexed_free(&lexed);
	free(text);
	return 0;
}
