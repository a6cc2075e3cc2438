// SPDX-License-Identifier: GPL-2.0
/*
 * In: single waits. Out: their sums, maxima and histograms, sent when asked.
 * Process context, the drain thread.
 */
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "stream.h"
#include "waits.h"

#define ENTRIES 1024
#define HASH (ENTRIES * 2)

struct lp_waits {
	u32 nr;
	u16 index[HASH]; /* 1 + entry, 0: empty */
	struct lockprobe_wait entry[ENTRIES];
};

struct lp_waits *lp_waits_new(void)
{
	return kvzalloc(sizeof(struct lp_waits), GFP_KERNEL);
}

void lp_waits_free(struct lp_waits *waits)
{
	kvfree(waits);
}

size_t lp_waits_memory(void)
{
	return sizeof(struct lp_waits);
}

bool lp_waits_full(const struct lp_waits *waits)
{
	return waits->nr == ENTRIES;
}

static u32 bucket(u64 ns)
{
	return min_t(u32, ns ? ilog2(ns) : 0, LOCKPROBE_HIST_BUCKETS - 1);
}

static struct lockprobe_wait *find(struct lp_waits *w,
				   const struct lockprobe_wait *key)
{
	u32 at = jhash_3words(key->lock, key->stack, key->task, 0);
	struct lockprobe_wait *e;

	for (;; at++) {
		u16 *index = &w->index[at & (HASH - 1)];

		if (!*index) {
			e = &w->entry[w->nr++];
			*index = w->nr;
			memset(e, 0, sizeof(*e));
			e->lock = key->lock;
			e->stack = key->stack;
			e->task = key->task;
			return e;
		}
		e = &w->entry[*index - 1];
		if (e->lock == key->lock && e->stack == key->stack &&
		    e->task == key->task)
			return e;
	}
}

void lp_waits_add(struct lp_waits *w, const struct lockprobe_wait *wait)
{
	struct lockprobe_wait *e = find(w, wait);

	e->count++;
	e->flags |= wait->flags;
	e->owner = wait->owner ?: e->owner;
	e->total += wait->total;
	e->max = max(e->max, wait->max);
	e->hist[bucket(wait->total)]++;
}

int lp_waits_flush(struct lp_waits *w, struct lp_stream *stream)
{
	int ret = lp_stream_waits(stream, w->entry, w->nr);

	w->nr = 0;
	memset(w->index, 0, sizeof(w->index));
	return ret;
}
