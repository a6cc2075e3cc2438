// SPDX-License-Identifier: GPL-2.0
/*
 * A lock of the table in, one short hold of it out, by its family's plain API.
 * Process context; holds are long enough that another CPU comes to wait.
 */
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/percpu-rwsem.h>
#include <linux/rtmutex.h>
#include <linux/rwsem.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>

#include "groundtruth.h"

#define HOLD_US 20

static void take_spin(struct gt_lock *lock)
{
	unsigned long flags;

	if (!lock->irq) {
		spin_lock(lock->lock);
		udelay(HOLD_US);
		spin_unlock(lock->lock);
		return;
	}
	spin_lock_irqsave(lock->lock, flags);
	udelay(HOLD_US);
	spin_unlock_irqrestore(lock->lock, flags);
}

static void take_raw(struct gt_lock *lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave(lock->lock, flags);
	udelay(HOLD_US);
	raw_spin_unlock_irqrestore(lock->lock, flags);
}

static void take_rwlock(struct gt_lock *lock)
{
	write_lock(lock->lock);
	udelay(HOLD_US);
	write_unlock(lock->lock);
	read_lock(lock->lock);
	udelay(1);
	read_unlock(lock->lock);
}

static void take_mutex(struct gt_lock *lock)
{
	mutex_lock(lock->lock);
	udelay(HOLD_US);
	mutex_unlock(lock->lock);
}

static void take_rwsem(struct gt_lock *lock)
{
	down_write(lock->lock);
	udelay(HOLD_US);
	up_write(lock->lock);
	down_read(lock->lock);
	udelay(1);
	up_read(lock->lock);
}

static void take_percpu_rwsem(struct gt_lock *lock)
{
	percpu_down_write(lock->lock);
	udelay(HOLD_US);
	percpu_up_write(lock->lock);
	percpu_down_read(lock->lock);
	udelay(1);
	percpu_up_read(lock->lock);
}

static void take_rtmutex(struct gt_lock *lock)
{
	rt_mutex_lock(lock->lock);
	udelay(HOLD_US);
	rt_mutex_unlock(lock->lock);
}

static void take_seqlock(struct gt_lock *lock)
{
	write_seqlock(lock->lock);
	udelay(HOLD_US);
	write_sequnlock(lock->lock);
}

static void (*const take[])(struct gt_lock *lock) = {
	[GT_SPIN] = take_spin,	     [GT_RAW] = take_raw,
	[GT_RWLOCK] = take_rwlock,   [GT_MUTEX] = take_mutex,
	[GT_RWSEM] = take_rwsem,     [GT_PERCPU_RWSEM] = take_percpu_rwsem,
	[GT_RTMUTEX] = take_rtmutex, [GT_SEQLOCK] = take_seqlock,
};

void gt_take_and_release(struct gt_lock *lock)
{
	take[lock->kind](lock);
}

const char *gt_kind_name(enum gt_kind kind)
{
	static const char *const names[] = {
		[GT_SPIN] = "spinlock",	  [GT_RAW] = "raw_spinlock",
		[GT_RWLOCK] = "rwlock",	  [GT_MUTEX] = "mutex",
		[GT_RWSEM] = "rwsem",	  [GT_PERCPU_RWSEM] = "percpu_rwsem",
		[GT_RTMUTEX] = "rtmutex", [GT_SEQLOCK] = "seqlock",
	};

	return names[kind];
}

const char *gt_place_name(enum gt_place place)
{
	static const char *const names[] = {
		[GT_STATIC] = "static",	  [GT_PERCPU] = "percpu",
		[GT_MODULE] = "module",	  [GT_CACHE] = "cache",
		[GT_MERGED] = "merged",	  [GT_KMALLOC] = "kmalloc",
		[GT_VMALLOC] = "vmalloc", [GT_STACK] = "stack",
	};

	return names[place];
}
