/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One body being read for what it does with a lock that it was lent. What the
 * parts of the proof share; only lent.c, reading.c, bound.c and stored.c look
 * inside.
 */
#ifndef SOURCE_READING_H
#define SOURCE_READING_H

#include "source/lent/balance.h"
#include "source/lent/lent.h"
#include "source/type/scope.h"

#define READING_EVENTS 128
#define READING_WORDS 8

/* A name that leads to the lock: the parameter, a local, a macro's field. */
struct lead {
	const char *name;
	size_t len;
	const char *rest; /* the members from there to the lock, "xa.xa_lock" */
	bool field; /* it is itself a member's name */
};

struct reading {
	struct lent_book *book;
	struct lent *lent;
	const struct unit *unit;
	const struct symbol *symbol; /* of the function; NULL: a macro */
	const struct token *list;
	const char *text; /* that the tokens' offsets count from */
	uint32_t from, to, total; /* the body's tokens; all of them */
	struct lead leads[READING_WORDS];
	uint32_t lead_count;
	struct event events[READING_EVENTS];
	uint32_t count;
	bool unknown;
	int depth;
};

/* Judge the body: fills @r->lent's kind and sites. */
void reading_do(struct reading *r);

/* Does a function of that name print what it is given, and no more? */
bool reading_prints(const char *name, size_t size);

/* What @name does with argument @param, whose lock is @tail behind it. */
struct lent *lent_look(struct lent_book *book, const char *near,
		       const char *name, size_t len, int param,
		       const char *tail, int depth);

/*
 * Something was asked about while it was being judged, taken to do no harm,
 * and does: what was found since @lent and @stored is not proven.
 */
void lent_take_back(struct lent_book *book, const struct lent *lent,
		    const struct stored *stored);

/* Which of the call's arguments is the lock; -1: none by itself. */
int lent_argument(const char *text, const struct site *site);

/* A macro that declares a variable with a member that points to the lock. */
struct bound {
	uint32_t variable; /* the number of the argument that names it */
	char tag[64], member[64]; /* of the variable's struct */
};

/* XA_STATE(name, array, index) and kin; false: it is no such macro. */
bool bound_find(struct lent_book *book, const char *near,
		const struct token *name, uint32_t argument,
		struct bound *bound);

/* The word that is argument @n of the call at list[open], or NULL. */
const struct token *bound_word(const struct token *list, uint32_t open,
			       uint32_t n);

/*
 * "p->member" at list[from .. to) as "struct.member"; of ".member" in braces
 * the struct that is made there. False: no telling.
 */
bool stored_name(struct lent_book *book, const struct unit *unit,
		 const struct symbol *function, const struct token *list,
		 uint32_t from, uint32_t to, char *name, size_t size);

/*
 * Does every function that takes or gives a lock by way of the pointer @name
 * ("dma_fence.lock"; @rest: the members from there to the lock) leave it as it
 * was?
 */
bool stored_harmless(struct lent_book *book, const char *name,
		     const char *rest);
/*
 * Where the pointer at token @i is read into a local: is what the function
 * does with that harmless?
 */
bool stored_loads_harmless(struct lent_book *book, const struct site_set *set,
			   struct unit *unit, uint32_t i, const char *rest);
/* Those asked about since @from are not proven after all. */
void stored_take_back(struct lent_book *book, const struct stored *from);
void stored_free(struct lent_book *book);

#endif
