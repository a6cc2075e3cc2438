// SPDX-License-Identifier: GPL-2.0
/*
 * In: records from one CPU (NMI, irq or task context). Out: the same records,
 * in order, to the drain thread. See ring.h for who may call what.
 *
 * Records are contiguous. One that would cross the end is put at the start and
 * the gap becomes a padding record (type 0), so that a record can be filled in
 * place by the stack unwinder.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "ring.h"

#define RING_MIN 4096u
#define RING_MAX 0x4000000u

int lp_ring_init(struct lp_ring *ring, u32 size, int node)
{
	size = roundup_pow_of_two(clamp(size, RING_MIN, RING_MAX));
	ring->data = kvzalloc_node(size, GFP_KERNEL_ACCOUNT, node);
	if (!ring->data)
		return -ENOMEM;
	ring->head = 0;
	ring->tail = 0;
	/* pairs with the acquire in lp_ring_reserve(): probes may run */
	smp_store_release(&ring->size, size);
	return 0;
}

void lp_ring_free(struct lp_ring *ring)
{
	kvfree(ring->data);
	ring->data = NULL;
	ring->size = 0;
}

void *lp_ring_reserve(struct lp_ring *ring, u32 max)
{
	/* pairs with the release in lp_ring_init() */
	u32 size = smp_load_acquire(&ring->size);
	/* pairs with the release in lp_ring_release() */
	unsigned long tail = smp_load_acquire(&ring->tail);
	unsigned long head = ring->head;
	u32 at = head & (size - 1);
	u32 to_end = size - at;
	u32 need = max > to_end ? to_end + max : max;
	struct lp_record *pad;

	if (!size || need > size - (u32)(head - tail))
		return NULL;
	if (max <= to_end)
		return ring->data + at;
	pad = (struct lp_record *)(ring->data + at);
	pad->size = to_end;
	pad->type = 0;
	/* the padding becomes visible together with the record behind it */
	return ring->data;
}

void lp_ring_commit(struct lp_ring *ring, struct lp_record *rec, u32 size,
		    u32 type)
{
	unsigned long head = ring->head;
	u32 at = head & (ring->size - 1);
	u32 start = (u8 *)rec - ring->data;

	rec->size = ALIGN(size, 8);
	rec->type = type;
	if (start != at)
		head += ring->size - at;
	/* pairs with the acquire in lp_ring_peek() */
	smp_store_release(&ring->head, head + rec->size);
}

struct lp_record *lp_ring_peek(struct lp_ring *ring)
{
	/* pairs with the release in lp_ring_commit() */
	unsigned long head = smp_load_acquire(&ring->head);
	unsigned long tail = ring->tail;
	struct lp_record *rec;

	while (tail != head) {
		rec = (struct lp_record *)(ring->data +
					   (tail & (ring->size - 1)));
		if (rec->type)
			return rec;
		tail += rec->size;
		/* pairs with the acquire in lp_ring_reserve() */
		smp_store_release(&ring->tail, tail);
	}
	return NULL;
}
