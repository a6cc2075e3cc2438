// SPDX-License-Identifier: GPL-2.0
/*
 * An escape goes in; the definition of what is called there is looked for:
 * beside the call, where others were found, in headers, anywhere that is
 * built. What it does with the lock comes out (reading.c).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/built.h"
#include "source/lent/definers.h"
#include "source/lent/present.h"
#include "source/lent/reading.h"
#include "source/site/use.h"

#define DEEPEST 24

/* The name of parameter number @n between list[open] and its partner. */
static bool parameter(const struct token *list, uint32_t open, uint32_t n,
		      const char **name, size_t *len)
{
	uint32_t from = 0, to = open, number = 0, i, close = list[open].match;

	argument_of(list, open, open + 1, &from, &to, &number);
	while (number < n && to < close)
		argument_of(list, open, to + 1, &from, &to, &number);
	if (number != n)
		return false;
	for (i = to; i-- > from;) {
		if (list[i].kind == ']') {
			i = list[i].match;
			continue;
		}
		if (list[i].kind != TOKEN_WORD)
			return false;
		*name = list[i].at;
		*len = list[i].len;
		return true;
	}
	return false;
}

static void place(struct lent *lent, const struct unit *unit,
		  const struct symbol *symbol, struct tree *tree)
{
	const char *p;

	lent->file = tree_path(tree, unit->id);
	lent->id = unit->id;
	lent->line = 1;
	for (p = unit->text.data; p < unit->text.data + symbol->at; p++)
		lent->line += *p == '\n';
	lent->at = symbol->at;
	lent->macro = symbol->kind == SYMBOL_MACRO;
	lent->header = path_is_header(lent->file);
	lent->helper = (struct lock_helper){
		.name = lent->name,
		.file = lent->file,
		.line = lent->line,
		.body = { symbol->start, symbol->end },
		.macro = lent->macro,
		.header = lent->header,
		.parameter = (int8_t)lent->param,
		.via = "",
	};
	lent->own = !lent->header && (symbol->storage & STORAGE_STATIC);
}

static void read_function(struct lent_book *book, struct lent *lent,
			  const struct unit *unit, const struct symbol *symbol,
			  int depth)
{
	struct reading r = {
		.book = book,
		.lent = lent,
		.unit = unit,
		.symbol = symbol,
		.list = unit->lexed.tokens.list,
		.text = unit->text.data,
		.total = unit->lexed.tokens.count,
		.from = symbol->open + 1,
		.to = symbol->close,
		.depth = depth,
	};

	place(lent, unit, symbol, book->tree);
	if (lent->param < 0 ||
	    !parameter(r.list, symbol->params_token, lent->param,
		       &r.leads[0].name, &r.leads[0].len))
		return;
	r.leads[0].rest = lent->tail;
	r.lead_count = 1;
	reading_do(&r);
}

/* "#define NAME(a, b) body": its text behind the name, as tokens. */
static void read_macro(struct lent_book *book, struct lent *lent,
		       const struct unit *unit, const struct symbol *symbol,
		       int depth)
{
	const char *text = unit->text.data + symbol->at + symbol->len;
	size_t size = symbol->end - (symbol->at + symbol->len);
	struct reading r = {
		.book = book,
		.lent = lent,
		.text = unit->text.data,
		.depth = depth,
	};
	struct tokens tokens = { 0 };

	place(lent, unit, symbol, book->tree);
	lex_piece(&tokens, text, size);
	if (!tokens.count || tokens.list[0].kind != '(' ||
	    !lex_match(tokens.list, 0, tokens.count) ||
	    (lent->param >= 0 && !parameter(tokens.list, 0, lent->param,
					    &r.leads[0].name, &r.leads[0].len)))
		goto out;
	r.list = tokens.list;
	r.total = r.to = tokens.count;
	r.from = tokens.list[0].match + 1;
	r.leads[0].rest = lent->tail;
	r.lead_count = 1;
	if (lent->param < 0)
		r.leads[0] = (struct lead){
			.name = lent->tail,
			.len = strlen(lent->tail),
			.rest = "",
			.field = true,
		};
	reading_do(&r);
out:
	free(tokens.list);
}

/*
 * One definition more. Which of several is compiled may not be known: then all
 * of them must be harmless, and none is converted.
 */
static void read_symbol(struct lent_book *book, struct lent *lent,
			const struct unit *unit, const struct symbol *symbol,
			int depth)
{
	enum lent_kind before = lent->kind;
	bool again = lent->file, harmless = again && lent_harmless(lent);

	lent->kind = LENT_UNKNOWN;
	if (symbol->kind == SYMBOL_MACRO)
		read_macro(book, lent, unit, symbol, depth);
	else
		read_function(book, lent, unit, symbol, depth);
	if (!again)
		return;
	lent->aliased = true; /* none of them is converted */
	if (!harmless || !lent_harmless(lent))
		lent->kind = LENT_UNKNOWN;
	else if (before == LENT_BALANCED)
		lent->kind = before;
}

/* May a call mean this definition? @near: of the file that it stands in. */
static bool may_mean(const struct symbol *symbol, bool near, bool header)
{
	if (symbol->kind != SYMBOL_MACRO && symbol->open == NO_TOKEN)
		return false; /* a prototype */
	return near || header ||
	       (symbol->kind != SYMBOL_MACRO &&
		!(symbol->storage & STORAGE_STATIC));
}

/*
 * Read the definition in file @id; true when it is the one that is compiled,
 * false when others are to be looked for. @near: the call is there, too, so
 * that the file's own functions may be meant.
 */
static bool read_in(struct lent_book *book, struct lent *lent, uint32_t id,
		    bool near, int depth)
{
	bool header = path_is_header(tree_path(book->tree, id)), sure = false;
	const struct symbol *symbol = NULL;
	struct unit unit = { 0 };
	struct text text;

	if (tree_text(book->tree, id, &text))
		return false;
	unit_read(&unit, id, text, true);
	while (!sure &&
	       (symbol = unit_find(&unit, lent->name, strlen(lent->name),
				   SYMBOL_FUNCTION | SYMBOL_MACRO, symbol))) {
		enum truth there;

		if (!may_mean(symbol, near, header))
			continue;
		there = present_at(book, &unit, symbol->at);
		if (there == TRUTH_NO)
			continue;
		read_symbol(book, lent, &unit, symbol, depth);
		sure = there == TRUTH_YES;
	}
	unit_free(&unit);
	return sure;
}

/* Files that had a definition are likely to have the next one, too. */
static bool define_there(struct lent_book *book, struct lent *lent, int depth)
{
	size_t len = strlen(lent->name);
	const struct lent *l, *k;
	struct text text;

	for (l = book->all; l; l = l->next) {
		if (!l->file || l == lent)
			continue;
		for (k = book->all; k != l; k = k->next)
			if (k != lent && k->file && k->id == l->id)
				break;
		if (k == l && !tree_text(book->tree, l->id, &text) &&
		    memmem(text.data, text.size, lent->name, len) &&
		    read_in(book, lent, l->id, false, depth))
			return true;
	}
	return false;
}

/* In files @ids; true when it is the one that is compiled. */
static bool define_in(struct lent_book *book, struct lent *lent,
		      const uint32_t *ids, int64_t n, int64_t near, int depth)
{
	bool sure = false;
	int64_t i;

	for (i = 0; i < n && !sure; i++)
		if (ids[i] != near && !(lent->file && ids[i] == lent->id) &&
		    !built_never(book->config, book->kbuild,
				 tree_path(book->tree, ids[i])))
			sure = read_in(book, lent, ids[i], false, depth);
	return sure;
}

static void define(struct lent_book *book, struct lent *lent, const char *near,
		   int depth)
{
	static const enum grep_files where[] = { GREP_HEADERS, GREP_C };
	const char *names[1] = { lent->name };
	int64_t id = near ? tree_find(book->tree, near) : -1, n;
	const uint32_t *expected;
	uint32_t *ids = NULL;
	bool sure = false;
	int round;

	if (id >= 0 && read_in(book, lent, (uint32_t)id, true, depth))
		return;
	if (!lent->file && define_there(book, lent, depth))
		return;
	n = definers_of(book, lent->name, &expected);
	if (n >= 0) {
		define_in(book, lent, expected, n, id, depth);
		return;
	}
	for (round = 0; round < 2 && !sure; round++) {
		n = tree_grep(book->tree, names, 1, where[round], &ids);
		sure = define_in(book, lent, ids, n, id, depth);
		free(ids);
		ids = NULL;
	}
}

void lent_take_back(struct lent_book *book, const struct lent *lent,
		    const struct stored *stored)
{
	struct lent *l;

	for (l = book->all; l != lent; l = l->next)
		l->kind = LENT_UNKNOWN;
	stored_take_back(book, stored);
}

struct lent *lent_look(struct lent_book *book, const char *near,
		       const char *name, size_t len, int param,
		       const char *tail, int depth)
{
	struct stored *stored;
	struct lent *l;

	for (l = book->all; l; l = l->next)
		if (strlen(l->name) == len && !memcmp(l->name, name, len) &&
		    l->param == param && !strcmp(l->tail, tail) &&
		    (!l->own || (near && !strcmp(l->file, near))))
			return l;
	if (depth > DEEPEST)
		return NULL;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->name = strndup(name, len);
	l->tail = strdup(tail);
	l->param = param;
	l->next = book->all; /* known before it is read: it may call itself */
	l->reading = true;
	book->all = l;
	stored = book->stored;
	if (l->name && l->tail)
		define(book, l, near, depth);
	l->reading = false;
	if (l->assumed && !lent_harmless(l))
		lent_take_back(book, l, stored);
	return l;
}

int lent_argument(const char *text, const struct site *site)
{
	int depth = 0, n = 0;
	uint32_t i;

	if (site->lock.start < site->args.start ||
	    site->lock.start >= site->args.end)
		return -1;
	for (i = site->args.start; i < site->lock.start; i++) {
		depth += (text[i] == '(' || text[i] == '[' || text[i] == '{') -
			 (text[i] == ')' || text[i] == ']' || text[i] == '}');
		n += text[i] == ',' && !depth;
	}
	return n;
}

struct lent *lent_behind(struct lent_book *book, const struct site_set *set,
			 const struct site *escape, const char *rest)
{
	size_t len = strlen(escape->path);
	const char *tail = "";
	struct text text;

	if (!isalpha((unsigned char)*escape->api) && *escape->api != '_')
		return NULL; /* "=": stored */
	if (tree_text(book->tree, escape->id, &text))
		return NULL;
	if (escape->helper && *rest) {
		tail = strchr(set->lock, '.'); /* what the argument leads to */
		tail = tail ? tail + 1 : "";
	} else if (escape->helper) { /* a macro that spells the field itself */
		tail = strrchr(set->lock, '.');
		return lent_look(book, escape->file, escape->api,
				 strlen(escape->api), -1,
				 tail ? tail + 1 : set->lock, 0);
	}
	if (!strncmp(set->lock, escape->path, len) && set->lock[len] == '.')
		tail = set->lock + len + 1;
	tail = arena_printf(&book->arena, "%s%s%s", tail,
			    *tail && *rest ? "." : "", rest);
	return lent_look(book, escape->file, escape->api, strlen(escape->api),
			 lent_argument(text.data, escape), tail, 0);
}

struct lent *lent_of(struct lent_book *book, const struct site_set *set,
		     const struct site *escape)
{
	struct text text;

	if (!escape->rest || *escape->api == '=')
		return lent_behind(book, set, escape, "");
	if (tree_text(book->tree, escape->id, &text))
		return NULL;
	return lent_look(book, escape->file, escape->api, strlen(escape->api),
			 lent_argument(text.data, escape), escape->rest, 0);
}

void lent_free(struct lent_book *book)
{
	struct lent *l, *next;

	for (l = book->all; l; l = next) {
		next = l->next;
		free(l->sites);
		free((char *)l->name);
		free((char *)l->tail);
		free(l);
	}
	book->all = NULL;
	definers_free(book->definers);
	book->definers = NULL;
	stored_free(book);
}
