/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files that may define what a set's escapes call.
 */
#ifndef SOURCE_DEFINERS_H
#define SOURCE_DEFINERS_H

#include "source/lent/lent.h"

struct definers;

/*
 * Of all functions that @set's escapes call, in one walk through the tree,
 * where they are many: one by one, each would take a walk of its own. Kept in
 * @book. 0 or -errno.
 */
int definers_expect(struct lent_book *book, const struct site_set *set);

/*
 * The files that may define @name, headers first, else in order; their ids are
 * @book's. Returns how many, or -ENOENT: it was not expected.
 */
int64_t definers_of(const struct lent_book *book, const char *name,
		    const uint32_t **ids);
void definers_free(struct definers *definers);

#endif
