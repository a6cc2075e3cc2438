// SPDX-License-Identifier: GPL-2.0
/*
 * In: byte strings. Out: their ids. Process context, the drain thread only.
 */
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/log2.h>
#include "intern.h"

struct entry {
	struct hlist_node node;
	u32 hash;
	u32 id;
	u32 len;
	u8 key[];
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
	table->bytes -= sizeof(*e) + e->len;
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

static struct entry *find(struct lp_intern *table, u32 hash, const void *key,
			  u32 len)
{
	struct entry *e;

	hlist_for_each_entry(e, &table->heads[hash & ((1u << table->bits) - 1)],
			     node)
		if (e->hash == hash && e->len == len &&
		    !memcmp(e->key, key, len))
			return e;
	return NULL;
}

u32 lp_intern_get(struct lp_intern *table, const void *key, u32 len,
		  bool *fresh)
{
	u32 hash = jhash(key, len, 0);
	struct entry *e = find(table, hash, key, len);

	*fresh = !e;
	if (e)
		return e->id;
	if (table->count >= table->limit)
		clear(table);
	e = kmalloc(sizeof(*e) + len, GFP_KERNEL | __GFP_NOWARN);
	if (!e)
		return 0;
	e->hash = hash;
	e->len = len;
	e->id = table->next_id++;
	memcpy(e->key, key, len);
	hlist_add_head(&e->node,
		       &table->heads[hash & ((1u << table->bits) - 1)]);
	table->count++;
	table->bytes += sizeof(*e) + len;
	return e->id;
}

void lp_intern_forget(struct lp_intern *table, const void *key, u32 len)
{
	struct entry *e = find(table, jhash(key, len, 0), key, len);

	if (e)
		drop(table, e);
}
