// SPDX-License-Identifier: GPL-2.0
/*
 * What a lock is, from the kernel's candidates alone, and how it is shown. One
 * lock often has several true names: an inode's rwsem is also the
 * vfs_inode.i_rwsem of an ext4_inode_info. Such candidates are one identity;
 * it is named after the innermost object the kernel offered.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lock/lock_id.h"
#include "capture/record.h"

/*
 * Building blocks: a lock in one of these is known by the object around it
 * (dentry.d_lockref.lock), never as "lockref.lock".
 */
static const char *const blocks[] = {
	"lockref",
	"xarray",
	"wait_queue_head",
	"swait_queue_head",
	"sk_buff_head",
	"completion",
	"semaphore",
	"percpu_counter",
	"seqlock_t",
	"seqlock",
	"spinlock",
	"raw_spinlock",
	"radix_tree_root",
	"idr",
	"ida",
	"hlist_bl_head",
	"list_lru_node",
	"list_lru_one",
	"rw_semaphore",
	"mutex",
	"rt_mutex",
	"rt_mutex_base",
	"klist",
	"ratelimit_state",
	"delayed_work",
	"fprop_global",
	"fprop_local_percpu",
	"maple_tree",
	"percpu_rw_semaphore",
	"optimistic_spin_queue",
	"rwlock_t",
	"spinlock_t",
	"socket_lock_t",
	"bucket_table",
};

static bool is_block(const char *strct)
{
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (!strcmp(blocks[i], strct))
			return true;
	return false;
}

/* Is @inner the tail of @outer's path: vfs_inode.i_rwsem, i_rwsem? */
static bool is_tail(const char *outer, const char *inner)
{
	size_t o = strlen(outer), i = strlen(inner);

	return o > i && outer[o - i - 1] == '.' &&
	       !strcmp(outer + o - i, inner);
}

static void set(struct lock_id *id, const struct record_candidate *c)
{
	snprintf(id->strct, sizeof(id->strct), "%s", c->strct);
	snprintf(id->path, sizeof(id->path), "%s", c->path);
	id->evidence = c->evidence;
}

/* The shortest candidate whose path is the tail of candidate @of's. */
static const struct record_candidate *
innermost(const struct record_lock *lock, const struct record_candidate *of)
{
	const struct record_candidate *best = of, *c;
	uint32_t i;

	for (i = 0; i < lock->nr_candidates; i++) {
		c = &lock->candidates[i];
		if (is_tail(of->path, c->path) && !is_block(c->strct) &&
		    strlen(c->path) < strlen(best->path))
			best = c;
	}
	return best;
}

/* How many of the candidates are no other name of another one. */
static uint16_t count_distinct(const struct record_lock *lock)
{
	uint32_t i;
	uint16_t nr = 0;

	/* of all that are one lock, just one is its own innermost form */
	for (i = 0; i < lock->nr_candidates; i++)
		nr += innermost(lock, &lock->candidates[i]) ==
		      &lock->candidates[i];
	return nr;
}

/* A static seqlock's spinlock lies behind its sequence: one lock, one name. */
static bool in_seqlock(const struct record_lock *lock)
{
	return lock->kind == LOCKPROBE_KIND_SEQLOCK && lock->symbol_offset <= 8;
}

static void set_symbol(struct lock_id *id, const struct record_lock *lock)
{
	if (lock->symbol_offset && !in_seqlock(lock))
		snprintf(id->path, sizeof(id->path), "%.100s+0x%llx",
			 lock->symbol, (unsigned long long)lock->symbol_offset);
	else
		snprintf(id->path, sizeof(id->path), "%s", lock->symbol);
	id->evidence = LOCKPROBE_EVIDENCE_SYMBOL;
	id->alternatives = 1;
}

/* What speaks most for a candidate; among equals the kernel's order stands. */
static uint32_t weight(const struct record_candidate *c)
{
	static const uint32_t order[] = {
		LOCKPROBE_EVIDENCE_SYMBOL, LOCKPROBE_EVIDENCE_SOURCE,
		LOCKPROBE_EVIDENCE_CACHE,  LOCKPROBE_EVIDENCE_CALLER,
		LOCKPROBE_EVIDENCE_KIND,   LOCKPROBE_EVIDENCE_OFFSET,
		LOCKPROBE_EVIDENCE_SIZE,
	};
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(*order); i++)
		sum = (sum << 1) + !!(c->evidence & order[i]);
	return sum;
}

static const struct record_candidate *best_of(const struct record_lock *lock)
{
	const struct record_candidate *best = &lock->candidates[0];
	uint32_t i;

	for (i = 1; i < lock->nr_candidates; i++)
		if (weight(&lock->candidates[i]) > weight(best))
			best = &lock->candidates[i];
	return best;
}

/* Several names for one lock are no doubt; several locks are. */
static void settle_confidence(struct lock_id *id,
			      const struct record_lock *lock)
{
	if (id->confidence == LOCKPROBE_CONFIDENCE_CERTAIN) {
		id->alternatives = 1;
		return;
	}
	id->alternatives = count_distinct(lock);
	if (id->alternatives > 1)
		id->confidence = LOCKPROBE_CONFIDENCE_AMBIGUOUS;
	else if (lock->nr_candidates < RECORD_CANDIDATES)
		id->confidence = LOCKPROBE_CONFIDENCE_LIKELY;
}

void lock_id_of_record(struct lock_id *id, const struct record_lock *lock)
{
	const struct record_candidate *best;

	memset(id, 0, sizeof(*id));
	id->kind = lock->kind;
	id->confidence = lock->confidence;
	if (id->confidence > LOCKPROBE_CONFIDENCE_CERTAIN)
		id->confidence = LOCKPROBE_CONFIDENCE_NONE;
	best = lock->nr_candidates ? best_of(lock) : NULL;
	/* a variable is its symbol; its fields only where its type is known */
	if (lock->symbol &&
	    !(best && best->evidence & LOCKPROBE_EVIDENCE_SYMBOL)) {
		set_symbol(id, lock);
		return;
	}
	if (!best) {
		id->confidence = LOCKPROBE_CONFIDENCE_NONE;
		return;
	}
	set(id, innermost(lock, best));
	settle_confidence(id, lock);
}

int lock_id_print(char *out, size_t size, const struct lock_id *id)
{
	return snprintf(out, size, "%s%s%s%s", id->strct, *id->strct ? "." : "",
			id->path,
			id->confidence == LOCKPROBE_CONFIDENCE_LIKELY &&
					*id->path ?
				"?" :
				"");
}

static int label_place(char *out, size_t size, const struct record_lock *lock)
{
	if (lock->cache && lock->offset != UINT32_MAX)
		return snprintf(out, size, "%s+0x%x", lock->cache,
				lock->offset);
	if (lock->cache)
		return snprintf(out, size, "%s", lock->cache);
	return snprintf(out, size, "(%s lock at 0x%llx)",
			lock_place_name(lock->place),
			(unsigned long long)lock->addr);
}

/* Two that are possible, and how many more: all are in report --json. */
static int label_ambiguous(char *out, size_t size, const struct lock_id *id,
			   const struct record_lock *lock)
{
	const struct record_candidate *other = NULL, *c;
	uint32_t i;
	int n = snprintf(out, size, "%s%s%s", id->strct, *id->strct ? "." : "",
			 id->path);

	for (i = 0; i < lock->nr_candidates && !other; i++) {
		c = innermost(lock, &lock->candidates[i]);
		if (strcmp(c->path, id->path) || strcmp(c->strct, id->strct))
			other = c;
	}
	if (other && n >= 0 && (size_t)n < size)
		n += snprintf(out + n, size - n, "|%s%s%s", other->strct,
			      *other->strct ? "." : "", other->path);
	if (!other && id->alternatives > 1 && n >= 0 && (size_t)n < size)
		n += snprintf(out + n, size - n, "|+%u", id->alternatives - 1);
	else if (id->alternatives > 2 && n >= 0 && (size_t)n < size)
		n += snprintf(out + n, size - n, "|+%u", id->alternatives - 2);
	return n;
}

int lock_id_label(char *out, size_t size, const struct lock_id *id,
		  const struct record_lock *lock)
{
	if (!*id->path)
		return label_place(out, size, lock);
	if (id->confidence == LOCKPROBE_CONFIDENCE_AMBIGUOUS)
		return label_ambiguous(out, size, id, lock);
	return lock_id_print(out, size, id);
}

static const char *const kinds[] = {
	"lock",		"spinlock", "rwlock",  "mutex",	       "rwsem",
	"percpu-rwsem", "rtmutex",  "seqlock", "raw-spinlock",
};

static const char *const places[] = {
	"unknown", "static",  "per-CPU", "module", "cache",
	"kmalloc", "vmalloc", "page",	 "stack",  "user",
};

static const char *const confidences[] = { "none", "ambiguous", "likely",
					   "certain" };

#define NAME(table, i) \
	((i) < sizeof(table) / sizeof(*(table)) ? (table)[i] : (table)[0])

const char *lock_kind_name(uint8_t kind)
{
	return NAME(kinds, kind);
}

const char *lock_place_name(uint8_t place)
{
	return NAME(places, place);
}

const char *lock_confidence_name(uint8_t confidence)
{
	return NAME(confidences, confidence);
}
