/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every variant of a patch stands on: the policy's hooks, declared or
 * empty, and how to try a lock without hiding its order from lockdep.
 */
#ifndef SOURCE_HOOKS_H
#define SOURCE_HOOKS_H

#include "source/variant/variant.h"

void hooks_write(const struct variant_set *set, FILE *out);

#endif
