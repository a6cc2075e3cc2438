// SPDX-License-Identifier: GPL-2.0
/*
 * In: strings of words. Out: their ids. Process context, the drain thread only.
 */
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include "intern.h"

struct entry {
	struct hlist_node node;
	u32 hash;
	u32 id;
	u32 nr;
	u64 key[];
};

int lp_intern_init(struct lp_intern *table, u32 limit)
{
	memset(table, 0, sizeof(*table));
	table->bits = order_base_2(limit);
	table->limit = limit;
	table->next_id = 1;
	table->heads =
		kvcalloc(1u << table->bits, sizeof(*table->heads), GFP_KERNEL);
	if (!table->heads)
		return -ENOMEM;
	table->bytes = sizeof(*table->heads) << table->bits;
	return 0;
}

static void drop(struct lp_intern *table, struct entry *e)
{
	hlist_del(&e->node);
	table->count--;
	table->bytes -= struct_size(e, key, e->nr);
	kfree(e);
}

static void clear(struct lp_intern *table)
{
	struct hlist_node *next;
	struct entry *e;
	u32 i;

	for (i = 0; i < 1u << table->bits; i++)
		hlist_for_each_entry_safe(e, next, &table->heads[i], node)
			drop(table, e);
}

void lp_intern_free(struct lp_intern *table)
{
	if (!table->heads)
		return;
	clear(table);
	kvfree(table->heads);
	table->heads = NULL;
}

/* Four words a turn, here and below: this is most of what a sample costs. */
static u32 hash_of(const u64 *key, u32 nr)
{
	u64 hash = nr;

	for (; nr >= 4; nr -= 4, key += 4) {
		hash = rol64((hash ^ key[0]) * GOLDEN_RATIO_64, 31);
		hash = rol64((hash ^ key[1]) * GOLDEN_RATIO_64, 31);
		hash = rol64((hash ^ key[2]) * GOLDEN_RATIO_64, 31);
		hash = rol64((hash ^ key[3]) * GOLDEN_RATIO_64, 31);
	}
	while (nr--)
		hash = rol64((hash ^ *key++) * GOLDEN_RATIO_64, 31);
	return hash;
}

static bool is_same(const u64 *a, const u64 *b, u32 nr)
{
	for (; nr >= 4; nr -= 4, a += 4, b += 4)
		if ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) |
		    (a[3] ^ b[3]))
			return false;
	while (nr--)
		if (*a++ != *b++)
			return false;
	return true;
}

static struct hlist_head *head_of(const struct lp_intern *table, u32 hash)
{
	return &table->heads[hash >> (32 - table->bits)];
}

static struct entry *find(const struct lp_intern *table, u32 hash,
			  const u64 *key, u32 nr)
{
	struct entry *e;

	hlist_for_each_entry(e, head_of(table, hash), node)
		if (e->hash == hash && e->nr == nr && is_same(e->key, key, nr))
			return e;
	return NULL;
}

u32 lp_intern_get(struct lp_intern *table, const u64 *key, u32 nr, bool *new)
{
	u32 hash = hash_of(key, nr);
	struct entry *e = find(table, hash, key, nr);

	*new = !e;
	if (e)
		return e->id;
	if (table->count >= table->limit)
		clear(table);
	e = kmalloc(struct_size(e, key, nr), GFP_KERNEL | __GFP_NOWARN);
	if (!e)
		return 0;
	e->hash = hash;
	e->nr = nr;
	e->id = table->next_id++;
	memcpy(e->key, key, nr * sizeof(*key));
	hlist_add_head(&e->node, head_of(table, hash));
	table->count++;
	table->bytes += struct_size(e, key, nr);
	return e->id;
}

void lp_intern_forget(struct lp_intern *table, const u64 *key, u32 nr)
{
	struct entry *e = find(table, hash_of(key, nr), key, nr);

	if (e)
		drop(table, e);
}
