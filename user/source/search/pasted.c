// SPDX-License-Identifier: GPL-2.0
/*
 * A file's macros in; those out whose ## may make the field's name, as
 * "#define TAKE(x) mutex_lock(&x##_mutex)" makes big_mutex of TAKE(big). The
 * name stands nowhere then, so what the calls expand to is looked at.
 */
#include "source/search/derived.h"

/* May parts list[i], list[i + 2] ... list[last] make @name? */
static bool may_make(const struct macro *macro, uint32_t i, uint32_t last,
		     const char *name)
{
	const struct token *part = &macro->body.list[i];
	size_t len = strlen(name), skip;

	if (i > last)
		return !len;
	if (!macro_is_param(macro, part))
		return part->len <= len && !memcmp(part->at, name, part->len) &&
		       may_make(macro, i + 2, last, name + part->len);
	/* an argument: any piece of it but the whole, and maybe nothing */
	for (skip = 0; skip <= len; skip++)
		if (may_make(macro, i + 2, last, name + skip))
			return true;
	return false;
}

/* Some part has to be spelt out: "a##b" alone may make anything. */
static bool has_literal(const struct macro *macro, uint32_t i, uint32_t last)
{
	for (; i <= last; i += 2)
		if (!macro_is_param(macro, &macro->body.list[i]))
			return true;
	return false;
}

static bool pastes(const struct macro *macro, const char *name)
{
	const struct token *list = macro->body.list;
	uint32_t i, last, n = macro->body.count;

	for (i = 0; i + 2 < n; i = last + 1) {
		last = i;
		if (list[i].kind != TOKEN_WORD)
			continue;
		while (last + 2 < n && list[last + 1].kind == TOKEN_PASTE &&
		       list[last + 2].kind == TOKEN_WORD)
			last += 2;
		if (last > i && has_literal(macro, i, last) &&
		    may_make(macro, i, last, name))
			return true;
	}
	return false;
}

void pasted_words(struct file_search *f)
{
	const char *text = f->unit->text.data;
	struct symbol *symbol;
	uint32_t i;

	for (i = 0; i < f->unit->count; i++) {
		symbol = &f->unit->symbols[i];
		if (symbol->kind == SYMBOL_MACRO &&
		    memmem(text + symbol->start, symbol->end - symbol->start,
			   "##", 2) &&
		    pastes(macro_get(symbol), f->search->words[0]->name))
			macro_word_add(f, symbol, WORD_MACRO, NULL, false,
				       false);
	}
}
