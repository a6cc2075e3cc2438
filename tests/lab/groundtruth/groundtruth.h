/* SPDX-License-Identifier: GPL-2.0 */
/* A lock of the table, and how each kind is taken; process context. */
#ifndef GROUNDTRUTH_H
#define GROUNDTRUTH_H

#include <linux/types.h>

#define GT_MAX 64
#define GT_MAX_CPUS 8

enum gt_kind {
	GT_SPIN,
	GT_RAW,
	GT_RWLOCK,
	GT_MUTEX,
	GT_RWSEM,
	GT_PERCPU_RWSEM,
	GT_RTMUTEX,
	GT_SEQLOCK,
};

enum gt_place {
	GT_STATIC,
	GT_PERCPU,
	GT_MODULE,
	GT_CACHE,
	GT_MERGED, /* a named cache that SLUB may merge with others */
	GT_KMALLOC,
	GT_VMALLOC,
	GT_STACK,
};

struct gt_lock {
	void *lock;
	const char *name; /* the truth: a symbol, or struct.field.path */
	enum gt_kind kind;
	enum gt_place place;
	bool irq; /* also taken in interrupts: hold with them off */
};

void gt_take_and_release(struct gt_lock *lock);
const char *gt_kind_name(enum gt_kind kind);
const char *gt_place_name(enum gt_place place);

#endif
