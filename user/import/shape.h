/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lock code by the shape of the call stacks, for a kernel whose symbols are
 * not known, or only some. What is used, all of it x86's and arm64's alike
 * but for the numbers:
 *
 *  - kernel/ is linked in this order: sched/, locking/, ..., rcu/, time/. The
 *    timer tick is the one place where time/ calls sched/, and the idle task
 *    begins in sched/. So lock code lies in a window between two addresses
 *    that the stacks themselves show; or around those lock functions that a
 *    partial symbol list names.
 *  - .spinlock.text lies between the idle loop's text and the entry code.
 *  - Lock code is closed: it calls nothing but lock code (and schedule()). It
 *    is entered from far away, and a contended one holds many samples.
 *
 * What holds fewer samples than that is left out: it would be a guess.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include <stddef.h>
#include <stdint.h>

struct ksyms;
struct profile;

struct shape_range {
	uint64_t start, end; /* [start, end) */
	uint64_t samples;
};

/* *@out is the caller's to free, NULL when *@nr is 0. 0 or -ENOMEM. */
int shape_find(struct ksyms *ks, const struct profile *profile,
	       struct shape_range **out, size_t *nr);

#endif
