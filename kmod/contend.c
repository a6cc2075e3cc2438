// SPDX-License-Identifier: GPL-2.0
/*
 * In: contention_begin/end. Out: wait records, and the waits that go on. The
 * probes run in the waiter's context with preemption off; they take no lock
 * and allocate nothing.
 *
 * Spinning waits cannot leave their CPU and nest by context, so they live in
 * per-CPU slots, one a context level. Sleeping waits belong to a task, which
 * may move; they live in a table keyed by the task. A mutex that spins and
 * then sleeps begins twice: the first begin counts. A sleeping wait that goes
 * on at the end, maybe for ever, counts until then.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/lockprobe.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stacktrace.h>
#include <linux/tracepoint.h>
#include "contend.h"
#include "session.h"
#include "slowpath.h"
#include "compat/compat.h"

#define TABLE_BITS 12
#define PROBES 16 /* places looked at for a task */

/* Kept apart from the task, which may be gone when we tell of its wait. */
struct waiter {
	u32 pid, tgid;
	char comm[16];
};

struct sleeper {
	struct task_struct *task; /* NULL: free; claimed by cmpxchg */
	struct waiter who;
	struct lp_wait wait;
};

struct lp_waiters {
	struct sleeper table[1 << TABLE_BITS];
	/* sleepers whose search begins here: mostly none, so no search */
	atomic_t begun[1 << TABLE_BITS];
};

static struct {
	struct tracepoint *begin, *end;
} points;

struct lp_waiters *lp_contend_new(void)
{
	return kvzalloc(sizeof(struct lp_waiters), GFP_KERNEL);
}

void lp_contend_free(struct lp_waiters *waiters)
{
	kvfree(waiters);
}

size_t lp_contend_memory(void)
{
	return sizeof(struct lp_waiters);
}

/* The level we run at ourselves. */
static enum lp_level level_now(void)
{
	if (hardirq_count())
		return LP_LEVEL_HARDIRQ;
	return in_serving_softirq() ? LP_LEVEL_SOFTIRQ : LP_LEVEL_TASK;
}

static struct sleeper *find_sleeper(struct lp_waiters *w,
				    const struct task_struct *task)
{
	u32 at = hash_ptr(task, TABLE_BITS), i;

	if (!atomic_read(&w->begun[at]))
		return NULL;
	for (i = 0; i < PROBES; i++) {
		struct sleeper *s =
			&w->table[(at + i) & ((1 << TABLE_BITS) - 1)];

		if (READ_ONCE(s->task) == task)
			return s;
	}
	return NULL;
}

static struct sleeper *claim_sleeper(struct lp_waiters *w,
				     struct task_struct *task)
{
	u32 at = hash_ptr(task, TABLE_BITS), i;

	for (i = 0; i < PROBES; i++) {
		struct sleeper *s =
			&w->table[(at + i) & ((1 << TABLE_BITS) - 1)];

		if (!READ_ONCE(s->task) && !cmpxchg(&s->task, NULL, task)) {
			atomic_inc(&w->begun[at]);
			return s;
		}
	}
	return NULL;
}

static void release_sleeper(struct lp_waiters *w, struct sleeper *s)
{
	u32 at = hash_ptr(s->task, TABLE_BITS);

	WRITE_ONCE(s->wait.lock, 0);
	/* the slot may go to another task, which finds it idle */
	smp_store_release(&s->task, NULL);
	atomic_dec(&w->begun[at]);
}

/* Pid of the task that holds a mutex or a rwsem, 0 if nobody can tell. */
static u32 owner_pid(const void *lock, u32 flags)
{
	unsigned long owner = 0;
	pid_t pid = 0;

	if (flags & LP_WAIT_MUTEX)
		owner = lp_compat_mutex_owner(lock);
	else if ((flags & (LP_WAIT_READ | LP_WAIT_WRITE)) &&
		 !(flags & (LP_WAIT_SPIN | LP_WAIT_PERCPU | LP_WAIT_RT)))
		owner = lp_compat_rwsem_owner(lock);
	if (!owner)
		return 0;
	/* the owner may be gone by now; its memory is then read in vain */
	lp_compat_peek(&pid, &((struct task_struct *)owner)->pid, sizeof(pid));
	return pid;
}

/* Where a wait was seen to begin: one of them, or neither. */
struct origin {
	struct pt_regs *regs;
	const struct lp_compat_frame *frame;
};

static u32 stack_of(const struct origin *origin, unsigned long *frames)
{
	u32 n = 0;

	if (origin->regs)
		return lp_compat_stack_regs(origin->regs, frames,
					    LP_WAIT_FRAMES);
	if (origin->frame)
		n = lp_compat_unwind_frame(origin->frame, frames,
					   LP_WAIT_FRAMES);
	return n ?: stack_trace_save(frames, LP_WAIT_FRAMES, 2);
}

static struct waiter waiter_now(void)
{
	struct waiter who = { .pid = current->pid, .tgid = current->tgid };

	memcpy(who.comm, current->comm, sizeof(who.comm));
	return who;
}

static noinline void begin_wait(struct lp_wait *wait, const void *lock,
				u32 flags, const struct origin *origin)
{
	WRITE_ONCE(wait->lock, 0);
	barrier(); /* an interrupt on this CPU must not see a mixture */
	wait->flags = flags;
	wait->owner = owner_pid(lock, flags);
	wait->nr = stack_of(origin, wait->frames);
	wait->begin = ktime_get_mono_fast_ns();
	barrier();
	WRITE_ONCE(wait->lock, (unsigned long)lock);
}

static void begin(struct lp_session *session, const void *lock, u32 flags,
		  const struct origin *origin)
{
	struct lp_cpu *cpu = this_cpu_ptr(session->cpu);
	struct sleeper *s;

	if (lp_contend_is_spinning(flags)) {
		struct lp_wait *spin = &cpu->spin[level_now()];

		cpu->contended++;
		cpu->contended_lost += !!spin->lock; /* its end never came */
		begin_wait(spin, lock, flags, origin);
		return;
	}
	s = find_sleeper(session->waiters, current);
	if (s && s->wait.lock == (unsigned long)lock)
		return; /* spun, sleeps now: still the same wait */
	cpu->contended++;
	if (s)
		cpu->contended_lost++; /* its end never came */
	else
		s = claim_sleeper(session->waiters, current);
	if (!s) {
		cpu->contended_lost++;
		return;
	}
	s->who = waiter_now();
	begin_wait(&s->wait, lock, flags, origin);
}

static void begin_if_wanted(struct lp_session *session, const void *lock,
			    u32 flags, const struct origin *origin)
{
	if (in_nmi() || (session->tgid && current->tgid != session->tgid))
		return;
	preempt_disable_notrace();
	begin(session, lock, flags, origin);
	preempt_enable_notrace();
}

void lp_contend_begin(struct lp_session *session, const void *lock, u32 flags,
		      struct pt_regs *regs)
{
	begin_if_wanted(session, lock, flags, &(struct origin){ .regs = regs });
}

static void probe_begin(void *data, void *lock, unsigned int flags)
{
	const struct lp_compat_frame caller = lp_compat_caller();

	begin_if_wanted(data, lock, flags,
			&(struct origin){ .frame = &caller });
}

/* Put a wait that lasted until now into the ring. Producers may nest. */
static void record_wait(struct lp_session *session, struct lp_cpu *cpu,
			const struct lp_wait *wait, const struct waiter *who)
{
	u64 now = ktime_get_mono_fast_ns();
	struct lp_wait_record *rec;
	unsigned long irq;
	u32 size;

	if (!(session->config.what &
	      LOCKPROBE_WHAT_WAITS)) /* only the samples look at waits */
		return;
	local_irq_save(irq);
	size = sizeof(*rec) + wait->nr * sizeof(wait->frames[0]);
	rec = lp_ring_reserve(&cpu->waits, size);
	if (!rec) {
		cpu->contended_lost++;
		goto out;
	}
	rec->lock = wait->lock;
	rec->begin = wait->begin;
	rec->wait = now - wait->begin;
	rec->flags = wait->flags;
	rec->owner = wait->owner;
	rec->pid = who->pid;
	rec->tgid = who->tgid;
	memcpy(rec->comm, who->comm, sizeof(rec->comm));
	rec->nr = wait->nr;
	memcpy(rec->frames, wait->frames, wait->nr * sizeof(wait->frames[0]));
	lp_ring_commit(&cpu->waits, &rec->head, size, LP_RECORD_WAIT);
	lp_session_kick(cpu, &cpu->waits);
out:
	local_irq_restore(irq);
}

static void end(struct lp_session *session, const void *lock)
{
	struct lp_cpu *cpu = this_cpu_ptr(session->cpu);
	struct lp_wait *spin = &cpu->spin[level_now()];
	struct sleeper *s;

	if (spin->lock == (unsigned long)lock) {
		const struct waiter who = waiter_now();

		record_wait(session, cpu, spin, &who);
		WRITE_ONCE(spin->lock, 0);
		return;
	}
	s = find_sleeper(session->waiters, current);
	if (!s || s->wait.lock != (unsigned long)lock)
		return; /* began before we did */
	record_wait(session, cpu, &s->wait, &s->who);
	release_sleeper(session->waiters, s);
}

void lp_contend_end(struct lp_session *session, const void *lock)
{
	if (in_nmi())
		return;
	preempt_disable_notrace();
	end(session, lock);
	preempt_enable_notrace();
}

static void probe_end(void *data, void *lock, int ret)
{
	lp_contend_end(data, lock);
}

const struct lp_wait *lp_contend_now(struct lp_session *session,
				     enum lp_level level)
{
	const struct lp_wait *wait = &this_cpu_ptr(session->cpu)->spin[level];
	const struct sleeper *s;

	if (READ_ONCE(wait->lock))
		return wait;
	if (level != LP_LEVEL_TASK || !session->waiters)
		return NULL;
	s = find_sleeper(session->waiters, current);
	return s && READ_ONCE(s->wait.lock) ? &s->wait : NULL;
}

static void match_point(struct tracepoint *point, void *unused)
{
	if (!strcmp(point->name, "contention_begin"))
		points.begin = point;
	else if (!strcmp(point->name, "contention_end"))
		points.end = point;
}

static bool find_points(void)
{
	if (!points.begin || !points.end)
		for_each_kernel_tracepoint(match_point, NULL);
	return points.begin && points.end;
}

int lp_contend_init(void)
{
	return find_points() ? 0 : lp_slowpath_init();
}

u32 lp_contend_features(void)
{
	if (find_points())
		return LOCKPROBE_FEATURE_TRACEPOINTS;
	return lp_slowpath_ready() ? LOCKPROBE_FEATURE_KPROBES : 0;
}

int lp_contend_attach(struct lp_session *session)
{
	int ret;

	if (!find_points())
		return lp_slowpath_attach(session);
	ret = tracepoint_probe_register(points.end, probe_end, session);
	if (ret)
		return ret;
	ret = tracepoint_probe_register(points.begin, probe_begin, session);
	if (ret)
		goto fail;
	return 0;

fail:
	tracepoint_probe_unregister(points.end, probe_end, session);
	tracepoint_synchronize_unregister();
	return ret;
}

/*
 * No probe runs any more: what is in the table waits on, and what is in a slot
 * spun on when nobody looked for its end, for who knows how long.
 */
static void record_open(struct lp_session *session)
{
	struct lp_waiters *w = session->waiters;
	int cpu, level;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(w->table); i++) {
		const struct sleeper *s = &w->table[i];

		if (!s->task)
			continue;
		preempt_disable();
		record_wait(session, this_cpu_ptr(session->cpu), &s->wait,
			    &s->who);
		preempt_enable();
	}
	for_each_possible_cpu(cpu) {
		struct lp_cpu *c = per_cpu_ptr(session->cpu, cpu);

		for (level = 0; level < LP_LEVELS; level++)
			c->contended_lost += !!c->spin[level].lock;
	}
}

void lp_contend_detach(struct lp_session *session)
{
	if (find_points()) {
		tracepoint_probe_unregister(points.begin, probe_begin, session);
		tracepoint_probe_unregister(points.end, probe_end, session);
		tracepoint_synchronize_unregister();
	} else {
		lp_slowpath_detach(session);
	}
	record_open(session);
}
