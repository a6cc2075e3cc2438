// SPDX-License-Identifier: GPL-2.0
/*
 * A pointer that locks' addresses are stored in ("dma_fence.lock") goes in;
 * out comes whether each function that takes or gives a lock by it gives back
 * or takes back what it did. Then no other call has to agree with those.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/built.h"
#include "source/lent/reading.h"
#include "source/site/use.h"
#include "source/type/expr.h"

struct stored {
	char *name, *rest;
	bool harmless;
	bool asked; /* again, while it was looked into, perhaps */
	struct stored *next;
};

/* One function's sites in a set, and its tokens. */
struct group {
	struct lent_book *book;
	const struct site_set *set;
	const char *rest; /* from the pointer to the lock */
	uint32_t from, to;
	struct unit unit;
};

static bool one_body(const struct site *a, const struct site *b)
{
	return a->id == b->id && !strcmp(a->function, b->function);
}

static bool group_harmless(struct group *g, int depth);

/* The group of a header's helper; false when it is not in the set. */
static bool helper_harmless(const struct group *g,
			    const struct lock_helper *helper, int depth)
{
	struct group inner = { .book = g->book,
			       .set = g->set,
			       .rest = g->rest };
	const struct site *sites = g->set->sites;
	struct text text;
	bool harmless;

	if (depth > 6)
		return false;
	while (inner.from < g->set->count &&
	       (strcmp(sites[inner.from].file, helper->file) ||
		strcmp(sites[inner.from].function, helper->name)))
		inner.from++;
	for (inner.to = inner.from; inner.to < g->set->count; inner.to++)
		if (!one_body(&sites[inner.from], &sites[inner.to]))
			break;
	if (inner.from == inner.to || helper->macro ||
	    tree_text(g->book->tree, sites[inner.from].id, &text))
		return false;
	unit_read(&inner.unit, sites[inner.from].id, text, true);
	harmless = group_harmless(&inner, depth + 1);
	unit_free(&inner.unit);
	return harmless;
}

/* The group's sites on the lock spelt @argument. */
static bool argument_harmless(struct group *g, const char *argument, int depth)
{
	struct event events[READING_EVENTS];
	const struct symbol *fn = NULL;
	uint32_t i, count = 0, token;
	enum balance balance;

	for (i = g->from; i < g->to; i++) {
		const struct site *s = &g->set->sites[i];

		if (!site_moves(s) || strcmp(s->argument, argument) ||
		    s->class == SITE_OTHER_CONFIG)
			continue;
		if (s->helper && helper_harmless(g, s->helper, depth))
			continue;
		token = unit_token(&g->unit, s->name.start);
		if (token == NO_TOKEN || count == READING_EVENTS)
			return false;
		fn = unit_function(&g->unit, token);
		if (!fn)
			return false;
		events[count++] = (struct event){ token, event_of(s->row) };
	}
	if (!count)
		return true;
	balance = balance_of(g->unit.lexed.tokens.list, fn->open + 1, fn->close,
			     events, count);
	return balance == BALANCE_FREE || balance == BALANCE_HELD;
}

/*
 * The whole function around @token, with every member of the pointer's name:
 * what is put into a local or handed on is followed there.
 */
static bool function_harmless(const struct group *g, uint32_t token)
{
	const struct symbol *fn = unit_function(&g->unit, token);
	const char *dot = strrchr(g->set->lock, '.');
	struct lent lent = { .id = g->unit.id };
	struct reading r = {
		.book = g->book,
		.lent = &lent,
		.unit = &g->unit,
		.symbol = fn,
		.list = g->unit.lexed.tokens.list,
		.text = g->unit.text.data,
		.total = g->unit.lexed.tokens.count,
		.lead_count = 1,
	};

	if (!fn || !dot)
		return false;
	lent.name = arena_text(&g->book->arena, fn->name, fn->len);
	lent.tail = g->rest;
	lent.file = tree_path(g->book->tree, g->unit.id);
	r.from = fn->open + 1;
	r.to = fn->close;
	r.leads[0] = (struct lead){ .name = dot + 1,
				    .len = strlen(dot + 1),
				    .rest = g->rest,
				    .field = true };
	reading_do(&r);
	free(lent.sites);
	return lent_harmless(&lent);
}

static bool escape_harmless(struct group *g, const struct site *site)
{
	const struct lent *lent;

	if (*site->api == '=')
		return function_harmless(g, unit_token(&g->unit,
						       site->lock.start));
	if (reading_prints(site->api, strlen(site->api)))
		return true;
	lent = lent_behind(g->book, g->set, site, g->rest);
	if (lent && lent_harmless(lent))
		return true;
	/* "XA_STATE(cursor, p->lock, 0)": what is done by the cursor */
	return function_harmless(g, unit_token(&g->unit, site->lock.start));
}

static bool group_harmless(struct group *g, int depth)
{
	uint32_t i;

	for (i = g->from; i < g->to; i++) {
		const struct site *s = &g->set->sites[i];

		/* only its calls can say what a macro is for */
		if (s->in_macro &&
		    (s->class == SITE_BODY || s->class == SITE_ESCAPE))
			continue;
		if (s->class == SITE_ESCAPE && !escape_harmless(g, s))
			return false;
		if (site_moves(s) && !argument_harmless(g, s->argument, depth))
			return false;
	}
	return true;
}

bool stored_loads_harmless(struct lent_book *book, const struct site_set *set,
			   struct unit *unit, uint32_t i, const char *rest)
{
	const struct token *list = unit->lexed.tokens.list;
	struct group g = { .book = book, .set = set, .rest = rest };
	uint32_t first = expr_start(list, i, 0);
	bool harmless;

	/* "x = READ_ONCE(p->lock)" */
	if (first < 3 || list[first - 1].kind != '(' ||
	    list[first - 3].kind != '=' || !unit_function(unit, i))
		return true;
	g.unit = *unit;
	harmless = function_harmless(&g, i);
	return harmless;
}

/* What is read and compared only, or read into a local: not among the sites. */
static bool uses_harmless(struct lent_book *book, const struct site_set *set,
			  const char *rest)
{
	struct group g = { .book = book, .set = set, .rest = rest };
	bool harmless = true;
	struct text text;
	uint32_t i;

	for (i = 0; i < set->occurrence_count && harmless; i++) {
		const struct occurrence *o = &set->occurrences[i];

		if (o->why != WHY_USE ||
		    built_never(book->config, book->kbuild, o->file))
			continue;
		if (tree_text(book->tree, o->id, &text))
			return false;
		unit_read(&g.unit, o->id, text, true);
		if (unit_function(&g.unit, unit_token(&g.unit, o->offset)))
			harmless = function_harmless(&g, unit_token(&g.unit,
								    o->offset));
		unit_free(&g.unit);
		g.unit = (struct unit){ 0 };
	}
	return harmless;
}

static bool set_harmless(struct lent_book *book, const struct site_set *set,
			 const char *rest)
{
	struct group g = { .book = book, .set = set, .rest = rest };
	struct text text;
	bool harmless = !set->unexplained;

	while (g.from < set->count && harmless) {
		for (g.to = g.from; g.to < set->count; g.to++)
			if (!one_body(&set->sites[g.from], &set->sites[g.to]))
				break;
		if (tree_text(book->tree, set->sites[g.from].id, &text))
			return false;
		unit_read(&g.unit, set->sites[g.from].id, text, true);
		harmless = group_harmless(&g, 0);
		unit_free(&g.unit);
		g.unit = (struct unit){ 0 };
		g.from = g.to;
	}
	return harmless && uses_harmless(book, set, rest);
}

bool stored_harmless(struct lent_book *book, const char *name, const char *rest)
{
	const struct lent *before;
	struct site_set set;
	struct stored *s;
	bool harmless;

	for (s = book->stored; s; s = s->next)
		if (!strcmp(s->name, name) && !strcmp(s->rest, rest))
			return (s->asked = true) && s->harmless;
	s = calloc(1, sizeof(*s));
	if (!s)
		return false;
	s->name = arena_text(&book->arena, name, strlen(name));
	s->rest = arena_text(&book->arena, rest, strlen(rest));
	/* while it is looked into, what leads back to it does no harm */
	s->harmless = true;
	s->next = book->stored;
	book->stored = s;
	before = book->all;
	harmless = !sites_find(book->tree, name, NULL, &set);
	if (harmless) {
		harmless = set_harmless(book, &set, s->rest);
		sites_free(&set);
	}
	if (!harmless && s->asked)
		lent_take_back(book, before, s);
	s->harmless &= harmless;
	return s->harmless;
}

void stored_take_back(struct lent_book *book, const struct stored *from)
{
	struct stored *s;

	for (s = book->stored; s != from; s = s->next)
		s->harmless = false;
}

static struct view *view_of(struct lent_book *book, struct unit *unit,
			    struct view *view)
{
	if (!book->index && index_open(book->tree, NULL, &book->index))
		return NULL;
	view_init(view, book->index);
	view->locktab = book->tab;
	view_enter(view, unit);
	return view;
}

/* The tag of the struct that "p" of "p->member" leads to. */
static bool tag_of(const struct place *place, const struct token *list,
		   uint32_t from, uint32_t last, char *name, size_t size)
{
	struct member member;
	struct type type;

	type = expr_type(place, list, from, last - 1);
	if (!expr_member(place, type, list[last].at, list[last].len, &member) ||
	    !member.body->tag)
		return false;
	snprintf(name, size, "%.*s.%.*s", (int)member.body->tag_len,
		 member.body->tag, (int)list[last].len, list[last].at);
	return true;
}

/* "(struct tag) { .member = p }" */
static bool made_struct(const struct token *list, uint32_t from, char *name,
			size_t size)
{
	uint32_t open = enclosing(list, from, 0), cast;

	if (open == NO_TOKEN || !open || list[open].kind != '{' ||
	    list[open - 1].kind != ')')
		return false;
	cast = list[open - 1].match;
	if (open != cast + 4 || !token_is(&list[cast + 1], "struct"))
		return false;
	snprintf(name, size, "%.*s.%.*s", (int)list[cast + 2].len,
		 list[cast + 2].at, (int)list[from].len, list[from].at);
	return true;
}

bool stored_name(struct lent_book *book, const struct unit *unit,
		 const struct symbol *function, const struct token *list,
		 uint32_t from, uint32_t to, char *name, size_t size)
{
	struct place place = { .at = from };
	struct scope scope = { 0 };
	uint32_t last = to - 1;
	struct view view;
	bool named;

	if (to == from + 1)
		return from && list[from - 1].kind == '.' &&
		       made_struct(list, from, name, size);
	if (to < from + 3 ||
	    (list[last - 1].kind != '.' &&
	     list[last - 1].kind != TOKEN_ARROW) ||
	    !view_of(book, (struct unit *)unit, &view))
		return false;
	scope_read(&view, list,
		   function->type.base == TYPE_UNKNOWN ? NO_TOKEN :
							 function->params_token,
		   function->open, function->close, false, &scope);
	place.view = &view;
	place.scope = &scope;
	named = tag_of(&place, list, from, last, name, size);
	view_free(&view);
	return named;
}

void stored_free(struct lent_book *book)
{
	struct stored *s, *next;

	for (s = book->stored; s; s = next) {
		next = s->next;
		free(s);
	}
	book->stored = NULL;
	index_close(book->index);
	book->index = NULL;
	arena_free(&book->arena);
}
