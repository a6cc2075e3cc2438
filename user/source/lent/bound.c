// SPDX-License-Identifier: GPL-2.0
/*
 * A call of a macro goes in; if the macro declares a struct whose member is
 * the call's argument, that struct's variable and member come out:
 * XA_STATE(xas, &p->array, 0) is struct xa_state xas = { .xa = &p->array, ... }.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/built.h"
#include "source/lent/present.h"
#include "source/lent/reading.h"
#include "source/site/use.h"

#define DEEPEST 4

/* What is known of a macro, in one file or everywhere. */
struct known {
	const char *name, *near;
	uint32_t argument;
	bool found;
	struct bound bound;
	struct known *next;
};

/* A macro's parameters and body: "(a, b) body". */
struct shape {
	struct tokens tokens;
	uint32_t body;
};

static bool is_in(const struct lent_book *book, const struct unit *unit,
		  const char *name, size_t len, struct shape *shape)
{
	const struct symbol *symbol = NULL;
	struct tokens *tokens = &shape->tokens;
	const char *text;

	do
		symbol = unit_find(unit, name, len, SYMBOL_MACRO, symbol);
	while (symbol && present_at(book, unit, symbol->at) == TRUTH_NO);
	if (!symbol)
		return false;
	text = unit->text.data + symbol->at + symbol->len;
	lex_piece(tokens, text, symbol->end - (symbol->at + symbol->len));
	if (tokens->count && tokens->list[0].kind == '(' &&
	    lex_match(tokens->list, 0, tokens->count)) {
		shape->body = tokens->list[0].match + 1;
		return true;
	}
	free(tokens->list);
	*tokens = (struct tokens){ 0 };
	return false;
}

static bool read_file(struct lent_book *book, uint32_t id, const char *name,
		      size_t len, struct shape *shape)
{
	struct unit unit = { 0 };
	struct text text;
	bool found;

	if (tree_text(book->tree, id, &text))
		return false;
	unit_read(&unit, id, text, true);
	found = is_in(book, &unit, name, len, shape);
	unit_free(&unit);
	return found;
}

/* A definition in @k's own file is only its own. */
static bool find_shape(struct lent_book *book, const struct token *name,
		       struct known *k, struct shape *shape)
{
	int64_t id = *k->near ? tree_find(book->tree, k->near) : -1, n, i;
	const char *names[1];
	uint32_t *ids = NULL;
	bool found = false;

	if (id >= 0 &&
	    read_file(book, (uint32_t)id, name->at, name->len, shape))
		return true;
	k->near = "";
	names[0] = arena_text(&book->arena, name->at, name->len);
	n = tree_grep(book->tree, names, 1, GREP_HEADERS, &ids);
	for (i = 0; i < n && !found; i++)
		found = !built_never(book->config, book->kbuild,
				     tree_path(book->tree, ids[i])) &&
			read_file(book, ids[i], name->at, name->len, shape);
	free(ids);
	return found;
}

const struct token *bound_word(const struct token *list, uint32_t open,
			       uint32_t n)
{
	uint32_t from, to, number, close = list[open].match;

	if (close <= open + 1)
		return NULL;
	argument_of(list, open, open + 1, &from, &to, &number);
	while (number < n && to < close)
		argument_of(list, open, to + 1, &from, &to, &number);
	return number == n && to == from + 1 && list[from].kind == TOKEN_WORD ?
		       &list[from] :
		       NULL;
}

static bool same(const struct token *a, const struct token *b)
{
	return a->len == b->len && !memcmp(a->at, b->at, a->len);
}

/* The number of the parameter that @word is, or -1. */
static int parameter_of(const struct shape *shape, const struct token *word)
{
	const struct token *t;
	int n;

	for (n = 0; (t = bound_word(shape->tokens.list, 0, n)); n++)
		if (same(t, word))
			return n;
	return -1;
}

/* "{ ..., .member = param, ... }" at list[open]: that member. */
static bool in_braces(const struct shape *shape, uint32_t open,
		      const struct token *param, struct bound *bound)
{
	const struct token *list = shape->tokens.list;
	uint32_t i;

	for (i = open + 1; i + 3 < list[open].match; i++) {
		if (list[i].kind != '.' || list[i + 2].kind != '=' ||
		    !same(&list[i + 3], param) ||
		    (list[i + 4].kind != ',' && list[i + 4].kind != '}'))
			continue;
		snprintf(bound->member, sizeof(bound->member), "%.*s",
			 (int)list[i + 1].len, list[i + 1].at);
		return true;
	}
	return false;
}

/* The value at list[at]: braces, or a macro that spells them. */
static bool in_value(struct lent_book *book, const char *near,
		     const struct shape *shape, uint32_t at,
		     const struct token *param, struct bound *bound, int depth)
{
	const struct token *list = shape->tokens.list, *inner;
	struct known inside = { .near = near };
	struct shape next = { 0 };
	uint32_t from, to, number;
	bool found = false;

	if (list[at].kind == '{')
		return in_braces(shape, at, param, bound);
	if (depth > DEEPEST || list[at].kind != TOKEN_WORD ||
	    list[at + 1].kind != '(' || list[at + 1].match <= at + 2)
		return false;
	to = at + 1;
	do {
		argument_of(list, at + 1, to + 1, &from, &to, &number);
		if (to == from + 1 && same(&list[from], param))
			break;
	} while (to < list[at + 1].match);
	if (to != from + 1 || !same(&list[from], param) ||
	    !find_shape(book, &list[at], &inside, &next))
		return false;
	inner = bound_word(next.tokens.list, 0, number);
	if (inner && next.body < next.tokens.count)
		found = in_value(book, near, &next, next.body, inner, bound,
				 depth + 1);
	free(next.tokens.list);
	return found;
}

/* "struct tag NAME = value" as the macro's whole body. */
static bool declares(struct lent_book *book, const char *near,
		     const struct shape *shape, uint32_t argument,
		     struct bound *bound)
{
	const struct token *list = shape->tokens.list, *param;
	uint32_t i = shape->body;
	int variable;

	if (i + 4 >= shape->tokens.count || !token_is(&list[i], "struct") ||
	    list[i + 1].kind != TOKEN_WORD || list[i + 3].kind != '=')
		return false;
	variable = parameter_of(shape, &list[i + 2]);
	param = bound_word(list, 0, argument);
	if (variable < 0 || !param)
		return false;
	bound->variable = (uint32_t)variable;
	snprintf(bound->tag, sizeof(bound->tag), "%.*s", (int)list[i + 1].len,
		 list[i + 1].at);
	return in_value(book, near, shape, i + 4, param, bound, 0);
}

static struct known *known_of(struct lent_book *book, const char *near,
			      const struct token *name, uint32_t argument)
{
	struct known *k;

	for (k = book->known; k; k = k->next)
		if (k->argument == argument && strlen(k->name) == name->len &&
		    !memcmp(k->name, name->at, name->len) &&
		    !strcmp(k->near, near))
			return k;
	return NULL;
}

bool bound_find(struct lent_book *book, const char *near,
		const struct token *name, uint32_t argument,
		struct bound *bound)
{
	struct shape shape = { 0 };
	struct known *k;

	/* a macro that makes variables is in capitals, as far as they go */
	if (name->at[0] < 'A' || name->at[0] > 'Z')
		return false;
	near = near ?: "";
	k = known_of(book, "", name, argument);
	k = k ?: known_of(book, near, name, argument);
	if (!k) {
		k = arena_alloc(&book->arena, sizeof(*k));
		k->name = arena_text(&book->arena, name->at, name->len);
		k->argument = argument;
		k->near = near;
		k->next = book->known;
		book->known = k;
		if (find_shape(book, name, k, &shape))
			k->found = declares(book, near, &shape, argument,
					    &k->bound);
		free(shape.tokens.list);
	}
	*bound = k->bound;
	return k->found;
}
