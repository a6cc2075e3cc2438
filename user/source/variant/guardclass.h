/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guard classes (guard(mutex), scoped_guard(spinlock_irq, ...)) that take and
 * give by variants: the tree's own DEFINE_GUARD lines, with the names changed.
 */
#ifndef SOURCE_GUARDCLASS_H
#define SOURCE_GUARDCLASS_H

#include "source/site/sites.h"
#include "source/text/edit.h"
#include "source/variant/variant.h"

/*
 * Ask for what @api's class needs: the variants that it calls, and the class
 * that a conditional one extends. -ENOTSUP when its definition is not there or
 * calls what has no variant.
 */
int guard_want(struct variant_set *set, const struct lock_api *api);

/* The class's definition; 0 or -errno. */
int guard_write(const struct variant_set *set, const struct lock_api *api,
		FILE *out);

/*
 * What the class of @api calls: calls[0], and at the scope's end calls[1];
 * NULL where its definition does not tell. -ENOTSUP: it is not there.
 */
int guard_calls(struct tree *tree, const struct locktab *tab,
		const struct lock_api *api, const struct lock_api *calls[2]);

/* Does @call, "guard(name)(...", use a class that the tree defines? */
bool guard_is_class(struct tree *tree, const char *call);

/* Where the class's name stands in the @len bytes of a call's text:
 * "guard(mutex)(...", "scoped_guard(mutex, ..."; -1: nowhere. */
long guard_class(const char *text, size_t len);

/*
 * Have @site, "guard(mutex)(...", "scoped_guard(mutex, ..." or "ACQUIRE(mutex,
 * var)(...", use the class of that name with @prefix, and all that asks "var".
 */
int guard_edit(const struct text *text, const struct site *site,
	       const char *prefix, struct edit_list *edits);

#endif
