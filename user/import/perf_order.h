/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time order for records that were written CPU by CPU: records in, the same
 * out with times that do not fall. perf writes rounds: what comes after the
 * end of a round is not older than the newest record of the round before it.
 * Memory is bounded; who breaks the rule is delivered late and counted.
 */
#ifndef PERF_ORDER_H
#define PERF_ORDER_H

#include <stdint.h>

#include <linux/perf_event.h>

struct perf_order;

typedef int (*perf_order_fn)(void *ctx, const struct perf_event_header *header);

int perf_order_new(struct perf_order **out, perf_order_fn deliver, void *ctx);
void perf_order_free(struct perf_order *order);

/*
 * @stable: @header stays where it is until the end, else it is copied.
 * 0, -ENOMEM or what @deliver returned.
 */
int perf_order_add(struct perf_order *order, uint64_t time,
		   const struct perf_event_header *header, int stable);
int perf_order_round(struct perf_order *order);
int perf_order_end(struct perf_order *order);

uint64_t perf_order_late(const struct perf_order *order);

#endif
