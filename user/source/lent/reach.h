/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sites that take a lock by a pointer to it: through a local cursor
 * (XA_STATE(xas, &p->array, 0) and then xas_lock(&xas)), or through a field
 * that no other lock's address is ever stored in.
 */
#ifndef SOURCE_REACH_H
#define SOURCE_REACH_H

#include "source/lent/lent.h"

struct way {
	char name[192]; /* the pointer, "xa_state.xa" */
	struct site_set set; /* its sites */
	bool found;
};

struct reach {
	struct way *ways;
	uint32_t count;
};

/*
 * Add to @set the sites that its escapes lead to, and make those escapes
 * settled. What cannot be followed to the end stays as it is. -errno.
 */
int reach_extend(struct reach *reach, struct lent_book *book,
		 struct site_set *set);
void reach_free(struct reach *reach);

#endif
