/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Landmarks of an unknown kernel's text, found in its call stacks (and in what
 * symbols there are): see shape.h for what they rest on.
 */
#ifndef ANCHOR_H
#define ANCHOR_H

#include <stdbool.h>
#include <stdint.h>

struct ksyms;
struct profile;

struct anchors {
	uint64_t entry; /* start of the entry code's 64 KiB; 0: not seen */
	uint64_t tick_callee, tick_caller; /* sched/ and time/; 0: not seen */
	uint64_t idle_low, idle_high; /* the idle task's sched/ and idle loop */
	uint64_t low, high; /* locking/ lies in here; 0: not known */
	uint64_t spin_low; /* .spinlock.text is above, up to entry; or 0 */
	unsigned int percent; /* of samples, that prove a range in here */
};

/* 0 or -ENOMEM; not finding any is no error. */
int anchors_find(struct anchors *at, struct ksyms *ks,
		 const struct profile *profile);

bool anchors_entry(const struct anchors *at, uint64_t addr);
bool anchors_locking(const struct anchors *at, uint64_t addr);
bool anchors_spinlock(const struct anchors *at, uint64_t addr);

/* A caller that neither sched/ nor time/ nor what lies between them is. */
bool anchors_far(const struct anchors *at, uint64_t addr);

#endif
