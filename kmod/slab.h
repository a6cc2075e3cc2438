/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Slab objects: which cache an address belongs to and where its object starts.
 * Process context, the drain thread.
 */
#ifndef LP_SLAB_H
#define LP_SLAB_H

#include <linux/types.h>

#define LP_CACHE_NAME 64

struct lp_slab_object {
	const void *cache; /* identity only, may be gone */
	char name[LP_CACHE_NAME];
	char unique[LP_CACHE_NAME]; /* what merged caches' names point to */
	unsigned long object;
	u32 size; /* bytes the owner may use */
	u32 offset; /* of the address in the object */
	u32 shared; /* caches that share it, itself too; 1: nobody does */
};

int lp_slab_init(void);
bool lp_slab_ready(void);
/* The cache over @addr or NULL: cheap, to see whether memory changed hands. */
const void *lp_slab_cache(unsigned long addr);
/* False: @addr is in no slab object. */
bool lp_slab_resolve(unsigned long addr, struct lp_slab_object *obj);
/* Is it one of the kmalloc() size classes? */
bool lp_slab_is_kmalloc(const char *name);

#endif
