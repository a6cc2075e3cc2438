// SPDX-License-Identifier: GPL-2.0
/*
 * Places and answers in, all answers for a place out. Of the names given for
 * other structs the smallest is kept, so that the order does not matter.
 */
#include <stdlib.h>
#include <uthash.h>

#include "source/search/verdict.h"

struct verdict {
	const char *at;
	uint32_t answers;
	char *other;
	UT_hash_handle hh;
};

void verdict_put(struct verdict **table, const char *at, enum match match,
		 const char *other)
{
	struct verdict *verdict;

	HASH_FIND_PTR(*table, &at, verdict);
	if (!verdict) {
		verdict = calloc(1, sizeof(*verdict));
		if (!verdict)
			return;
		verdict->at = at;
		HASH_ADD_PTR(*table, at, verdict);
	}
	verdict->answers |= 1u << match;
	if (match != MATCH_NO ||
	    (verdict->other && strcmp(verdict->other, other) <= 0))
		return;
	free(verdict->other);
	verdict->other = strdup(other);
}

uint32_t verdict_get(struct verdict *table, const char *at, const char **other)
{
	struct verdict *verdict;

	HASH_FIND_PTR(table, &at, verdict);
	*other = verdict && verdict->other ? verdict->other : "";
	return verdict ? verdict->answers : 0;
}

void verdict_free(struct verdict **table)
{
	struct verdict *verdict, *next;

	HASH_ITER(hh, *table, verdict, next) {
		HASH_DEL(*table, verdict);
		free(verdict->other);
		free(verdict);
	}
}
