// SPDX-License-Identifier: GPL-2.0
/*
 * Time order: records in as perf wrote them, in rounds, and out by time. A
 * round's records are sorted once it is known that nothing older can come,
 * which is when the round after it has ended, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import/perf_order.h"

#define QUEUE_MAX (4u << 20) /* records held at most */

struct queued {
	uint64_t time;
	uint64_t seq; /* equal times stay in the order of the file */
	const struct perf_event_header *header;
	void *copy; /* what @header points to, when it is ours */
};

struct perf_order {
	perf_order_fn deliver;
	void *ctx;
	struct queued *v;
	size_t nr, room;
	uint64_t seq, newest, limit, last, late;
};

int perf_order_new(struct perf_order **out, perf_order_fn deliver, void *ctx)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	(*out)->deliver = deliver;
	(*out)->ctx = ctx;
	return 0;
}

void perf_order_free(struct perf_order *order)
{
	size_t i;

	if (!order)
		return;
	for (i = 0; i < order->nr; i++)
		free(order->v[i].copy);
	free(order->v);
	free(order);
}

static int by_time(const void *a, const void *b)
{
	const struct queued *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

/* Deliver what is queued up to @limit, and at least @least records. */
static int flush(struct perf_order *order, uint64_t limit, size_t least)
{
	size_t done, i;
	int err = 0;

	if (order->nr)
		qsort(order->v, order->nr, sizeof(*order->v), by_time);
	for (done = 0; done < order->nr && !err; done++) {
		struct queued *q = &order->v[done];

		if (q->time > limit && done >= least)
			break;
		order->late += q->time < order->last;
		if (q->time > order->last)
			order->last = q->time;
		err = order->deliver(order->ctx, q->header);
	}
	for (i = 0; i < done; i++)
		free(order->v[i].copy);
	order->nr -= done;
	if (order->nr && done)
		memmove(order->v, order->v + done,
			order->nr * sizeof(*order->v));
	return err;
}

static int grow(struct perf_order *order)
{
	size_t room = order->room ? order->room * 2 : 1024;
	struct queued *v = reallocarray(order->v, room, sizeof(*v));

	if (!v)
		return -ENOMEM;
	order->v = v;
	order->room = room;
	return 0;
}

int perf_order_add(struct perf_order *order, uint64_t time,
		   const struct perf_event_header *header, int stable)
{
	struct queued *q;
	int err = 0;

	if (order->nr >= QUEUE_MAX)
		err = flush(order, 0, QUEUE_MAX / 2);
	if (!err && order->nr == order->room)
		err = grow(order);
	if (err)
		return err;
	q = &order->v[order->nr];
	*q = (struct queued){ time, order->seq++, header, NULL };
	if (!stable) {
		q->copy = malloc(header->size);
		if (!q->copy)
			return -ENOMEM;
		memcpy(q->copy, header, header->size);
		q->header = q->copy;
	}
	order->nr++;
	if (time > order->newest)
		order->newest = time;
	return 0;
}

int perf_order_round(struct perf_order *order)
{
	int err = flush(order, order->limit, 0);

	order->limit = order->newest;
	return err;
}

int perf_order_end(struct perf_order *order)
{
	return flush(order, UINT64_MAX, 0);
}

uint64_t perf_order_late(const struct perf_order *order)
{
	return order->late;
}
