// SPDX-License-Identifier: GPL-2.0
/*
 * A tree's lock headers in, a sorted table of lock functions and guards out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/text/arena.h"
#include "source/locktab/lockname.h"
#include "source/type/unit.h"

struct locktab {
	struct lock_api *rows;
	uint32_t count, capacity;
	struct arena arena;
};

static const struct lock_api *find(const struct locktab *tab, const char *name,
				   size_t len)
{
	uint32_t low = 0, high = tab->count, mid;
	int diff;

	while (low < high) {
		mid = (low + high) / 2;
		diff = strncmp(tab->rows[mid].name, name, len);
		if (!diff && tab->rows[mid].name[len])
			diff = 1;
		if (!diff)
			return &tab->rows[mid];
		if (diff < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct lock_api *locktab_find(const struct locktab *tab, const char *name,
				    size_t len)
{
	return find(tab, name, len);
}

uint32_t locktab_count(const struct locktab *tab)
{
	return tab->count;
}

const struct lock_api *locktab_row(const struct locktab *tab, uint32_t i)
{
	return i < tab->count ? &tab->rows[i] : NULL;
}

/* Headers that define lock functions say so in their names, but for one. */
static bool is_lock_header(const char *path)
{
	static const char *const words[] = {
		"spin", "rwlock",  "mutex",    "rwsem",	 "seqlock", "lock",
		"sema", "lockdep", "refcount", "xarray", "atomic",  "kref",
	};
	const char *name;
	size_t i;

	if (!strcmp(path, "include/drm/drm_managed.h"))
		return true;
	if (strncmp(path, "include/linux/", 14))
		return false;
	name = path + 14;
	if (strchr(name, '/'))
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

static uint32_t line_of(const struct unit *unit, uint32_t at)
{
	const char *p = unit->text.data, *end = p + at;
	uint32_t line = 1;

	while ((p = memchr(p, '\n', end - p))) {
		line++;
		p++;
	}
	return line;
}

static struct lock_api *add(struct locktab *tab, struct tree *tree,
			    const struct unit *unit, const char *name,
			    size_t len, uint32_t at)
{
	struct lock_api *row;

	row = ARRAY_ADD(tab->rows, tab->count, tab->capacity);
	memset(row, 0, sizeof(*row));
	row->name = arena_text(&tab->arena, name, len);
	row->file = tree_path(tree, unit->id);
	row->line = line_of(unit, at);
	return row;
}

static void add_name(struct locktab *tab, struct tree *tree,
		     const struct unit *unit, const struct symbol *symbol)
{
	struct lock_api meaning = { 0 }, *row;
	char buf[128];
	const char *pair;

	if (symbol->len > 80 || (symbol->kind == SYMBOL_VARIABLE) ||
	    !lockname_read(symbol->name, symbol->len, &meaning))
		return;
	if (symbol->kind == SYMBOL_MACRO && symbol->params == NO_TOKEN)
		return;
	row = add(tab, tree, unit, symbol->name, symbol->len, symbol->at);
	meaning.name = row->name;
	meaning.file = row->file;
	meaning.line = row->line;
	meaning.macro = symbol->kind == SYMBOL_MACRO;
	pair = lockname_pair(&meaning, buf, sizeof(buf));
	if (pair)
		meaning.pairs = arena_text(&tab->arena, pair, strlen(pair));
	*row = meaning;
}

/* The row of the first lock function called in DEFINE_GUARD(...)'s text. */
static bool guard_meaning(const struct token *list, uint32_t from, uint32_t to,
			  struct lock_api *row)
{
	uint32_t i;

	for (i = from; i + 1 < to; i++)
		if (list[i].kind == TOKEN_WORD && list[i + 1].kind == '(' &&
		    lockname_read(list[i].at, list[i].len, row) &&
		    (row->verb == VERB_ACQUIRE || row->verb == VERB_TRY))
			return true;
	return false;
}

/* DEFINE_GUARD(mutex, ...), DEFINE_GUARD_COND(mutex, _try, ...) */
static void add_guard(struct locktab *tab, struct tree *tree,
		      const struct unit *unit, const struct symbol *symbol)
{
	const char *text = unit->text.data + symbol->start;
	struct lock_api meaning = { 0 }, *row;
	struct tokens tokens = { 0 };
	const struct token *t;
	char name[128];
	bool cond;

	lex_piece(&tokens, text, symbol->end - symbol->start);
	t = tokens.list;
	if (tokens.count < 6 || t[0].len < 12 ||
	    memcmp(t[0].at, "DEFINE_", 7) ||
	    !memmem(t[0].at, t[0].len, "GUARD", 5) || t[1].kind != '(' ||
	    t[2].at != symbol->name)
		goto out;
	if (!guard_meaning(t, 3, tokens.count, &meaning))
		goto out;
	cond = memmem(t[0].at, t[0].len, "COND", 4) && t[4].len < 40;
	snprintf(name, sizeof(name), "guard(%.*s%.*s)", (int)t[2].len, t[2].at,
		 cond ? (int)t[4].len : 0, t[4].at);
	row = add(tab, tree, unit, name, strlen(name), symbol->at);
	row->family = meaning.family;
	row->verb = VERB_GUARD;
	row->flavour = meaning.flavour | (cond ? LOCK_COND : 0);
	row->flags = -1;
	row->macro = true;
out:
	free(tokens.list);
}

static void read_header(struct locktab *tab, struct tree *tree, uint32_t id)
{
	struct unit unit = { 0 };
	struct text text;
	uint32_t i;

	if (tree_text(tree, id, &text))
		return;
	unit_read(&unit, id, text, false);
	for (i = 0; i < unit.count; i++) {
		if (unit.symbols[i].kind & (SYMBOL_FUNCTION | SYMBOL_MACRO))
			add_name(tab, tree, &unit, &unit.symbols[i]);
		else if (unit.symbols[i].kind == SYMBOL_MAKER)
			add_guard(tab, tree, &unit, &unit.symbols[i]);
	}
	unit_free(&unit);
}

static int by_name(const void *a, const void *b)
{
	const struct lock_api *x = a, *y = b;
	int diff = strcmp(x->name, y->name);

	if (!diff)
		diff = strcmp(x->file, y->file);
	return diff ? diff : (x->line > y->line) - (x->line < y->line);
}

/* Of several definitions of a spelling the first one's row stays. */
static void unite(struct locktab *tab)
{
	uint32_t i, n = 0;

	if (tab->count)
		qsort(tab->rows, tab->count, sizeof(*tab->rows), by_name);
	for (i = 0; i < tab->count; i++)
		if (!n || strcmp(tab->rows[n - 1].name, tab->rows[i].name))
			tab->rows[n++] = tab->rows[i];
	tab->count = n;
}

int locktab_open(struct tree *tree, struct locktab **out)
{
	struct locktab *tab = calloc(1, sizeof(*tab));
	uint32_t i;

	if (!tab)
		return -ENOMEM;
	for (i = 0; i < tree_count(tree); i++)
		if (is_lock_header(tree_path(tree, i)))
			read_header(tab, tree, i);
	unite(tab);
	*out = tab;
	return 0;
}

void locktab_close(struct locktab *tab)
{
	if (!tab)
		return;
	arena_free(&tab->arena);
	free(tab->rows);
	free(tab);
}

const char *lock_family_name(enum lock_family family)
{
	static const char *const names[] = {
		[FAMILY_NONE] = "none",
		[FAMILY_SPIN] = "spin",
		[FAMILY_RAW_SPIN] = "raw_spin",
		[FAMILY_RWLOCK] = "rwlock",
		[FAMILY_MUTEX] = "mutex",
		[FAMILY_RWSEM] = "rwsem",
		[FAMILY_SEQLOCK] = "seqlock",
		[FAMILY_PERCPU_RWSEM] = "percpu_rwsem",
		[FAMILY_LOCAL] = "local_lock",
		[FAMILY_RT_MUTEX] = "rt_mutex",
		[FAMILY_WW_MUTEX] = "ww_mutex",
		[FAMILY_SEMAPHORE] = "semaphore",
		[FAMILY_BIT_SPIN] = "bit_spin",
		[FAMILY_LOCKREF] = "lockref",
		[FAMILY_XARRAY] = "xarray",
		[FAMILY_ANY] = "any",
	};

	return names[family];
}

const char *lock_verb_name(enum lock_verb verb)
{
	static const char *const names[] = {
		[VERB_ACQUIRE] = "acquire", [VERB_TRY] = "try",
		[VERB_RELEASE] = "release", [VERB_DOWNGRADE] = "downgrade",
		[VERB_GUARD] = "guard",	    [VERB_WRAP] = "wrap",
		[VERB_ASSERT] = "assert",   [VERB_QUERY] = "query",
		[VERB_INIT] = "init",
	};

	return names[verb];
}

const char *lock_flavour_text(uint32_t flavour, char *buf, size_t size)
{
	static const char *const names[] = {
		"read",	     "write",	     "irq",
		"irqsave",   "bh",	     "nested",
		"nest_lock", "killable",     "interruptible",
		"io",	     "dec_and_lock", "non_owner",
		"timeout",   "scoped",	     "cond",
		"excl",	     "by_value",
	};
	size_t i, used = 0;

	buf[0] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flavour & (1u << i) && used < size)
			used += snprintf(buf + used, size - used, "%s%s",
					 used ? "," : "", names[i]);
	return buf;
}
