// SPDX-License-Identifier: GPL-2.0
/*
 * In: sched_switch and sched_waking. Out: sleep records. The probes run with
 * the run queue's lock held and interrupts off: they take no lock, allocate
 * nothing and wake nobody (irq_work does).
 *
 * A sleep lives in a table keyed by the task from the switch away to the
 * switch back. Full, the table refuses, which is counted. Who is still asleep
 * at the end, maybe for ever, is recorded then.
 */
#include <linux/hash.h>
#include <linux/lockprobe.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include "session.h"
#include "sleep.h"
#include "compat/compat.h"

#define TABLE_BITS 12
#define PROBES 16

struct sleeper {
	struct task_struct *task; /* NULL: free; claimed by cmpxchg */
	u64 begin; /* ns, CLOCK_MONOTONIC */
	u64 lock;
	u32 lock_flags;
	u32 state;
	u32 pid, tgid; /* the task may be gone when we tell of it */
	u32 waker_pid, waker_tgid;
	char comm[16];
	char waker_comm[16];
	u32 nr, nr_user;
	unsigned long frames[LP_WAIT_FRAMES], user[LP_USER_FRAMES];
};

struct lp_sleepers {
	struct sleeper table[1 << TABLE_BITS];
};

static struct tracepoint *point_switch, *point_waking;

struct lp_sleepers *lp_sleep_new(void)
{
	return kvzalloc(sizeof(struct lp_sleepers), GFP_KERNEL);
}

void lp_sleep_free(struct lp_sleepers *sleepers)
{
	kvfree(sleepers);
}

size_t lp_sleep_memory(void)
{
	return sizeof(struct lp_sleepers);
}

static struct sleeper *sleeper_of(struct lp_sleepers *s,
				  const struct task_struct *task)
{
	u32 at = hash_ptr(task, TABLE_BITS), i;

	for (i = 0; i < PROBES; i++) {
		struct sleeper *e =
			&s->table[(at + i) & ((1 << TABLE_BITS) - 1)];

		if (READ_ONCE(e->task) == task)
			return e;
	}
	return NULL;
}

static struct sleeper *claim(struct lp_sleepers *s, struct task_struct *task)
{
	u32 at = hash_ptr(task, TABLE_BITS), i;

	for (i = 0; i < PROBES; i++) {
		struct sleeper *e =
			&s->table[(at + i) & ((1 << TABLE_BITS) - 1)];

		if (!READ_ONCE(e->task) && !cmpxchg(&e->task, NULL, task))
			return e;
	}
	return NULL;
}

/* The current task goes to sleep. */
static noinline void fall_asleep(struct lp_session *session, struct lp_cpu *cpu,
				 u32 state)
{
	struct sleeper *e = sleeper_of(session->sleepers, current);
	const struct lp_wait *wait;

	if (!e)
		e = claim(session->sleepers, current);
	if (!e) {
		cpu->slept_lost++;
		return;
	}
	wait = lp_contend_now(session, LP_LEVEL_TASK);
	e->lock = wait ? wait->lock : 0;
	e->lock_flags = wait ? wait->flags : 0;
	e->state = state;
	e->pid = current->pid;
	e->tgid = current->tgid;
	memcpy(e->comm, current->comm, sizeof(e->comm));
	e->waker_pid = 0;
	e->nr = stack_trace_save(e->frames, LP_WAIT_FRAMES, 2);
	e->nr_user = lp_compat_user_stack(e->user, LP_USER_FRAMES);
	e->begin = ktime_get_mono_fast_ns();
}

/* Put a sleep that lasted until now into the ring; interrupts are off. */
static void record_sleep(struct lp_cpu *cpu, const struct sleeper *e,
			 u32 asleep)
{
	u32 size = sizeof(struct lp_sleep_record) +
		   (e->nr + e->nr_user) * sizeof(e->frames[0]);
	struct lp_sleep_record *rec = lp_ring_reserve(&cpu->waits, size);

	if (!rec) {
		cpu->slept_lost++;
		return;
	}
	rec->lock = e->lock;
	rec->lock_flags = e->lock_flags;
	rec->slept = ktime_get_mono_fast_ns() - e->begin;
	rec->state = e->state | asleep;
	rec->pid = e->pid;
	rec->tgid = e->tgid;
	memcpy(rec->comm, e->comm, sizeof(rec->comm));
	rec->waker_pid = e->waker_pid;
	rec->waker_tgid = e->waker_tgid;
	memcpy(rec->waker_comm, e->waker_comm, sizeof(rec->waker_comm));
	rec->nr = e->nr;
	rec->nr_user = e->nr_user;
	memcpy(rec->frames, e->frames, e->nr * sizeof(e->frames[0]));
	memcpy(rec->frames + e->nr, e->user, e->nr_user * sizeof(e->user[0]));
	lp_ring_commit(&cpu->waits, &rec->head, size, LP_RECORD_SLEEP);
	lp_session_kick(cpu, &cpu->waits);
}

/* Older kernels pass no more than this, newer ones the state behind it. */
static void probe_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next)
{
	struct lp_session *session = data;
	struct lp_cpu *cpu = this_cpu_ptr(session->cpu);
	u32 state = lp_compat_task_state(prev);
	struct sleeper *e;

	if (!preempt && state && !(state & TASK_DEAD) && !is_idle_task(prev) &&
	    (!session->tgid || prev->tgid == session->tgid))
		fall_asleep(session, cpu, state);
	e = sleeper_of(session->sleepers, next);
	if (!e)
		return;
	record_sleep(cpu, e, 0);
	/* the entry is free for another task from here on */
	smp_store_release(&e->task, NULL);
}

static void probe_waking(void *data, struct task_struct *task)
{
	struct lp_session *session = data;
	struct sleeper *e = sleeper_of(session->sleepers, task);

	if (!e || in_nmi())
		return;
	e->waker_tgid = current->tgid;
	memcpy(e->waker_comm, current->comm, sizeof(e->waker_comm));
	e->waker_pid = current->pid;
}

static void match_point(struct tracepoint *point, void *unused)
{
	if (!strcmp(point->name, "sched_switch"))
		point_switch = point;
	else if (!strcmp(point->name, "sched_waking"))
		point_waking = point;
}

int lp_sleep_attach(struct lp_session *session)
{
	int ret;

	if (!session->sleepers)
		return 0;
	for_each_kernel_tracepoint(match_point, NULL);
	if (!point_switch || !point_waking)
		return -EOPNOTSUPP;
	ret = tracepoint_probe_register(point_waking, probe_waking, session);
	if (ret)
		return ret;
	ret = tracepoint_probe_register(point_switch, probe_switch, session);
	if (ret)
		goto fail;
	return 0;

fail:
	tracepoint_probe_unregister(point_waking, probe_waking, session);
	tracepoint_synchronize_unregister();
	return ret;
}

/* No probe runs any more, and what is in the table sleeps on. */
static void record_asleep(struct lp_session *session)
{
	struct lp_sleepers *s = session->sleepers;
	unsigned long irq;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(s->table); i++) {
		if (!s->table[i].task)
			continue;
		/* the waits' probes are producers of this ring, too */
		local_irq_save(irq);
		record_sleep(this_cpu_ptr(session->cpu), &s->table[i],
			     LOCKPROBE_SLEEP_GOES_ON);
		local_irq_restore(irq);
	}
}

void lp_sleep_detach(struct lp_session *session)
{
	if (!session->sleepers)
		return;
	tracepoint_probe_unregister(point_switch, probe_switch, session);
	tracepoint_probe_unregister(point_waking, probe_waking, session);
	tracepoint_synchronize_unregister();
	record_asleep(session);
}
