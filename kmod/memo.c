// SPDX-License-Identifier: GPL-2.0
/*
 * In: places in the objects of caches, and the candidates for the locks there.
 * Out: the same for other objects of the cache: where the cache's name made
 * them certain, nothing else was asked. Process context, the drain thread.
 */
#include <linux/hash.h>
#include <linux/lockprobe.h>
#include <linux/string.h>
#include "memo.h"
#define MEMO_BITS 5
#define MEMO_FORMS 3

static struct memo {
	const void *cache; /* NULL: empty */
	char name[32]; /* the cache's: another may come to stand there */
	u32 shared; /* by how many caches then */
	u32 offset;
	u32 kinds;
	u32 departures; /* of types when it was made */
	u32 nr;
	struct lp_candidate list[MEMO_FORMS];
} memos[1 << MEMO_BITS];

static struct memo *memo_of(const struct lp_place *p, u32 kinds)
{
	if (p->place != LOCKPROBE_PLACE_CACHE || p->type)
		return NULL;
	return &memos[hash_64((u64)(unsigned long)p->slab.cache ^
				      (u64)p->offset << 40 ^ kinds,
			      MEMO_BITS)];
}

bool lp_memo_recall(const struct lp_place *p, u32 kinds,
		    struct lp_candidates *out)
{
	const struct memo *m = memo_of(p, kinds);

	if (!m || m->cache != p->slab.cache || m->offset != p->offset ||
	    m->kinds != kinds || m->shared != p->slab.shared ||
	    m->departures != lp_btf_departures() ||
	    strncmp(m->name, p->slab.name, sizeof(m->name) - 1))
		return false;
	out->nr = m->nr;
	out->chains = 1;
	out->confidence = LOCKPROBE_CONFIDENCE_CERTAIN;
	memcpy(out->list, m->list, m->nr * sizeof(*m->list));
	return true;
}

void lp_memo_keep(const struct lp_place *p, u32 kinds,
		  const struct lp_candidates *out)
{
	struct memo *m = memo_of(p, kinds);

	if (!m || !out->nr || out->nr > MEMO_FORMS)
		return;
	m->cache = p->slab.cache;
	strscpy(m->name, p->slab.name, sizeof(m->name));
	m->shared = p->slab.shared;
	m->offset = p->offset;
	m->kinds = kinds;
	m->departures = lp_btf_departures();
	m->nr = out->nr;
	memcpy(m->list, out->list, m->nr * sizeof(*m->list));
}
