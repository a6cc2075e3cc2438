// SPDX-License-Identifier: GPL-2.0
/*
 * In: sample and wait records of all CPUs. Out: the stream. Process context,
 * the drain thread alone.
 */
#include <linux/build_bug.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "attribute.h"
#include "btf.h"
#include "contend.h"
#include "drain.h"
#include "intern.h"
#include "leaf.h"
#include "sample.h"
#include "session.h"
#include "sleep.h"
#include "stack.h"
#include "stream.h"
#include "sums.h"
#include "compat/compat.h"

#define STACKS_MAX 16384
#define TASKS_MAX 16384
#define BATCH_RECORDS 1024 /* of one CPU before the next has its turn */
#define TURNS 16 /* of all CPUs before what else there is to do has its own */
#define FLUSH_NS (500 * NSEC_PER_MSEC)
#define WAITS_NS NSEC_PER_SEC
#define REFRESH_NS (4 * NSEC_PER_SEC)

#define RECENT_BITS 7 /* tasks that are found without their name's end */

struct task_key {
	u32 pid, tgid;
	char comm[16];
};

static_assert(sizeof(struct task_key) % sizeof(u64) == 0);
#define TASK_WORDS (sizeof(struct task_key) / sizeof(u64))

struct lp_drain {
	struct lp_session *session;
	struct lp_stream stream;
	struct lp_intern stacks;
	struct lp_leaves leaves;
	struct lp_intern tasks;
	struct {
		struct task_key key;
		u32 id; /* 0: none */
	} recent[1 << RECENT_BITS];
	struct lp_attribute *attribute;
	struct lp_sums *waits;
	struct lp_sums *sleeps;
	u64 flushed, waited, refreshed; /* ns, when last done */
	u64 frames[LP_DEPTH_MAX + LP_WAIT_FRAMES + 1];
};

static_assert(LP_DEPTH_MAX <= LP_STREAM_FRAMES &&
	      LP_WAIT_FRAMES <= LP_STREAM_FRAMES);

struct lp_drain *lp_drain_new(struct lp_session *session)
{
	struct lp_drain *d = kvzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return NULL;
	d->session = session;
	d->stream.session = session;
	d->attribute = lp_attribute_new(&d->stream);
	d->waits = lp_sums_new(LOCKPROBE_A_WAITS, LOCKPROBE_A_WAIT_DATA);
	d->sleeps = lp_sums_new(LOCKPROBE_A_SLEEPS, LOCKPROBE_A_SLEEP_DATA);
	if (!d->attribute || !d->waits || !d->sleeps ||
	    lp_intern_init(&d->stacks, STACKS_MAX) ||
	    lp_leaves_init(&d->leaves) ||
	    lp_intern_init(&d->tasks, TASKS_MAX)) {
		lp_drain_free(d);
		return NULL;
	}
	return d;
}

void lp_drain_free(struct lp_drain *d)
{
	if (!d)
		return;
	lp_stream_free(&d->stream);
	lp_intern_free(&d->stacks);
	lp_leaves_free(&d->leaves);
	lp_intern_free(&d->tasks);
	lp_attribute_free(d->attribute);
	lp_sums_free(d->waits);
	lp_sums_free(d->sleeps);
	kvfree(d);
}

size_t lp_drain_memory(const struct lp_drain *d)
{
	return sizeof(*d) + d->stacks.bytes + d->tasks.bytes +
	       lp_leaves_memory() + lp_attribute_memory(d->attribute) +
	       2 * lp_sums_memory();
}

static u32 new_task_id(struct lp_drain *d, u32 pid, u32 tgid, const char *comm)
{
	union {
		struct task_key task;
		u64 words[TASK_WORDS];
	} key = { .task = { .pid = pid, .tgid = tgid } };
	bool fresh;
	u32 id;

	/* what stands behind the end of a name is no part of it */
	strscpy_pad(key.task.comm, comm, sizeof(key.task.comm));
	id = lp_intern_get(&d->tasks, key.words, TASK_WORDS, &fresh);
	if (id && fresh &&
	    lp_stream_task(&d->stream, id, pid, tgid, key.task.comm)) {
		lp_intern_forget(&d->tasks, key.words, TASK_WORDS);
		id = 0;
	}
	return id;
}

/* To the last byte: what differs behind the end is looked up once more. */
static bool is_same_name(const char *a, const char *b)
{
	u64 x[2], y[2];

	memcpy(x, a, sizeof(x));
	memcpy(y, b, sizeof(y));
	return x[0] == y[0] && x[1] == y[1];
}

static u32 task_id(struct lp_drain *d, u32 pid, u32 tgid, const char *comm)
{
	u32 at = hash_32(pid, RECENT_BITS);
	struct task_key *key = &d->recent[at].key;

	if (d->recent[at].id && key->pid == pid && key->tgid == tgid &&
	    is_same_name(key->comm, comm))
		return d->recent[at].id;
	key->pid = pid;
	key->tgid = tgid;
	memcpy(key->comm, comm, sizeof(key->comm));
	d->recent[at].id = new_task_id(d, pid, tgid, comm);
	return d->recent[at].id;
}

static u32 stack_id(struct lp_drain *d, const u64 *frames, u32 nr)
{
	bool fresh;
	u32 id, i;

	if (!nr)
		return 0;
	id = lp_intern_get(&d->stacks, frames, nr, &fresh);
	if (!id || !fresh)
		return id;
	for (i = 0; i < nr; i++)
		lp_compat_unwind_learn(frames[i] - 1);
	if (lp_stream_stack(&d->stream, id, frames, nr)) {
		lp_intern_forget(&d->stacks, frames, nr);
		return 0;
	}
	return id;
}

/* The leaf that a sample's frames are, known to the reader; NULL: no memory. */
static const struct lp_leaf *leaf_of(struct lp_drain *d, const u64 *frames,
				     u32 nr)
{
	u32 callers = stack_id(d, frames + 1, nr - 1);
	struct lp_leaf *leaf;

	if (nr > 1 && !callers)
		return NULL;
	leaf = lp_leaves_get(&d->leaves, frames[0], callers);
	if (leaf->id)
		return leaf;
	if (lp_stream_leaf(&d->stream, d->stacks.next_id, leaf->ip, callers))
		return NULL; /* told when it comes again */
	leaf->id = d->stacks.next_id++;
	leaf->in_lock_code = lp_stack_is_lock_code(leaf->ip);
	lp_compat_unwind_learn(leaf->ip);
	return leaf;
}

/*
 * The frames of a sample, innermost first, without those who watch: where they
 * are, and how many. Mostly they can be read where they were written.
 */
static const u64 *sample_frames(struct lp_drain *d,
				const struct lp_sample_record *rec, u32 *nr)
{
	u32 n = 0, i = 0;

	*nr = rec->nr;
	if (sizeof(rec->frames[0]) == sizeof(u64) &&
	    !(rec->flags & LP_SAMPLE_STITCHED))
		return (const u64 *)rec->frames;
	if (rec->nr && rec->flags & LP_SAMPLE_STITCHED) {
		d->frames[n++] = rec->frames[i++];
		i += lp_stack_watchers(rec->frames + i, rec->nr - i);
		/* the slow path's own frame: the ip stands for it */
		if (i < rec->nr && lp_stack_is_lock_code(rec->frames[0]))
			i++;
	}
	while (i < rec->nr)
		d->frames[n++] = rec->frames[i++];
	*nr = n;
	return d->frames;
}

/* Ids of all that a record names; false: no memory for one. */
static bool identify(struct lp_drain *d, const struct lp_sample_record *rec,
		     struct lp_sample *sample)
{
	u32 nr;
	const u64 *frames = sample_frames(d, rec, &nr);
	const struct lp_leaf *leaf;
	u16 flags = sample->flags;

	if (nr && frames[0]) {
		leaf = leaf_of(d, frames, nr);
		if (!leaf)
			return false;
		sample->stack = leaf->id;
		if (leaf->in_lock_code)
			flags |= LOCKPROBE_SAMPLE_LOCK_CODE;
	}
	sample->lock =
		lp_attribute_sample(d->attribute, rec, frames, nr, &flags);
	sample->flags = flags;
	sample->task = task_id(d, rec->pid, rec->tgid, rec->comm);
	return sample->task;
}

static int drain_sample(struct lp_drain *d, int cpu,
			const struct lp_sample_record *rec)
{
	struct lp_sample sample = {
		.time = rec->time,
		.period = rec->period,
		.flags = rec->flags & ~LP_SAMPLE_STITCHED,
	};
	struct lp_cpu *c = per_cpu_ptr(d->session->cpu, cpu);
	int ret;

	if (rec->seq != c->next_seq) {
		ret = lp_stream_loss(&d->stream, cpu, rec->seq - c->next_seq,
				     LOCKPROBE_LOSS_RING);
		if (ret == -ECONNREFUSED)
			return ret;
	}
	c->next_seq = rec->seq + 1;
	ret = -ENOMEM;
	if (identify(d, rec, &sample))
		ret = lp_stream_sample(&d->stream, cpu, rec->seq, &sample);
	if (ret && ret != -ECONNREFUSED) {
		d->session->lost++;
		ret = lp_stream_loss(&d->stream, cpu, 1, LOCKPROBE_LOSS_MEMORY);
	}
	return ret == -ECONNREFUSED ? ret : 0;
}

static int add_sum(struct lp_drain *d, struct lp_sums *sums,
		   const union lp_sum *one)
{
	int ret = lp_sums_full(sums) ? lp_sums_flush(sums, &d->stream) : 0;

	if (!ret)
		lp_sums_add(sums, one);
	return ret;
}

static int drain_wait(struct lp_drain *d, const struct lp_wait_record *rec)
{
	u32 skip = lp_stack_watchers(rec->frames, rec->nr), nr = 0, i;
	struct lockprobe_wait wait = {
		.owner = rec->owner,
		.count = 1,
		.flags = rec->flags,
		.total = rec->wait,
		.max = rec->wait,
	};

	for (i = skip; i < rec->nr; i++)
		d->frames[nr++] = rec->frames[i];
	wait.lock = lp_attribute_lock(d->attribute, rec->lock, rec->flags,
				      d->frames, nr);
	wait.task = task_id(d, rec->pid, rec->tgid, rec->comm);
	wait.stack = stack_id(d, d->frames, nr);
	if (!wait.lock || !wait.task || !wait.stack) {
		d->session->waits_lost++;
		return 0;
	}
	return add_sum(d, d->waits, &(union lp_sum){ .wait = wait });
}

static int drain_sleep(struct lp_drain *d, const struct lp_sleep_record *rec)
{
	u32 skip = lp_stack_watchers(rec->frames, rec->nr), nr = 0, i;
	struct lockprobe_sleep sleep = {
		.count = 1,
		.state = rec->state,
		.total = rec->slept,
		.max = rec->slept,
	};

	for (i = skip; i < rec->nr; i++)
		d->frames[nr++] = rec->frames[i];
	if (rec->lock)
		sleep.lock = lp_attribute_lock(d->attribute, rec->lock,
					       rec->lock_flags, d->frames, nr);
	for (i = 0; i < rec->nr_user; i++)
		d->frames[nr++] = rec->frames[rec->nr + i];
	if (rec->nr_user)
		d->frames[nr++] = LOCKPROBE_FRAME_USER | rec->tgid;
	sleep.task = task_id(d, rec->pid, rec->tgid, rec->comm);
	if (rec->waker_pid)
		sleep.waker = task_id(d, rec->waker_pid, rec->waker_tgid,
				      rec->waker_comm);
	sleep.stack = stack_id(d, d->frames, nr);
	if (!sleep.task || (nr && !sleep.stack)) {
		d->session->sleeps_lost++;
		return 0;
	}
	return add_sum(d, d->sleeps, &(union lp_sum){ .sleep = sleep });
}

static int drain_event(struct lp_drain *d, const struct lp_record *rec)
{
	if (rec->type == LP_RECORD_SLEEP)
		return drain_sleep(d, (const struct lp_sleep_record *)rec);
	return drain_wait(d, (const struct lp_wait_record *)rec);
}

static int drain_cpu(struct lp_drain *d, int cpu, u32 *left)
{
	struct lp_cpu *c = per_cpu_ptr(d->session->cpu, cpu);
	struct lp_record *rec;
	int i, ret = 0;

	for (i = 0; i < BATCH_RECORDS && !ret; i++) {
		rec = lp_ring_peek(&c->samples);
		if (!rec)
			break;
		ret = drain_sample(d, cpu, (struct lp_sample_record *)rec);
		lp_ring_release(&c->samples, rec);
	}
	*left += i == BATCH_RECORDS;
	for (i = 0; i < BATCH_RECORDS && !ret; i++) {
		rec = lp_ring_peek(&c->waits);
		if (!rec)
			break;
		ret = drain_event(d, rec);
		lp_ring_release(&c->waits, rec);
	}
	*left += i == BATCH_RECORDS;
	return ret;
}

/*
 * Till nothing is left, or so many turns: samples may come faster than they can
 * be drained. @more: something is left.
 */
static int drain_rings(struct lp_drain *d, u32 turns, bool *more)
{
	u32 left;
	int cpu, ret;

	do {
		left = 0;
		for_each_possible_cpu(cpu) {
			ret = drain_cpu(d, cpu, &left);
			if (ret)
				return ret;
			cond_resched();
		}
	} while (left && --turns);
	*more = left;
	return 0;
}

static int flush_sums(struct lp_drain *d)
{
	int ret = lp_sums_flush(d->waits, &d->stream);

	return ret ?: lp_sums_flush(d->sleeps, &d->stream);
}

int lp_drain_run(struct lp_drain *d, bool *more)
{
	u64 now = ktime_get_mono_fast_ns();
	int ret;

	if (!d->refreshed || now - d->refreshed > REFRESH_NS) {
		lp_btf_refresh();
		d->refreshed = now;
	}
	ret = drain_rings(d, TURNS, more);
	if (!ret && now - d->waited > WAITS_NS) {
		d->waited = now;
		ret = flush_sums(d);
	}
	if (!ret && now - d->flushed > FLUSH_NS) {
		d->flushed = now;
		ret = lp_stream_flush(&d->stream);
	}
	return ret;
}

/* Losses behind the last sample that came through. */
static int tell_last_losses(struct lp_drain *d)
{
	int cpu, ret;

	for_each_possible_cpu(cpu) {
		struct lp_cpu *c = per_cpu_ptr(d->session->cpu, cpu);

		if (c->produced == c->next_seq)
			continue;
		ret = lp_stream_loss(&d->stream, cpu, c->produced - c->next_seq,
				     LOCKPROBE_LOSS_RING);
		if (ret)
			return ret;
		c->next_seq = c->produced;
	}
	return 0;
}

int lp_drain_finish(struct lp_drain *d)
{
	struct lp_stats stats;
	bool more;
	/* nothing comes any more */
	int ret = drain_rings(d, U32_MAX, &more);

	if (!ret)
		ret = flush_sums(d);
	if (!ret)
		ret = tell_last_losses(d);
	if (!ret)
		ret = lp_stream_flush(&d->stream);
	if (ret)
		return ret;
	lp_session_stats_of(d->session, &stats, true);
	return lp_stream_end(&d->stream, &stats);
}
