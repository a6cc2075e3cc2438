// SPDX-License-Identifier: GPL-2.0
/*
 * In: single sleeps. Out: their sums, maxima and histograms, sent when asked.
 * Process context, the drain thread.
 */
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "stream.h"
#include "sleeps.h"

#define ENTRIES 1024
#define HASH (ENTRIES * 2)

struct lp_sleeps {
	u32 nr;
	u16 index[HASH]; /* 1 + entry, 0: empty */
	struct lockprobe_sleep entry[ENTRIES];
};

struct lp_sleeps *lp_sleeps_new(void)
{
	return kvzalloc(sizeof(struct lp_sleeps), GFP_KERNEL);
}

void lp_sleeps_free(struct lp_sleeps *sleeps)
{
	kvfree(sleeps);
}

size_t lp_sleeps_memory(void)
{
	return sizeof(struct lp_sleeps);
}

bool lp_sleeps_full(const struct lp_sleeps *sleeps)
{
	return sleeps->nr == ENTRIES;
}

static u32 bucket(u64 ns)
{
	return min_t(u32, ns ? ilog2(ns) : 0, LOCKPROBE_HIST_BUCKETS - 1);
}

static struct lockprobe_sleep *find(struct lp_sleeps *w,
				    const struct lockprobe_sleep *key)
{
	u32 at = jhash_3words(key->lock, key->stack, key->task, 0);
	struct lockprobe_sleep *e;

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

void lp_sleeps_add(struct lp_sleeps *w, const struct lockprobe_sleep *sleep)
{
	struct lockprobe_sleep *e = find(w, sleep);

	e->count++;
	e->state |= sleep->state;
	e->waker = sleep->waker ?: e->waker;
	e->total += sleep->total;
	e->max = max(e->max, sleep->max);
	e->hist[bucket(sleep->total)]++;
}

int lp_sleeps_flush(struct lp_sleeps *w, struct lp_stream *stream)
{
	int ret = lp_stream_sleeps(stream, w->entry, w->nr);

	w->nr = 0;
	memset(w->index, 0, sizeof(w->index));
	return ret;
}
