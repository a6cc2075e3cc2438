// SPDX-License-Identifier: GPL-2.0
/*
 * In: return addresses. Out: which of them are locking code. Process context;
 * the ranges are found once, at load.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include "place.h"
#include "stack.h"
#include "compat/compat.h"

#define RANGES 64

/* Slow paths and entries that are not in the section of lock functions. */
static const char *const names[] = {
	"native_queued_spin_lock_slowpath",
	"__pv_queued_spin_lock_slowpath",
	"queued_spin_lock_slowpath",
	"queued_read_lock_slowpath",
	"queued_write_lock_slowpath",
	"mutex_lock",
	"mutex_unlock",
	"mutex_trylock",
	"mutex_lock_interruptible",
	"mutex_lock_killable",
	"mutex_lock_io",
	"__mutex_lock",
	"__mutex_lock.constprop.0",
	"__mutex_lock.isra.0",
	"__mutex_lock_slowpath",
	"__mutex_lock_killable_slowpath",
	"__mutex_lock_interruptible_slowpath",
	"__mutex_unlock_slowpath",
	"__mutex_unlock_slowpath.constprop.0",
	"__mutex_unlock_slowpath.isra.0",
	"mutex_spin_on_owner",
	"osq_lock",
	"osq_unlock",
	"down_read",
	"down_read_trylock",
	"down_read_killable",
	"down_read_interruptible",
	"down_write",
	"down_write_trylock",
	"down_write_killable",
	"up_read",
	"up_write",
	"downgrade_write",
	"rwsem_down_read_slowpath",
	"rwsem_down_write_slowpath",
	"rwsem_down_write_slowpath.constprop.0",
	"rwsem_down_write_slowpath.isra.0",
	"rwsem_optimistic_spin",
	"rwsem_spin_on_owner",
	"rwsem_wake",
	"rwsem_wake.isra.0",
	"rwsem_mark_wake",
	"percpu_down_write",
	"percpu_up_write",
	"__percpu_down_read",
	"percpu_rwsem_wait",
	"rt_mutex_lock",
	"rt_mutex_unlock",
	"rt_mutex_slowlock.constprop.0",
	"rt_mutex_slowlock_block.constprop.0",
	"rt_mutex_adjust_prio_chain",
	"rt_mutex_adjust_prio_chain.isra.0",
	"lockref_get",
	"lockref_get_not_zero",
	"lockref_get_not_dead",
	"lockref_put_return",
	"lockref_put_or_lock",
	"_atomic_dec_and_lock",
	"_atomic_dec_and_lock_irqsave",
};

static struct {
	unsigned long start, end;
} ranges[RANGES], watcher;
static u32 nr_ranges;

static bool range_of(const char *name, unsigned long *start, unsigned long *end)
{
	unsigned long addr = lp_compat_lookup(name);
	char found[KSYM_NAME_LEN];

	return addr &&
	       lp_place_function(addr, found, sizeof(found), start, end);
}

int lp_stack_init(void)
{
	u32 i;

	BUILD_BUG_ON(ARRAY_SIZE(names) > RANGES);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (range_of(names[i], &ranges[nr_ranges].start,
			     &ranges[nr_ranges].end))
			nr_ranges++;
	if (!range_of("__traceiter_contention_begin", &watcher.start,
		      &watcher.end))
		watcher.end = 0;
	return 0;
}

bool lp_stack_is_lock_code(unsigned long ip)
{
	u32 i;

	if (in_lock_functions(ip))
		return true;
	for (i = 0; i < nr_ranges; i++)
		if (ip >= ranges[i].start && ip < ranges[i].end)
			return true;
	return false;
}

u32 lp_stack_watchers(const unsigned long *frames, u32 nr)
{
	u32 i = 0;

	while (i < nr &&
	       (within_module(frames[i], THIS_MODULE) ||
		(frames[i] >= watcher.start && frames[i] < watcher.end)))
		i++;
	return i;
}
