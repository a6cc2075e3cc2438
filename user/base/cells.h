/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A sparse table of tallies, row by column: how each row is split over stacks,
 * tasks, CPUs. Millions of cells; every sample adds to one of each table. Its
 * memory is bounded: beyond CELLS_MAX cells the light ones are summed up in a
 * coarser column of their row, so sums stay exact, and what is heavy is seen.
 */
#ifndef CELLS_H
#define CELLS_H

#include "base/map.h"
#include "report/tally.h"

#define CELLS_BATCH 256
#define CELLS_MAX (1u << 19)
/* The coarsest column: the sum of what is not told apart any more. */
#define CELLS_REST (MAP_NONE - 1)

struct cell {
	uint32_t row, column;
	struct tally tally;
};

struct cells {
	struct map by_pair; /* empty after cells_order() until more comes */
	struct cell *cells;
	uint32_t *first; /* of each row, once ordered */
	uint8_t *sorted; /* rows whose cells have been sorted by weight */
	uint32_t nr, room;
	uint32_t max; /* 0: CELLS_MAX */
	uint32_t summed_up; /* how many cells went into coarser ones */
	/* the next coarser column, at last CELLS_REST; NULL: that at once */
	uint32_t (*coarser)(void *context, uint32_t column);
	void *context;
};

/* One thing to be counted. */
struct cells_entry {
	uint32_t row, column;
	const struct tally *tally;
};

/* Up to CELLS_BATCH at once, which hides the memory's latency. 0, -ENOMEM. */
int cells_add(struct cells *cells, const struct cells_entry *entries,
	      uint32_t nr);

/* Rows have moved: row r is now @place[r]; there are @nr_rows. 0, -ENOMEM. */
int cells_order(struct cells *cells, const uint32_t *place, uint32_t nr_rows);

/* After cells_order(): the @nr cells of @row, heaviest first. */
const struct cell *cells_of(struct cells *cells, uint32_t row, uint32_t *nr);

void cells_free(struct cells *cells);

#endif
