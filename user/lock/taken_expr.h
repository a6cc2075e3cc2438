/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call of a lock API among tokens, and the lock in it as struct and path;
 * for taken.c.
 */
#ifndef TAKEN_EXPR_H
#define TAKEN_EXPR_H

#include "source/type/expr.h"
#include "source/locktab/locktab.h"
#include "lock/taken.h"

struct taken_call {
	const struct lock_api *row;
	uint32_t from, to; /* the argument that is the lock */
	bool takes, releases;
};

/* Is the word list[i], which a '(' follows, a lock API? */
bool taken_call(const struct locktab *locktab, const struct token *list,
		uint32_t i, struct taken_call *out);

/*
 * Type the lock of a call. False when its struct cannot be told: a pointer to
 * a lock that came from elsewhere, say.
 */
bool taken_expr(const struct place *place, const struct token *list,
		const struct taken_call *call, struct taken_lock *out);

#endif
