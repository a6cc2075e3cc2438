// SPDX-License-Identifier: GPL-2.0
/*
 * In: records of one session. Out: generic netlink messages of at most 16 KiB.
 * Process context, the drain thread; sleeps while the reader's socket is full.
 */
#include <linux/ktime.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "candidate.h"
#include "netlink.h"
#include "place.h"
#include "session.h"
#include "stream.h"
#include "sums.h"

#define MESSAGE_BYTES (SKB_WITH_OVERHEAD(16384) - 256)
#define GROUP_HEAD 64 /* LEAVES and SAMPLES without their data */
/* the longest of each; all but the first leaf's address are smaller */
#define SAMPLE_BYTES (1 + 2 * LP_VARINT_MAX + 4 * 5)
#define LEAF_BYTES (2 * 5 + LP_VARINT_MAX)
#define SUMS_CHUNK 32
#define CANDIDATE_BYTES 14000 /* of one LOCK at most */
#define CANDIDATE_SLACK (LP_PATH_MAX + KSYM_NAME_LEN)

static bool is_gone(const struct lp_stream *stream)
{
	return sock_flag(stream->session->config.sock, SOCK_DEAD) ||
	       READ_ONCE(stream->session->phase) == LP_PHASE_DEAD;
}

/*
 * Into the socket that opened the session, by the reference on it. By its
 * number it might have become another's, who may not see this: numbers of
 * sockets that close can be taken by anyone. Nobody wakes us when the reader
 * has made room, so ask again.
 */
static int queue(struct lp_stream *stream, struct sk_buff *skb)
{
	struct sock *sk = stream->session->config.sock;
	int ret = -ENOBUFS;

	while (!is_gone(stream)) {
		if (atomic_read(&sk->sk_rmem_alloc) < READ_ONCE(sk->sk_rcvbuf))
			ret = sock_queue_rcv_skb(sk, skb);
		if (ret != -ENOMEM && ret != -ENOBUFS)
			break;
		schedule_timeout_interruptible(1);
	}
	if (!ret)
		return 0;
	kfree_skb(skb);
	return is_gone(stream) ? -ECONNREFUSED : ret;
}

static int send(struct lp_stream *stream)
{
	struct lp_session *session = stream->session;
	struct sk_buff *skb = stream->skb;
	u32 samples = stream->samples;
	int ret;

	if (!skb)
		return 0;
	genlmsg_end(skb, stream->header);
	stream->skb = NULL;
	stream->samples = 0;
	ret = queue(stream, skb);
	if (ret)
		session->lost += samples;
	else
		session->delivered += samples;
	return ret;
}

static int open_message(struct lp_stream *stream, u8 cmd)
{
	struct sk_buff *skb = genlmsg_new(MESSAGE_BYTES, GFP_KERNEL);

	if (!skb)
		return -ENOMEM;
	stream->header =
		lp_netlink_put(skb, stream->session->config.portid, cmd);
	if (!stream->header) {
		nlmsg_free(skb);
		return -ENOMEM;
	}
	stream->skb = skb;
	if (cmd == LOCKPROBE_CMD_BATCH)
		nla_put_u64_64bit(skb, LOCKPROBE_A_SEQ, stream->seq++,
				  LOCKPROBE_A_PAD);
	return 0;
}

static u32 group_bytes(const struct lp_stream *stream)
{
	return GROUP_HEAD + stream->group.bytes + stream->group.leaf_bytes +
	       2 * NLA_ALIGNTO;
}

/* Put the group of samples into the message; its room was kept. */
static void close_group(struct lp_stream *stream)
{
	struct lp_group *group = &stream->group;
	struct sk_buff *skb = stream->skb;
	struct nlattr *nest;

	if (group->leaf_bytes &&
	    nla_put(skb, LOCKPROBE_A_LEAVES, group->leaf_bytes, group->leaves))
		WARN_ONCE(1, "lockprobe: leaves had no room\n");
	group->leaf_bytes = 0;
	group->last_leaf = 0;
	group->last_ip = 0;
	if (!group->nr)
		return;
	nest = nla_nest_start(skb, LOCKPROBE_A_SAMPLES);
	if (!nest || nla_put_u32(skb, LOCKPROBE_A_CPU, group->cpu) ||
	    nla_put_u32(skb, LOCKPROBE_A_COUNT, group->nr) ||
	    nla_put_u64_64bit(skb, LOCKPROBE_A_SEQ, group->seq,
			      LOCKPROBE_A_PAD) ||
	    nla_put_u64_64bit(skb, LOCKPROBE_A_TIME, group->time,
			      LOCKPROBE_A_PAD) ||
	    nla_put(skb, LOCKPROBE_A_SAMPLE_DATA, group->bytes, group->data)) {
		WARN_ONCE(1, "lockprobe: a group of samples had no room\n");
		stream->session->lost += group->nr;
		nla_nest_cancel(skb, nest);
	} else {
		nla_nest_end(skb, nest);
		stream->samples += group->nr;
	}
	group->nr = 0;
	group->bytes = 0;
}

/* Have a message with room for @bytes beside the group's. */
static int make_room(struct lp_stream *stream, u32 bytes)
{
	int ret;

	if (stream->skb && skb_tailroom(stream->skb) <
				   bytes + group_bytes(stream) + GROUP_HEAD) {
		close_group(stream);
		ret = send(stream);
		if (ret)
			return ret;
	}
	return stream->skb ? 0 : open_message(stream, LOCKPROBE_CMD_BATCH);
}

int lp_stream_flush(struct lp_stream *stream)
{
	close_group(stream);
	return send(stream);
}

/* End a nest that is whole, take back one that is not. */
static int finish(struct sk_buff *skb, struct nlattr *nest, bool bad)
{
	if (bad) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

int lp_stream_task(struct lp_stream *stream, u32 id, u32 pid, u32 tgid,
		   const char *comm)
{
	struct nlattr *nest;
	int ret = make_room(stream, 64);
	bool bad;

	if (ret)
		return ret;
	nest = nla_nest_start(stream->skb, LOCKPROBE_A_TASK);
	bad = !nest || nla_put_u32(stream->skb, LOCKPROBE_A_ID, id) ||
	      nla_put_u32(stream->skb, LOCKPROBE_A_PID, pid) ||
	      nla_put_u32(stream->skb, LOCKPROBE_A_TGID, tgid) ||
	      nla_put_string(stream->skb, LOCKPROBE_A_COMM, comm);
	return finish(stream->skb, nest, bad);
}

int lp_stream_stack(struct lp_stream *stream, u32 id, const u64 *frames, u32 nr)
{
	struct nlattr *nest;
	u8 *end = stream->frames;
	u64 before = 0;
	int ret;
	u32 i;

	for (i = 0; i < min_t(u32, nr, LP_STREAM_FRAMES); i++) {
		end = lp_varint_put_step(end, before, frames[i]);
		before = frames[i];
	}
	ret = make_room(stream, 32 + (end - stream->frames));
	if (ret)
		return ret;
	nest = nla_nest_start(stream->skb, LOCKPROBE_A_STACK);
	return finish(stream->skb, nest,
		      !nest || nla_put_u32(stream->skb, LOCKPROBE_A_ID, id) ||
			      nla_put(stream->skb, LOCKPROBE_A_FRAMES,
				      end - stream->frames, stream->frames));
}

int lp_stream_leaf(struct lp_stream *stream, u32 id, u64 ip, u32 callers)
{
	struct lp_group *group = &stream->group;
	u8 *end;
	int ret;

	if (group->leaf_bytes + LEAF_BYTES > sizeof(group->leaves))
		close_group(stream);
	ret = make_room(stream, LEAF_BYTES + SAMPLE_BYTES);
	if (ret)
		return ret;
	end = group->leaves + group->leaf_bytes;
	end = lp_varint_put(end, id - group->last_leaf);
	end = lp_varint_put(end, callers);
	end = lp_varint_put_step(end, group->last_ip, ip);
	group->leaf_bytes = end - group->leaves;
	group->last_leaf = id;
	group->last_ip = ip;
	return 0;
}

static bool put_symbol(struct sk_buff *skb, const struct lp_place *p)
{
	if (p->symbol[0] &&
	    (nla_put_string(skb, LOCKPROBE_A_SYMBOL, p->symbol) ||
	     nla_put_u64_64bit(skb, LOCKPROBE_A_SYMBOL_OFFSET, p->symbol_offset,
			       LOCKPROBE_A_PAD)))
		return false;
	if (p->module[0] && nla_put_string(skb, LOCKPROBE_A_MODULE, p->module))
		return false;
	return p->cpu < 0 || !nla_put_u32(skb, LOCKPROBE_A_CPU, p->cpu);
}

static bool put_object(struct sk_buff *skb, const struct lp_place *p)
{
	u32 i;

	if (p->slab.name[0] &&
	    nla_put_string(skb, LOCKPROBE_A_CACHE, p->slab.name))
		return false;
	for (i = 0; i < p->nr_aliases; i++)
		if (nla_put_string(skb, LOCKPROBE_A_ALIAS, p->aliases[i]))
			return false;
	if (!p->has_offset)
		return true;
	return !nla_put_u64_64bit(skb, LOCKPROBE_A_OBJECT, p->object,
				  LOCKPROBE_A_PAD) &&
	       !nla_put_u32(skb, LOCKPROBE_A_OBJECT_SIZE, p->size) &&
	       !nla_put_u32(skb, LOCKPROBE_A_OFFSET, p->offset);
}

static bool put_candidate(struct sk_buff *skb, const struct lp_candidate *c)
{
	struct nlattr *nest = nla_nest_start(skb, LOCKPROBE_A_CANDIDATE);
	bool bad = !nest || nla_put_string(skb, LOCKPROBE_A_STRUCT, c->strct) ||
		   nla_put_string(skb, LOCKPROBE_A_PATH, c->path) ||
		   nla_put_u32(skb, LOCKPROBE_A_EVIDENCE, c->evidence);

	return !finish(skb, nest, bad);
}

static u32 lock_bytes(const struct lp_place *p, const struct lp_candidates *c)
{
	u32 bytes = 256 + CANDIDATE_SLACK + strlen(p->symbol) +
		    strlen(p->module),
	    i;

	for (i = 0; i < p->nr_aliases; i++)
		bytes += NLA_HDRLEN + NLA_ALIGN(strlen(p->aliases[i]) + 1);
	for (i = 0; i < c->nr; i++)
		bytes +=
			32 + strlen(c->list[i].strct) + strlen(c->list[i].path);
	return min_t(u32, bytes, CANDIDATE_BYTES);
}

int lp_stream_lock(struct lp_stream *stream, u32 id, u8 kind,
		   const struct lp_place *p, const struct lp_candidates *c)
{
	u32 bytes = lock_bytes(p, c), before, i;
	struct nlattr *nest;
	struct sk_buff *skb;
	bool bad;
	int ret = make_room(stream, bytes);

	if (ret)
		return ret;
	skb = stream->skb;
	before = skb->len;
	nest = nla_nest_start(skb, LOCKPROBE_A_LOCK);
	bad = !nest || nla_put_u32(skb, LOCKPROBE_A_ID, id) ||
	      nla_put_u64_64bit(skb, LOCKPROBE_A_ADDR, p->addr,
				LOCKPROBE_A_PAD) ||
	      nla_put_u8(skb, LOCKPROBE_A_KIND, kind) ||
	      nla_put_u8(skb, LOCKPROBE_A_PLACE, p->place) ||
	      nla_put_u8(skb, LOCKPROBE_A_CONFIDENCE, c->confidence) ||
	      !put_symbol(skb, p) || !put_object(skb, p);
	for (i = 0; i < c->nr && !bad; i++)
		if (skb->len - before + CANDIDATE_SLACK > bytes ||
		    !put_candidate(skb, &c->list[i]))
			break;
	return finish(skb, nest, bad);
}

/* What @sample adds to @last, as the UAPI header tells. */
static u8 *pack(u8 *to, const struct lp_sample *last,
		const struct lp_sample *sample)
{
	u8 *mask = to++;

	*mask = 0;
	to = lp_varint_put(to, sample->time - last->time);
	if (sample->stack) {
		*mask |= LOCKPROBE_PACK_STACK;
		to = lp_varint_put(to, sample->stack);
	}
	if (sample->task != last->task) {
		*mask |= LOCKPROBE_PACK_TASK;
		to = lp_varint_put(to, sample->task);
	}
	if (sample->lock) {
		*mask |= LOCKPROBE_PACK_LOCK;
		to = lp_varint_put(to, sample->lock);
	}
	if (sample->period != last->period) {
		*mask |= LOCKPROBE_PACK_PERIOD;
		to = lp_varint_put(to, sample->period);
	}
	if (sample->flags != last->flags) {
		*mask |= LOCKPROBE_PACK_FLAGS;
		to = lp_varint_put(to, sample->flags);
	}
	return to;
}

int lp_stream_sample(struct lp_stream *stream, u32 cpu, u64 seq,
		     const struct lp_sample *sample)
{
	struct lp_group *group = &stream->group;
	int ret;

	if (group->nr && (group->cpu != cpu || group->seq + group->nr != seq ||
			  group->bytes + SAMPLE_BYTES > sizeof(group->data) ||
			  sample->time < group->last.time ||
			  sample->time - group->time > U32_MAX))
		close_group(stream);
	ret = make_room(stream, SAMPLE_BYTES);
	if (ret)
		return ret;
	if (!group->nr) {
		group->cpu = cpu;
		group->seq = seq;
		group->time = sample->time;
		group->last = (struct lp_sample){ .time = sample->time };
	}
	group->nr++;
	group->bytes = pack(group->data + group->bytes, &group->last, sample) -
		       group->data;
	group->last = *sample;
	return 0;
}

int lp_stream_sums(struct lp_stream *stream, u16 nest, u16 data,
		   const union lp_sum *sums, u32 nr)
{
	while (nr) {
		u32 n = min_t(u32, nr, SUMS_CHUNK);
		int ret = make_room(stream, 64 + n * sizeof(*sums));
		struct nlattr *start;

		if (ret)
			return ret;
		start = nla_nest_start(stream->skb, nest);
		ret = finish(stream->skb, start,
			     !start ||
				     nla_put_u64_64bit(stream->skb,
						       LOCKPROBE_A_TIME,
						       ktime_get_mono_fast_ns(),
						       LOCKPROBE_A_PAD) ||
				     nla_put(stream->skb, data,
					     n * sizeof(*sums), sums));
		if (ret)
			return ret;
		sums += n;
		nr -= n;
	}
	return 0;
}

int lp_stream_loss(struct lp_stream *stream, u32 cpu, u64 lost, u8 reason)
{
	struct nlattr *nest;
	int ret;

	close_group(stream);
	ret = make_room(stream, 64);
	if (ret)
		return ret;
	nest = nla_nest_start(stream->skb, LOCKPROBE_A_LOSS);
	return finish(stream->skb, nest,
		      !nest || nla_put_u32(stream->skb, LOCKPROBE_A_CPU, cpu) ||
			      nla_put_u64_64bit(stream->skb, LOCKPROBE_A_LOST,
						lost, LOCKPROBE_A_PAD) ||
			      nla_put_u8(stream->skb, LOCKPROBE_A_REASON,
					 reason));
}

int lp_stream_end(struct lp_stream *stream, const struct lp_stats *stats)
{
	int ret = lp_stream_flush(stream);

	if (ret)
		return ret;
	ret = open_message(stream, LOCKPROBE_CMD_END);
	if (ret)
		return ret;
	ret = lp_netlink_put_stats(stream->skb, stats);
	if (ret) {
		lp_stream_free(stream);
		return ret;
	}
	return send(stream);
}

void lp_stream_free(struct lp_stream *stream)
{
	nlmsg_free(stream->skb);
	stream->skb = NULL;
	stream->group.nr = 0;
	stream->group.bytes = 0;
	stream->group.leaf_bytes = 0;
}
