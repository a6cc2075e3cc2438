// SPDX-License-Identifier: GPL-2.0
/*
 * In: sample and wait records. Out: lock ids, with LOCK records in the stream
 * for new ones. Process context, the drain thread.
 *
 * The evidence, best first: the contention that the sample lies in; a data
 * address on a known lock's cache line; one in lock code, on the lock that the
 * argument register points to, or where the name of a lock is beyond doubt; the
 * argument register alone, believed only if it is a known lock or the name is
 * beyond doubt. Lock code reads much that is no lock (its own switches, the
 * owner's task): that an address has a symbol says nothing of it.
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/lockprobe.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "attribute.h"
#include "candidate.h"
#include "contend.h"
#include "lock.h"
#include "sample.h"
#include "stack.h"
#include "stream.h"
#include "compat/compat.h"

#define MISS_BITS 12
#define MISS_JIFFIES (2 * HZ) /* memory changes hands */
#define SYMBOL_JIFFIES (30 * HZ) /* its type may become known */
#define LOCK_BYTES 32 /* of a lock, that its own code touches first */

struct lp_attribute {
	struct lp_stream *stream;
	struct lp_locks *locks;
	struct lp_place place; /* scratch */
	struct lp_candidates found; /* scratch */
	/* addresses at which no lock was found of late */
	struct {
		u64 addr;
		u32 kinds;
		bool is_told;
		u32 changes; /* of modules then */
		unsigned long till; /* jiffies */
	} miss[1 << MISS_BITS];
};

struct lp_attribute *lp_attribute_new(struct lp_stream *stream)
{
	struct lp_attribute *a = kvzalloc(sizeof(*a), GFP_KERNEL);

	if (!a)
		return NULL;
	a->stream = stream;
	a->locks = lp_locks_new();
	if (!a->locks) {
		kvfree(a);
		return NULL;
	}
	return a;
}

void lp_attribute_free(struct lp_attribute *a)
{
	if (!a)
		return;
	lp_locks_free(a->locks);
	kvfree(a);
}

size_t lp_attribute_memory(const struct lp_attribute *a)
{
	return sizeof(*a) + lp_locks_memory(a->locks);
}

/* The kind to tell: what the candidates agree on, else what it was taken as. */
static u8 kind_of(u32 kinds, const struct lp_candidates *found)
{
	if (found->kind)
		return found->kind;
	if (kinds == LP_KINDS_ANY || !kinds)
		return LOCKPROBE_KIND_UNKNOWN;
	return __ffs(kinds);
}

/* Candidates for what lies at a->place into the scratch memory. */
static void resolve_place(struct lp_attribute *a, u32 kinds, const u64 *frames,
			  u32 nr)
{
	while (nr && lp_stack_is_lock_code(*frames)) {
		frames++;
		nr--;
	}
	lp_candidate_find(&a->place, kinds, frames, nr, &a->found);
}

/* Place and candidates of @addr into the scratch memory. */
static void resolve(struct lp_attribute *a, u64 addr, u32 kinds,
		    const u64 *frames, u32 nr)
{
	lp_place_find(addr, &a->place);
	resolve_place(a, kinds, frames, nr);
}

static u32 introduce(struct lp_attribute *a, struct lp_lock *lock);

/*
 * The address of the lock that what was taken is but a part of (a seqlock, a
 * mutex by its wait_lock), 0: it is the lock itself, or that is not sure.
 */
static u64 outer_address(const struct lp_attribute *a)
{
	if (!a->found.nr || a->found.chains != 1 || !a->place.has_offset ||
	    a->found.confidence != LOCKPROBE_CONFIDENCE_CERTAIN ||
	    a->found.list[0].start >= a->place.offset)
		return 0;
	return a->place.object + a->found.list[0].start;
}

/* Give @lock, a part of the lock at @addr, that one's id. */
static u32 introduce_part(struct lp_attribute *a, struct lp_lock *lock,
			  u64 addr)
{
	u32 kinds = 1u << a->found.list[0].kind;
	struct lp_lock *outer = lp_locks_get(a->locks, addr, kinds);

	if (!outer)
		return 0;
	if (!outer->id) {
		resolve(a, addr, kinds, NULL, 0);
		introduce(a, outer);
	}
	lock->id = outer->id;
	return lock->id;
}

/* Introduce @lock, whose place and candidates are in the scratch memory. */
static u32 introduce(struct lp_attribute *a, struct lp_lock *lock)
{
	u32 kinds = lock->kinds;
	u64 outer = outer_address(a);

	if (outer)
		return introduce_part(a, lock, outer);
	if (a->found.kind)
		lock->kinds = 1u << a->found.kind;
	lp_locks_name(a->locks, lock);
	if (lp_stream_lock(a->stream, lock->id, kind_of(kinds, &a->found),
			   &a->place, &a->found))
		lock->id = 0;
	return lock->id;
}

u32 lp_attribute_lock(struct lp_attribute *a, u64 addr, u32 flags,
		      const u64 *frames, u32 nr)
{
	struct lp_lock *lock;

	lp_locks_tidy(a->locks);
	lock = lp_locks_get(a->locks, addr, lp_candidate_kinds(flags));
	if (!lock)
		return 0;
	if (lock->id)
		return lock->id;
	resolve(a, addr, lock->kinds, frames, nr);
	return introduce(a, lock);
}

/*
 * Is there a lock at a->place? A symbol is its name only if something else says
 * that a lock lies there (@is_told): few variables' types are known.
 */
static bool is_lock(const struct lp_attribute *a, bool is_told)
{
	if (lp_candidate_denied(&a->place, &a->found))
		return false;
	if (is_told)
		return a->found.nr ||
		       (a->place.symbol[0] && !lp_place_is_code(&a->place));
	/* the fit of a variable's size to a struct is a guess */
	return a->found.nr &&
	       a->found.confidence == LOCKPROBE_CONFIDENCE_CERTAIN &&
	       a->found.list[0].evidence &
		       (LOCKPROBE_EVIDENCE_SYMBOL | LOCKPROBE_EVIDENCE_CACHE);
}

static bool is_miss(const struct lp_attribute *a, u64 addr, u32 kinds,
		    bool is_told)
{
	u32 at = hash_64(addr ^ kinds, MISS_BITS);

	return a->miss[at].addr == addr && a->miss[at].kinds == kinds &&
	       a->miss[at].is_told == is_told &&
	       a->miss[at].changes == lp_compat_module_changes() &&
	       time_before(jiffies, a->miss[at].till);
}

/* What lies at @addr is in the scratch memory. */
static void note_miss(struct lp_attribute *a, u64 addr, u32 kinds, bool is_told)
{
	u32 at = hash_64(addr ^ kinds, MISS_BITS);

	a->miss[at].addr = addr;
	a->miss[at].kinds = kinds;
	a->miss[at].is_told = is_told;
	a->miss[at].changes = lp_compat_module_changes();
	a->miss[at].till =
		jiffies + (a->place.symbol[0] ? SYMBOL_JIFFIES : MISS_JIFFIES);
}

/*
 * A lock of @kinds at @addr, or around it where they say so, seen from lock
 * code. @is_told: the code was told that it is there.
 */
static u32 lock_around(struct lp_attribute *a, u64 addr, u32 kinds,
		       const u64 *frames, u32 nr, bool is_told)
{
	struct lp_lock *lock;

	if (is_miss(a, addr, kinds, is_told))
		return 0;
	lp_place_find(addr, &a->place);
	if (is_told || lp_candidate_knowable(&a->place))
		resolve_place(a, kinds, frames, nr);
	else
		a->found.nr = 0;
	if (!is_lock(a, is_told)) {
		note_miss(a, addr, kinds, is_told);
		return 0;
	}
	if (outer_address(a)) {
		/* the address lies inside the lock: name its start */
		addr = outer_address(a);
		kinds = 1u << a->found.list[0].kind;
		resolve(a, addr, kinds, frames, nr);
	}
	lock = lp_locks_get(a->locks, addr, kinds & ~LP_KINDS_INSIDE);
	if (!lock)
		return 0;
	return lock->id ?: introduce(a, lock);
}

static bool is_pointer(u64 argument)
{
	return argument >= TASK_SIZE_MAX && !(argument & 3);
}

static u32 by_address(struct lp_attribute *a,
		      const struct lp_sample_record *rec, bool in_lock_code,
		      const u64 *frames, u32 nr)
{
	struct lp_lock *lock = lp_locks_on_line(a->locks, rec->addr);
	u32 kinds;

	if (lock && lock->id)
		return lock->id;
	if (!in_lock_code)
		return 0;
	kinds = lp_stack_kinds(*frames);
	if (kinds && is_pointer(rec->argument) && rec->addr >= rec->argument &&
	    rec->addr - rec->argument < LOCK_BYTES)
		return lock_around(a, rec->argument, kinds, frames, nr, true);
	return lock_around(a, rec->addr,
			   (kinds ?: LP_KINDS_ANY) | LP_KINDS_INSIDE, frames,
			   nr, false);
}

static u32 by_register(struct lp_attribute *a, u64 addr, const u64 *frames,
		       u32 nr)
{
	u32 kinds = lp_stack_kinds(*frames);
	struct lp_lock *lock;

	if (!is_pointer(addr) || !kinds)
		return 0;
	lock = lp_locks_on_line(a->locks, addr);
	if (lock && lock->addr == addr && lock->id)
		return lock->id;
	return lock_around(a, addr, kinds, frames, nr,
			   lp_stack_keeps_argument(*frames));
}

u32 lp_attribute_sample(struct lp_attribute *a,
			const struct lp_sample_record *rec, const u64 *frames,
			u32 nr, u16 *flags)
{
	bool in_lock_code = *flags & LOCKPROBE_SAMPLE_LOCK_CODE;
	u32 id;

	if (rec->flags & LOCKPROBE_SAMPLE_USER)
		return 0;
	if (rec->lock)
		return lp_attribute_lock(a, rec->lock, rec->lock_flags, frames,
					 nr);
	lp_locks_tidy(a->locks);
	if (rec->addr) {
		id = by_address(a, rec, in_lock_code, frames, nr);
		if (id) {
			*flags |= LOCKPROBE_SAMPLE_BY_ADDR;
			return id;
		}
	}
	if (!in_lock_code || !rec->argument)
		return 0;
	id = by_register(a, rec->argument, frames, nr);
	if (id)
		*flags |= LOCKPROBE_SAMPLE_BY_REGISTER;
	return id;
}
