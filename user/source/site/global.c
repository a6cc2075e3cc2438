// SPDX-License-Identifier: GPL-2.0
/*
 * A name at file scope in, the lock's definition out. A name may be several
 * things: other files' variables that are no locks, and locks that are static
 * in a file each. The latter are different locks, and which is meant is for
 * people to say.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "source/locktab/nearmiss.h"
#include "source/site/global.h"
#include "source/site/target_inside.h"

/* How much speaks for a symbol: more is better. */
enum rank {
	RANK_NO_LOCK, /* its type is known, and no lock */
	RANK_UNKNOWN, /* by a macro that makes nothing here, but says LOCK */
	RANK_LOCK
};

struct global {
	const struct symbol *symbol;
	struct type type;
	enum lock_family family;
	enum rank rank;
	uint32_t remoteness;
	bool is_static;
};

struct globals {
	struct global *list;
	uint32_t count, capacity;
};

static bool is_static(const struct symbol *symbol)
{
	return symbol->storage & STORAGE_STATIC ||
	       !memcmp(symbol->unit->text.data + symbol->start, "static", 6);
}

static bool is_extern(const struct symbol *symbol)
{
	return symbol->storage & STORAGE_EXTERN;
}

/* Does DEFINE_MY_LOCK(name) say that a lock is made? */
static bool says_lock(const struct symbol *symbol)
{
	static const char *const words[] = { "LOCK", "MUTEX", "SEM" };
	const char *text = symbol->unit->text.data + symbol->start;
	size_t i, len = symbol->at - symbol->start;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(text, len, words[i], strlen(words[i])))
			return symbol->kind == SYMBOL_MAKER;
	return false;
}

static void add_unit(struct globals *found, struct view *view,
		     struct unit *unit, const char *name, uint32_t far)
{
	const uint32_t kinds = SYMBOL_VARIABLE | SYMBOL_MAKER;
	struct place place = { .view = view };
	struct token word = { .len = strlen(name) };
	struct symbol *symbol = NULL;
	const struct symbol *unused;
	struct global global;
	struct type type;

	view_enter(view, unit);
	while ((symbol = unit_find(unit, name, word.len, kinds, symbol))) {
		word.at = symbol->name;
		type = expr_name_type(&place, &word, &unused);
		global.symbol = symbol;
		global.type = type;
		global.family = target_family_of(&place, type);
		global.rank = global.family != FAMILY_NONE ? RANK_LOCK :
			      type.base == TYPE_UNKNOWN && says_lock(symbol) ?
							     RANK_UNKNOWN :
							     RANK_NO_LOCK;
		global.remoteness = far;
		global.is_static = is_static(symbol);
		*ARRAY_ADD(found->list, found->count, found->capacity) = global;
	}
}

/* Below zero: @a is rather what is meant than @b. */
static int compare(const struct global *a, const struct global *b)
{
	if (a->rank != b->rank)
		return (int)b->rank - (int)a->rank;
	if (a->remoteness != b->remoteness)
		return (int)a->remoteness - (int)b->remoteness;
	return 0;
}

/* One lock for the linker, or one file's own? */
static bool same(const struct global *a, const struct global *b)
{
	if (a->symbol->unit == b->symbol->unit)
		return true;
	return !a->is_static && !b->is_static;
}

/* A definition comes before a declaration. */
static const struct global *best_of(const struct globals *found)
{
	const struct global *best = NULL, *next;
	uint32_t i;
	int diff;

	for (i = 0; i < found->count; i++) {
		next = &found->list[i];
		diff = best ? compare(next, best) : -1;
		if (diff < 0 || (!diff && is_extern(best->symbol) &&
				 !is_extern(next->symbol)))
			best = next;
	}
	return best;
}

/* Is there another lock that may be meant as well as @best? */
static bool has_rival(const struct globals *found, const struct global *best)
{
	uint32_t i;

	for (i = 0; i < found->count; i++)
		if (!compare(&found->list[i], best) &&
		    !same(&found->list[i], best))
			return true;
	return false;
}

static void say_rivals(struct tree *tree, const struct globals *found,
		       const struct global *best, const char *lock)
{
	const struct unit *last = NULL;
	uint32_t i;

	error("%s is ambiguous: say which file's lock you mean", lock);
	for (i = 0; i < found->count; i++) {
		const struct symbol *symbol = found->list[i].symbol;

		if (compare(&found->list[i], best) || symbol->unit == last ||
		    is_extern(symbol))
			continue;
		last = symbol->unit;
		notice("  %s:%s", tree_path(tree, last->id), lock);
	}
}

static void take(struct target *target, struct index *index,
		 const struct global *global)
{
	target->file = global->symbol->unit->id;
	target->line = target_line(index, target->file, global->symbol->name);
	target->is_static = global->is_static;
	target->family = global->family;
	target_shape(target, global->type);
}

/* All of that name, as far away as @most. */
static void add_units(struct globals *found, const struct target *target,
		      struct view *view, const uint32_t *ids, uint32_t n,
		      uint32_t most)
{
	struct tree *tree = index_tree(view->index);
	struct unit *unit;
	uint32_t i, far;

	found->count = 0;
	for (i = 0; i < n; i++) {
		far = target_remoteness(tree_path(tree, ids[i]));
		if (far > most || !target_file_is(target, tree, ids[i]))
			continue;
		unit = index_unit(view->index, ids[i]);
		if (unit)
			add_unit(found, view, unit, target->parts[0], far);
	}
}

int global_resolve(struct target *target, struct index *index,
		   struct view *view, const uint32_t *ids, uint32_t n,
		   const char *lock)
{
	struct tree *tree = index_tree(index);
	struct globals found = { .list = NULL };
	const struct global *best = NULL;
	uint32_t most;
	int err = 0;

	for (most = target->qualifier ? 2 : 1; most <= 2; most++) {
		add_units(&found, target, view, ids, n, most);
		best = best_of(&found);
		if (best && best->rank != RANK_NO_LOCK)
			break;
	}
	if (!best || best->rank == RANK_NO_LOCK) {
		err = lock ? nearmiss_global(index, target->parts[0]) : -ENOENT;
	} else if (has_rival(&found, best)) {
		if (lock)
			say_rivals(tree, &found, best, lock);
		err = -EEXIST;
	} else {
		take(target, index, best);
	}
	free(found.list);
	return err;
}
