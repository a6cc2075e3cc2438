// SPDX-License-Identifier: GPL-2.0
/*
 * File numbers and names in, symbols out. All symbols of all files read so far
 * hang in one hash table; a view's bitmap says which files its file includes.
 */
#include <errno.h>
#include <stdlib.h>

#include "source/type/include.h"
#include "source/type/index.h"

#define HASH_SIZE (1u << 18)

struct index {
	struct tree *tree;
	struct includes *includes;
	struct slot {
		struct unit *_Atomic unit;
		atomic_bool failed, made;
	} * slots;
	struct symbol *_Atomic *table;
	pthread_mutex_t locks[64];
	struct unit **made; /* of texts that are spelt nowhere */
	uint32_t made_count, made_capacity;
};

int index_open(struct tree *tree, const char *arch, struct index **out)
{
	struct index *index = calloc(1, sizeof(*index));
	uint32_t i, n = tree_count(tree);

	if (!index)
		return -ENOMEM;
	index->tree = tree;
	for (i = 0; i < 64; i++)
		pthread_mutex_init(&index->locks[i], NULL);
	index->slots = calloc(n ? n : 1, sizeof(*index->slots));
	index->table = calloc(HASH_SIZE, sizeof(*index->table));
	index->includes = includes_new(tree, arch ? arch : "x86");
	if (!index->slots || !index->table || !index->includes) {
		index_close(index);
		return -ENOMEM;
	}
	*out = index;
	return 0;
}

void index_close(struct index *index)
{
	struct unit *unit;
	uint32_t i;

	if (!index)
		return;
	for (i = 0; i < index->made_count; i++) {
		free((char *)index->made[i]->text.data);
		unit_free(index->made[i]);
		free(index->made[i]);
	}
	free(index->made);
	for (i = 0; index->slots && i < tree_count(index->tree); i++) {
		unit = atomic_load(&index->slots[i].unit);
		if (unit)
			unit_free(unit);
		free(unit);
	}
	free(index->slots);
	free(index->table);
	includes_free(index->includes);
	free(index);
}

struct tree *index_tree(const struct index *index)
{
	return index->tree;
}

static void hang(struct index *index, struct symbol *symbol)
{
	struct symbol *_Atomic *head =
		&index->table[symbol->hash & (HASH_SIZE - 1)];

	symbol->next = atomic_load(head);
	while (!atomic_compare_exchange_weak(head, &symbol->next, symbol))
		;
}

static bool is_asm(const struct include *include)
{
	return include->len > 4 && !memcmp(include->name, "asm/", 4);
}

/* Where a file's includes lead: views walk over this again and again. */
static void resolve_includes(struct index *index, struct unit *unit)
{
	struct include *include;
	uint32_t i;

	unit->reaches = calloc(unit->include_count + 1, sizeof(uint32_t));
	for (i = 0; i < unit->include_count; i++) {
		include = &unit->includes[i];
		include->id = includes_resolve(index->includes, unit->id,
					       include, NULL, NULL,
					       &include->afar);
		unit->asks_arch |= is_asm(include) || !unit->reaches;
		unit->asks_dirs |= include->afar;
		if (include->id >= 0 && unit->reaches)
			unit->reaches[unit->reach_count++] =
				(uint32_t)include->id;
	}
}

static struct unit *load(struct index *index, uint32_t id)
{
	struct unit *unit = calloc(1, sizeof(*unit));
	struct text text;
	uint32_t i;

	if (!unit || tree_text(index->tree, id, &text)) {
		free(unit);
		return NULL;
	}
	unit_read(unit, id, text, false);
	resolve_includes(index, unit);
	for (i = 0; i < unit->count; i++)
		hang(index, &unit->symbols[i]);
	return unit;
}

struct unit *index_unit(struct index *index, uint32_t id)
{
	pthread_mutex_t *lock = &index->locks[id % 64];
	struct slot *slot = &index->slots[id];
	struct unit *unit = atomic_load(&slot->unit);

	if (unit || atomic_load(&slot->failed))
		return unit;
	pthread_mutex_lock(lock);
	unit = atomic_load(&slot->unit);
	if (!unit && !atomic_load(&slot->failed)) {
		unit = load(index, id);
		if (unit)
			atomic_store(&slot->unit, unit);
		else
			atomic_store(&slot->failed, true);
	}
	pthread_mutex_unlock(lock);
	return unit;
}

bool index_has(struct index *index, uint32_t id)
{
	return atomic_load(&index->slots[id].unit) != NULL;
}

bool index_first_made(struct index *index, uint32_t id)
{
	return !atomic_exchange(&index->slots[id].made, true);
}

void index_hang(struct index *index, struct unit *unit)
{
	uint32_t i;

	pthread_mutex_lock(&index->locks[0]);
	*ARRAY_ADD(index->made, index->made_count, index->made_capacity) = unit;
	pthread_mutex_unlock(&index->locks[0]);
	for (i = 0; i < unit->count; i++)
		hang(index, &unit->symbols[i]);
}

void view_init(struct view *view, struct index *index)
{
	uint32_t n = tree_count(index->tree);

	memset(view, 0, sizeof(*view));
	view->index = index;
	view->visible = calloc(n / 64 + 1, sizeof(*view->visible));
	view->queue = calloc(n + 1, sizeof(*view->queue));
}

int index_included(struct index *index, const struct unit *unit,
		   const struct include *include, struct text *out)
{
	bool afar;
	int64_t id = includes_resolve(index->includes, unit->id, include, NULL,
				      NULL, &afar);

	return id < 0 ? -ENOENT : tree_text(index->tree, (uint32_t)id, out);
}

void view_enter(struct view *view, struct unit *unit)
{
	arena_free(&view->arena);
	view->here = unit;
	view->computed = false;
	view->made_known = false;
	view->before = 0;
	view->work = 0;
}

void view_free(struct view *view)
{
	free(view->visible);
	free(view->queue);
	arena_free(&view->arena);
	memset(view, 0, sizeof(*view));
}

static void reach(struct view *view, int64_t id, uint32_t *tail)
{
	uint64_t bit = 1ull << (id & 63);

	if (id < 0 || (view->visible[id / 64] & bit))
		return;
	view->visible[id / 64] |= bit;
	view->queue[(*tail)++] = (uint32_t)id;
}

/* @dirs: where the Makefiles of view->here have it look; or NULL. */
static void reach_includes(struct view *view, const struct unit *unit,
			   const char *arch, const char *const *dirs,
			   uint32_t *tail)
{
	const struct include *include;
	bool afar;
	int64_t id;
	uint32_t i;

	if (unit != view->here && !(arch && unit->asks_arch) &&
	    !(dirs && unit->asks_dirs)) {
		for (i = 0; i < unit->reach_count; i++)
			reach(view, unit->reaches[i], tail);
		return;
	}
	for (i = 0; i < unit->include_count; i++) {
		include = &unit->includes[i];
		id = include->id;
		if (unit == view->here || (arch && is_asm(include)) ||
		    (dirs && include->afar))
			id = includes_resolve(view->index->includes, unit->id,
					      include, arch, dirs, &afar);
		reach(view, id, tail);
	}
}

/* What Kbuild puts in front of every file of the kernel. */
static void reach_always(struct view *view, uint32_t *tail)
{
	struct tree *tree = view->index->tree;

	if (!strncmp(tree_path(tree, view->here->id), "tools/", 6))
		return;
	reach(view, tree_find(tree, "include/linux/kconfig.h"), tail);
	reach(view, tree_find(tree, "include/linux/compiler_types.h"), tail);
}

/* Which files does this one include, at any distance, in any branch? */
static void compute(struct view *view)
{
	struct includes *includes = view->index->includes;
	const char *const *dirs = includes_dirs(includes, view->here->id);
	const char *arch = includes_arch(includes, view->here->id);
	uint32_t head = 0, tail = 0, n = tree_count(view->index->tree);
	struct unit *unit;

	memset(view->visible, 0, (n / 64 + 1) * sizeof(*view->visible));
	view->computed = true;
	reach(view, view->here->id, &tail);
	reach_includes(view, view->here, arch, dirs, &tail);
	reach_always(view, &tail);
	for (head = 1; head < tail; head++) {
		unit = index_unit(view->index, view->queue[head]);
		if (unit)
			reach_includes(view, unit, arch, dirs, &tail);
	}
}

bool view_sees(struct view *view, uint32_t file)
{
	if (!view->computed)
		compute(view);
	return view->visible[file / 64] >> (file & 63) & 1;
}

const struct unit *view_home(struct view *view, const struct body *body)
{
	return body->file == view->here->id ?
		       view->here :
		       index_unit(view->index, body->file);
}

const struct unit *view_unit(struct view *view, uint32_t *id)
{
	const struct unit *unit = NULL;

	for (; !unit && *id < tree_count(view->index->tree); ++*id)
		if (*id == view->here->id)
			unit = view->here;
		else if (view_sees(view, *id))
			unit = index_unit(view->index, *id);
	return unit;
}

/* Keep @out in the order of rank, then file, then place. */
static void insert(struct symbol **out, uint32_t *ranks, uint32_t *n,
		   struct symbol *symbol, uint32_t rank)
{
	uint32_t i = *n < FIND_MAX ? (*n)++ : FIND_MAX;

	for (; i; i--) {
		struct symbol *other = out[i - 1];

		if (ranks[i - 1] < rank ||
		    (ranks[i - 1] == rank &&
		     (other->unit->id < symbol->unit->id ||
		      (other->unit->id == symbol->unit->id &&
		       other->start <= symbol->start))))
			break;
		if (i < FIND_MAX) {
			out[i] = other;
			ranks[i] = ranks[i - 1];
		}
	}
	if (i < FIND_MAX) {
		out[i] = symbol;
		ranks[i] = rank;
	}
}

/* Far away files come later; 0 is the same directory. */
static uint32_t distance(struct view *view, uint32_t file)
{
	const char *a = tree_path(view->index->tree, view->here->id);
	const char *b = tree_path(view->index->tree, file);
	uint32_t steps = 0;
	const char *p;

	for (p = a; *a && *a == *b; a++, b++)
		if (*a == '/')
			p = a + 1;
	for (; *p; p++)
		steps += *p == '/';
	return steps;
}

uint32_t view_find(struct view *view, const char *name, size_t len,
		   uint32_t kinds, struct symbol *out[FIND_MAX])
{
	uint32_t n = 0, hash = name_hash(name, len), ranks[FIND_MAX];
	struct symbol *symbol = NULL;

	while ((symbol = unit_find(view->here, name, len, kinds, symbol)) &&
	       n < FIND_MAX)
		out[n++] = symbol;
	if (n)
		return n;
	if (!view->computed)
		compute(view);
	symbol = atomic_load(&view->index->table[hash & (HASH_SIZE - 1)]);
	for (; symbol; symbol = symbol->next) {
		if (symbol->hash != hash || symbol->len != len ||
		    !(symbol->kind & kinds) || memcmp(symbol->name, name, len))
			continue;
		if (view_sees(view, symbol->unit->id))
			insert(out, ranks, &n, symbol, 0);
		else if (view->everywhere)
			insert(out, ranks, &n, symbol,
			       1 + distance(view, symbol->unit->id));
	}
	if (!n && view->wanted)
		wanted_add(view->wanted, name, len);
	return n;
}

void wanted_add(struct wanted *wanted, const char *name, size_t len)
{
	uint32_t i;

	pthread_mutex_lock(&wanted->lock);
	for (i = 0; i < wanted->count; i++)
		if (!strncmp(wanted->names[i], name, len) &&
		    !wanted->names[i][len])
			break;
	if (i == wanted->count)
		*ARRAY_ADD(wanted->names, wanted->count, wanted->capacity) =
			strndup(name, len);
	pthread_mutex_unlock(&wanted->lock);
}

void wanted_free(struct wanted *wanted)
{
	uint32_t i;

	for (i = 0; i < wanted->count; i++)
		free(wanted->names[i]);
	free(wanted->names);
	wanted->names = NULL;
	wanted->count = wanted->capacity = 0;
}
