/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a function or macro does with a lock whose address it is lent: nothing,
 * all of taking and giving back, or one half of it.
 */
#ifndef SOURCE_LENT_H
#define SOURCE_LENT_H

#include "source/build/kbuild.h"
#include "source/lent/balance.h"
#include "source/site/sites.h"
#include "source/text/arena.h"

enum lent_kind {
	LENT_UNKNOWN, /* not found, or the address goes further than we see */
	LENT_NOTHING, /* asks, checks, compares: takes nothing */
	LENT_BALANCED, /* leaves the lock as it was, on every path */
	LENT_MOVES, /* comes or goes with it: its calls are in @sites */
};

struct lent {
	const char *name, *file; /* @file: of its definition; NULL: none */
	uint32_t id, line;
	int param; /* number of the parameter; -1: a macro's own words */
	const char *tail; /* the lock's members behind the parameter, or "" */
	enum lent_kind kind;
	enum balance whole; /* what its body does, all in all */
	bool macro, header, own; /* @own: static, in a .c file */
	bool reading, assumed; /* while it is read; and that was asked about */
	bool used; /* a plan converts it, or copies it */
	bool swapped; /* its parameters change places */
	bool aliased; /* names of its own lead to the lock, too */
	bool nested; /* it takes or gives by functions that it calls */
	struct lock_helper helper; /* the definition, for those who copy it */
	uint32_t at; /* byte of its name */
	struct site *sites; /* acquiring and releasing calls on it */
	uint32_t count;
	struct lent *next;
};

/* It leaves the lock as it was. */
static inline bool lent_harmless(const struct lent *lent)
{
	return lent->kind == LENT_NOTHING || lent->kind == LENT_BALANCED;
}

struct lent_book {
	struct tree *tree;
	const struct locktab *tab;
	const struct config *config; /* or NULL, and the next one too */
	struct kbuild *kbuild;
	struct lent *all;
	struct known *known; /* macros that were asked about */
	struct stored *stored; /* pointers that were asked about */
	struct definers *definers; /* files looked through for names */
	struct index *index; /* of types, when it is needed */
	struct arena arena;
};

/* What becomes of @escape's lock; of @set. Kept in @book; NULL: no memory. */
struct lent *lent_of(struct lent_book *book, const struct site_set *set,
		     const struct site *escape);
/* The same of a pointer's sites, where @rest leads from there to the lock. */
struct lent *lent_behind(struct lent_book *book, const struct site_set *set,
			 const struct site *escape, const char *rest);
void lent_free(struct lent_book *book);

#endif
