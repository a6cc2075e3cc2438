// SPDX-License-Identifier: GPL-2.0
/*
 * In: kernel addresses. Out: slab cache, object, offset. Process context.
 * struct slab and struct kmem_cache are private to mm/, so their layout comes
 * from BTF (or compat, where the headers still tell it). Caches may be
 * destroyed while we look: all of them is read with lp_compat_peek().
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "btf.h"
#include "slab.h"
#include "compat/compat.h"

static struct lp_compat_slab_layout at;

int lp_slab_init(void)
{
	at.slab_cache = lp_btf_offset("slab", "slab_cache");
	if (at.slab_cache < 0)
		at.slab_cache = lp_btf_offset("page", "slab_cache");
	at.name = lp_btf_offset("kmem_cache", "name");
	at.size = lp_btf_offset("kmem_cache", "size");
	at.object_size = lp_btf_offset("kmem_cache", "object_size");
	at.refcount = lp_btf_offset("kmem_cache", "refcount");
	at.red_left_pad = lp_btf_offset("kmem_cache", "red_left_pad");
	at.kobj = lp_btf_offset("kmem_cache", "kobj");
	if (!lp_slab_ready())
		lp_compat_slab_layout(&at);
	return 0;
}

bool lp_slab_ready(void)
{
	return at.slab_cache >= 0 && at.name >= 0 && at.size >= 0 &&
	       at.object_size >= 0 && at.refcount >= 0;
}

static struct page *slab_page(unsigned long addr)
{
	struct page *page;

	if (!lp_slab_ready() || !virt_addr_valid((void *)addr))
		return NULL;
	page = virt_to_head_page((void *)addr);
	return PageSlab(page) ? page : NULL;
}

const void *lp_slab_cache(unsigned long addr)
{
	struct page *page = slab_page(addr);
	const void *cache;

	if (!page ||
	    lp_compat_peek(&cache, (void *)page + at.slab_cache, sizeof(cache)))
		return NULL;
	return cache;
}

/* A string that a pointer at @from points to; "" if it cannot be read. */
static void peek_string(char *to, size_t size, const void *from)
{
	const char *str;
	size_t i;

	to[0] = '\0';
	if (lp_compat_peek(&str, from, sizeof(str)))
		return;
	for (i = 0; i + 1 < size; i++)
		if (lp_compat_peek(to + i, str + i, 1) || !to[i])
			break;
	to[i] = '\0';
}

bool lp_slab_resolve(unsigned long addr, struct lp_slab_object *obj)
{
	struct page *page = slab_page(addr);
	const void *cache = lp_slab_cache(addr);
	u32 size, pad = 0, within;
	unsigned long base;
	int refcount;

	if (!page || !cache ||
	    lp_compat_peek(&size, cache + at.size, sizeof(size)) ||
	    lp_compat_peek(&obj->size, cache + at.object_size, sizeof(u32)) ||
	    lp_compat_peek(&refcount, cache + at.refcount, sizeof(refcount)) ||
	    !size || lp_compat_is_kfence(addr))
		return false;
	if (at.red_left_pad >= 0 &&
	    lp_compat_peek(&pad, cache + at.red_left_pad, sizeof(pad)))
		return false;
	base = (unsigned long)page_address(page);
	within = (addr - base) % size;
	if (within < pad || within - pad >= size)
		return false;
	obj->cache = cache;
	obj->offset = within - pad;
	obj->object = addr - obj->offset;
	obj->shared = max(refcount, 1);
	peek_string(obj->name, sizeof(obj->name), cache + at.name);
	/* struct kobject begins with its name */
	obj->unique[0] = '\0';
	if (at.kobj >= 0)
		peek_string(obj->unique, sizeof(obj->unique), cache + at.kobj);
	return obj->name[0];
}

bool lp_slab_is_kmalloc(const char *name)
{
	return !strncmp(name, "kmalloc-", 8) ||
	       !strncmp(name, "dma-kmalloc-", 12);
}
