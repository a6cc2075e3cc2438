// SPDX-License-Identifier: GPL-2.0
/*
 * In: addresses of locks. Out: their ids. Process context, the drain thread.
 *
 * An object may be freed and its memory given to another cache: the cache is
 * part of the key, so the lock gets a new id and is resolved anew. What lies in
 * no cache may be a module's, and is forgotten when one comes or goes. The
 * table is bounded; full, it is emptied, and locks are introduced again.
 */
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "btf_locks.h"
#include "lock.h"
#include "slab.h"
#include "compat/compat.h"

#define BITS 12
#define LINE_SHIFT 6

struct entry {
	struct hlist_node by_addr;
	struct hlist_node by_line;
	const void *cache;
	struct lp_lock lock;
};

struct lp_locks {
	struct hlist_head addrs[1 << BITS];
	struct hlist_head lines[1 << BITS];
	u32 count;
	u32 next_id;
	u32 changes; /* of modules, when it was last looked through */
};

struct lp_locks *lp_locks_new(void)
{
	struct lp_locks *locks = kvzalloc(sizeof(*locks), GFP_KERNEL);

	if (locks)
		locks->next_id = 1;
	return locks;
}

static void drop(struct lp_locks *locks, struct entry *e)
{
	hlist_del(&e->by_addr);
	if (!hlist_unhashed(&e->by_line))
		hlist_del(&e->by_line);
	kfree(e);
	locks->count--;
}

/* All, or those that lie in no cache. */
static void forget(struct lp_locks *locks, bool all)
{
	struct hlist_node *next;
	struct entry *e;
	int i;

	for (i = 0; i < 1 << BITS; i++)
		hlist_for_each_entry_safe(e, next, &locks->addrs[i], by_addr) {
			if (all || !e->cache)
				drop(locks, e);
		}
}

void lp_locks_free(struct lp_locks *locks)
{
	if (!locks)
		return;
	forget(locks, true);
	kvfree(locks);
}

size_t lp_locks_memory(const struct lp_locks *locks)
{
	return sizeof(*locks) + locks->count * sizeof(struct entry);
}

void lp_locks_tidy(struct lp_locks *locks)
{
	u32 changes = lp_compat_module_changes();

	if (locks->changes != changes || locks->count >= LP_LOCKS_MAX)
		forget(locks, locks->count >= LP_LOCKS_MAX);
	locks->changes = changes;
}

struct lp_lock *lp_locks_get(struct lp_locks *locks, u64 addr, u32 kinds)
{
	struct hlist_head *head = &locks->addrs[hash_64(addr, BITS)];
	const void *cache = lp_slab_cache(addr);
	struct entry *e;

	hlist_for_each_entry(e, head, by_addr)
		if (e->lock.addr == addr && e->cache == cache &&
		    (e->lock.kinds == kinds ||
		     e->lock.kinds & kinds & ~LP_KINDS_INSIDE))
			return &e->lock;
	e = kzalloc(sizeof(*e), GFP_KERNEL | __GFP_NOWARN);
	if (!e)
		return NULL;
	e->cache = cache;
	e->lock.addr = addr;
	e->lock.kinds = kinds;
	e->lock.size = 1;
	hlist_add_head(&e->by_addr, head);
	INIT_HLIST_NODE(&e->by_line);
	locks->count++;
	return &e->lock;
}

static struct hlist_head *line_of(struct lp_locks *locks, u64 addr)
{
	return &locks->lines[hash_64(addr >> LINE_SHIFT, BITS)];
}

void lp_locks_name(struct lp_locks *locks, struct lp_lock *lock)
{
	struct entry *e = container_of(lock, struct entry, lock);

	lock->id = locks->next_id++;
	if (hlist_unhashed(&e->by_line))
		hlist_add_head(&e->by_line, line_of(locks, lock->addr));
}

struct lp_lock *lp_locks_on_line(struct lp_locks *locks, u64 addr)
{
	struct lp_lock *best = NULL;
	struct entry *e;

	hlist_for_each_entry(e, line_of(locks, addr), by_line) {
		if (e->lock.addr >> LINE_SHIFT != addr >> LINE_SHIFT ||
		    e->cache != lp_slab_cache(addr))
			continue;
		/* the nearest one at or below the address, else any */
		if (!best || (e->lock.addr <= addr &&
			      (best->addr > addr || best->addr < e->lock.addr)))
			best = &e->lock;
	}
	return best;
}
