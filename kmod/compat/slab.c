// SPDX-License-Identifier: GPL-2.0
/*
 * In: nothing. Out: the layout of slab structs on kernels whose headers show
 * it, for those built without BTF. Process context.
 */
#include <linux/mm_types.h>
#include <linux/slab.h>
#include "compat.h"

#if LP_KERNEL_AT_LEAST(5, 12)
#include <linux/kfence.h>
#endif

#if defined(CONFIG_SLUB) && !LP_KERNEL_AT_LEAST(5, 17)
#if !LP_KERNEL_AT_LEAST(5, 9)
/* Defined in mm/ only; it lies behind all that we ask for. */
struct memcg_cache_params {
	void *not_ours;
};
#endif

#include <linux/slub_def.h>

void lp_compat_slab_layout(struct lp_compat_slab_layout *at)
{
	at->slab_cache = offsetof(struct page, slab_cache);
	at->name = offsetof(struct kmem_cache, name);
	at->size = offsetof(struct kmem_cache, size);
	at->object_size = offsetof(struct kmem_cache, object_size);
	at->refcount = offsetof(struct kmem_cache, refcount);
	at->red_left_pad = offsetof(struct kmem_cache, red_left_pad);
#ifdef CONFIG_SYSFS
	at->kobj = offsetof(struct kmem_cache, kobj);
#else
	at->kobj = -1;
#endif
}
#else
void lp_compat_slab_layout(struct lp_compat_slab_layout *at)
{
}
#endif

bool lp_compat_is_kfence(unsigned long addr)
{
#if LP_KERNEL_AT_LEAST(5, 12)
	return is_kfence_address((void *)addr);
#else
	return false;
#endif
}
