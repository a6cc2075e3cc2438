/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sleeps: which task was off its CPU, where it went to sleep, for which lock,
 * how long, and who woke it. Process context, but for the probes.
 */
#ifndef LP_SLEEP_H
#define LP_SLEEP_H

#include "contend.h"
#include "ring.h"

#define LP_RECORD_WAIT 1
#define LP_RECORD_SLEEP 2

#define LP_USER_FRAMES 24 /* of a sleep; LP_STREAM_FRAMES holds all */

struct lp_sleepers;

/* A sleep, in the CPU's ring of waits. */
struct lp_sleep_record {
	struct lp_record head;
	u64 lock; /* 0: for none */
	u64 slept; /* ns */
	u32 lock_flags; /* LP_WAIT_* */
	u32 state; /* the task's, while it slept, LOCKPROBE_SLEEP_GOES_ON */
	u32 pid;
	u32 tgid;
	u32 waker_pid; /* 0: not seen */
	u32 waker_tgid;
	char comm[16];
	char waker_comm[16];
	u32 nr; /* frames */
	u32 nr_user; /* and so many of user mode behind them */
	unsigned long frames[];
};

struct lp_sleepers *lp_sleep_new(void);
void lp_sleep_free(struct lp_sleepers *sleepers);
size_t lp_sleep_memory(void);
int lp_sleep_attach(struct lp_session *session);
void lp_sleep_detach(struct lp_session *session);

#endif
