// SPDX-License-Identifier: GPL-2.0
/*
 * In: counter overflows. Out: sample records in the CPU's ring. The handler
 * runs in NMI (hardware counters) or hard interrupt context (clocks), on the
 * CPU that overflowed: no lock, no allocation, and bounded by the stack depth.
 * All thinking is left to the drain thread.
 */
#include <linux/hardirq.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/timex.h>
#include "contend.h"
#include "sample.h"
#include "session.h"
#include "stack.h"
#include "compat/compat.h"

/* What perf sets hw.interrupts to while it withholds a counter's overflows. */
#define THROTTLED (~0ULL)

/*
 * The context that the sample interrupted. What brought us here does not
 * count: a hard interrupt, or NMIs, each of which counts as one of those, too;
 * or a software event, and then we are in no interrupt of our own.
 */
static enum lp_level interrupted_level(void)
{
	unsigned int hard = hardirq_count() >> HARDIRQ_SHIFT;
	unsigned int own = in_nmi() ? in_nmi() >> NMI_SHIFT : 1;

	if (hard > own)
		return LP_LEVEL_HARDIRQ;
	return in_serving_softirq() ? LP_LEVEL_SOFTIRQ : LP_LEVEL_TASK;
}

/* A wait's stack was taken when it began: no need to walk it again. */
static void take_wait(struct lp_session *session, struct lp_sample_record *rec,
		      const struct lp_wait *wait, unsigned long ip)
{
	unsigned int n = min_t(unsigned int, wait->nr, session->depth - 1);

	rec->lock = wait->lock;
	rec->lock_flags = wait->flags;
	rec->flags |= LOCKPROBE_SAMPLE_BY_CONTENTION;
	if (!session->kprobes && !lp_contend_is_spinning(wait->flags))
		return;
	rec->frames[0] = ip;
	memcpy(rec->frames + 1, wait->frames, n * sizeof(rec->frames[0]));
	rec->nr = n + 1;
	rec->flags |= LP_SAMPLE_STITCHED;
}

static void take_kernel(struct lp_session *session,
			struct lp_sample_record *rec, struct pt_regs *regs)
{
	const struct lp_wait *wait =
		lp_contend_now(session, interrupted_level());

	rec->argument = lp_stack_argument(regs);
	if (wait)
		take_wait(session, rec, wait, instruction_pointer(regs));
	if (!rec->nr)
		rec->nr =
			lp_compat_stack_regs(regs, rec->frames, session->depth);
	if (rec->nr == session->depth)
		rec->flags |= LOCKPROBE_SAMPLE_TRUNCATED;
}

static void take_sample(struct lp_session *session, struct lp_cpu *cpu,
			struct perf_event *event, struct perf_sample_data *data,
			struct pt_regs *regs)
{
	u32 max = sizeof(struct lp_sample_record) +
		  session->depth * sizeof(unsigned long);
	struct lp_sample_record *rec = lp_ring_reserve(&cpu->samples, max);
	u64 seq = cpu->produced++;

	if (!rec) {
		cpu->lost++;
		lp_session_kick(cpu, &cpu->samples);
		return;
	}
	rec->seq = seq;
	rec->time = ktime_get_mono_fast_ns();
	rec->addr = lp_compat_sample_addr(data);
	rec->lock = 0;
	rec->lock_flags = 0;
	rec->argument = 0;
	rec->period = min_t(u64, event->hw.last_period, U32_MAX);
	rec->pid = current->pid;
	rec->tgid = current->tgid;
	memcpy(rec->comm, current->comm, sizeof(rec->comm));
	rec->nr = 0;
	rec->flags = in_nmi() ? LOCKPROBE_SAMPLE_NMI : 0;
	if (rec->addr)
		rec->flags |= LOCKPROBE_SAMPLE_HAS_ADDR;
	if (is_idle_task(current))
		rec->flags |= LOCKPROBE_SAMPLE_IDLE;
	if (user_mode(regs))
		rec->flags |= LOCKPROBE_SAMPLE_USER;
	else
		take_kernel(session, rec, regs);
	lp_ring_commit(&cpu->samples, &rec->head,
		       sizeof(*rec) + rec->nr * sizeof(unsigned long), 1);
	lp_session_kick(cpu, &cpu->samples);
}

static void overflow(struct perf_event *event, struct perf_sample_data *data,
		     struct pt_regs *regs)
{
	cycles_t begin = get_cycles();
	struct lp_session *session = event->overflow_handler_context;
	struct lp_cpu *cpu = this_cpu_ptr(session->cpu);

	if (session->tgid && current->tgid != session->tgid) {
		cpu->filtered++;
		return;
	}
	if (cpu->busy) { /* a counter that interrupts its own handler */
		cpu->filtered++;
		return;
	}
	cpu->busy = true;
	barrier();
	if (event->hw.interrupts == THROTTLED)
		cpu->throttled++;
	take_sample(session, cpu, event, data, regs);
	cpu->handler_cycles += get_cycles() - begin;
	barrier();
	cpu->busy = false;
}

int lp_sample_open(struct lp_session *session, int cpu)
{
	struct lp_cpu *c = per_cpu_ptr(session->cpu, cpu);
	struct perf_event *event;

	if (c->event)
		return 0;
	event = perf_event_create_kernel_counter(&session->config.attr, cpu,
						 NULL, overflow, session);
	if (IS_ERR(event))
		return PTR_ERR(event);
	c->event = event;
	perf_event_enable(event);
	return 0;
}

void lp_sample_close(struct lp_session *session, int cpu)
{
	struct lp_cpu *c = per_cpu_ptr(session->cpu, cpu);
	u64 enabled, running;

	if (!c->event)
		return;
	perf_event_disable(c->event);
	perf_event_read_value(c->event, &enabled, &running);
	session->time_enabled += enabled;
	session->time_running += running;
	perf_event_release_kernel(c->event);
	c->event = NULL;
}
