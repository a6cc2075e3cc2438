/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where samples stand: an address and the stack of its callers make one more
 * stack, with an id of its own. Bounded as intern.h is; ids are of the stacks'
 * kind and never repeat. The drain thread only.
 */
#ifndef LP_LEAF_H
#define LP_LEAF_H

#include <linux/types.h>

struct lp_leaf {
	u64 ip;
	u32 callers; /* stack id, 0: none */
	u32 id; /* 0: fresh, the reader was not told of it */
	bool in_lock_code;
};

struct lp_leaves {
	struct lp_leaf *slots;
	u32 count;
};

int lp_leaves_init(struct lp_leaves *leaves);
void lp_leaves_free(struct lp_leaves *leaves);
size_t lp_leaves_memory(void);
/* The leaf of @ip with @callers; a fresh one gets its id from the caller. */
struct lp_leaf *lp_leaves_get(struct lp_leaves *leaves, u64 ip, u32 callers);

#endif
