// SPDX-License-Identifier: GPL-2.0
/*
 * Decoding: one netlink message in (from the kernel or from a file, neither is
 * trusted), its records out to a sink, in process context. libnl's iterators
 * bound every attribute by its parent; what is left to check here is that
 * strings end and that arrays are whole.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "capture/pack.h"
#include "capture/wire.h"

/* The largest payload an attribute can have: its length is 16 bits wide. */
#define PAYLOAD_MAX 65536
#define SAMPLES_AT_ONCE 1024

struct attrs {
	const struct nlattr *at[LOCKPROBE_A_MAX + 1];
};

/* The last of each attribute; unknown ones are from a newer writer: skipped. */
static void collect(struct attrs *attrs, const struct nlattr *nest)
{
	const struct nlattr *pos;
	int rem;

	memset(attrs, 0, sizeof(*attrs));
	nla_for_each_nested(pos, (struct nlattr *)nest, rem)
		if (nla_type(pos) <= LOCKPROBE_A_MAX)
			attrs->at[nla_type(pos)] = pos;
}

static const char *string_of(const struct nlattr *attr)
{
	int len = attr ? nla_len(attr) : 0;

	if (len <= 0 || !memchr(nla_data(attr), '\0', len))
		return NULL;
	return nla_data(attr);
}

static const char *string(const struct attrs *attrs, int type)
{
	return string_of(attrs->at[type]);
}

/* An integer of whatever width it was sent in; @missing when it was not. */
static uint64_t number_of(const struct nlattr *attr, uint64_t missing)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (attr ? nla_len(attr) : 0) {
	case 8:
		memcpy(&u64, nla_data(attr), 8);
		return u64;
	case 4:
		memcpy(&u32, nla_data(attr), 4);
		return u32;
	case 2:
		memcpy(&u16, nla_data(attr), 2);
		return u16;
	case 1:
		return *(uint8_t *)nla_data(attr);
	}
	return missing;
}

static uint64_t number(const struct attrs *attrs, int type, uint64_t missing)
{
	return number_of(attrs->at[type], missing);
}

static int decode_task(const struct attrs *a, const struct record_sink *sink,
		       void *ctx)
{
	const char *comm = string(a, LOCKPROBE_A_COMM);
	struct record_task task = {
		.id = number(a, LOCKPROBE_A_ID, 0),
		.pid = number(a, LOCKPROBE_A_PID, 0),
		.tgid = number(a, LOCKPROBE_A_TGID, 0),
		.comm = comm ? comm : "",
	};

	if (!task.id)
		return -EBADMSG;
	return sink->task ? sink->task(ctx, &task) : 0;
}

/* The bytes of @attr, none if it is missing. */
static struct pack packed(const struct nlattr *attr)
{
	struct pack pack = { 0 };

	if (attr) {
		pack.at = nla_data(attr);
		pack.end = pack.at + nla_len(attr);
	}
	return pack;
}

static int decode_stack(const struct attrs *a, const struct record_sink *sink,
			void *ctx)
{
	static _Thread_local uint64_t frames[PAYLOAD_MAX];
	struct record_stack stack = { .id = number(a, LOCKPROBE_A_ID, 0),
				      .frames = frames };
	struct pack pack = packed(a->at[LOCKPROBE_A_FRAMES]);
	uint64_t frame = 0;
	int more;

	if (!stack.id)
		return -EBADMSG;
	while ((more = unpack_frame(&pack, &frame)) > 0)
		frames[stack.nr++] = frame;
	if (more)
		return more;
	return sink->stack ? sink->stack(ctx, &stack) : 0;
}

static int decode_leaves(const struct nlattr *attr,
			 const struct record_sink *sink, void *ctx)
{
	struct pack pack = packed(attr);
	struct pack_leaf leaf = { 0 };
	int more, err;

	while ((more = unpack_leaf(&pack, &leaf)) > 0) {
		struct record_stack stack = { .id = leaf.id,
					      .nr = 1,
					      .frames = &leaf.ip,
					      .callers = leaf.callers };

		err = sink->stack ? sink->stack(ctx, &stack) : 0;
		if (err)
			return err;
	}
	return more;
}

static int decode_candidate(const struct nlattr *nest, struct record_lock *lock)
{
	struct record_candidate *c = &lock->candidates[lock->nr_candidates];
	struct attrs a;

	if (lock->nr_candidates == RECORD_CANDIDATES)
		return 0;
	collect(&a, nest);
	c->strct = string(&a, LOCKPROBE_A_STRUCT);
	c->path = string(&a, LOCKPROBE_A_PATH);
	c->evidence = number(&a, LOCKPROBE_A_EVIDENCE, 0);
	if (!c->path)
		return -EBADMSG;
	if (!c->strct)
		c->strct = "";
	lock->nr_candidates++;
	return 0;
}

static int decode_lock(const struct nlattr *nest, const struct attrs *a,
		       const struct record_sink *sink, void *ctx)
{
	struct record_lock lock = {
		.id = number(a, LOCKPROBE_A_ID, 0),
		.addr = number(a, LOCKPROBE_A_ADDR, 0),
		.kind = number(a, LOCKPROBE_A_KIND, 0),
		.place = number(a, LOCKPROBE_A_PLACE, 0),
		.confidence = number(a, LOCKPROBE_A_CONFIDENCE, 0),
		.symbol = string(a, LOCKPROBE_A_SYMBOL),
		.module = string(a, LOCKPROBE_A_MODULE),
		.cache = string(a, LOCKPROBE_A_CACHE),
		.symbol_offset = number(a, LOCKPROBE_A_SYMBOL_OFFSET, 0),
		.object = number(a, LOCKPROBE_A_OBJECT, 0),
		.object_size = number(a, LOCKPROBE_A_OBJECT_SIZE, 0),
		.offset = number(a, LOCKPROBE_A_OFFSET, UINT32_MAX),
		.cpu = number(a, LOCKPROBE_A_CPU, -1),
	};
	const struct nlattr *pos;
	const char *alias;
	int rem, err;

	if (!lock.id)
		return -EBADMSG;
	nla_for_each_nested(pos, (struct nlattr *)nest, rem) {
		if (nla_type(pos) == LOCKPROBE_A_CANDIDATE) {
			err = decode_candidate(pos, &lock);
			if (err)
				return err;
		}
		if (nla_type(pos) == LOCKPROBE_A_ALIAS &&
		    lock.nr_aliases < RECORD_ALIASES) {
			alias = string_of(pos);
			if (alias)
				lock.aliases[lock.nr_aliases++] = alias;
		}
	}
	return sink->lock ? sink->lock(ctx, &lock) : 0;
}

/* Hand over what is in @samples, whose data may be written behind. */
static int hand_over(struct record_samples *samples,
		     const struct record_sink *sink, void *ctx)
{
	int err = samples->nr ? sink->samples(ctx, samples) : 0;

	samples->seq += samples->nr;
	samples->nr = 0;
	return err;
}

static int decode_samples(const struct attrs *a, const struct record_sink *sink,
			  void *ctx)
{
	static _Thread_local struct record_sample data[SAMPLES_AT_ONCE];
	struct pack pack = packed(a->at[LOCKPROBE_A_SAMPLE_DATA]);
	struct record_samples samples = {
		.cpu = number(a, LOCKPROBE_A_CPU, 0),
		.seq = number(a, LOCKPROBE_A_SEQ, 0),
		.time = number(a, LOCKPROBE_A_TIME, 0),
		.data = data,
	};
	struct pack_sample next = { .time = samples.time };
	int more, err = 0;

	if (sink->counted)
		err = sink->counted(ctx, number(a, LOCKPROBE_A_COUNT, 0));
	if (!sink->samples)
		return err;
	while (!err && (more = unpack_sample(&pack, &next)) > 0) {
		if (samples.nr == SAMPLES_AT_ONCE ||
		    next.time - samples.time > UINT32_MAX)
			err = hand_over(&samples, sink, ctx);
		if (!samples.nr)
			samples.time = next.time;
		next.sample.time = next.time - samples.time;
		data[samples.nr++] = next.sample;
	}
	if (!err)
		err = hand_over(&samples, sink, ctx);
	return err ? err : more;
}

static int decode_waits(const struct attrs *a, const struct record_sink *sink,
			void *ctx)
{
	static _Thread_local struct lockprobe_wait
		waits[PAYLOAD_MAX / sizeof(struct lockprobe_wait)];
	const struct nlattr *attr = a->at[LOCKPROBE_A_WAIT_DATA];
	int len = attr ? nla_len(attr) : 0;

	if (len % sizeof(*waits))
		return -EBADMSG;
	if (!len || !sink->waits)
		return 0;
	memcpy(waits, nla_data(attr), len);
	return sink->waits(ctx, number(a, LOCKPROBE_A_TIME, 0),
			   len / sizeof(*waits), waits);
}

static int decode_sleeps(const struct attrs *a, const struct record_sink *sink,
			 void *ctx)
{
	static _Thread_local struct lockprobe_sleep
		sleeps[PAYLOAD_MAX / sizeof(struct lockprobe_sleep)];
	const struct nlattr *attr = a->at[LOCKPROBE_A_SLEEP_DATA];
	int len = attr ? nla_len(attr) : 0;

	if (len % sizeof(*sleeps))
		return -EBADMSG;
	if (!len || !sink->sleeps)
		return 0;
	memcpy(sleeps, nla_data(attr), len);
	return sink->sleeps(ctx, number(a, LOCKPROBE_A_TIME, 0),
			    len / sizeof(*sleeps), sleeps);
}

static int decode_loss(const struct attrs *a, const struct record_sink *sink,
		       void *ctx)
{
	struct record_loss loss = {
		.lost = number(a, LOCKPROBE_A_LOST, 0),
		.cpu = number(a, LOCKPROBE_A_CPU, 0),
		.reason = number(a, LOCKPROBE_A_REASON, 0),
	};

	return sink->loss ? sink->loss(ctx, &loss) : 0;
}

static int decode_symbol(const struct attrs *a, const struct record_sink *sink,
			 void *ctx)
{
	struct record_symbol symbol = {
		.addr = number(a, LOCKPROBE_A_ADDR, 0),
		.size = number(a, LOCKPROBE_A_SIZE, 0),
		.name = string(a, LOCKPROBE_A_NAME),
		.module = string(a, LOCKPROBE_A_MODULE),
		.tgid = number(a, LOCKPROBE_A_TGID, 0),
	};

	if (!symbol.name)
		return -EBADMSG;
	return sink->symbol ? sink->symbol(ctx, &symbol) : 0;
}

void wire_parse_stats(const struct nlattr *nest, uint64_t *stats)
{
	struct attrs a;
	int i;

	collect(&a, nest);
	for (i = 0; i < WIRE_NR_STATS; i++)
		stats[i] =
			number(&a, LOCKPROBE_A_PRODUCED + i, WIRE_STAT_ABSENT);
}

static int decode_end(const struct nlattr *nest, const struct record_sink *sink,
		      void *ctx)
{
	uint64_t stats[WIRE_NR_STATS];

	wire_parse_stats(nest, stats);
	return sink->end ? sink->end(ctx, stats) : 0;
}

static int decode_nest(const struct nlattr *nest,
		       const struct record_sink *sink, void *ctx)
{
	struct attrs a;

	if (nla_type(nest) == LOCKPROBE_A_LEAVES)
		return decode_leaves(nest, sink, ctx);
	collect(&a, nest);
	switch (nla_type(nest)) {
	case LOCKPROBE_A_TASK:
		return decode_task(&a, sink, ctx);
	case LOCKPROBE_A_STACK:
		return decode_stack(&a, sink, ctx);
	case LOCKPROBE_A_LOCK:
		return decode_lock(nest, &a, sink, ctx);
	case LOCKPROBE_A_SAMPLES:
		return decode_samples(&a, sink, ctx);
	case LOCKPROBE_A_WAITS:
		return decode_waits(&a, sink, ctx);
	case LOCKPROBE_A_SLEEPS:
		return decode_sleeps(&a, sink, ctx);
	case LOCKPROBE_A_LOSS:
		return decode_loss(&a, sink, ctx);
	case LOCKPROBE_A_SYMBOL_ENTRY:
		return decode_symbol(&a, sink, ctx);
	case LOCKPROBE_A_STATS:
		return decode_end(nest, sink, ctx);
	}
	return 0;
}

int wire_cmd(const struct nlmsghdr *msg)
{
	const struct genlmsghdr *genl;

	if (msg->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return LOCKPROBE_CMD_UNSPEC;
	genl = nlmsg_data(msg);
	return genl->cmd;
}

int wire_decode(const struct nlmsghdr *msg, const struct record_sink *sink,
		void *ctx)
{
	const char *key = NULL, *value = NULL;
	int cmd = wire_cmd(msg), rem, err;
	const struct nlattr *pos, *attrs;

	if (cmd == LOCKPROBE_CMD_UNSPEC)
		return -EBADMSG;
	if (cmd < LOCKPROBE_CMD_BATCH)
		return 0; /* a reply; whoever asked parses it */
	attrs = (const struct nlattr *)((const char *)nlmsg_data(msg) +
					GENL_HDRLEN);
	rem = msg->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;
	for (pos = attrs; nla_ok(pos, rem); pos = nla_next(pos, &rem)) {
		if (nla_type(pos) == LOCKPROBE_A_NOTE_KEY)
			key = string_of(pos);
		else if (nla_type(pos) == LOCKPROBE_A_NOTE_VALUE)
			value = string_of(pos);
		err = decode_nest(pos, sink, ctx);
		if (err)
			return err;
	}
	if (rem > 0)
		return -EBADMSG;
	if (cmd == LOCKPROBE_CMD_NOTE && key && value && sink->note)
		return sink->note(ctx, key, value);
	return 0;
}
