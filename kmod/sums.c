// SPDX-License-Identifier: GPL-2.0
/*
 * In: single waits or sleeps. Out: their sums, maxima and histograms, sent
 * when asked. Process context, the drain thread.
 */
#include <linux/build_bug.h>
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include "stream.h"
#include "sums.h"

#define ENTRIES 1024
#define HASH (ENTRIES * 2)

#define SAME(a, b) \
	static_assert(offsetof(union lp_sum, a) == offsetof(union lp_sum, b))

SAME(key[0], wait.lock);
SAME(key[0], sleep.task);
SAME(key[2], wait.task);
SAME(key[2], sleep.lock);
SAME(who, wait.owner);
SAME(who, sleep.waker);
SAME(count, wait.count);
SAME(count, sleep.count);
SAME(bits, wait.flags);
SAME(bits, sleep.state);
SAME(total, wait.total);
SAME(total, sleep.total);
SAME(max, wait.max);
SAME(max, sleep.max);
SAME(hist, wait.hist);
SAME(hist, sleep.hist);
static_assert(sizeof(struct lockprobe_wait) == sizeof(union lp_sum) &&
	      sizeof(struct lockprobe_sleep) == sizeof(union lp_sum));

struct lp_sums {
	u16 nest, data;
	u32 nr;
	u16 index[HASH]; /* 1 + entry, 0: empty */
	union lp_sum entry[ENTRIES];
};

struct lp_sums *lp_sums_new(u16 nest, u16 data)
{
	struct lp_sums *sums = kvzalloc(sizeof(*sums), GFP_KERNEL);

	if (!sums)
		return NULL;
	sums->nest = nest;
	sums->data = data;
	return sums;
}

void lp_sums_free(struct lp_sums *sums)
{
	kvfree(sums);
}

size_t lp_sums_memory(void)
{
	return sizeof(struct lp_sums);
}

bool lp_sums_full(const struct lp_sums *sums)
{
	return sums->nr == ENTRIES;
}

static u32 bucket(u64 ns)
{
	return min_t(u32, ns ? ilog2(ns) : 0, LOCKPROBE_HIST_BUCKETS - 1);
}

static union lp_sum *find(struct lp_sums *sums, const union lp_sum *one)
{
	u32 at = jhash2(one->key, ARRAY_SIZE(one->key), 0);
	union lp_sum *e;

	for (;; at++) {
		u16 *index = &sums->index[at & (HASH - 1)];

		if (!*index) {
			e = &sums->entry[sums->nr++];
			*index = sums->nr;
			memset(e, 0, sizeof(*e));
			memcpy(e->key, one->key, sizeof(e->key));
			return e;
		}
		e = &sums->entry[*index - 1];
		if (!memcmp(e->key, one->key, sizeof(e->key)))
			return e;
	}
}

void lp_sums_add(struct lp_sums *sums, const union lp_sum *one)
{
	union lp_sum *e = find(sums, one);

	e->count++;
	e->bits |= one->bits;
	e->who = one->who ?: e->who;
	e->total += one->total;
	e->max = max(e->max, one->max);
	e->hist[bucket(one->total)]++;
}

int lp_sums_flush(struct lp_sums *sums, struct lp_stream *stream)
{
	int ret;

	if (!sums->nr)
		return 0;
	ret = lp_stream_sums(stream, sums->nest, sums->data, sums->entry,
			     sums->nr);
	sums->nr = 0;
	memset(sums->index, 0, sizeof(sums->index));
	return ret;
}
