/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that take or give a lock for their callers, by an address they are
 * lent: converted where they stand if nobody else calls them, else copied.
 */
#ifndef SOURCE_BORROW_H
#define SOURCE_BORROW_H

#include "source/variant/clone.h"
#include "source/patch/plan.h"
#include "source/variant/variant.h"

struct borrow {
	struct tree *tree;
	const struct plan *plan;
	struct variant_set *variants;
	struct clone_list *clones; /* gets those that headers define */
};

/* Keeps the function its name, so that calls of it stay as they are? */
bool borrow_in_place(const struct borrow *b, const struct lent *lent);

/* Have the copy of a header's function; -errno. */
int borrow_copy(struct borrow *b, const struct lent *lent);

/* Convert or copy those of file @id; their edits go to @edits. -errno. */
int borrow_edit(struct borrow *b, uint32_t id, struct edit_list *edits);

#endif
