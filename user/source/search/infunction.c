// SPDX-License-Identifier: GPL-2.0
/*
 * A function's name in, the lock calls in its body out, each with the path of
 * the lock as far as its type can be told. A call of a header's inline
 * function is looked into, too.
 */
#include <errno.h>
#include <stdlib.h>

#include "source/site/keep.h"
#include "source/locktab/lockname.h"
#include "source/text/macro.h"
#include "source/site/sites.h"
#include "source/tree/treestore.h"
#include "source/site/use.h"

#define DEEPEST_INLINE 4

struct lookup {
	struct tree *tree;
	struct index *index;
	struct locktab *locktab;
	struct arena arena;
	struct site_set *set;
	uint32_t capacity;
	const char *asked; /* the function's name */
};

/* One function's body, and where its calls are to be reported. */
struct body_walk {
	struct lookup *lookup;
	struct view view;
	struct unit unit;
	const struct symbol *function;
	struct scope scope;
	struct place place;
	const struct site *outer; /* the call that led here, or NULL */
	int depth;
};

static bool is_member(const struct token *list, uint32_t i)
{
	return i &&
	       (list[i - 1].kind == '.' || list[i - 1].kind == TOKEN_ARROW);
}

static bool is_family_struct(const struct body *body)
{
	return body->tag &&
	       lockname_type(body->tag, body->tag_len, true) != FAMILY_NONE;
}

/*
 * The members that end at @last: the nearest struct with a name in front, and
 * what leads from it to the lock.
 */
static const char *member_path(struct body_walk *w, const struct token *list,
			       uint32_t last, const char *tail)
{
	struct arena *arena = &w->lookup->arena;
	struct member member;
	const char *path;
	uint32_t start;
	struct type type;

	if (!is_member(list, last) || last < 2)
		return "";
	start = expr_start(list, last - 2, 0);
	type = expr_type(&w->place, list, start, last - 1);
	if (!expr_member(&w->place, type, list[last].at, list[last].len,
			 &member))
		return "";
	path = arena_printf(arena, "%.*s%s", (int)list[last].len, list[last].at,
			    tail);
	while (member.body && !member.body->tag && member.body->outer) {
		if (member.body->member)
			path = arena_printf(arena, "%.*s.%s",
					    (int)member.body->member_len,
					    member.body->member, path);
		member.body = member.body->outer;
	}
	if (is_family_struct(member.body) && is_member(list, last - 2))
		return member_path(w, list, last - 2,
				   arena_printf(arena, ".%s", path));
	return arena_printf(arena, "%.*s.%s", (int)member.body->tag_len,
			    member.body->tag ? member.body->tag : "", path);
}

/* A macro that is a path of members: d_lock. */
static const char *alias_path(struct body_walk *w, const struct token *list,
			      uint32_t last, const char *tail)
{
	const struct macro *macro = macro_of(&w->view, &list[last]);
	struct arena *arena = &w->lookup->arena;
	struct type type;
	uint32_t i, start;
	char *path;

	if (!macro || macro->function || !is_member(list, last) || last < 2)
		return "";
	start = expr_start(list, last - 2, 0);
	type = expr_resolve(&w->place,
			    expr_type(&w->place, list, start, last - 1));
	if (type.base != TYPE_TAG)
		return "";
	path = arena_printf(arena, "%.*s", (int)type.len, type.name);
	for (i = 0; i < macro->body.count; i++)
		if (macro->body.list[i].kind == TOKEN_WORD)
			path = arena_printf(arena, "%s.%.*s", path,
					    (int)macro->body.list[i].len,
					    macro->body.list[i].at);
	return arena_printf(arena, "%s%s", path, tail);
}

static const char *path_of(struct body_walk *w, const struct token *list,
			   uint32_t from, uint32_t to, const char *tail,
			   int depth)
{
	const struct place *where;
	const struct local *local;
	const char *path;
	uint32_t last;

	while (from < to &&
	       (list[from].kind == '&' ||
		(list[from].kind == '(' && list[from].match == to - 1))) {
		to -= list[from].kind == '(';
		from++;
	}
	if (from >= to)
		return "";
	for (last = to - 1; last > from && list[last].kind == ']';)
		last = list[last].match - 1;
	if (list[last].kind != TOKEN_WORD)
		return "";
	if (last > from) {
		path = member_path(w, list, last, tail);
		return *path ? path : alias_path(w, list, last, tail);
	}
	local = place_local(&w->place, &list[from], &where);
	if (!local)
		return arena_printf(&w->lookup->arena, "%.*s%s",
				    (int)list[from].len, list[from].at, tail);
	if (local->init && depth < 4 && where->scope->list == list)
		return path_of(w, list, local->init, local->init_end, tail,
			       depth + 1);
	return "";
}

static bool is_assert(const struct lock_api *row)
{
	return row && (row->verb == VERB_ASSERT || row->verb == VERB_QUERY ||
		       row->verb == VERB_INIT);
}

static struct site *add_site(struct body_walk *w, uint32_t callee,
			     const char *path, const struct lock_api *row)
{
	const struct token *t = &w->unit.lexed.tokens.list[callee];
	struct lookup *l = w->lookup;
	const char *p, *text = w->unit.text.data;
	struct site *site;

	site = ARRAY_ADD(l->set->sites, l->set->count, l->capacity);
	memset(site, 0, sizeof(*site));
	if (w->outer) {
		*site = *w->outer;
		site->path = path;
		site->row = row;
		site->class = is_assert(row) ? SITE_ASSERT : SITE_HELPER;
		return site;
	}
	site->file = tree_path(l->tree, w->unit.id);
	site->id = w->unit.id;
	site->function = w->function->type.base == TYPE_UNKNOWN ?
				 l->asked :
				 arena_text(&l->arena, w->function->name,
					    w->function->len);
	site->api = arena_text(&l->arena, t->at, t->len);
	site->name.start = site->call.start = (uint32_t)(t->at - text);
	site->name.end = site->call.end = site->name.start + t->len;
	site->path = path;
	site->row = row;
	site->argument = site->condition = "";
	site->line = 1;
	for (p = text; p < t->at; p++) {
		if (*p != '\n')
			continue;
		site->line++;
		text = p + 1;
	}
	site->col = (uint32_t)(t->at - text) + 1;
	return site;
}

static void walk_function(struct lookup *l, uint32_t file, const char *name,
			  size_t len, const struct site *outer, int depth);

/* A call of what is no lock function: an inline one in a header? */
static void look_into(struct body_walk *w, uint32_t callee)
{
	const struct token *t = &w->unit.lexed.tokens.list[callee];
	struct symbol *found[FIND_MAX];
	struct site site;
	uint32_t i, n;

	if (w->depth >= DEEPEST_INLINE)
		return;
	n = view_find(&w->view, t->at, t->len, SYMBOL_FUNCTION, found);
	for (i = 0; i < n; i++) {
		if (found[i]->open == NO_TOKEN ||
		    !(found[i]->storage & STORAGE_INLINE))
			continue;
		if (w->outer) {
			site = *w->outer;
		} else {
			site = *add_site(w, callee, "", NULL);
			w->lookup->set->count--;
		}
		walk_function(w->lookup, found[i]->unit->id, t->at, t->len,
			      &site, w->depth + 1);
		return;
	}
}

static void walk_calls(struct body_walk *w)
{
	const struct token *list = w->unit.lexed.tokens.list;
	const struct lock_api *row;
	uint32_t i, from, to, number, argument;
	struct site *site;

	for (i = w->function->open + 1; i < w->function->close; i++) {
		if (list[i].kind != TOKEN_WORD || list[i + 1].kind != '(' ||
		    is_member(list, i) || list[i + 1].match <= i + 1)
			continue;
		row = locktab_find(w->lookup->locktab, list[i].at, list[i].len);
		if (!row) {
			look_into(w, i);
			continue;
		}
		argument = row->argument;
		argument_of(list, i + 1, i + 2, &from, &to, &number);
		while (number < argument && to < list[i + 1].match)
			argument_of(list, i + 1, to + 1, &from, &to, &number);
		w->place.at = i;
		site = add_site(
			w, i,
			path_of(w, list, from, to,
				row->family == FAMILY_XARRAY ? ".xa_lock" : "",
				0),
			row);
		if (!w->outer)
			site->class = is_assert(row) ? SITE_ASSERT :
						       SITE_DIRECT;
	}
}

static bool is_it(const struct symbol *symbol, const char *name, size_t len)
{
	return symbol->kind == SYMBOL_FUNCTION && symbol->open != NO_TOKEN &&
	       symbol->len == len && !memcmp(symbol->name, name, len);
}

/* SYSCALL_DEFINE3(dup3, ...) is __do_sys_dup3. */
static bool is_syscall(const struct unit *unit, const struct symbol *symbol,
		       const char *name, size_t len)
{
	const struct token *first;

	if (symbol->kind != SYMBOL_FUNCTION || symbol->open == NO_TOKEN ||
	    symbol->type.base != TYPE_UNKNOWN)
		return false;
	first = &unit->lexed.tokens.list[symbol->params_token + 1];
	return first->kind == TOKEN_WORD && first->len < len &&
	       name[len - first->len - 1] == '_' &&
	       !memcmp(name + len - first->len, first->at, first->len);
}

static void walk_function(struct lookup *l, uint32_t file, const char *name,
			  size_t len, const struct site *outer, int depth)
{
	struct body_walk w = { .lookup = l, .outer = outer, .depth = depth };
	const struct symbol *symbol;
	struct text text;
	uint32_t i;

	if (tree_text(l->tree, file, &text))
		return;
	view_init(&w.view, l->index);
	w.view.locktab = l->locktab;
	unit_read(&w.unit, file, text, true);
	view_enter(&w.view, &w.unit);
	for (i = 0; i < w.unit.count; i++) {
		symbol = &w.unit.symbols[i];
		if (!is_it(symbol, name, len) &&
		    !is_syscall(&w.unit, symbol, name, len))
			continue;
		w.function = symbol;
		scope_read(&w.view, w.unit.lexed.tokens.list,
			   symbol->type.base == TYPE_UNKNOWN ?
				   NO_TOKEN :
				   symbol->params_token,
			   symbol->open, symbol->close, false, &w.scope);
		w.place = (struct place){ .view = &w.view, .scope = &w.scope };
		if (!outer)
			l->set->file = tree_path(l->tree, file);
		walk_calls(&w);
	}
	view_free(&w.view);
	unit_free(&w.unit);
}

/* "__x64_sys_dup3", "__do_sys_dup3": the word that the source has. */
static const char *source_name(const char *name)
{
	static const char *const prefixes[] = {
		"__x64_sys_",	      "__ia32_sys_",	  "__do_sys_",
		"__se_sys_",	      "__do_compat_sys_", "__se_compat_sys_",
		"__ia32_compat_sys_",
	};
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return name + strlen(prefixes[i]);
	return name;
}

static void walk_files(struct lookup *l, const char *name, const char *only,
		       const uint32_t *ids, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		const char *path = tree_path(l->tree, ids[i]);

		if (only ? strcmp(path, only) != 0 :
			   !strncmp(path, "tools/", 6) ||
				    (!strncmp(path, "arch/", 5) &&
				     strncmp(path, "arch/x86/", 9)))
			continue;
		walk_function(l, ids[i], name, strlen(name), NULL, 0);
	}
}

int sites_in_function(struct tree *tree, const char *function,
		      struct site_set *set)
{
	struct lookup l = { .tree = tree, .set = set };
	const char *colon = strrchr(function, ':'), *word;
	char *only = NULL;
	uint32_t *ids = NULL;
	int64_t n;
	int err;

	memset(set, 0, sizeof(*set));
	if (colon)
		only = strndup(function, colon - function);
	function = colon ? colon + 1 : function;
	word = source_name(function);
	l.asked = arena_text(&l.arena, function, strlen(function));
	n = tree_grep(tree, &word, 1, GREP_ALL, &ids);
	err = n < 0 ? (int)n : index_open(tree, NULL, &l.index);
	if (!err)
		err = locktab_open(tree, &l.locktab);
	if (!err)
		walk_files(&l, function, only, ids, (uint32_t)n);
	if (!err)
		err = sites_keep(set, l.locktab, &l.arena);
	else
		locktab_close(l.locktab);
	if (!err && !set->file)
		err = -ENOENT;
	if (err)
		sites_free(set);
	index_close(l.index);
	free(ids);
	free(only);
	return err;
}
