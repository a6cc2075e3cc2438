/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session: what one reader asked for, and everything that serves it. There
 * is one at most. It is made by START in the reader's context and taken apart
 * by the drain thread, and by nobody else; it holds a reference on the module.
 *
 * Locks, outer first: session mutex (making, taking apart, asking for the
 * numbers); event mutex (the counters, of which CPUs that come up get new
 * ones); inside it, what perf takes, at times cpus_read_lock. Handlers take
 * none.
 */
#ifndef LP_SESSION_H
#define LP_SESSION_H

#include <linux/irq_work.h>
#include <linux/perf_event.h>
#include "config.h"
#include "contend.h"
#include "ring.h"
#include "sleep.h"

/* One CPU of a session. Counters up to 'kick' are the CPU's own. */
struct lp_cpu {
	struct lp_ring samples;
	struct lp_ring waits;
	struct lp_wait spin[LP_LEVELS];
	bool busy; /* in the sample handler */
	u64 produced;
	u64 lost; /* of produced: no room in the ring */
	u64 filtered;
	u64 throttled;
	u64 handler_cycles; /* of get_cycles(), which costs less than a time */
	u64 contended;
	u64 contended_lost;
	u64 slept_lost;
	struct irq_work kick; /* wakes the drain thread */
	/* under the event mutex */
	struct perf_event *event;
	/* the drain thread's */
	u64 next_seq;
};

enum lp_phase {
	LP_PHASE_RUNNING,
	LP_PHASE_STOPPING, /* asked to stop: drain, say END */
	LP_PHASE_DEAD, /* the reader is gone: drop everything */
};

struct lp_session {
	struct lp_config config;
	u32 id;
	u32 tgid;
	u32 depth;
	struct lp_cpu __percpu *cpu;
	struct lp_waiters *waiters;
	struct lp_sleepers *sleepers; /* NULL: sleeps are not recorded */
	int phase; /* enum lp_phase, only ever grows */
	bool armed; /* counters may run */
	bool kprobes; /* waits are seen by kprobes, which hide their callers */
	struct lp_drain *drain;
	u64 delivered;
	u64 lost; /* of produced, after the ring */
	u64 waits_lost;
	u64 sleeps_lost;
	u64 worker_ns;
	u64 began_ns, began_cycles;
	u64 time_enabled, time_running; /* of counters released */
	size_t memory; /* rings and tables of fixed size */
};

struct lp_stats {
	u64 produced, delivered, lost, filtered, throttled;
	u64 time_enabled, time_running;
	u64 handler_ns, worker_ns;
	u64 contended, contended_lost, slept_lost;
	u64 memory;
};

int lp_session_init(void);
void lp_session_exit(void);

/*
 * Process context. Takes over nothing of @config on failure; -EBUSY if there
 * is a session. @why is set to a sentence on failure where there is one.
 */
int lp_session_start(const struct lp_config *config, u32 *id,
		     struct perf_event_attr *applied, const char **why);
/* -ESRCH: none; -EPERM: not that socket's. */
int lp_session_stop(u32 portid);
/* Its socket closed. */
void lp_session_reader_gone(u32 portid);
/*
 * Numbers of the session that is, or all zero; @live: of counters that run,
 * too, by interrupting their CPUs.
 */
void lp_session_stats(struct lp_stats *stats, bool live);
void lp_session_stats_of(struct lp_session *session, struct lp_stats *stats,
			 bool live);

/* Any context, interrupts off: have @ring of this CPU drained if it fills. */
static inline void lp_session_kick(struct lp_cpu *cpu, struct lp_ring *ring)
{
	if (lp_ring_used(ring) > ring->size / 4)
		irq_work_queue(&cpu->kick);
}

#endif
