// SPDX-License-Identifier: GPL-2.0
/*
 * Landmarks of an unknown kernel's text: call stacks and a few symbols in,
 * the windows that may hold lock code out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "import/anchor.h"
#include "import/profile.h"
#include "lock/ksyms.h"
#include "lock/lock_code.h"

#define ENTRY_BYTES 0x10000u
#define TEXT_ALIGN 0x200000u
#define EARLY_TEXT \
	0x400000u /* kernel/ ends below this, from the text's start */
#define TEXT_MAX 0x4000000u
#define SCHED_BYTES 0x8000u /* of sched/ below what the tick calls in it */
#define TIME_BYTES 0x20000u /* of time/ above what calls sched/ in it */
#define JUMP_MIN 0x20000u /* from time/ down to sched/ */
#define JUMP_MAX 0x140000u
#define TICK_DEPTH 9 /* frames from the interrupt to the tick */
#define IDLE_BYTES 0x200u /* of idle loop above the highest seen of it */
#define NAMES_GAP 0x2000u /* between lock functions of one window */
#define PERCENT_BY_NAMES 2
#define PERCENT_BY_STACKS 5

/* Votes of stacks for an address, or a pair of them. */
struct vote {
	UT_hash_handle hh;
	uint64_t key[2];
	uint64_t weight;
};

static int cast(struct vote **votes, uint64_t a, uint64_t b, uint64_t weight)
{
	uint64_t key[2] = { a, b };
	struct vote *vote;

	HASH_FIND(hh, *votes, key, sizeof(key), vote);
	if (!vote) {
		vote = calloc(1, sizeof(*vote));
		if (!vote)
			return -ENOMEM;
		memcpy(vote->key, key, sizeof(key));
		HASH_ADD(hh, *votes, key, sizeof(key), vote);
	}
	vote->weight += weight;
	return 0;
}

/* The winner (ties: the higher address), and the end of the votes. */
static bool count_votes(struct vote **votes, struct vote *winner)
{
	struct vote *vote, *next;
	bool any = false;

	HASH_ITER(hh, *votes, vote, next) {
		if (!any || vote->weight > winner->weight ||
		    (vote->weight == winner->weight &&
		     vote->key[1] > winner->key[1]))
			*winner = *vote;
		any = true;
		HASH_DEL(*votes, vote);
		free(vote);
	}
	return any;
}

static bool early(uint64_t text, uint64_t addr)
{
	return addr >= text && addr - text < EARLY_TEXT;
}

/* The kernel's text begins at or somewhat below the lowest address in it. */
static uint64_t text_start(const struct profile *profile)
{
	uint32_t nr = profile_nr_stacks(profile), i, j;
	struct profile_stack stack;
	uint64_t low = UINT64_MAX;

	for (i = 0; i < nr; i++) {
		profile_stack_at(profile, i, &stack);
		for (j = 0; j < stack.nr; j++)
			if (stack.frames[j] >= 0xffffffff80000000ull &&
			    stack.frames[j] < low)
				low = stack.frames[j];
	}
	return low & ~(uint64_t)(TEXT_ALIGN - 1);
}

/* Most stacks end in the system call's entry. */
static int find_entry(struct anchors *at, const struct profile *profile,
		      uint64_t text)
{
	uint32_t nr = profile_nr_stacks(profile), i;
	struct vote *votes = NULL, winner;
	struct profile_stack stack;
	uint64_t outer;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		profile_stack_at(profile, i, &stack);
		if (!stack.nr)
			continue;
		outer = stack.frames[stack.nr - 1];
		if (outer < text || early(text, outer) ||
		    outer - text > TEXT_MAX)
			continue;
		err = cast(&votes, outer & ~(uint64_t)(ENTRY_BYTES - 1), 0,
			   stack.samples);
	}
	if (count_votes(&votes, &winner))
		at->entry = winner.key[0];
	return err;
}

/* The jump down from time/ to sched/ in one interrupt, outermost first. */
static int vote_tick(struct vote **votes, uint64_t text, const uint64_t *frames,
		     uint32_t nr, uint64_t samples)
{
	uint32_t i;

	for (i = 0; i + 1 < nr && i < TICK_DEPTH; i++) {
		uint64_t outer = frames[nr - 1 - i], inner = frames[nr - 2 - i];

		if (early(text, outer) && early(text, inner) &&
		    outer - inner >= JUMP_MIN && outer > inner &&
		    outer - inner <= JUMP_MAX)
			return cast(votes, outer - 1, inner - (nr - 2 != i),
				    samples);
	}
	return 0;
}

static int find_tick(struct anchors *at, const struct profile *profile,
		     uint64_t text)
{
	uint32_t nr = profile_nr_stacks(profile), i, j, start;
	struct vote *votes = NULL, winner;
	struct profile_stack stack;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		profile_stack_at(profile, i, &stack);
		for (j = start = 0; j < stack.nr && !err; j++) {
			if (!anchors_entry(at, stack.frames[j]))
				continue;
			if (j + 1 < stack.nr) /* the last one: a system call */
				err = vote_tick(&votes, text,
						stack.frames + start, j - start,
						stack.samples);
			start = j + 1;
		}
	}
	if (count_votes(&votes, &winner)) {
		at->tick_caller = winner.key[0];
		at->tick_callee = winner.key[1];
	}
	return err;
}

/* The idle task: from the first page of the text into sched/ and the loop. */
static int find_idle(struct anchors *at, const struct profile *profile,
		     uint64_t text)
{
	uint32_t nr = profile_nr_stacks(profile), i, j;
	struct vote *low = NULL, *high = NULL, winner;
	struct profile_stack stack;
	uint64_t top;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		profile_stack_at(profile, i, &stack);
		if (stack.nr < 4 || stack.frames[stack.nr - 1] < text ||
		    stack.frames[stack.nr - 1] - text >= 0x1000)
			continue;
		err = cast(&low, stack.frames[stack.nr - 3], 0, stack.samples);
		for (j = stack.nr, top = 0; j-- > 0;) {
			if (anchors_entry(at, stack.frames[j]))
				break;
			if (!early(text, stack.frames[j]) &&
			    stack.frames[j] < at->entry)
				top = stack.frames[j];
		}
		if (top && !err)
			err = cast(&high, top, 0, stack.samples);
	}
	if (count_votes(&low, &winner) && early(text, winner.key[0]))
		at->idle_low = winner.key[0];
	if (count_votes(&high, &winner))
		at->idle_high = winner.key[0];
	return err;
}

/* Lock functions that are named, and lie close together: a window. */
static void find_names(struct anchors *at, struct ksyms *ks)
{
	uint64_t first = 0, last = 0;
	size_t nr = 0, best = 1, i;
	struct ksym sym;

	for (i = 0; i < ksyms_count(ks); i++) {
		ksyms_at(ks, i, &sym);
		if (sym.module || !lock_code_is(sym.name))
			continue;
		if (!nr || sym.addr - last > NAMES_GAP) {
			first = sym.addr;
			nr = 0;
		}
		last = sym.addr;
		nr++;
		if (nr <= best)
			continue;
		best = nr;
		at->low = first - KSYMS_REACH;
		at->high = last + KSYMS_REACH;
		at->percent = PERCENT_BY_NAMES;
	}
}

static void set_windows(struct anchors *at, struct ksyms *ks)
{
	struct ksym sym;

	find_names(at, ks);
	if (!at->low && at->tick_callee) {
		at->low = at->tick_callee;
		at->high = at->tick_caller;
		at->percent = PERCENT_BY_STACKS;
	}
	if (at->entry && at->idle_high)
		at->spin_low = at->idle_high + IDLE_BYTES;
	if (at->entry && ksyms_find(ks, "__cpuidle_text_start", &sym) &&
	    sym.addr < at->entry && sym.addr + 2 * IDLE_BYTES > at->spin_low)
		at->spin_low = sym.addr + 2 * IDLE_BYTES;
}

int anchors_find(struct anchors *at, struct ksyms *ks,
		 const struct profile *profile)
{
	uint64_t text = text_start(profile);
	int err;

	memset(at, 0, sizeof(*at));
	err = find_entry(at, profile, text);
	if (!err)
		err = find_tick(at, profile, text);
	if (!err)
		err = find_idle(at, profile, text);
	if (!err)
		set_windows(at, ks);
	return err;
}

bool anchors_entry(const struct anchors *at, uint64_t addr)
{
	return at->entry && addr >= at->entry && addr - at->entry < ENTRY_BYTES;
}

bool anchors_locking(const struct anchors *at, uint64_t addr)
{
	return at->low && addr >= at->low && addr < at->high;
}

bool anchors_spinlock(const struct anchors *at, uint64_t addr)
{
	return at->spin_low && addr >= at->spin_low && addr < at->entry;
}

bool anchors_far(const struct anchors *at, uint64_t addr)
{
	uint64_t low = at->tick_callee ? at->tick_callee : at->low;
	uint64_t high = at->tick_caller ? at->tick_caller : at->high;

	if (low > at->low)
		low = at->low;
	if (high < at->high)
		high = at->high;
	return addr + SCHED_BYTES < low || addr > high + TIME_BYTES;
}
