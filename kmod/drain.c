// SPDX-License-Identifier: GPL-2.0
/*
 * In: sample and wait records of all CPUs. Out: the stream. Process context,
 * the drain thread alone.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "attribute.h"
#include "btf.h"
#include "contend.h"
#include "drain.h"
#include "intern.h"
#include "sample.h"
#include "session.h"
#include "sleep.h"
#include "stack.h"
#include "stream.h"
#include "sums.h"

#define STACKS_MAX 16384
#define TASKS_MAX 16384
#define BATCH_RECORDS 1024 /* of one CPU before the next has its turn */
#define FLUSH_NS (200 * NSEC_PER_MSEC)
#define WAITS_NS NSEC_PER_SEC
#define REFRESH_NS (4 * NSEC_PER_SEC)

struct task_key {
	u32 pid, tgid;
	char comm[16];
};

struct lp_drain {
	struct lp_session *session;
	struct lp_stream stream;
	struct lp_intern stacks;
	struct lp_intern tasks;
	struct lp_attribute *attribute;
	struct lp_sums *waits;
	struct lp_sums *sleeps;
	u64 flushed, waited, refreshed; /* ns, when last done */
	u64 frames[LP_DEPTH_MAX + LP_WAIT_FRAMES + 1];
};

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
	lp_intern_free(&d->tasks);
	lp_attribute_free(d->attribute);
	lp_sums_free(d->waits);
	lp_sums_free(d->sleeps);
	kvfree(d);
}

size_t lp_drain_memory(const struct lp_drain *d)
{
	return sizeof(*d) + d->stacks.bytes + d->tasks.bytes +
	       lp_attribute_memory(d->attribute) + 2 * lp_sums_memory();
}

static u32 task_id(struct lp_drain *d, u32 pid, u32 tgid, const char *comm)
{
	struct task_key key = { .pid = pid, .tgid = tgid };
	bool fresh;
	u32 id;

	strscpy_pad(key.comm, comm, sizeof(key.comm));
	id = lp_intern_get(&d->tasks, &key, sizeof(key), &fresh);
	if (id && fresh &&
	    lp_stream_task(&d->stream, id, pid, tgid, key.comm)) {
		lp_intern_forget(&d->tasks, &key, sizeof(key));
		id = 0;
	}
	return id;
}

static u32 stack_id(struct lp_drain *d, u32 nr)
{
	u32 len = nr * sizeof(d->frames[0]), id;
	bool fresh;

	if (!nr)
		return 0;
	id = lp_intern_get(&d->stacks, d->frames, len, &fresh);
	if (id && fresh && lp_stream_stack(&d->stream, id, d->frames, nr)) {
		lp_intern_forget(&d->stacks, d->frames, len);
		id = 0;
	}
	return id;
}

/* The frames of a sample, innermost first, without those who watch. */
static u32 sample_frames(struct lp_drain *d, const struct lp_sample_record *rec)
{
	u32 n = 0, i = 0, skip;

	if (!rec->nr)
		return 0;
	d->frames[n++] = rec->frames[i++];
	if (rec->flags & LP_SAMPLE_STITCHED) {
		skip = lp_stack_watchers(rec->frames + i, rec->nr - i);
		i += skip;
		/* the slow path's own frame: the ip stands for it */
		if (i < rec->nr && lp_stack_is_lock_code(rec->frames[0]))
			i++;
	}
	while (i < rec->nr)
		d->frames[n++] = rec->frames[i++];
	return n;
}

static int drain_sample(struct lp_drain *d, int cpu,
			const struct lp_sample_record *rec)
{
	struct lockprobe_sample sample = {
		.period = rec->period,
		.flags = rec->flags & ~LP_SAMPLE_STITCHED,
	};
	struct lp_cpu *c = per_cpu_ptr(d->session->cpu, cpu);
	u32 nr = sample_frames(d, rec);
	int ret;

	if (rec->seq != c->next_seq) {
		ret = lp_stream_loss(&d->stream, cpu, rec->seq - c->next_seq,
				     LOCKPROBE_LOSS_RING);
		if (ret == -ECONNREFUSED)
			return ret;
	}
	c->next_seq = rec->seq + 1;
	if (nr && lp_stack_is_lock_code(d->frames[0]))
		sample.flags |= LOCKPROBE_SAMPLE_LOCK_CODE;
	sample.lock = lp_attribute_sample(d->attribute, rec, d->frames, nr,
					  &sample.flags);
	sample.task = task_id(d, rec->pid, rec->tgid, rec->comm);
	sample.stack = stack_id(d, nr);
	ret = -ENOMEM;
	if (sample.task && (sample.stack || !nr))
		ret = lp_stream_sample(&d->stream, cpu, rec->seq, rec->time,
				       &sample);
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
	wait.stack = stack_id(d, nr);
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
	sleep.task = task_id(d, rec->pid, rec->tgid, rec->comm);
	if (rec->waker_pid)
		sleep.waker = task_id(d, rec->waker_pid, rec->waker_tgid,
				      rec->waker_comm);
	sleep.stack = stack_id(d, nr);
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

static int drain_rings(struct lp_drain *d)
{
	u32 left;
	int cpu, ret;

	do {
		left = 0;
		for_each_possible_cpu(cpu) {
			ret = drain_cpu(d, cpu, &left);
			if (ret)
				return ret;
		}
		cond_resched();
	} while (left);
	return 0;
}

static int flush_sums(struct lp_drain *d)
{
	int ret = lp_sums_flush(d->waits, &d->stream);

	return ret ?: lp_sums_flush(d->sleeps, &d->stream);
}

int lp_drain_run(struct lp_drain *d)
{
	u64 now = ktime_get_mono_fast_ns();
	int ret;

	if (!d->refreshed || now - d->refreshed > REFRESH_NS) {
		lp_btf_refresh();
		d->refreshed = now;
	}
	ret = drain_rings(d);
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
	int ret = drain_rings(d);

	if (!ret)
		ret = flush_sums(d);
	if (!ret)
		ret = tell_last_losses(d);
	if (!ret)
		ret = lp_stream_flush(&d->stream);
	if (ret)
		return ret;
	lp_session_stats_of(d->session, &stats);
	return lp_stream_end(&d->stream, &stats);
}
