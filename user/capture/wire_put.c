// SPDX-License-Identifier: GPL-2.0
/*
 * Encoding: one record in, its attributes behind the others in a message in
 * file form out. A message that is too full is left as it was, so that the
 * caller can send it off and put the record into the next.
 */
#include <errno.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "capture/pack.h"
#include "capture/wire.h"

#define A(name) LOCKPROBE_A_##name
#define PACKED_MAX 65000 /* what an attribute can hold */

struct nl_msg *wire_begin(int cmd, size_t max)
{
	struct nl_msg *msg = nlmsg_alloc_size(max);

	if (!msg)
		return NULL;
	if (!genlmsg_put(msg, 0, 0, LOCKPROBE_FILE_NLMSG_TYPE, 0, 0, cmd,
			 LOCKPROBE_GENL_VERSION)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* libnl reports only lack of room from these; one word for all of them. */
static int done(struct nl_msg *msg, struct nlattr *nest, int failed)
{
	if (!nest)
		return -ENOSPC;
	if (failed || nla_nest_end(msg, nest) < 0) {
		nla_nest_cancel(msg, nest);
		return -ENOSPC;
	}
	return 0;
}

static int put_string(struct nl_msg *msg, int type, const char *string)
{
	return string ? nla_put_string(msg, type, string) : 0;
}

int wire_put_task(struct nl_msg *msg, const struct record_task *task)
{
	struct nlattr *nest = nla_nest_start(msg, A(TASK));

	return done(msg, nest,
		    !nest || nla_put_u32(msg, A(ID), task->id) ||
			    nla_put_u32(msg, A(PID), task->pid) ||
			    nla_put_u32(msg, A(TGID), task->tgid) ||
			    put_string(msg, A(COMM), task->comm));
}

int wire_put_stack(struct nl_msg *msg, const struct record_stack *stack)
{
	static _Thread_local uint8_t packed[PACKED_MAX];
	struct nlattr *nest;
	size_t bytes;

	if ((size_t)stack->nr * PACK_FRAME_BYTES > sizeof(packed))
		return -ENOSPC;
	bytes = pack_frames(packed, stack->frames, stack->nr);
	nest = nla_nest_start(msg, A(STACK));
	return done(msg, nest,
		    !nest || nla_put_u32(msg, A(ID), stack->id) ||
			    nla_put(msg, A(FRAMES), bytes, packed));
}

static int put_candidate(struct nl_msg *msg, const struct record_candidate *c)
{
	struct nlattr *nest = nla_nest_start(msg, A(CANDIDATE));

	return done(msg, nest,
		    !nest || nla_put_string(msg, A(STRUCT), c->strct) ||
			    nla_put_string(msg, A(PATH), c->path) ||
			    nla_put_u32(msg, A(EVIDENCE), c->evidence));
}

static int put_place(struct nl_msg *msg, const struct record_lock *lock)
{
	if (put_string(msg, A(SYMBOL), lock->symbol) ||
	    put_string(msg, A(MODULE), lock->module) ||
	    put_string(msg, A(CACHE), lock->cache))
		return -ENOSPC;
	if (lock->symbol &&
	    nla_put_u64(msg, A(SYMBOL_OFFSET), lock->symbol_offset))
		return -ENOSPC;
	if (lock->object && nla_put_u64(msg, A(OBJECT), lock->object))
		return -ENOSPC;
	if (lock->object_size &&
	    nla_put_u32(msg, A(OBJECT_SIZE), lock->object_size))
		return -ENOSPC;
	if (lock->offset != UINT32_MAX &&
	    nla_put_u32(msg, A(OFFSET), lock->offset))
		return -ENOSPC;
	if (lock->cpu >= 0 && nla_put_u32(msg, A(CPU), lock->cpu))
		return -ENOSPC;
	return 0;
}

static int put_lock(struct nl_msg *msg, const struct record_lock *lock)
{
	uint32_t i;

	if (nla_put_u32(msg, A(ID), lock->id) ||
	    nla_put_u64(msg, A(ADDR), lock->addr) ||
	    nla_put_u8(msg, A(KIND), lock->kind) ||
	    nla_put_u8(msg, A(PLACE), lock->place) ||
	    nla_put_u8(msg, A(CONFIDENCE), lock->confidence) ||
	    put_place(msg, lock))
		return -ENOSPC;
	for (i = 0; i < lock->nr_aliases; i++)
		if (nla_put_string(msg, A(ALIAS), lock->aliases[i]))
			return -ENOSPC;
	for (i = 0; i < lock->nr_candidates; i++)
		if (put_candidate(msg, &lock->candidates[i]))
			return -ENOSPC;
	return 0;
}

int wire_put_lock(struct nl_msg *msg, const struct record_lock *lock)
{
	struct nlattr *nest = nla_nest_start(msg, A(LOCK));

	return done(msg, nest, !nest || put_lock(msg, lock));
}

int wire_put_samples(struct nl_msg *msg, const struct record_samples *s)
{
	static _Thread_local uint8_t packed[PACKED_MAX];
	struct nlattr *nest;
	size_t bytes;

	if ((size_t)s->nr * PACK_SAMPLE_BYTES > sizeof(packed))
		return -ENOSPC;
	bytes = pack_samples(packed, s);
	nest = nla_nest_start(msg, A(SAMPLES));
	return done(msg, nest,
		    !nest || nla_put_u32(msg, A(CPU), s->cpu) ||
			    nla_put_u32(msg, A(COUNT), s->nr) ||
			    nla_put_u64(msg, A(SEQ), s->seq) ||
			    nla_put_u64(msg, A(TIME), s->time) ||
			    nla_put(msg, A(SAMPLE_DATA), bytes, packed));
}

int wire_put_waits(struct nl_msg *msg, uint64_t time, uint32_t nr,
		   const struct lockprobe_wait *waits)
{
	struct nlattr *nest = nla_nest_start(msg, A(WAITS));

	return done(msg, nest,
		    !nest || nla_put_u64(msg, A(TIME), time) ||
			    nla_put(msg, A(WAIT_DATA), nr * sizeof(*waits),
				    waits));
}

int wire_put_sleeps(struct nl_msg *msg, uint64_t time, uint32_t nr,
		    const struct lockprobe_sleep *sleeps)
{
	struct nlattr *nest = nla_nest_start(msg, A(SLEEPS));

	return done(msg, nest,
		    !nest || nla_put_u64(msg, A(TIME), time) ||
			    nla_put(msg, A(SLEEP_DATA), nr * sizeof(*sleeps),
				    sleeps));
}

int wire_put_loss(struct nl_msg *msg, const struct record_loss *loss)
{
	struct nlattr *nest = nla_nest_start(msg, A(LOSS));

	return done(msg, nest,
		    !nest || nla_put_u32(msg, A(CPU), loss->cpu) ||
			    nla_put_u64(msg, A(LOST), loss->lost) ||
			    nla_put_u8(msg, A(REASON), loss->reason));
}

int wire_put_symbol(struct nl_msg *msg, const struct record_symbol *symbol)
{
	struct nlattr *nest = nla_nest_start(msg, A(SYMBOL_ENTRY));

	return done(msg, nest,
		    !nest || nla_put_u64(msg, A(ADDR), symbol->addr) ||
			    (symbol->size &&
			     nla_put_u32(msg, A(SIZE), symbol->size)) ||
			    nla_put_string(msg, A(NAME), symbol->name) ||
			    put_string(msg, A(MODULE), symbol->module) ||
			    (symbol->tgid &&
			     nla_put_u32(msg, A(TGID), symbol->tgid)));
}

int wire_put_note(struct nl_msg *msg, const char *key, const char *value)
{
	if (nla_put_string(msg, A(NOTE_KEY), key) ||
	    nla_put_string(msg, A(NOTE_VALUE), value))
		return -ENOSPC;
	return 0;
}

int wire_put_stats(struct nl_msg *msg, const uint64_t *stats)
{
	struct nlattr *nest = nla_nest_start(msg, A(STATS));
	int i, failed = !nest;

	for (i = 0; i < WIRE_NR_STATS && !failed; i++)
		if (stats[i] != WIRE_STAT_ABSENT)
			failed = nla_put_u64(msg, A(PRODUCED) + i, stats[i]);
	return done(msg, nest, failed);
}
