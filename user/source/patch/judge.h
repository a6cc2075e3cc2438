/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verdict on one site, as if it stood alone: plan.h makes those of one
 * function, and of a helper and its calls, agree.
 */
#ifndef SOURCE_JUDGE_H
#define SOURCE_JUDGE_H

#include "source/patch/plan.h"

static inline struct verdict leave(const char *why)
{
	return (struct verdict){ .fate = FATE_LEAVE, .why = why };
}

static inline struct verdict obstacle(const char *why)
{
	return (struct verdict){ .fate = FATE_OBSTACLE, .why = why };
}

/* What it says of an escape may add to the plan's book of what is called. */
struct verdict judge_site(struct plan *plan, const struct site *site,
			  const struct plan_opts *opts);

#endif
