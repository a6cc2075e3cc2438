// SPDX-License-Identifier: GPL-2.0
/*
 * In: where a lock lives, its kind, who called. Out: the structs it may be a
 * field of, best first. Process context, the drain thread alone: the scratch
 * memory is static for that reason.
 *
 * Names of caches are evidence, never proof: they count only where the size
 * allows it and a lock of the kind lies at the offset.
 */
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/lockprobe.h>
#include <linux/sort.h>
#include <linux/string.h>
#include "cache_name.h"
#include "candidate.h"
#include "contend.h"
#include "memo.h"
#include "compat/compat.h"

#define CALLERS 6 /* frames whose prototypes speak */
#define RECENT_BITS 8
#define CALLER_STRUCTS 32
#define VARIABLE_BYTES 1024 /* a variable whose size alone tells its type */
#define OBJECT_BYTES 64 /* a struct this big is more than a wrapper */

enum {
	SCORE_FORM = 1, /* the form to show of several of one chain */
	SCORE_ARRAY = 4,
	SCORE_SMALLER = 8,
	SCORE_FLEXIBLE = 12,
	SCORE_SIZE = 64,
	SCORE_CALLER = 128,
	SCORE_NAME = 512,
	SCORE_SYMBOL = 1024,
};

struct search {
	struct lp_candidates *out;
	const struct lp_place *place;
	const char *callers[CALLER_STRUCTS];
	u32 nr_callers;
	u32 initials; /* of structs that the cache may be named for */
	/* of the struct that is tried */
	u32 evidence;
	s32 score;
	u32 element; /* where in the object it begins: an array's element */
};

u32 lp_candidate_kinds(u32 flags)
{
	if (flags & LP_WAIT_RT)
		return lp_compat_rt_kinds();
	if (flags & LP_WAIT_MUTEX)
		return 1u << LOCKPROBE_KIND_MUTEX;
	if (flags & LP_WAIT_PERCPU)
		return 1u << LOCKPROBE_KIND_PERCPU_RWSEM;
	if (flags & LP_WAIT_SPIN)
		return flags & (LP_WAIT_READ | LP_WAIT_WRITE) ?
			       1u << LOCKPROBE_KIND_RWLOCK :
			       1u << LOCKPROBE_KIND_SPINLOCK |
				       1u << LOCKPROBE_KIND_RAW_SPINLOCK |
				       1u << LOCKPROBE_KIND_SEQLOCK;
	if (flags & (LP_WAIT_READ | LP_WAIT_WRITE))
		return 1u << LOCKPROBE_KIND_RWSEM;
	return 0;
}

/* The letters that the structs' names begin with which the caches go with. */
static u32 initials_of(const struct lp_place *place)
{
	u32 letters = 0, i;

	if (place->place != LOCKPROBE_PLACE_KMALLOC || place->nr_aliases)
		letters = lp_cache_initials(place->slab.name);
	for (i = 0; i < place->nr_aliases; i++)
		letters |= lp_cache_initials(place->aliases[i]);
	return letters;
}

static bool cache_named(const struct lp_place *place, const char *strct)
{
	u32 i;

	if (lp_cache_bears_name(place->slab.name, strct))
		return true;
	for (i = 0; i < place->nr_aliases; i++)
		if (lp_cache_bears_name(place->aliases[i], strct))
			return true;
	return false;
}

/* Pointers to which structs do the callers' prototypes take? */
static void add_prototype(struct search *s, const struct lp_btf *btf, u32 func)
{
	const struct btf_type *proto =
		lp_btf_type(btf, lp_btf_type(btf, func)->type);
	const struct btf_param *param;
	u32 i;

	if (!proto || lp_btf_kind(proto) != BTF_KIND_FUNC_PROTO)
		return;
	param = (const struct btf_param *)(proto + 1);
	for (i = 0; i < lp_btf_vlen(proto); i++, param++) {
		u32 id = param->type;
		const struct btf_type *t = lp_btf_strip(btf, &id);

		if (!t || lp_btf_kind(t) != BTF_KIND_PTR)
			continue;
		id = t->type;
		t = lp_btf_strip(btf, &id);
		if (t && lp_btf_kind(t) == BTF_KIND_STRUCT && t->name_off &&
		    s->nr_callers < CALLER_STRUCTS)
			s->callers[s->nr_callers++] =
				lp_btf_name(btf, t->name_off);
	}
}

/* The function that @ip lies in, in the kernel's own types; 0: not there. */
static u32 own_function(u64 ip)
{
	/* the same callers come again: to name them is dear */
	static struct {
		u64 ip;
		u32 func;
	} recent[1 << RECENT_BITS];
	static char name[KSYM_NAME_LEN];
	const struct lp_btf *btf = lp_btf_vmlinux();
	u32 at = hash_64(ip, RECENT_BITS);
	unsigned long start, end;

	if (recent[at].ip == ip)
		return recent[at].func;
	recent[at].ip = ip;
	recent[at].func = 0;
	if (btf && lp_place_function(ip, name, sizeof(name), &start, &end))
		recent[at].func = lp_btf_find(btf, name, BTF_KIND_FUNC);
	return recent[at].func;
}

static void add_module_caller(struct search *s, u64 ip)
{
	static char name[KSYM_NAME_LEN];
	unsigned long start, end;
	struct lp_btf *btf;

	if (!lp_place_function(ip, name, sizeof(name), &start, &end))
		return;
	list_for_each_entry(btf, lp_btf_all(), node) {
		u32 func = lp_btf_find(btf, name, BTF_KIND_FUNC);

		if (!func)
			continue;
		add_prototype(s, btf, func);
		break;
	}
}

static void add_callers(struct search *s, const u64 *frames, u32 nr)
{
	u32 i, func;

	for (i = 0; i < nr && i < CALLERS; i++) {
		if (!lp_place_in_kernel(frames[i])) {
			add_module_caller(s, frames[i]);
			continue;
		}
		func = own_function(frames[i]);
		if (func)
			add_prototype(s, lp_btf_vmlinux(), func);
	}
}

static bool is_caller(const struct search *s, const struct lp_chain *chain)
{
	u32 i, j;

	for (i = 0; i < chain->nr; i++)
		for (j = 0; j < s->nr_callers; j++)
			if (!strcmp(chain->level[i].strct, s->callers[j]))
				return true;
	return false;
}

/* The level to show: the innermost struct that is more than a wrapper. */
static u32 best_level(const struct lp_chain *chain)
{
	u32 i;

	for (i = chain->nr; i > 1; i--)
		if (chain->level[i - 1].size >= OBJECT_BYTES)
			return i - 1;
	return 0;
}

/* The list's weakest makes room when it is full. */
static struct lp_candidate *slot_for(struct lp_candidates *out, s32 score)
{
	struct lp_candidate *weakest = &out->list[0];
	u32 i;

	if (out->nr < LP_CANDIDATES)
		return &out->list[out->nr++];
	for (i = 1; i < out->nr; i++)
		if (out->list[i].score < weakest->score)
			weakest = &out->list[i];
	return weakest->score < score ? weakest : NULL;
}

static void fill(const struct search *s, struct lp_candidate *c,
		 const struct lp_chain *chain, u32 evidence, s32 score)
{
	c->evidence = evidence;
	c->chain = s->out->chains;
	c->start = s->element + chain->start;
	c->kind = chain->kind;
	c->score = score;
}

static void add_form(const struct search *s, const struct lp_chain *chain,
		     u32 level, u32 evidence, s32 score)
{
	struct lp_candidates *out = s->out;
	const char *strct = chain->level[level].strct;
	const char *path = chain->path + chain->level[level].at;
	struct lp_candidate *c;
	u32 i;

	for (i = 0; i < out->nr; i++) {
		c = &out->list[i];
		if (strcmp(c->strct, strct) || strcmp(c->path, path))
			continue;
		if (c->score < score)
			fill(s, c, chain, evidence, score);
		return;
	}
	c = slot_for(out, score);
	if (!c)
		return;
	c->strct = strct;
	strscpy(c->path, path, sizeof(c->path));
	fill(s, c, chain, evidence, score);
}

static void add_chain(const struct lp_chain *chain, void *ctx)
{
	struct search *s = ctx;
	struct lp_candidates *out = s->out;
	u32 evidence = s->evidence, best = best_level(chain), i;
	s32 score = s->score;

	out->chains++;
	evidence |= LOCKPROBE_EVIDENCE_OFFSET | LOCKPROBE_EVIDENCE_KIND;
	if (is_caller(s, chain)) {
		evidence |= LOCKPROBE_EVIDENCE_CALLER;
		score += SCORE_CALLER;
	}
	for (i = 0; i < chain->nr; i++)
		if (i == best)
			add_form(s, chain, i, evidence, score + SCORE_FORM);
		else if (!i || chain->level[i].size >= OBJECT_BYTES)
			add_form(s, chain, i, evidence, score);
}

/* The next smaller kmalloc size class. */
static u32 class_below(u32 size)
{
	if (size <= 8)
		return 0;
	if (size == 96)
		return 64;
	if (size == 128)
		return 96;
	if (size == 192)
		return 128;
	if (size == 256)
		return 192;
	return size / 2;
}

/* Does the struct end in an array of no fixed length? */
static bool is_flexible(const struct lp_btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = (const struct btf_member *)(t + 1);
	u32 n = lp_btf_vlen(t), id;
	const struct btf_type *last;

	if (!n)
		return false;
	id = m[n - 1].type;
	last = lp_btf_strip(btf, &id);
	return last && lp_btf_kind(last) == BTF_KIND_ARRAY &&
	       !((const struct btf_array *)(last + 1))->nelems;
}

/*
 * Could an allocation of place->size hold a struct of @size? How well? One
 * that the cache is named for may be cut short (task_struct, whose end depends
 * on the CPU).
 */
static s32 score_size(const struct search *s, const struct lp_btf *btf,
		      const struct btf_type *t, bool is_named, u32 *evidence)
{
	const struct lp_place *p = s->place;
	u32 room = p->size;

	if (!room || t->size > room)
		return is_named ? SCORE_SMALLER : -1;
	if (p->place == LOCKPROBE_PLACE_KMALLOC) {
		if (t->size > class_below(room)) {
			*evidence |= LOCKPROBE_EVIDENCE_SIZE;
			return SCORE_SIZE;
		}
	} else if (p->place == LOCKPROBE_PLACE_VMALLOC ||
		   p->place == LOCKPROBE_PLACE_PAGE) {
		if (PAGE_ALIGN(t->size) == PAGE_ALIGN(room) &&
		    t->size > PAGE_SIZE / 2) {
			*evidence |= LOCKPROBE_EVIDENCE_SIZE;
			return SCORE_SIZE;
		}
	} else if (room - t->size < 8) {
		*evidence |= LOCKPROBE_EVIDENCE_SIZE;
		return SCORE_SIZE;
	}
	return is_flexible(btf, t) ? SCORE_FLEXIBLE : SCORE_SMALLER;
}

static void try_struct(struct search *s, const struct lp_btf *btf,
		       const struct lp_bearer *bearer, u32 kinds)
{
	const struct btf_type *t = lp_btf_type(btf, bearer->id);
	const struct lp_place *p = s->place;
	u32 offset = p->offset;
	const char *name;
	bool is_named;

	s->element = 0;
	if (offset >= bearer->size) {
		/* an element of an array of them, not the first */
		if (p->size / bearer->size < 2)
			return;
		offset %= bearer->size;
		s->element = p->offset - offset;
	}
	if (!(bearer->map >> lp_bearer_part(bearer->size, offset) & 1))
		return;
	s->evidence = 0;
	name = lp_btf_name(btf, t->name_off);
	is_named = s->initials & lp_cache_letter(*name) && cache_named(p, name);
	s->score = score_size(s, btf, t, is_named, &s->evidence);
	if (s->score < 0)
		return;
	if (is_named) {
		s->evidence |= LOCKPROBE_EVIDENCE_CACHE;
		s->score += SCORE_NAME;
	}
	if (p->offset >= bearer->size)
		s->score = SCORE_ARRAY;
	/* variables: the symbol is the name; a big struct's fit may help */
	if (p->symbol[0] && (!(s->evidence & LOCKPROBE_EVIDENCE_SIZE) ||
			     t->size < VARIABLE_BYTES))
		return;
	lp_btf_locate(btf, bearer->id, offset, kinds, add_chain, s);
}

static int by_score(const void *a, const void *b)
{
	const struct lp_candidate *x = a, *y = b;

	if (x->score != y->score)
		return y->score - x->score;
	return strcmp(x->strct, y->strct);
}

/* How many different locks do the candidates with all of @evidence name? */
static u32 count_best(const struct lp_candidates *out, u32 evidence)
{
	u32 i, n = 0, last = 0;

	for (i = 0; i < out->nr; i++) {
		const struct lp_candidate *c = &out->list[i];

		if ((c->evidence & evidence) != evidence || c->chain == last)
			continue;
		if (!(c->score & SCORE_FORM))
			continue;
		last = c->chain;
		n++;
	}
	return n;
}

static u32 common_kind(const struct lp_candidates *out)
{
	u32 i;

	for (i = 1; i < out->nr; i++)
		if (out->list[i].kind != out->list[0].kind)
			return LOCKPROBE_KIND_UNKNOWN;
	return out->nr ? out->list[0].kind : LOCKPROBE_KIND_UNKNOWN;
}

/* Leave only the forms of the best candidate's chain. */
static void keep_best(struct lp_candidates *out)
{
	u32 i, n = 0;

	for (i = 0; i < out->nr; i++)
		if (out->list[i].chain == out->list[0].chain)
			out->list[n++] = out->list[i];
	out->nr = n;
	out->chains = 1;
}

/*
 * Do we know what every cache holds that shares these slabs? Then one struct
 * among those with such a lock is the one.
 */
static bool is_accounted(const struct lp_place *p)
{
	u32 i;

	if (p->slab.shared == 1)
		return true;
	if (p->nr_aliases + 1 != p->slab.shared ||
	    !lp_cache_is_known(p->slab.name))
		return false;
	for (i = 0; i < p->nr_aliases; i++)
		if (!lp_cache_is_known(p->aliases[i]))
			return false;
	return true;
}

/*
 * The struct that a variable bears the name of (struct rcu_state rcu_state) and
 * is as big as; NULL: none. A symbol is as long as it is to the next one, which
 * may be aligned.
 */
static const struct lp_btf *namesake(const struct lp_place *p, u32 *id)
{
	struct lp_btf *btf;
	u32 size;

	if (!p->symbol[0])
		return NULL;
	list_for_each_entry(btf, lp_btf_all(), node) {
		if (strcmp(btf->module, p->module))
			continue;
		*id = lp_btf_find(btf, p->symbol, BTF_KIND_STRUCT);
		size = *id ? lp_btf_size(btf, *id) : 0;
		if (size && size <= p->size && p->size - size < SMP_CACHE_BYTES)
			return btf;
	}
	return NULL;
}

bool lp_candidate_knowable(const struct lp_place *p)
{
	u32 id;

	return p->type || p->place == LOCKPROBE_PLACE_CACHE ||
	       (p->place == LOCKPROBE_PLACE_KMALLOC && p->nr_aliases) ||
	       namesake(p, &id);
}

bool lp_candidate_denied(const struct lp_place *p,
			 const struct lp_candidates *out)
{
	u32 i;

	if (p->place != LOCKPROBE_PLACE_CACHE || p->slab.shared != 1 ||
	    !lp_cache_is_known(p->slab.name))
		return false;
	for (i = 0; i < out->nr; i++)
		if (out->list[i].evidence & LOCKPROBE_EVIDENCE_CACHE)
			return false;
	return true;
}

static u8 judge_cache(struct lp_candidates *out, const struct lp_place *p)
{
	const u32 name = LOCKPROBE_EVIDENCE_CACHE;
	const u32 sure = name | LOCKPROBE_EVIDENCE_SIZE;
	u32 named = count_best(out, name);
	bool fits = (out->list[0].evidence & sure) == sure ||
		    !strcmp(p->slab.name, out->list[0].strct);

	/* shared slabs are as big as the biggest object: size says nothing */
	if (named == 1 && (fits || p->slab.shared > 1) && is_accounted(p))
		return LOCKPROBE_CONFIDENCE_CERTAIN;
	if (named == 1)
		return LOCKPROBE_CONFIDENCE_LIKELY;
	if (!named && count_best(out, LOCKPROBE_EVIDENCE_SIZE) == 1)
		return LOCKPROBE_CONFIDENCE_LIKELY;
	return LOCKPROBE_CONFIDENCE_AMBIGUOUS;
}

static u8 judge(struct lp_candidates *out, const struct lp_place *p)
{
	const u32 fit = LOCKPROBE_EVIDENCE_SIZE | LOCKPROBE_EVIDENCE_CALLER;

	if (p->symbol[0]) {
		/* the symbol is certain; one guess at its type may stay */
		if (out->nr && count_best(out, 0) > 1)
			out->nr = 0;
		return LOCKPROBE_CONFIDENCE_CERTAIN;
	}
	if (!out->nr)
		return LOCKPROBE_CONFIDENCE_NONE;
	if (out->list[0].evidence & LOCKPROBE_EVIDENCE_SYMBOL)
		return out->chains == 1 ? LOCKPROBE_CONFIDENCE_CERTAIN :
					  LOCKPROBE_CONFIDENCE_AMBIGUOUS;
	if (p->place == LOCKPROBE_PLACE_CACHE)
		return judge_cache(out, p);
	if (count_best(out, 0) == 1 || count_best(out, fit) == 1)
		return LOCKPROBE_CONFIDENCE_LIKELY;
	if (count_best(out, LOCKPROBE_EVIDENCE_SIZE) == 1 &&
	    !count_best(out, LOCKPROBE_EVIDENCE_CALLER))
		return LOCKPROBE_CONFIDENCE_LIKELY;
	return LOCKPROBE_CONFIDENCE_AMBIGUOUS;
}

static void try_type(struct search *s, const struct lp_btf *btf, u32 id,
		     u32 kinds)
{
	s->evidence = LOCKPROBE_EVIDENCE_SYMBOL;
	s->score = SCORE_SYMBOL;
	lp_btf_locate(btf, id, s->place->offset, kinds, add_chain, s);
}

static void try_all(struct search *s, u32 kinds)
{
	struct lp_btf *btf;
	u32 i;

	list_for_each_entry(btf, lp_btf_all(), node)
		for (i = 0; i < btf->nr_bearers; i++)
			try_struct(s, btf, &btf->bearers[i], kinds);
}

void lp_candidate_find(const struct lp_place *place, u32 kinds,
		       const u64 *frames, u32 nr, struct lp_candidates *out)
{
	static struct search s;
	const struct lp_btf *btf;
	u32 id;

	if (lp_memo_recall(place, kinds, out)) {
		out->kind = common_kind(out);
		return;
	}
	memset(&s, 0, sizeof(s));
	s.out = out;
	s.place = place;
	s.initials = initials_of(place);
	out->nr = 0;
	out->chains = 0;
	if (place->has_offset && kinds) {
		add_callers(&s, frames, nr);
		btf = place->type ? NULL : namesake(place, &id);
		if (place->type)
			try_type(&s, place->btf, place->type, kinds);
		else if (btf)
			try_type(&s, btf, id, kinds);
		else
			try_all(&s, kinds);
		sort(out->list, out->nr, sizeof(out->list[0]), by_score, NULL);
	}
	out->confidence = judge(out, place);
	if (out->nr && out->confidence == LOCKPROBE_CONFIDENCE_CERTAIN) {
		keep_best(out);
		lp_memo_keep(place, kinds, out);
	}
	out->kind = common_kind(out);
}
