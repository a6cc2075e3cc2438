// SPDX-License-Identifier: GPL-2.0
/*
 * An escape goes in; the definition of what is called there is looked for
 * (beside the call, in headers, anywhere that is built) and every use of the
 * parameter in its body is judged, calls of further functions included.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "source/lent/balance.h"
#include "source/build/built.h"
#include "source/lent/lent.h"
#include "source/type/unit.h"
#include "source/site/use.h"

#define DEEPEST 6
#define MOST_EVENTS 128

/* One body being looked at. */
struct reading {
	struct lent_book *book;
	struct lent *lent;
	const struct token *list;
	const char *text; /* that the tokens' offsets count from */
	uint32_t from, to, total; /* the body's tokens; all of them */
	const char *words[2]; /* the parameter; or a macro's own field */
	size_t lens[2];
	struct event events[MOST_EVENTS];
	uint32_t count;
	bool unknown;
	int depth;
};

static struct lent *look(struct lent_book *book, const char *near,
			 const char *name, size_t len, int param,
			 const char *tail, int depth);

static bool is_member(const struct token *list, uint32_t i)
{
	return i &&
	       (list[i - 1].kind == '.' || list[i - 1].kind == TOKEN_ARROW);
}

/* Exchanges two pointers, and does nothing to what they point to. */
static bool is_swap(const struct token *t)
{
	return token_is(t, "swap");
}

static void add_site(struct reading *r, const struct use *use)
{
	const struct token *name = &r->list[use->callee];
	struct lent *lent = r->lent;
	struct site *more, *site;
	const char *p;

	more = realloc(lent->sites, (lent->count + 1) * sizeof(*more));
	if (!more) {
		r->unknown = true;
		return;
	}
	lent->sites = more;
	site = &more[lent->count++];
	*site = (struct site){
		.file = lent->file,
		.function = lent->name,
		.api = use->row->name,
		.argument = "",
		.path = "",
		.condition = "",
		.id = lent->id,
		.line = 1,
		.class = SITE_DIRECT,
		.within = SITE_DIRECT,
		.row = use->row,
		.in_macro = lent->macro,
	};
	site->name.start = (uint32_t)(name->at - r->text);
	site->name.end = site->name.start + name->len;
	site->call.start = site->name.start;
	site->args.start = (uint32_t)(r->list[use->open].at - r->text) + 1;
	site->args.end = (uint32_t)(r->list[use->close].at - r->text);
	site->call.end = site->args.end + 1;
	for (p = r->text; p < name->at; p++)
		site->line += *p == '\n';
}

static void take_event(struct reading *r, const struct use *use)
{
	enum lock_verb verb = use->row->verb;

	if (r->count == MOST_EVENTS || verb == VERB_DOWNGRADE) {
		r->unknown = true;
		return;
	}
	if (verb != VERB_ACQUIRE && verb != VERB_TRY && verb != VERB_RELEASE)
		return; /* asks; or a guard, which gives back by itself */
	r->events[r->count].token = use->callee;
	r->events[r->count++].kind = event_of(use->row);
	add_site(r, use);
}

static void pass_on(struct reading *r, const struct use *use)
{
	const struct token *name;
	const struct lent *next;

	if (use->callee == NO_TOKEN) {
		r->unknown = true;
		return;
	}
	name = &r->list[use->callee];
	if (is_swap(name)) {
		r->lent->swapped = true;
		return;
	}
	if (use->inner && token_is(use->last, "dep_map"))
		return; /* lockdep's part of it */
	if (use->inner) {
		r->unknown = true;
		return;
	}
	next = look(r->book, r->lent->file, name->at, name->len,
		    (int)use->argument, r->lent->tail, r->depth + 1);
	if (!next ||
	    (next->kind != LENT_NOTHING && next->kind != LENT_BALANCED))
		r->unknown = true;
}

/* The parameter, or "parameter->lock", at token @i: what is it used for? */
static void judge_use(struct reading *r, uint32_t i, bool field)
{
	const char *tail = r->lent->tail;
	uint32_t from = i, to = i + 1;
	struct use use;

	if (field) {
		from = expr_start(r->list, i - 2, r->from);
		if (r->list[to].kind == '[' && r->list[to].match > to)
			to = r->list[to].match + 1;
	} else if (*tail && (r->list[to].kind == TOKEN_ARROW ||
			     r->list[to].kind == '.')) {
		if (!token_is(&r->list[to + 1], tail))
			return; /* another member of the same struct */
		to += 2;
	}
	use_of(r->book->tab, r->list, r->total, from, to, 0, &use);
	switch (use.kind) {
	case USE_API:
		if (use.inner)
			r->unknown = true;
		else
			take_event(r, &use);
		break;
	case USE_CALL:
		pass_on(r, &use);
		break;
	case USE_LOCAL:
	case USE_STORED:
	case USE_RETURNED:
	case USE_ODD:
		r->unknown = true;
		break;
	case USE_ANNOTATION:
	case USE_SET:
	case USE_READ:
		break;
	}
}

static void read_body(struct reading *r)
{
	enum balance balance;
	uint32_t i;

	for (i = r->from; i < r->to && !r->unknown; i++) {
		const struct token *t = &r->list[i];
		bool member = is_member(r->list, i);

		if (t->kind != TOKEN_WORD)
			continue;
		if (r->words[0] && !member && t->len == r->lens[0] &&
		    !memcmp(t->at, r->words[0], t->len))
			judge_use(r, i, false);
		else if (r->words[1] && member && t->len == r->lens[1] &&
			 !memcmp(t->at, r->words[1], t->len))
			judge_use(r, i, true);
	}
	if (r->unknown)
		return;
	r->lent->kind = LENT_NOTHING;
	if (!r->count)
		return;
	balance = balance_of(r->list, r->from, r->to, r->events, r->count);
	r->lent->kind = balance == BALANCE_NONE ? LENT_MOVES : LENT_BALANCED;
}

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

static bool is_header(const char *path)
{
	return path[strlen(path) - 1] == 'h';
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
	lent->header = is_header(lent->file);
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
		.list = unit->lexed.tokens.list,
		.text = unit->text.data,
		.total = unit->lexed.tokens.count,
		.from = symbol->open + 1,
		.to = symbol->close,
		.depth = depth,
	};

	place(lent, unit, symbol, book->tree);
	if (lent->param < 0 || !parameter(r.list, symbol->params_token,
					  lent->param, &r.words[0], &r.lens[0]))
		return;
	read_body(&r);
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
	    (lent->param >= 0 &&
	     !parameter(tokens.list, 0, lent->param, &r.words[0], &r.lens[0])))
		goto out;
	r.list = tokens.list;
	r.total = r.to = tokens.count;
	r.from = tokens.list[0].match + 1;
	if (lent->param < 0) {
		r.words[1] = lent->tail;
		r.lens[1] = strlen(lent->tail);
	}
	read_body(&r);
out:
	free(tokens.list);
}

/* Read the definition in file @id; false when there is none. */
static bool read_in(struct lent_book *book, struct lent *lent, uint32_t id,
		    int depth)
{
	const struct symbol *symbol = NULL;
	struct unit unit = { 0 };
	struct text text;
	bool found = false;

	if (tree_text(book->tree, id, &text))
		return false;
	unit_read(&unit, id, text, true);
	while (!found &&
	       (symbol = unit_find(&unit, lent->name, strlen(lent->name),
				   SYMBOL_FUNCTION | SYMBOL_MACRO, symbol))) {
		if (symbol->kind == SYMBOL_MACRO) {
			found = true;
			read_macro(book, lent, &unit, symbol, depth);
		} else if (symbol->open != NO_TOKEN) {
			found = true;
			read_function(book, lent, &unit, symbol, depth);
		}
	}
	unit_free(&unit);
	return found;
}

static void define(struct lent_book *book, struct lent *lent, const char *near,
		   int depth)
{
	const char *names[1] = { lent->name };
	int64_t id = near ? tree_find(book->tree, near) : -1, n, i;
	uint32_t *ids = NULL;
	int headers;

	if (id >= 0 && read_in(book, lent, (uint32_t)id, depth))
		return;
	n = tree_grep(book->tree, names, 1, GREP_ALL, &ids);
	for (headers = 1; headers >= 0; headers--)
		for (i = 0; i < n; i++) {
			const char *path = tree_path(book->tree, ids[i]);

			if (is_header(path) != headers ||
			    built_never(book->config, book->kbuild, path))
				continue;
			if (read_in(book, lent, ids[i], depth))
				goto out;
		}
out:
	free(ids);
}

static struct lent *look(struct lent_book *book, const char *near,
			 const char *name, size_t len, int param,
			 const char *tail, int depth)
{
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
	book->all = l;
	if (l->name && l->tail)
		define(book, l, near, depth);
	return l;
}

/* Which of the call's arguments is the lock; -1: none by itself. */
static int argument_number(const char *text, const struct site *site)
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

struct lent *lent_of(struct lent_book *book, const struct site_set *set,
		     const struct site *escape)
{
	size_t len = strlen(escape->path);
	const char *tail = "";
	struct text text;

	if (!isalpha((unsigned char)*escape->api) && *escape->api != '_')
		return NULL; /* "=": stored */
	if (tree_text(book->tree, escape->id, &text))
		return NULL;
	if (escape->helper) { /* a macro that spells the field itself */
		tail = strrchr(set->lock, '.');
		return look(book, escape->file, escape->api,
			    strlen(escape->api), -1,
			    tail ? tail + 1 : set->lock, 0);
	}
	if (!strncmp(set->lock, escape->path, len) && set->lock[len] == '.')
		tail = set->lock + len + 1;
	if (strchr(tail, '.'))
		return NULL; /* the lock is deeper in than we follow */
	return look(book, escape->file, escape->api, strlen(escape->api),
		    argument_number(text.data, escape), tail, 0);
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
}
