/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is asked of the counting: by what rows are made, what each is split by,
 * and which part of a capture counts at all.
 */
#ifndef AGGR_BY_H
#define AGGR_BY_H

#include <stdbool.h>
#include <stdint.h>

enum aggr_by {
	AGGR_LOCK,
	AGGR_CALLER,
	AGGR_TASK,
	AGGR_INSTANCE
};

/* lock, caller, task or instance; -EINVAL and a sentence that names the option
 * (@what) for anything else. */
int aggr_by_take(const char *what, const char *text, enum aggr_by *by);

/* What one row is split by. */
enum aggr_split {
	SPLIT_STACK,
	SPLIT_TASK,
	SPLIT_CPU,
	SPLIT_IDENT,
	SPLIT_TIME,
	NR_SPLITS
};

#define ALL_SPLITS ((1u << NR_SPLITS) - 1)

struct aggr_filter {
	const char *lock,
		*task; /* name or pattern; task: or a pid. NULL: all */
	const bool *cpus; /* nr_cpus of them, NULL: all */
	uint32_t nr_cpus;
	uint64_t from, to; /* times; to 0: to the end */
	uint64_t origin, step; /* of SPLIT_TIME; step 0: no such split */
};

#endif
