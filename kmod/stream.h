/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stream to the reader: records are packed into BATCH messages and sent by
 * unicast to the socket that opened the session. Sending waits while the
 * reader's buffer is full, so nothing is lost on the socket; what cannot wait
 * is lost, and counted, in the rings. Process context, the drain thread.
 *
 * All return 0 or -errno; -ECONNREFUSED means that the reader is gone.
 */
#ifndef LP_STREAM_H
#define LP_STREAM_H

#include <linux/lockprobe.h>
#include <linux/skbuff.h>
#include "varint.h"

#define LP_STREAM_SAMPLES 4096 /* bytes of one SAMPLE_DATA */
#define LP_STREAM_LEAVES 2048 /* bytes of one LEAVES */
#define LP_STREAM_FRAMES 160 /* of one STACK at most */

struct lp_candidates;
struct lp_place;
struct lp_session;
struct lp_stats;
union lp_sum;

struct lp_sample {
	u64 time; /* ns, CLOCK_MONOTONIC */
	u32 stack, task, lock; /* ids */
	u32 period;
	u32 flags; /* LOCKPROBE_SAMPLE_* */
};

/* Samples of one CPU and their new leaves, packed, not in a message yet. */
struct lp_group {
	u32 cpu;
	u32 nr;
	u64 seq; /* of the first */
	u64 time;
	struct lp_sample last; /* what the next one is told against */
	u64 last_ip; /* the same of the leaves */
	u32 last_leaf;
	u32 bytes, leaf_bytes;
	u8 data[LP_STREAM_SAMPLES];
	u8 leaves[LP_STREAM_LEAVES];
};

struct lp_stream {
	struct lp_session *session;
	struct sk_buff *skb; /* the message that is filled, or NULL */
	void *header;
	u64 seq; /* of the next message */
	u32 samples; /* in skb */
	struct lp_group group;
	u8 frames[LP_STREAM_FRAMES * LP_VARINT_MAX]; /* scratch */
};

int lp_stream_task(struct lp_stream *stream, u32 id, u32 pid, u32 tgid,
		   const char *comm);
/* @nr: LP_STREAM_FRAMES at most. */
int lp_stream_stack(struct lp_stream *stream, u32 id, const u64 *frames,
		    u32 nr);
/* For the sample that follows: @ip on top of the stack @callers. */
int lp_stream_leaf(struct lp_stream *stream, u32 id, u64 ip, u32 callers);
int lp_stream_lock(struct lp_stream *stream, u32 id, u8 kind,
		   const struct lp_place *place,
		   const struct lp_candidates *candidates);
int lp_stream_sample(struct lp_stream *stream, u32 cpu, u64 seq,
		     const struct lp_sample *sample);
/* @nest, @data: LOCKPROBE_A_* of the nest and of the records in it. */
int lp_stream_sums(struct lp_stream *stream, u16 nest, u16 data,
		   const union lp_sum *sums, u32 nr);
int lp_stream_loss(struct lp_stream *stream, u32 cpu, u64 lost, u8 reason);
int lp_stream_flush(struct lp_stream *stream);
int lp_stream_end(struct lp_stream *stream, const struct lp_stats *stats);
/* Drop what was not sent. */
void lp_stream_free(struct lp_stream *stream);

#endif
