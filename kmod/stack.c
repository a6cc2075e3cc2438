// SPDX-License-Identifier: GPL-2.0
/*
 * In: return addresses. Out: which of them are locking code, and for what kind
 * of lock. Process context; the ranges are found once, at load.
 */
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/lockprobe.h>
#include <linux/module.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include "place.h"
#include "stack.h"
#include "compat/compat.h"

#define SPIN                                                               \
	(BIT(LOCKPROBE_KIND_SPINLOCK) | BIT(LOCKPROBE_KIND_RAW_SPINLOCK) | \
	 BIT(LOCKPROBE_KIND_SEQLOCK))
#define RW BIT(LOCKPROBE_KIND_RWLOCK)
#define MUTEX BIT(LOCKPROBE_KIND_MUTEX)
#define RWSEM BIT(LOCKPROBE_KIND_RWSEM)
#define PERCPU BIT(LOCKPROBE_KIND_PERCPU_RWSEM)
#define RT BIT(LOCKPROBE_KIND_RTMUTEX)
#define OTHER 0 /* locking code whose first argument is no lock */
#define RECENT_BITS 6

/* Slow paths and entries that are not in the section of lock functions. */
static const struct {
	const char *name;
	u32 kinds; /* of the lock in the first argument */
} functions[] = {
	{ "native_queued_spin_lock_slowpath", SPIN },
	{ "__pv_queued_spin_lock_slowpath", SPIN },
	{ "queued_spin_lock_slowpath", SPIN },
	{ "queued_read_lock_slowpath", RW },
	{ "queued_write_lock_slowpath", RW },
	{ "mutex_lock", MUTEX },
	{ "mutex_unlock", MUTEX },
	{ "mutex_trylock", MUTEX },
	{ "mutex_lock_interruptible", MUTEX },
	{ "mutex_lock_killable", MUTEX },
	{ "mutex_lock_io", MUTEX },
	{ "__mutex_lock", MUTEX },
	{ "__mutex_lock.constprop.0", MUTEX },
	{ "__mutex_lock.isra.0", MUTEX },
	{ "__mutex_lock_slowpath", MUTEX },
	{ "__mutex_lock_killable_slowpath", MUTEX },
	{ "__mutex_lock_interruptible_slowpath", MUTEX },
	{ "__mutex_unlock_slowpath", MUTEX },
	{ "__mutex_unlock_slowpath.constprop.0", MUTEX },
	{ "__mutex_unlock_slowpath.isra.0", MUTEX },
	{ "mutex_spin_on_owner", MUTEX },
	{ "osq_lock", OTHER },
	{ "osq_unlock", OTHER },
	{ "down_read", RWSEM },
	{ "down_read_trylock", RWSEM },
	{ "down_read_killable", RWSEM },
	{ "down_read_interruptible", RWSEM },
	{ "down_write", RWSEM },
	{ "down_write_trylock", RWSEM },
	{ "down_write_killable", RWSEM },
	{ "up_read", RWSEM },
	{ "up_write", RWSEM },
	{ "downgrade_write", RWSEM },
	{ "rwsem_down_read_slowpath", RWSEM },
	{ "rwsem_down_write_slowpath", RWSEM },
	{ "rwsem_down_write_slowpath.constprop.0", RWSEM },
	{ "rwsem_down_write_slowpath.isra.0", RWSEM },
	{ "rwsem_optimistic_spin", RWSEM },
	{ "rwsem_spin_on_owner", RWSEM },
	{ "rwsem_wake", RWSEM },
	{ "rwsem_wake.isra.0", RWSEM },
	{ "rwsem_mark_wake", RWSEM },
	{ "percpu_down_write", PERCPU },
	{ "percpu_up_write", PERCPU },
	{ "__percpu_down_read", PERCPU },
	{ "percpu_rwsem_wait", PERCPU },
	{ "rt_mutex_lock", RT },
	{ "rt_mutex_unlock", RT },
	{ "rt_mutex_slowlock.constprop.0", RT },
	{ "rt_mutex_slowlock_block.constprop.0", RT },
	{ "rt_mutex_adjust_prio_chain", OTHER },
	{ "rt_mutex_adjust_prio_chain.isra.0", OTHER },
	{ "lockref_get", SPIN },
	{ "lockref_get_not_zero", SPIN },
	{ "lockref_get_not_dead", SPIN },
	{ "lockref_put_return", SPIN },
	{ "lockref_put_or_lock", SPIN },
	{ "_atomic_dec_and_lock", OTHER },
	{ "_atomic_dec_and_lock_irqsave", OTHER },
};

struct text_range {
	unsigned long start, end;
	u32 kinds;
};

static struct text_range ranges[ARRAY_SIZE(functions)], watcher;
static u32 nr_ranges;

/* Functions of the lock section that were asked for last, by their ip. */
static struct {
	unsigned long ip;
	u32 kinds;
} recent[1 << RECENT_BITS];

static bool find_range(unsigned long addr, struct text_range *range)
{
	static char name[KSYM_NAME_LEN]; /* one thread: load, then the drain */

	return addr && lp_place_function(addr, name, sizeof(name),
					 &range->start, &range->end);
}

static int by_start(const void *a, const void *b)
{
	const struct text_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

int lp_stack_init(void)
{
	static const char *names[ARRAY_SIZE(functions)];
	static unsigned long addrs[ARRAY_SIZE(functions)];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(functions); i++)
		names[i] = functions[i].name;
	lp_compat_lookup_all(names, addrs, ARRAY_SIZE(functions));
	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		if (!find_range(addrs[i], &ranges[nr_ranges]))
			continue;
		ranges[nr_ranges++].kinds = functions[i].kinds;
	}
	sort(ranges, nr_ranges, sizeof(*ranges), by_start, NULL);
	find_range(lp_compat_lookup("__traceiter_contention_begin"), &watcher);
	return 0;
}

static const struct text_range *range_of(unsigned long ip)
{
	u32 low = 0, high = nr_ranges;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (ranges[middle].start <= ip)
			low = middle + 1;
		else
			high = middle;
	}
	return low && ip < ranges[low - 1].end ? &ranges[low - 1] : NULL;
}

bool lp_stack_is_lock_code(unsigned long ip)
{
	return in_lock_functions(ip) || range_of(ip);
}

/* The lock section has spinlocks' and rwlocks' functions only. */
static u32 kinds_of_section(unsigned long ip)
{
	static char name[KSYM_NAME_LEN];
	u32 at = hash_long(ip, RECENT_BITS);
	unsigned long start, end;

	if (recent[at].ip == ip)
		return recent[at].kinds;
	recent[at].ip = ip;
	recent[at].kinds = OTHER;
	if (lp_place_function(ip, name, sizeof(name), &start, &end)) {
		if (strstr(name, "read") || strstr(name, "write"))
			recent[at].kinds = RW;
		else if (strstr(name, "spin"))
			recent[at].kinds = SPIN;
	}
	return recent[at].kinds;
}

u32 lp_stack_kinds(unsigned long ip)
{
	const struct text_range *range = range_of(ip);

	if (range)
		return range->kinds;
	return in_lock_functions(ip) ? kinds_of_section(ip) : OTHER;
}

bool lp_stack_keeps_argument(unsigned long ip)
{
	return in_lock_functions(ip) && !range_of(ip);
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
