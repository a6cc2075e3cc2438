// SPDX-License-Identifier: GPL-2.0
/*
 * Which kernel functions are lock code: a name in, yes or no out. The table
 * holds the names of kernel/locking/ and of the out-of-line lock API, 5.4 to
 * 7.x; a trailing '*' stands for a family.
 */
#include <stddef.h>
#include <string.h>

#include <linux/lockprobe.h>

#include "lock/lock_code.h"

struct family {
	const char *name; /* '*' at its end: any name that begins so */
	uint8_t kind;
};

#define SPIN LOCKPROBE_KIND_SPINLOCK
#define RW LOCKPROBE_KIND_RWLOCK
#define MUTEX LOCKPROBE_KIND_MUTEX
#define SEM LOCKPROBE_KIND_RWSEM
#define PERCPU LOCKPROBE_KIND_PERCPU_RWSEM
#define RT LOCKPROBE_KIND_RTMUTEX
#define ANY LOCKPROBE_KIND_UNKNOWN

static const struct family lock_functions[] = {
	{ "[lock code]", ANY }, /* the importer's word for an unnamed range */
	{ "_raw_spin_*", SPIN },
	{ "__raw_spin_*", SPIN },
	{ "do_raw_spin_*", SPIN },
	{ "_raw_read_*", RW },
	{ "_raw_write_*", RW },
	{ "__raw_read_*", RW },
	{ "__raw_write_*", RW },
	{ "do_raw_read_*", RW },
	{ "do_raw_write_*", RW },
	{ "queued_spin_*", SPIN }, /* out of line on SynCord's kernels */
	{ "bpf_queued_spin_*", SPIN },
	{ "shuffle_waiters", SPIN },
	{ "cna_*", SPIN },
	{ "native_queued_spin_lock_slowpath*", SPIN },
	{ "__pv_queued_spin_lock_slowpath*", SPIN },
	{ "__pv_queued_spin_unlock*", SPIN },
	{ "__raw_callee_save___pv_queued_spin_unlock*", SPIN },
	{ "__raw_callee_save___native_queued_spin_unlock", SPIN },
	{ "__native_queued_spin_unlock", SPIN },
	{ "resilient_queued_spin_lock_slowpath", SPIN },
	{ "resilient_tas_spin_lock", SPIN },
	{ "virt_spin_lock*", SPIN },
	{ "_atomic_dec_and_lock*", SPIN },
	{ "_atomic_dec_and_raw_lock*", SPIN },
	{ "queued_read_lock_slowpath", RW },
	{ "queued_write_lock_slowpath", RW },
	{ "mutex_lock*", MUTEX },
	{ "mutex_unlock", MUTEX },
	{ "mutex_trylock*", MUTEX },
	{ "mutex_spin_on_owner", MUTEX },
	{ "mutex_optimistic_spin", MUTEX },
	{ "mutex_can_spin_on_owner", MUTEX },
	{ "__mutex_*", MUTEX },
	{ "_mutex_lock*", MUTEX },
	{ "_mutex_trylock*", MUTEX },
	{ "ww_mutex_lock*", MUTEX },
	{ "ww_mutex_unlock", MUTEX },
	{ "ww_mutex_trylock", MUTEX },
	{ "__ww_mutex_*", MUTEX },
	{ "atomic_dec_and_mutex_lock", MUTEX },
	{ "osq_lock", ANY },
	{ "osq_unlock", ANY },
	{ "osq_wait_next", ANY },
	{ "down_read*", SEM },
	{ "down_write*", SEM },
	{ "up_read*", SEM },
	{ "up_write*", SEM },
	{ "downgrade_write", SEM },
	{ "__down_read*", SEM },
	{ "__down_write*", SEM },
	{ "__up_read", SEM },
	{ "__up_write", SEM },
	{ "__downgrade_write", SEM },
	{ "call_rwsem_*", SEM },
	{ "_down_write_nest_lock", SEM },
	{ "rwsem_*", SEM },
	{ "rwbase_*", SEM },
	{ "percpu_down_read*", PERCPU },
	{ "percpu_down_write", PERCPU },
	{ "percpu_up_read", PERCPU },
	{ "percpu_up_write", PERCPU },
	{ "percpu_rwsem_wait", PERCPU },
	{ "percpu_rwsem_wake_function", PERCPU },
	{ "__percpu_down_*", PERCPU },
	{ "__percpu_up_*", PERCPU },
	{ "__percpu_rwsem_trylock", PERCPU },
	{ "rt_mutex_*", RT },
	{ "_rt_mutex_*", RT },
	{ "__rt_mutex_*", RT },
	{ "rt_spin_*", SPIN },
	{ "rt_read_*", RW },
	{ "rt_write_*", RW },
	{ "rtlock_slowlock*", SPIN },
	{ "task_blocks_on_rt_mutex", RT },
	{ "down", ANY },
	{ "down_interruptible", ANY },
	{ "down_killable", ANY },
	{ "down_trylock", ANY },
	{ "down_timeout", ANY },
	{ "up", ANY },
	{ "__down", ANY },
	{ "__down_common", ANY },
	{ "__down_interruptible", ANY },
	{ "__down_killable", ANY },
	{ "__down_timeout", ANY },
	{ "___down_common", ANY },
	{ "__up", ANY },
	{ "trace_contention_begin", ANY },
	{ "trace_contention_end", ANY },
	{ "__traceiter_contention_begin", ANY },
	{ "__traceiter_contention_end", ANY },
};

static const struct family sched_functions[] = {
	{ "__schedule", ANY },
	{ "__schedule_loop", ANY },
	{ "schedule", ANY },
	{ "schedule_timeout*", ANY },
	{ "schedule_preempt_disabled", ANY },
	{ "schedule_rtlock", ANY },
	{ "schedule_hrtimeout*", ANY },
	{ "schedule_idle", ANY },
	{ "io_schedule*", ANY },
	{ "preempt_schedule*", ANY },
	{ "__cond_resched", ANY },
	{ "__traceiter_sched_switch", ANY },
	{ "__bpf_trace_sched_switch", ANY },
};

#define NR(array) (sizeof(array) / sizeof(*(array)))

static const struct family *find(const struct family *table, size_t nr,
				 const char *function)
{
	size_t len = strcspn(function, "."), n, i;

	for (i = 0; i < nr; i++) {
		n = strlen(table[i].name);
		if (table[i].name[n - 1] == '*') {
			if (len >= n - 1 &&
			    !memcmp(table[i].name, function, n - 1))
				return &table[i];
		} else if (len == n && !memcmp(table[i].name, function, n)) {
			return &table[i];
		}
	}
	return NULL;
}

bool lock_code_is(const char *function)
{
	return find(lock_functions, NR(lock_functions), function);
}

bool sched_code_is(const char *function)
{
	return find(sched_functions, NR(sched_functions), function);
}

uint8_t lock_code_kind(const char *function)
{
	const struct family *family =
		find(lock_functions, NR(lock_functions), function);

	return family ? family->kind : LOCKPROBE_KIND_UNKNOWN;
}
