/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the calls of a header's macro have told about one place in its body.
 */
#ifndef SOURCE_VERDICT_H
#define SOURCE_VERDICT_H

#include "source/site/target.h"

struct verdict;

/* The caller holds the lock of the table. */
void verdict_put(struct verdict **table, const char *at, enum match match,
		 const char *other);
/* Bits 1 << MATCH_NO and so on; 0: no call of it was seen. */
uint32_t verdict_get(struct verdict *table, const char *at, const char **other);
void verdict_free(struct verdict **table);

#endif
