/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A ring of variable-sized records between one producer (a CPU, in a context
 * that nothing interrupts with another record for the same ring) and one
 * consumer (the drain thread). No locks; a full ring refuses.
 */
#ifndef LP_RING_H
#define LP_RING_H

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>

/* Head of every record; @size counts it, a multiple of 8. */
struct lp_record {
	u32 size;
	u32 type; /* the user's, 0 is reserved for padding */
};

struct lp_ring {
	u8 *data;
	u32 size; /* a power of two */
	unsigned long head ____cacheline_aligned_in_smp; /* producer's */
	unsigned long tail ____cacheline_aligned_in_smp; /* consumer's */
};

/* Process context. @size is rounded up to a power of two. */
int lp_ring_init(struct lp_ring *ring, u32 size, int node);
void lp_ring_free(struct lp_ring *ring);

/*
 * Producer: reserve room for at most @max bytes, fill it, commit what was
 * used. NULL: full. Any context.
 */
void *lp_ring_reserve(struct lp_ring *ring, u32 max);
void lp_ring_commit(struct lp_ring *ring, struct lp_record *rec, u32 size,
		    u32 type);
static inline u32 lp_ring_used(const struct lp_ring *ring)
{
	return READ_ONCE(ring->head) - READ_ONCE(ring->tail);
}

/* Consumer: the oldest record or NULL; it stays valid until released. */
struct lp_record *lp_ring_peek(struct lp_ring *ring);
static inline void lp_ring_release(struct lp_ring *ring,
				   const struct lp_record *rec)
{
	/* pairs with the acquire in lp_ring_reserve() */
	smp_store_release(&ring->tail, ring->tail + rec->size);
}

#endif
