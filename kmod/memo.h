/* SPDX-License-Identifier: GPL-2.0 */
/* What certain candidates were found at a place in a cache's objects. */
#ifndef LP_MEMO_H
#define LP_MEMO_H

#include "candidate.h"

/* False: nothing is known of @place; @out's kind is the caller's to fill. */
bool lp_memo_recall(const struct lp_place *place, u32 kinds,
		    struct lp_candidates *out);
/* @out is certain. */
void lp_memo_keep(const struct lp_place *place, u32 kinds,
		  const struct lp_candidates *out);

#endif
