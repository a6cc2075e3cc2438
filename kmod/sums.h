/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sums of waits or of sleeps by lock, stack and task, so that the reader gets
 * one record a second of each and not every single one. Process context, the
 * drain thread.
 */
#ifndef LP_SUMS_H
#define LP_SUMS_H

#include <linux/lockprobe.h>
#include <linux/types.h>

struct lp_stream;
struct lp_sums;

/* What both records are; sums.c asserts it. */
union lp_sum {
	struct lockprobe_wait wait;
	struct lockprobe_sleep sleep;
	struct {
		__u32 key[3];
		__u32 who; /* owner, waker: the last one known */
		__u32 count;
		__u32 bits; /* flags, state: of all of them */
		__u64 total;
		__u64 max;
		__u32 hist[LOCKPROBE_HIST_BUCKETS];
	};
};

/* @nest, @data: LOCKPROBE_A_* of the records in the stream. */
struct lp_sums *lp_sums_new(u16 nest, u16 data);
void lp_sums_free(struct lp_sums *sums);
size_t lp_sums_memory(void);
/* Full: flush before adding. */
bool lp_sums_full(const struct lp_sums *sums);
/* @one: a single wait or sleep, its time in total and max. */
void lp_sums_add(struct lp_sums *sums, const union lp_sum *one);
/* Send all and forget them; 0, -ECONNREFUSED. */
int lp_sums_flush(struct lp_sums *sums, struct lp_stream *stream);

#endif
