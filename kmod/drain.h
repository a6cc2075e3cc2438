/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The consumer: takes records out of the rings, finds out which lock each is
 * about, gives ids to what repeats and writes to the stream. Process context,
 * the drain thread.
 */
#ifndef LP_DRAIN_H
#define LP_DRAIN_H

#include <linux/types.h>

struct lp_drain;
struct lp_session;

struct lp_drain *lp_drain_new(struct lp_session *session);
void lp_drain_free(struct lp_drain *drain);
size_t lp_drain_memory(const struct lp_drain *drain);
/*
 * Empty the rings, for a bounded time: @more is set if something is left.
 * -ECONNREFUSED: the reader is gone.
 */
int lp_drain_run(struct lp_drain *drain, bool *more);
/* Send all aggregates and what else is held back, then END. */
int lp_drain_finish(struct lp_drain *drain);

#endif
