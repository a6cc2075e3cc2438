// SPDX-License-Identifier: GPL-2.0
/*
 * Escapes of a lock's address go in. Where it went is a local struct (a
 * cursor) or a field: all that is done with that is looked at, and if each of
 * it is a call on the lock, or harmless, those calls become sites of the set.
 * Calls by a field that holds other locks, too, may stay where each function
 * gives back what it takes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/built.h"
#include "source/lent/reach.h"
#include "source/lent/reading.h"
#include "source/site/use.h"
#include "source/type/expr.h"

#define MOST_WAYS 8

/* An escape on its way to become sites. */
struct path {
	struct reach *reach;
	struct lent_book *book;
	struct site_set *set;
	uint32_t escape; /* number in the set */
	struct unit unit;
	const struct symbol *function;
	char pointer[192]; /* "xa_state.xa" */
	const char *rest; /* from the pointer to the lock: "xa_lock" */
	const struct token *variable; /* of a cursor; else NULL */
	const struct site_set *way;
	struct site *found;
	uint32_t count, room;
};

static const struct site_set *way_of(struct reach *reach, struct tree *tree,
				     const char *pointer)
{
	struct way *way;
	uint32_t i;

	for (i = 0; i < reach->count; i++)
		if (!strcmp(reach->ways[i].name, pointer))
			return reach->ways[i].found ? &reach->ways[i].set :
						      NULL;
	if (!reach->ways)
		reach->ways = calloc(MOST_WAYS, sizeof(*reach->ways));
	if (!reach->ways || reach->count == MOST_WAYS)
		return NULL;
	way = &reach->ways[reach->count++];
	snprintf(way->name, sizeof(way->name), "%s", pointer);
	way->found = !sites_find(tree, pointer, NULL, &way->set);
	return way->found ? &way->set : NULL;
}

static int add_found(struct path *p, const struct site *site)
{
	*ARRAY_ADD(p->found, p->count, p->room) = *site;
	return 0;
}

static const struct site *site_at(const struct site_set *set, uint32_t id,
				  uint32_t start)
{
	uint32_t i;

	for (i = 0; i < set->count; i++)
		if (set->sites[i].id == id && set->sites[i].name.start == start)
			return &set->sites[i];
	return NULL;
}

static uint32_t offset_of(const struct path *p, uint32_t token)
{
	return (uint32_t)(p->unit.lexed.tokens.list[token].at -
			  p->unit.text.data);
}

/* Is one of the set's escapes between two tokens? */
static bool ours_between(const struct path *p, uint32_t from, uint32_t to)
{
	uint32_t i, start = offset_of(p, from), end = offset_of(p, to);

	for (i = 0; i < p->set->count; i++) {
		const struct site *s = &p->set->sites[i];

		if (s->id == p->unit.id && s->lock.start >= start &&
		    s->lock.start < end)
			return true;
	}
	return false;
}

/* The cursor is handed to what may take or give the lock by it. */
static bool lend_cursor(struct path *p, const struct use *use)
{
	const struct token *list = p->unit.lexed.tokens.list;
	const struct token *name = &list[use->callee];
	const struct site *at = &p->set->sites[p->escape];
	const struct site *site =
		site_at(p->way, p->unit.id, offset_of(p, use->callee));
	const char *rest, *text;
	struct lent *lent;
	struct site new;

	if (site && site->helper) {
		add_found(p, site);
		return true;
	}
	rest = arena_printf(&p->book->arena, "%s.%s",
			    strchr(p->pointer, '.') + 1, p->rest);
	lent = lent_look(p->book, at->file, name->at, name->len,
			 (int)use->argument, rest, 0);
	if (!lent || lent->kind == LENT_UNKNOWN)
		return false;
	if (lent_harmless(lent))
		return true;
	if (lent->nested || lent->aliased || lent->macro)
		return false; /* it cannot be converted: what is around may stay */
	new = *at;
	new.api = arena_text(&p->book->arena, name->at, name->len);
	new.argument =
		arena_printf(&p->book->arena, "%.*s",
			     (int)(list[use->to - 1].at +
				   list[use->to - 1].len - list[use->from].at),
			     list[use->from].at);
	new.rest = rest;
	new.goes = new.api;
	new.name.start = new.call.start = offset_of(p, use->callee);
	new.name.end = new.name.start + name->len;
	new.args.start = offset_of(p, use->open) + 1;
	new.args.end = offset_of(p, use->close);
	new.lock.start = offset_of(p, use->from);
	new.lock.end = offset_of(p, use->to);
	new.call.end = new.args.end + 1;
	new.line = 1;
	for (text = p->unit.text.data; text < name->at; text++)
		new.line += *text == '\n';
	add_found(p, &new);
	return true;
}

/* "XA_STATE(xas, ...)" for one of the set's locks makes the cursor. */
static bool is_made(const struct path *p, const struct use *use)
{
	const struct token *list = p->unit.lexed.tokens.list, *value;
	const char *file = p->set->sites[p->escape].file;
	const struct site *s =
		site_at(p->set, p->unit.id, offset_of(p, use->callee));
	struct bound bound;
	uint32_t n;

	for (n = 0; !s && !use->address && n < 4; n++) {
		value = bound_word(list, use->open, n);
		if (value && token_is(value, "NULL") &&
		    bound_find(p->book, file, &list[use->callee], n, &bound) &&
		    use->argument == bound.variable)
			return true; /* of none, until one is assigned */
	}
	return s && s->class != SITE_ASSERT && !use->address &&
	       bound_find(p->book, s->file,
			  &p->unit.lexed.tokens.list[use->callee],
			  lent_argument(p->unit.text.data, s), &bound) &&
	       use->argument == bound.variable;
}

/* The cursor's name at token @i: is all that happens there understood? */
static bool judge_cursor(struct path *p, uint32_t i)
{
	const struct token *list = p->unit.lexed.tokens.list;
	const char *member = strchr(p->pointer, '.') + 1;
	struct use use = { 0 };
	uint32_t end;

	if (list[i + 1].kind == '.') {
		if (!token_is(&list[i + 2], member))
			return true;
		for (end = i + 3;
		     list[end].kind != ';' && end < p->function->close;)
			end++;
		return list[i + 3].kind == '=' && ours_between(p, i + 3, end);
	}
	use_of(p->book->tab, list, p->unit.lexed.tokens.count, i, i + 1, 0,
	       &use);
	if (use.kind == USE_READ || use.kind == USE_ANNOTATION)
		return true;
	if (use.kind != USE_CALL || use.callee == NO_TOKEN)
		return false;
	return is_made(p, &use) || (use.address && lend_cursor(p, &use));
}

static bool judge_cursors(struct path *p)
{
	const struct token *list = p->unit.lexed.tokens.list;
	const struct token *v = p->variable;
	uint32_t i;

	for (i = p->function->open + 1; i < p->function->close; i++)
		if (list[i].kind == TOKEN_WORD && list[i].len == v->len &&
		    !memcmp(list[i].at, v->at, v->len) &&
		    list[i - 1].kind != '.' &&
		    list[i - 1].kind != TOKEN_ARROW && !judge_cursor(p, i))
			return false;
	return true;
}

/* "xas.xa = &p->array", "q->lock_ptr = &p->lock": where it goes. */
static bool find_stored(struct path *p, uint32_t lock)
{
	const struct token *list = p->unit.lexed.tokens.list;
	uint32_t first, last = lock - 2;

	if (lock < p->function->open + 3 || list[lock - 1].kind != '=')
		return false;
	first = expr_start(list, last, p->function->open);
	if (last == first + 2 && list[first + 1].kind == '.' &&
	    list[first].kind == TOKEN_WORD)
		p->variable = &list[first];
	return stored_name(p->book, &p->unit, p->function, list, first,
			   last + 1, p->pointer, sizeof(p->pointer));
}

/* What the escape makes: the cursor's variable, and the pointer in it. */
static bool find_pointer(struct path *p)
{
	const struct site *s = &p->set->sites[p->escape];
	const struct token *list = p->unit.lexed.tokens.list;
	struct bound bound;
	uint32_t i;

	i = unit_token(&p->unit,
		       *s->api == '=' ? s->lock.start : s->name.start);
	p->function = i == NO_TOKEN ? NULL : unit_function(&p->unit, i);
	if (!p->function)
		return false;
	if (*s->api == '=')
		return find_stored(p, i);
	if (list[i + 1].kind != '(' ||
	    !bound_find(p->book, s->file, &list[i],
			lent_argument(p->unit.text.data, s), &bound))
		return false;
	p->variable = bound_word(list, i + 1, bound.variable);
	snprintf(p->pointer, sizeof(p->pointer), "%s.%s", bound.tag,
		 bound.member);
	return p->variable;
}

/* The value that is stored, tokens [from, to): no lock, or one of the set's. */
static bool is_ours(const struct path *p, uint32_t from, uint32_t to)
{
	const struct token *t = &p->unit.lexed.tokens.list[from];

	if (to == from + 1 && (token_is(t, "NULL") || token_is(t, "0")))
		return true;
	return ours_between(p, from, to);
}

/* All that the function does by the cursor leaves the lock as it was. */
static bool stays(struct path *p)
{
	const struct site *s = &p->set->sites[p->escape];
	struct lent lent = { .id = p->unit.id, .file = s->file, .tail = "" };
	struct reading r = {
		.book = p->book,
		.lent = &lent,
		.unit = &p->unit,
		.symbol = p->function,
		.list = p->unit.lexed.tokens.list,
		.text = p->unit.text.data,
		.from = p->function->open + 1,
		.to = p->function->close,
		.total = p->unit.lexed.tokens.count,
		.lead_count = 1,
	};

	lent.name = s->function;
	r.leads[0] = (struct lead){
		.name = p->variable->at,
		.len = p->variable->len,
		.rest = arena_printf(&p->book->arena, "%s.%s",
				     strchr(p->pointer, '.') + 1, p->rest),
	};
	reading_do(&r);
	free(lent.sites);
	return lent_harmless(&lent);
}

static uint32_t value_end(const struct token *list, uint32_t i)
{
	while (list[i].kind != ';' && list[i].kind != ',' &&
	       list[i].kind != ')' && list[i].kind != '}' && list[i].kind)
		i = list[i].match > i ? list[i].match + 1 : i + 1;
	return i;
}

/* The pointer at token @i: nothing else's address is stored in it there? */
static bool stores_ours(const struct path *p, uint32_t i)
{
	const struct token *list = p->unit.lexed.tokens.list;
	uint32_t first;

	if (list[i + 1].kind == '=')
		return is_ours(p, i + 2, value_end(list, i + 2));
	if (i < 2)
		return false;
	first = expr_start(list, i, 0);
	if (first < 2 || list[first - 1].kind != '&')
		return true; /* it is read */
	return list[first - 2].kind == '(' && list[i + 1].kind == ',' &&
	       is_ours(p, i + 2, value_end(list, i + 2));
}

/* Is no other lock's address ever stored in the pointer? */
static bool only_ours(const struct path *p)
{
	struct path at = { .book = p->book, .set = p->set };
	bool only = !p->way->unexplained;
	struct text text;
	uint32_t i, token;

	for (i = 0; i < p->way->occurrence_count && only; i++) {
		const struct occurrence *o = &p->way->occurrences[i];

		if ((o->why != WHY_USE && o->why != WHY_INITIALISER) ||
		    built_never(p->book->config, p->book->kbuild, o->file))
			continue;
		if (tree_text(p->book->tree, o->id, &text))
			return false;
		unit_read(&at.unit, o->id, text, true);
		token = unit_token(&at.unit, o->offset);
		only = token != NO_TOKEN && stores_ours(&at, token) &&
		       stored_loads_harmless(p->book, p->way, &at.unit, token,
					     p->rest);
		unit_free(&at.unit);
		at.unit = (struct unit){ 0 };
	}
	return only;
}

/* All sites of the pointer are sites of the lock. */
static bool take_all(struct path *p)
{
	uint32_t i;

	if (*p->rest || !only_ours(p))
		return false;
	for (i = 0; i < p->way->count; i++) {
		struct site site = p->way->sites[i];

		site.rest = site.class == SITE_ESCAPE ? "" : NULL;
		add_found(p, &site);
	}
	return true;
}

/* The definitions that a found site's helper leads to come along. */
static void add_helpers(struct path *p)
{
	const struct lock_helper *h;
	uint32_t i, k;

	for (i = 0; i < p->count; i++) {
		h = p->found[i].helper;
		for (k = 0; h && k < p->way->count; k++) {
			const struct site *s = &p->way->sites[k];

			if (s->class == SITE_BODY &&
			    !strcmp(s->file, h->file) &&
			    !strcmp(s->function, h->name))
				add_found(p, s);
		}
		if (p->count > 100000)
			return;
	}
}

static bool is_there(const struct site_set *set, const struct site *site)
{
	uint32_t i;

	for (i = 0; i < set->count; i++)
		if (set->sites[i].id == site->id &&
		    set->sites[i].call.start == site->call.start &&
		    set->sites[i].lock.start == site->lock.start)
			return true;
	return false;
}

static int append(struct path *p)
{
	struct site_set *set = p->set;
	struct lock_helper *helpers;
	struct site *sites;
	uint32_t i;

	sites = realloc(set->sites,
			(set->count + p->count + 1) * sizeof(*sites));
	if (!sites)
		return -ENOMEM;
	set->sites = sites;
	for (i = 0; i < p->count; i++)
		if (!is_there(set, &p->found[i]))
			set->sites[set->count++] = p->found[i];
	helpers = realloc(set->helpers,
			  (set->helper_count + p->way->helper_count + 1) *
				  sizeof(*helpers));
	if (!helpers)
		return -ENOMEM;
	set->helpers = helpers;
	for (i = 0; i < p->way->helper_count; i++)
		set->helpers[set->helper_count++] = p->way->helpers[i];
	set->sites[p->escape].settled = "leads to sites of their own";
	return 0;
}

/* From the pointer to the lock: what is left of the lock's name. */
static const char *rest_of(const struct site_set *set, const struct site *s)
{
	size_t len = strlen(s->path);

	if (strncmp(set->lock, s->path, len))
		return NULL;
	return set->lock[len] == '.' ? set->lock + len + 1 :
	       set->lock[len]	     ? NULL :
				       "";
}

static int follow(struct reach *reach, struct lent_book *book,
		  struct site_set *set, uint32_t i)
{
	const struct site *s = &set->sites[i];
	struct path p = {
		.reach = reach, .book = book, .set = set, .escape = i
	};
	struct text text;
	int ret = 0;

	p.rest = rest_of(set, s);
	if (s->helper || !p.rest || tree_text(book->tree, s->id, &text))
		return 0;
	unit_read(&p.unit, s->id, text, true);
	if (find_pointer(&p))
		p.way = way_of(reach, book->tree, p.pointer);
	else
		p.variable = NULL;
	if (p.way && (p.variable ? judge_cursors(&p) : take_all(&p))) {
		add_helpers(&p);
		ret = append(&p);
	} else if (p.variable && stays(&p)) {
		set->sites[i].settled =
			"its cursor takes and gives back in one body that stays stock";
	} else if (p.way && !p.variable &&
		   stored_harmless(book, p.pointer, p.rest)) {
		set->sites[i].settled =
			"stored for functions that give back what they take, by stock calls";
	}
	unit_free(&p.unit);
	free(p.found);
	return ret;
}

static int by_place(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->name.start != y->name.start)
		return x->name.start < y->name.start ? -1 : 1;
	return x->lock.start < y->lock.start ? -1 : 1;
}

int reach_extend(struct reach *reach, struct lent_book *book,
		 struct site_set *set)
{
	uint32_t i, before = set->count;
	int ret = 0;

	for (i = 0; i < before && !ret; i++) {
		const struct site *s = &set->sites[i];

		if (s->class == SITE_ESCAPE ||
		    (s->class == SITE_OTHER_CONFIG && !book->config &&
		     s->within == SITE_ESCAPE))
			ret = follow(reach, book, set, i);
	}
	if (set->count > before)
		qsort(set->sites, set->count, sizeof(*set->sites), by_place);
	return ret;
}

void reach_free(struct reach *reach)
{
	uint32_t i;

	for (i = 0; i < reach->count; i++)
		if (reach->ways[i].found)
			sites_free(&reach->ways[i].set);
	free(reach->ways);
	*reach = (struct reach){ 0 };
}
