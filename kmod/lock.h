/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The locks of a session: an id for each (address, kind, memory it lives in),
 * and which locks lie on a cache line. Process context, the drain thread.
 */
#ifndef LP_LOCK_H
#define LP_LOCK_H

#include <linux/types.h>

#define LP_LOCKS_MAX 65536

struct lp_lock {
	u64 addr;
	u32 id;
	u32 size; /* bytes of the lock itself */
	u32 kinds; /* what it may be, 1 << enum lockprobe_kind */
};

struct lp_locks;

struct lp_locks *lp_locks_new(void);
void lp_locks_free(struct lp_locks *locks);
size_t lp_locks_memory(const struct lp_locks *locks);

/*
 * Forget what is too much, or may not be true any more. The only place where
 * locks go: before a sample or a wait is looked at, never while it is.
 */
void lp_locks_tidy(struct lp_locks *locks);
/*
 * The lock at @addr that may be one of @kinds, new ones with id 0: the caller
 * gives it one with lp_locks_name() once the reader knows it. NULL: no memory.
 */
struct lp_lock *lp_locks_get(struct lp_locks *locks, u64 addr, u32 kinds);
void lp_locks_name(struct lp_locks *locks, struct lp_lock *lock);
/* The known lock over @addr, else one on its cache line, else NULL. */
struct lp_lock *lp_locks_on_line(struct lp_locks *locks, u64 addr);

#endif
