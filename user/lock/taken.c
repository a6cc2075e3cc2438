// SPDX-License-Identifier: GPL-2.0
/*
 * Which locks a function's code takes: a symbol's name in, typed lock
 * expressions of its definition, and of what may be inlined into it, out. The
 * tree's own reader types the expressions; each file is read when a function
 * of it is asked for.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "capture/record.h"
#include "source/locktab/locktab.h"
#include "source/text/macro.h"
#include "source/tree/tree.h"
#include "lock/taken.h"
#include "lock/taken_expr.h"

#define DEPTH_MAX 3 /* calls that may be inlined into each other */
#define VISITED_MAX 64 /* functions read for one that was asked for */
#define NAME_MAX_LEN 128

struct known {
	UT_hash_handle hh;
	char *name;
	struct taken_lock *v;
	uint32_t nr;
	bool found, untyped;
	bool pending; /* prepared, not yet asked for */
};

struct taken {
	struct tree *tree;
	struct index *index;
	struct locktab *locktab;
	struct known *known;
	uint32_t *ids; /* files that name what was prepared */
	int64_t nr_ids;
};

/* One file with its tokens, and the names that are seen from it. */
struct file {
	struct unit unit;
	struct view view;
};

struct gather {
	struct taken *taken;
	struct known *known;
	char visited[VISITED_MAX][NAME_MAX_LEN];
	uint32_t nr_visited;
	int err;
};

int taken_open(const char *linux_dir, struct taken **out)
{
	struct taken *taken = calloc(1, sizeof(*taken));
	int err;

	if (!taken)
		return -ENOMEM;
	err = tree_open(linux_dir, &taken->tree);
	if (!err)
		err = index_open(taken->tree, NULL, &taken->index);
	if (!err)
		err = locktab_open(taken->tree, &taken->locktab);
	if (err) {
		taken_close(taken);
		return err;
	}
	*out = taken;
	return 0;
}

void taken_close(struct taken *taken)
{
	struct known *known, *next;

	if (!taken)
		return;
	HASH_ITER(hh, taken->known, known, next) {
		HASH_DEL(taken->known, known);
		free(known->name);
		free(known->v);
		free(known);
	}
	free(taken->ids);
	if (taken->locktab)
		locktab_close(taken->locktab);
	if (taken->index)
		index_close(taken->index);
	if (taken->tree)
		tree_close(taken->tree);
	free(taken);
}

static void add(struct gather *g, const struct taken_lock *lock)
{
	struct known *known = g->known;
	struct taken_lock *v;
	uint32_t i;

	for (i = 0; i < known->nr; i++) {
		v = &known->v[i];
		if (strcmp(v->path, lock->path) ||
		    strcmp(v->strct, lock->strct))
			continue;
		v->takes |= lock->takes;
		v->releases |= lock->releases;
		v->own |= lock->own;
		return;
	}
	v = reallocarray(known->v, known->nr + 1, sizeof(*v));
	if (!v) {
		g->err = -ENOMEM;
		return;
	}
	known->v = v;
	v[known->nr++] = *lock;
}

static bool visit(struct gather *g, const char *name, size_t len)
{
	uint32_t i;

	if (len >= NAME_MAX_LEN || g->nr_visited == VISITED_MAX) {
		g->known->untyped = true; /* not all of it was read */
		return false;
	}
	for (i = 0; i < g->nr_visited; i++)
		if (!strncmp(g->visited[i], name, len) && !g->visited[i][len])
			return false;
	memcpy(g->visited[g->nr_visited], name, len);
	g->visited[g->nr_visited++][len] = '\0';
	return true;
}

static bool open_file(struct taken *taken, uint32_t id, struct file *file)
{
	struct text text;

	*file = (struct file){ 0 };
	if (tree_text(taken->tree, id, &text))
		return false;
	unit_read(&file->unit, id, text, true);
	view_init(&file->view, taken->index);
	view_enter(&file->view, &file->unit);
	file->view.locktab = taken->locktab;
	return true;
}

static void close_file(struct file *file)
{
	view_free(&file->view);
	unit_free(&file->unit);
}

static struct symbol *definition(struct file *file, const char *name,
				 size_t len)
{
	struct symbol *symbol = NULL;

	do {
		symbol = unit_find(&file->unit, name, len, SYMBOL_FUNCTION,
				   symbol);
	} while (symbol && symbol->open == NO_TOKEN);
	return symbol;
}

static void scan(struct gather *g, struct file *file, struct symbol *symbol,
		 int depth, bool own);

/* A function of a header: its code is always part of its caller's. */
static void scan_inline(struct gather *g, const struct symbol *symbol,
			int depth)
{
	struct symbol *there;
	struct file file;

	if (!visit(g, symbol->name, symbol->len) ||
	    !open_file(g->taken, symbol->unit->id, &file))
		return;
	there = definition(&file, symbol->name, symbol->len);
	if (there)
		scan(g, &file, there, depth + 1, true);
	close_file(&file);
}

static void scan_tokens(struct gather *g, struct file *file,
			struct place *place, const struct token *list,
			uint32_t from, uint32_t to, int depth, bool own);

/* What a call that is no lock API may bring into the caller's code. */
static void scan_call(struct gather *g, struct file *file, struct place *place,
		      const struct token *list, uint32_t i, int depth, bool own)
{
	const struct token *word = &list[i];
	struct symbol *found[FIND_MAX], *here;
	const struct macro *macro;
	struct tokens expanded;
	uint32_t n, k, after;

	if (depth >= DEPTH_MAX)
		return;
	here = definition(file, word->at, word->len);
	if (here) {
		if (visit(g, word->at, word->len))
			scan(g, file, here, depth + 1, false);
		return;
	}
	macro = macro_of(&file->view, word);
	if (macro) {
		if (macro_expand(&file->view, macro, list, i, &expanded,
				 &after))
			scan_tokens(g, file, place, expanded.list, 0,
				    expanded.count, depth + 1, own);
		return;
	}
	n = view_find(&file->view, word->at, word->len, SYMBOL_FUNCTION, found);
	for (k = 0; k < n; k++)
		if (found[k]->open != NO_TOKEN &&
		    (found[k]->storage & STORAGE_INLINE)) {
			scan_inline(g, found[k], depth);
			return;
		}
}

static void scan_tokens(struct gather *g, struct file *file,
			struct place *place, const struct token *list,
			uint32_t from, uint32_t to, int depth, bool own)
{
	struct taken_lock lock;
	struct taken_call call;
	uint32_t i;

	for (i = from; i < to && !g->err; i++) {
		if (list[i].kind != TOKEN_WORD || list[i + 1].kind != '(' ||
		    (i && (list[i - 1].kind == '.' ||
			   list[i - 1].kind == TOKEN_ARROW)))
			continue;
		place->at = place->outer ? place->at : i;
		if (!taken_call(g->taken->locktab, list, i, &call)) {
			scan_call(g, file, place, list, i, depth, own);
			continue;
		}
		if (!call.takes && !call.releases)
			continue;
		if (!taken_expr(place, list, &call, &lock)) {
			g->known->untyped = true;
			continue;
		}
		lock.own = own;
		add(g, &lock);
	}
}

static void scan(struct gather *g, struct file *file, struct symbol *symbol,
		 int depth, bool own)
{
	const struct token *list = file->unit.lexed.tokens.list;
	struct place place = { .view = &file->view };
	bool made = symbol->type.base == TYPE_UNKNOWN;
	struct scope scope;

	scope_read(&file->view, list, made ? NO_TOKEN : symbol->params_token,
		   symbol->open, symbol->close, false, &scope);
	place.scope = &scope;
	scan_tokens(g, file, &place, list, symbol->open + 1, symbol->close,
		    depth, own);
}

/* Code that is not the kernel's, or another architecture's. */
static bool foreign(const char *path)
{
	static const char *const dirs[] = { "tools/", "scripts/", "samples/",
					    "Documentation/" };
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		if (!strncmp(path, dirs[i], strlen(dirs[i])))
			return true;
	return !strncmp(path, "arch/", 5) && strncmp(path, "arch/x86/", 9);
}

/*
 * Can @text hold the definition of @name? In kernel style that is a line that
 * begins in its first column. Saves reading the files that only call it.
 */
static bool may_define(const struct text *text, const char *name)
{
	size_t len = strlen(name), left;
	const char *at = text->data, *end = at + text->size, *line;

	for (;; at += len) {
		left = end - at;
		at = memmem(at, left, name, len);
		if (!at)
			return false;
		if (at[len + strspn(at + len, " \t")] != '(')
			continue;
		line = memrchr(text->data, '\n', at - text->data);
		line = line ? line + 1 : text->data;
		if (isalpha((unsigned char)*line) || *line == '_')
			return true;
	}
}

static bool is_header(const char *path)
{
	return path[strlen(path) - 1] == 'h';
}

/* Scan definitions of @name in those files of @ids that are headers or not. */
static void gather_from(struct gather *g, const char *name, const uint32_t *ids,
			int64_t n, bool headers)
{
	struct tree *tree = g->taken->tree;
	struct symbol *symbol;
	struct file file;
	struct text text;
	int64_t i;

	for (i = 0; i < n && !g->err; i++) {
		const char *path = tree_path(tree, ids[i]);

		if (foreign(path) || is_header(path) != headers ||
		    tree_text(tree, ids[i], &text) ||
		    !may_define(&text, name) ||
		    !open_file(g->taken, ids[i], &file))
			continue;
		symbol = definition(&file, name, strlen(name));
		if (symbol) {
			g->known->found = true;
			visit(g, name, strlen(name));
			scan(g, &file, symbol, 0, true);
		}
		close_file(&file);
	}
}

/* A header's definition beside one in a .c file is another configuration's. */
static int gather(struct gather *g, const char *name)
{
	uint32_t *ids = g->taken->ids, *own = NULL;
	int64_t n = g->taken->nr_ids;

	if (!g->known->pending) {
		n = tree_grep(g->taken->tree, &name, 1, GREP_ALL, &own);
		ids = own;
	}
	if (n < 0)
		return (int)n;
	g->known->pending = false;
	gather_from(g, name, ids, n, false);
	if (!g->known->found)
		gather_from(g, name, ids, n, true);
	free(own);
	return g->err;
}

/* "__alloc_fd.isra.0" and "__alloc_fd.cold" are both __alloc_fd's code. */
static struct known *get_known(struct taken *taken, const char *function,
			       bool pending)
{
	char name[NAME_MAX_LEN];
	struct known *known;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(function, "."),
		 function);
	HASH_FIND_STR(taken->known, name, known);
	if (known)
		return known;
	known = calloc(1, sizeof(*known));
	if (!known)
		return NULL;
	known->name = strdup(name);
	if (!known->name) {
		free(known);
		return NULL;
	}
	known->pending = pending;
	HASH_ADD_KEYPTR(hh, taken->known, known->name, strlen(known->name),
			known);
	return known;
}

int taken_prepare(struct taken *taken, const char *const *functions,
		  uint32_t nr)
{
	uint32_t i, n = 0, all = HASH_COUNT(taken->known) + nr;
	const char **names = calloc(all ? all : 1, sizeof(*names));
	struct known *known, *next;
	int err = 0;

	if (!names)
		return -ENOMEM;
	for (i = 0; i < nr && !err; i++)
		if (!get_known(taken, functions[i], true))
			err = -ENOMEM;
	HASH_ITER(hh, taken->known, known, next)
		if (known->pending && *known->name)
			names[n++] = known->name;
	free(taken->ids);
	taken->ids = NULL;
	taken->nr_ids = 0;
	if (!err && n) {
		taken->nr_ids =
			tree_grep(taken->tree, names, n, GREP_ALL, &taken->ids);
		if (taken->nr_ids < 0)
			err = (int)taken->nr_ids;
	}
	free(names);
	return err;
}

/* @function's entry, filled in when it is asked for the first time. */
static struct known *look_up(struct taken *taken, const char *function,
			     int *err)
{
	uint32_t before = HASH_COUNT(taken->known);
	struct known *known = get_known(taken, function, false);
	struct gather *g;

	if (known && !known->pending && HASH_COUNT(taken->known) == before)
		return known;
	g = known ? calloc(1, sizeof(*g)) : NULL;
	if (!g) {
		*err = -ENOMEM;
		return NULL;
	}
	g->taken = taken;
	g->known = known;
	*err = gather(g, known->name);
	free(g);
	return known;
}

int taken_in(struct taken *taken, const char *function, struct taken_locks *out)
{
	int err = 0;
	struct known *known = look_up(taken, function, &err);

	*out = (struct taken_locks){ 0 };
	if (!known)
		return err;
	out->v = known->v;
	out->nr = known->nr;
	out->found = known->found;
	out->untyped = known->untyped;
	return err;
}
