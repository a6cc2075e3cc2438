/* SPDX-License-Identifier: GPL-2.0 */
/* What one session is to record, as START asked for it and within limits. */
#ifndef LP_CONFIG_H
#define LP_CONFIG_H

#include <linux/cpumask.h>
#include <linux/lockprobe.h>
#include <linux/perf_event.h>
#include <net/sock.h>

#define LP_DEPTH_DEFAULT 32
#define LP_DEPTH_MAX 127
#define LP_RING_DEFAULT 0x100000u
#define LP_TEXT_MAX 256

/* What START asked for. */
struct lp_config {
	struct perf_event_attr attr;
	char name[LP_TEXT_MAX]; /* of the event, "" if not told */
	char reason[LP_TEXT_MAX];
	u8 rung; /* enum lockprobe_rung */
	u32 what; /* LOCKPROBE_WHAT_* */
	u32 tgid; /* 0: all */
	u32 depth;
	u32 ring_bytes;
	struct cpumask cpus;
	u32 portid;
	struct sock *sock; /* the reader's, referenced */
};

#endif
