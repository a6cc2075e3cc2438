/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is counted of anything: samples, which stand for events, and waits,
 * which are exact (but for counted losses).
 */
#ifndef TALLY_H
#define TALLY_H

#include <stdint.h>

struct tally {
	uint64_t samples, weight; /* weight: events that samples stand for */
	uint64_t waits, wait_ns, wait_max;
};

static inline void tally_add(struct tally *to, const struct tally *from)
{
	to->samples += from->samples;
	to->weight += from->weight;
	to->waits += from->waits;
	to->wait_ns += from->wait_ns;
	if (from->wait_max > to->wait_max)
		to->wait_max = from->wait_max;
}

/* <0: @a is heavier; what is first compared is the time waited or the events */
static inline int tally_compare(const struct tally *a, const struct tally *b,
				int by_wait)
{
	uint64_t a1 = by_wait ? a->wait_ns : a->weight;
	uint64_t b1 = by_wait ? b->wait_ns : b->weight;
	uint64_t a2 = by_wait ? a->weight : a->wait_ns;
	uint64_t b2 = by_wait ? b->weight : b->wait_ns;

	if (a1 != b1)
		return a1 > b1 ? -1 : 1;
	return a2 > b2 ? -1 : a2 < b2;
}

#endif
