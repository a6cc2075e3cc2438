/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that no livepatch can replace, but which give back what they take:
 * both calls may stay the kernel's own.
 */
#ifndef SOURCE_STAY_H
#define SOURCE_STAY_H

#include "source/patch/plan.h"

/*
 * Make FATE_LEAVE of those obstacles in @plan that a rule of livepatching
 * caused, where the whole function is proven to keep the lock as it was.
 */
void stay_judge(struct plan *plan);

#endif
