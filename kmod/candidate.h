/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a lock may be, given where it lives: the structs that have a lock of
 * its kind at its offset, best first, each with what speaks for it. The truth
 * is never left out to make the list short; CERTAIN is claimed only where the
 * evidence cannot be wrong. Process context, the drain thread.
 */
#ifndef LP_CANDIDATE_H
#define LP_CANDIDATE_H

#include "btf_locks.h"
#include "place.h"

#define LP_CANDIDATES 256

struct lp_candidate {
	const char *strct; /* in BTF, valid until the next refresh */
	char path[LP_PATH_MAX];
	u32 evidence; /* LOCKPROBE_EVIDENCE_* */
	u32 chain; /* forms of one place in one outermost struct share it */
	u32 start; /* offset of the lock in the object */
	u32 kind; /* enum lockprobe_kind */
	s32 score;
};

struct lp_candidates {
	u32 nr;
	u32 chains; /* that were found, also if some are not in the list */
	u8 kind; /* enum lockprobe_kind: the one all agree on, or 0 */
	u8 confidence; /* enum lockprobe_confidence */
	struct lp_candidate list[LP_CANDIDATES];
};

/* What the kernel itself says by the flags of contention_begin. */
u32 lp_candidate_kinds(u32 flags);

/*
 * @kinds: as lp_candidate_kinds(); LP_KINDS_ANY for an address of which only
 * the place is known. @frames: the callers, innermost first.
 */
void lp_candidate_find(const struct lp_place *place, u32 kinds,
		       const u64 *frames, u32 nr, struct lp_candidates *out);
/* May a name be found for what lies there without being told of a lock? */
bool lp_candidate_knowable(const struct lp_place *place);
/*
 * Does @place speak against all that was found? It is a cache of a struct that
 * is known, and has no such lock there.
 */
bool lp_candidate_denied(const struct lp_place *place,
			 const struct lp_candidates *out);

#endif
