/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Samples: counters on the CPUs of a session, and what their overflow handler
 * writes into the ring.
 */
#ifndef LP_SAMPLE_H
#define LP_SAMPLE_H

#include "ring.h"

struct lp_cpu;
struct lp_session;

#define LP_SAMPLE_STITCHED 0x8000u /* .flags: frames[1..] are the wait's */

struct lp_sample_record {
	struct lp_record head;
	u64 seq;
	u64 time; /* ns, CLOCK_MONOTONIC */
	u64 addr; /* data address, 0: none */
	u64 lock; /* by the contention it is in, 0: none */
	u64 argument; /* first argument register */
	u32 lock_flags; /* LP_WAIT_* */
	u32 period;
	u32 pid;
	u32 tgid;
	char comm[16];
	u16 flags; /* LOCKPROBE_SAMPLE_* */
	u16 nr;
	u32 reserved;
	unsigned long frames[];
};

/*
 * Process context, event mutex held. -ENODEV: @cpu is not online (any more);
 * what is open on a CPU that goes stays so, and is to be closed.
 */
int lp_sample_open(struct lp_session *session, int cpu);
void lp_sample_close(struct lp_session *session, int cpu);

#endif
