/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What policy lockstat has counted for one live patch, read from its debugfs
 * folder. Times in nanoseconds.
 */
#ifndef LIVEPATCH_LOCKSTAT_H
#define LIVEPATCH_LOCKSTAT_H

#include <stddef.h>
#include <stdint.h>

#include "livepatch/live.h"

#define LOCKSTAT_COLUMNS 10

/* In the order of policy/lockstat.c: "contentions", ..., "hold-total". */
extern const char *const lockstat_names[LOCKSTAT_COLUMNS];

struct lockstat_row {
	uint64_t address; /* of the lock; 0 in the total */
	uint64_t value[LOCKSTAT_COLUMNS];
};

struct lockstat {
	struct lockstat_row total;
	struct lockstat_row *rows; /* largest first */
	size_t nr;
	uint64_t unlisted; /* acquisitions without a row of their own */
};

/* A column's index by its name, or -1. */
int lockstat_column(const char *name);

/* 0, or -errno after an error message; lockstat_free() afterwards. */
int lockstat_read(const struct live_patch *patch, int sort,
		  struct lockstat *stat);
void lockstat_free(struct lockstat *stat);

int lockstat_reset(const struct live_patch *patch);

#endif
