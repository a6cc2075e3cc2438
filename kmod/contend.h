/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Contention: who waits for which lock now, and how long each wait took. The
 * probes run where the waiter does (task, softirq, hardirq); what they find
 * goes into the CPU's wait ring, and what is going on now is there for the
 * sample handler of the same CPU to see.
 */
#ifndef LP_CONTEND_H
#define LP_CONTEND_H

#include <linux/ptrace.h>
#include "ring.h"

/* Flags of contention_begin, the kernel's LCB_F_*. */
#define LP_WAIT_SPIN 0x01u
#define LP_WAIT_READ 0x02u
#define LP_WAIT_WRITE 0x04u
#define LP_WAIT_RT 0x08u
#define LP_WAIT_PERCPU 0x10u
#define LP_WAIT_MUTEX 0x20u

#define LP_WAIT_FRAMES 32

/* Contexts nest on a CPU, and each may wait for a spinlock of its own. */
enum lp_level {
	LP_LEVEL_TASK,
	LP_LEVEL_SOFTIRQ,
	LP_LEVEL_HARDIRQ,
	LP_LEVELS
};

/* A wait that goes on; written by its CPU or task alone. */
struct lp_wait {
	u64 lock; /* 0: no wait; written last, cleared first */
	u64 begin; /* ns, CLOCK_MONOTONIC */
	u32 flags; /* LP_WAIT_* */
	u32 owner; /* pid, 0: not known */
	u32 nr;
	unsigned long frames[LP_WAIT_FRAMES];
};

/* A wait that is over, in the ring. */
struct lp_wait_record {
	struct lp_record head;
	u64 lock;
	u64 begin;
	u64 wait; /* ns */
	u32 flags;
	u32 owner;
	u32 pid;
	u32 tgid;
	char comm[16];
	u32 nr;
	u32 reserved;
	unsigned long frames[];
};

struct lp_session;
struct lp_waiters;

/* A wait that stays on its CPU; a mutex only spins before it sleeps. */
static inline bool lp_contend_is_spinning(u32 flags)
{
	return (flags & (LP_WAIT_SPIN | LP_WAIT_MUTEX)) == LP_WAIT_SPIN;
}

/* Process context. */
int lp_contend_init(void);
struct lp_waiters *lp_contend_new(void);
void lp_contend_free(struct lp_waiters *waiters);
size_t lp_contend_memory(void);
int lp_contend_attach(struct lp_session *session);
void lp_contend_detach(struct lp_session *session);
/* LOCKPROBE_FEATURE_* that this kernel gives. */
u32 lp_contend_features(void);

/*
 * The ends of a wait, for those who see them: the trace points here, kprobes
 * on the slow paths in slowpath.c. The waiter's context; @regs: at the entry
 * of the slow path, NULL in a trace point.
 */
void lp_contend_begin(struct lp_session *session, const void *lock, u32 flags,
		      struct pt_regs *regs);
void lp_contend_end(struct lp_session *session, const void *lock);

/*
 * The wait that the code interrupted at @level on this CPU is in, or NULL. For
 * the sample handler: any context, valid until it returns.
 */
const struct lp_wait *lp_contend_now(struct lp_session *session,
				     enum lp_level level);

#endif
