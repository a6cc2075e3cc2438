// SPDX-License-Identifier: GPL-2.0
/*
 * In: addresses and the ids of their callers' stacks. Out: the leaves they
 * are. Process context, the drain thread only. One array, searched from where
 * the hash points to on: a sample that was seen before costs one cache line.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "leaf.h"

#define BITS 14
#define LIMIT ((3 << BITS) / 4)

int lp_leaves_init(struct lp_leaves *leaves)
{
	leaves->count = 0;
	leaves->slots = kvcalloc(1 << BITS, sizeof(*leaves->slots), GFP_KERNEL);
	return leaves->slots ? 0 : -ENOMEM;
}

void lp_leaves_free(struct lp_leaves *leaves)
{
	kvfree(leaves->slots);
	leaves->slots = NULL;
}

size_t lp_leaves_memory(void)
{
	return sizeof(struct lp_leaf) << BITS;
}

struct lp_leaf *lp_leaves_get(struct lp_leaves *leaves, u64 ip, u32 callers)
{
	u32 at = hash_64(ip ^ (u64)callers << 32, BITS);
	struct lp_leaf *leaf;

	for (;; at = (at + 1) & ((1 << BITS) - 1)) {
		leaf = &leaves->slots[at];
		if (leaf->ip == ip && leaf->callers == callers)
			return leaf;
		if (!leaf->ip)
			break;
	}
	if (leaves->count >= LIMIT) {
		memset(leaves->slots, 0, lp_leaves_memory());
		leaves->count = 0;
		leaf = &leaves->slots[hash_64(ip ^ (u64)callers << 32, BITS)];
	}
	leaves->count++;
	leaf->ip = ip;
	leaf->callers = callers;
	return leaf;
}
