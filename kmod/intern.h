/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Give small ids to strings of words (stacks, tasks), each introduced to the
 * reader once. Bounded: when the table holds its limit it is emptied, and what
 * comes again is introduced again under a new id; ids never repeat.
 * The drain thread only.
 */
#ifndef LP_INTERN_H
#define LP_INTERN_H

#include <linux/list.h>
#include <linux/types.h>

struct lp_intern {
	struct hlist_head *heads;
	u32 bits;
	u32 count;
	u32 limit; /* entries */
	u32 next_id;
	size_t bytes;
};

int lp_intern_init(struct lp_intern *table, u32 limit);
void lp_intern_free(struct lp_intern *table);
/* Id of @nr words at @key, or 0 without memory. @new: not introduced before. */
u32 lp_intern_get(struct lp_intern *table, const u64 *key, u32 nr, bool *new);
/* The reader was not told after all: forget @key. */
void lp_intern_forget(struct lp_intern *table, const u64 *key, u32 nr);

#endif
