/* SPDX-License-Identifier: GPL-2.0 */
/* A lock at file scope, by its name. */
#ifndef SOURCE_GLOBAL_H
#define SOURCE_GLOBAL_H

#include "source/site/target.h"

/*
 * Which file's is it, among those of @ids? @lock: its name for what is said;
 * NULL: nothing is. -ENOENT, or -EEXIST if several files have one of their own.
 */
int global_resolve(struct target *target, struct index *index,
		   struct view *view, const uint32_t *ids, uint32_t n,
		   const char *lock);

#endif
