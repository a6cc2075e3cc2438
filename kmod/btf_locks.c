// SPDX-License-Identifier: GPL-2.0
/*
 * In: a type and an offset. Out: the locks that lie there, by path. Process
 * context, one thread at a time (module init, then the drain thread). The
 * walk follows the members over the offset only, so its cost is the depth of
 * the type, not its size.
 */
#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/lockprobe.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "btf_locks.h"

#define DEPTH_MAX 24

enum {
	HOLDS_UNKNOWN,
	HOLDS_NONE,
	HOLDS_LOCK
};

struct walk {
	const struct lp_btf *btf;
	u32 kinds;
	lp_chain_fn fn;
	void *ctx;
	int found;
	u32 len; /* of chain.path */
	u32 base; /* offset of the type we are in */
	struct lp_chain chain;
};

/* A type that is a lock, by the name of its struct or typedef. */
static const struct {
	const char *name;
	u8 kind;
} lock_types[] = {
	{ "spinlock", LOCKPROBE_KIND_SPINLOCK },
	{ "raw_spinlock", LOCKPROBE_KIND_RAW_SPINLOCK },
	{ "rwlock_t", LOCKPROBE_KIND_RWLOCK },
	{ "mutex", LOCKPROBE_KIND_MUTEX },
	{ "rw_semaphore", LOCKPROBE_KIND_RWSEM },
	{ "percpu_rw_semaphore", LOCKPROBE_KIND_PERCPU_RWSEM },
	{ "rt_mutex", LOCKPROBE_KIND_RTMUTEX },
	{ "rt_mutex_base", LOCKPROBE_KIND_RTMUTEX },
	{ "seqlock_t", LOCKPROBE_KIND_SEQLOCK },
};

static u32 kind_of_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lock_types); i++)
		if (!strcmp(name, lock_types[i].name))
			return lock_types[i].kind;
	return LOCKPROBE_KIND_UNKNOWN;
}

/* Strip @id as lp_btf_strip() does; a lock's name on the way is its kind. */
static const struct btf_type *strip_kind(const struct lp_btf *btf, u32 *id,
					 u32 *kind)
{
	const struct btf_type *t = lp_btf_type(btf, *id);
	const char *name;
	int i;

	*kind = LOCKPROBE_KIND_UNKNOWN;
	for (i = 0; t && i < DEPTH_MAX; i++) {
		switch (lp_btf_kind(t)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_STRUCT:
			name = lp_btf_name(btf, t->name_off);
			if (!*kind)
				*kind = kind_of_name(name);
			if (lp_btf_kind(t) == BTF_KIND_STRUCT)
				return t;
			break;
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case LP_BTF_TYPE_TAG:
			break;
		default:
			return t;
		}
		*id = t->type;
		t = lp_btf_type(btf, *id);
	}
	return NULL;
}

/* Does type @id hold a lock anywhere? Remembered per type. */
static bool holds(const struct lp_btf *btf, u32 id, int depth)
{
	const struct lp_btf *in = btf->base && id < btf->first ? btf->base :
								 btf;
	const struct btf_type *t = lp_btf_type(btf, id);
	bool yes = false;
	u32 kind, i;
	u8 *memo;

	if (!t || depth > DEPTH_MAX)
		return false;
	memo = &in->locks[id - in->first];
	if (*memo)
		return *memo == HOLDS_LOCK;
	t = strip_kind(btf, &id, &kind);
	if (!t) {
		*memo = HOLDS_NONE;
		return false;
	}
	if (kind) {
		yes = true;
	} else if (lp_btf_kind(t) == BTF_KIND_ARRAY) {
		yes = holds(btf, ((const struct btf_array *)(t + 1))->type,
			    depth + 1);
	} else if (lp_btf_kind(t) == BTF_KIND_STRUCT ||
		   lp_btf_kind(t) == BTF_KIND_UNION) {
		const struct btf_member *m = (const struct btf_member *)(t + 1);

		for (i = 0; i < lp_btf_vlen(t) && !yes; i++)
			yes = holds(btf, m[i].type, depth + 1);
	}
	*memo = yes ? HOLDS_LOCK : HOLDS_NONE;
	return yes;
}

static void emit(struct walk *w, u32 kind, u32 start)
{
	w->chain.kind = kind;
	w->chain.start = start;
	w->found++;
	if (w->fn)
		w->fn(&w->chain, w->ctx);
}

/*
 * Is a lock of @kind an answer? The trace points tell a seqlock's writer and a
 * raw spinlock from nothing but their spinlock, so those go together.
 */
static bool wanted(const struct walk *w, u32 kind)
{
	return w->kinds & 1u << kind;
}

static void descend(struct walk *w, u32 id, u32 off, int depth);

static void descend_members(struct walk *w, const struct btf_type *t, u32 off,
			    int depth)
{
	const struct btf_member *m = (const struct btf_member *)(t + 1);
	u32 len = w->len, base = w->base, i;

	for (i = 0; i < lp_btf_vlen(t); i++, m++) {
		const char *name = lp_btf_name(w->btf, m->name_off);
		u32 at = lp_btf_member_bits(t, m) / 8;

		if (off < at || !holds(w->btf, m->type, 0) ||
		    off - at >= lp_btf_size(w->btf, m->type))
			continue;
		if (*name)
			w->len += scnprintf(w->chain.path + w->len,
					    LP_PATH_MAX - w->len, "%s%s",
					    w->len ? "." : "", name);
		w->base = base + at;
		descend(w, m->type, off - at, depth + 1);
		w->len = len;
		w->base = base;
		w->chain.path[len] = '\0';
	}
}

static void descend_struct(struct walk *w, const struct btf_type *t, u32 off,
			   int depth)
{
	const char *name = lp_btf_name(w->btf, t->name_off);
	u32 nr = w->chain.nr;

	if (*name && lp_btf_kind(t) == BTF_KIND_STRUCT && nr < LP_CHAIN_MAX) {
		w->chain.level[nr].strct = name;
		w->chain.level[nr].at = w->len + (w->len ? 1 : 0);
		w->chain.level[nr].size = t->size;
		w->chain.nr++;
	}
	descend_members(w, t, off, depth);
	w->chain.nr = nr;
}

/* Is there a wanted lock at @off of @t? Tells nobody. */
static bool probe_inside(struct walk *w, const struct btf_type *t, u32 off,
			 int depth)
{
	lp_chain_fn fn = w->fn;
	int found = w->found;
	bool yes;

	w->fn = NULL;
	descend_members(w, t, off, depth);
	yes = w->found > found;
	w->fn = fn;
	w->found = found;
	return yes;
}

/* Kernel stack: about 120 bytes a level, DEPTH_MAX levels of 3 functions. */
static void descend(struct walk *w, u32 id, u32 off, int depth)
{
	const struct btf_type *t;
	u32 kind, size;

	if (depth > DEPTH_MAX)
		return;
	t = strip_kind(w->btf, &id, &kind);
	if (!t)
		return;
	if (lp_btf_kind(t) == BTF_KIND_ARRAY) {
		const struct btf_array *array = (const void *)(t + 1);

		size = lp_btf_size(w->btf, array->type);
		if (!size)
			return;
		w->base += off - off % size;
		descend(w, array->type, off % size, depth + 1);
		return;
	}
	if (lp_btf_kind(t) != BTF_KIND_STRUCT &&
	    lp_btf_kind(t) != BTF_KIND_UNION)
		return;
	if (kind == LOCKPROBE_KIND_SEQLOCK && !off &&
	    w->kinds == 1u << LOCKPROBE_KIND_SEQLOCK) {
		/* asked for by its own start, where no spinlock of it is */
		emit(w, kind, w->base);
	} else if (kind && wanted(w, kind) && kind != LOCKPROBE_KIND_SEQLOCK &&
		   (!off || w->kinds & LP_KINDS_INSIDE)) {
		emit(w, kind, w->base);
	} else if (kind) {
		/*
		 * A lock of locks: the seqlock, the mutex is what others know,
		 * its spinlock (wait_lock) but a part of it.
		 */
		if (probe_inside(w, t, off, depth))
			emit(w, kind, w->base);
	} else {
		descend_struct(w, t, off, depth);
	}
}

int lp_btf_locate(const struct lp_btf *btf, u32 id, u32 off, u32 kinds,
		  lp_chain_fn fn, void *ctx)
{
	static struct walk w; /* too big for the stack; one thread calls us */

	w.btf = btf;
	w.kinds = kinds;
	w.fn = fn;
	w.ctx = ctx;
	w.found = 0;
	w.len = 0;
	w.base = 0;
	w.chain.nr = 0;
	w.chain.path[0] = '\0';
	descend(&w, id, off, 0);
	return w.found;
}

static bool is_bearer(const struct lp_btf *btf, u32 i)
{
	const struct btf_type *t = btf->data + btf->offs[i];

	return lp_btf_kind(t) == BTF_KIND_STRUCT && t->name_off && t->size &&
	       !kind_of_name(lp_btf_name(btf, t->name_off)) &&
	       holds(btf, btf->first + i, 0);
}

/* The 64ths of struct @t that its members with locks cover. */
static u64 map_locks(const struct lp_btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = (const struct btf_member *)(t + 1);
	u64 map = 0;
	u32 i;

	for (i = 0; i < lp_btf_vlen(t); i++, m++) {
		u64 at = lp_btf_member_bits(t, m) / 8;
		u32 size = lp_btf_size(btf, m->type);

		if (size && holds(btf, m->type, 0))
			map |= GENMASK_ULL(lp_bearer_part(t->size,
							  at + size - 1),
					   lp_bearer_part(t->size, at));
	}
	return map;
}

int lp_btf_index(struct lp_btf *btf)
{
	const struct btf_type *t;
	u32 i, n = 0;

	for (i = 0; i < btf->nr; i++)
		n += is_bearer(btf, i);
	btf->bearers =
		kvmalloc_array(max(n, 1u), sizeof(*btf->bearers), GFP_KERNEL);
	if (!btf->bearers)
		return -ENOMEM;
	for (i = 0; i < btf->nr; i++) {
		if (!is_bearer(btf, i))
			continue;
		t = btf->data + btf->offs[i];
		btf->bearers[btf->nr_bearers++] =
			(struct lp_bearer){ .id = btf->first + i,
					    .size = t->size,
					    .map = map_locks(btf, t) };
	}
	btf->bytes += n * sizeof(*btf->bearers);
	return 0;
}
