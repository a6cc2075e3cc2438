/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waits added up by (lock, stack, task) until they are sent. Bounded; process
 * context, the drain thread.
 */
#ifndef LP_WAITS_H
#define LP_WAITS_H

#include <linux/lockprobe.h>

struct lp_stream;
struct lp_waits;

struct lp_waits *lp_waits_new(void);
void lp_waits_free(struct lp_waits *waits);
size_t lp_waits_memory(void);
bool lp_waits_full(const struct lp_waits *waits);
/* Add one wait (count 1, total its ns); the table must not be full. */
void lp_waits_add(struct lp_waits *waits, const struct lockprobe_wait *wait);
/* Send all and forget them. */
int lp_waits_flush(struct lp_waits *waits, struct lp_stream *stream);

#endif
