/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sleeps added up by (lock, stack, task) until they are sent. Bounded; process
 * context, the drain thread.
 */
#ifndef LP_SLEEPS_H
#define LP_SLEEPS_H

#include <linux/lockprobe.h>

struct lp_stream;
struct lp_sleeps;

struct lp_sleeps *lp_sleeps_new(void);
void lp_sleeps_free(struct lp_sleeps *sleeps);
size_t lp_sleeps_memory(void);
bool lp_sleeps_full(const struct lp_sleeps *sleeps);
/* Add one sleep (count 1, total its ns); the table must not be full. */
void lp_sleeps_add(struct lp_sleeps *sleeps,
		   const struct lockprobe_sleep *sleep);
/* Send all and forget them. */
int lp_sleeps_flush(struct lp_sleeps *sleeps, struct lp_stream *stream);

#endif
