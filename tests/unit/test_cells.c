// SPDX-License-Identifier: GPL-2.0
/*
 * More pairs than a table of cells may hold: its memory stays bounded, each
 * row's sum exact, and what is heavy is told apart to the end.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "base/cells.h"

#define ROWS 7u
#define CELLS 4096u
#define COARSE 0x40000000u

static uint32_t to_hundreds(void *context, uint32_t column)
{
	(void)context;
	return column & COARSE ? CELLS_REST : COARSE | (column % 100);
}

/* Event number @i: every fourth is of one column, the others are all new. */
static uint32_t column_of(uint32_t i)
{
	return i % 4 ? 1000 + i : 5;
}

static int feed(struct cells *cells, uint32_t events)
{
	const struct tally one = { .samples = 1, .weight = 3 };
	struct cells_entry entries[CELLS_BATCH];
	uint32_t i, n;
	int err = 0;

	for (i = 0; i < events && !err; i += n) {
		for (n = 0; n < CELLS_BATCH && i + n < events; n++)
			entries[n] = (struct cells_entry){
				.row = (i + n) / 4 % ROWS,
				.column = column_of(i + n),
				.tally = &one,
			};
		err = cells_add(cells, entries, n);
	}
	return err;
}

static int in_order(struct cells *cells)
{
	uint32_t place[ROWS], i;

	for (i = 0; i < ROWS; i++)
		place[i] = i;
	return cells_order(cells, place, ROWS);
}

static uint64_t samples_of(struct cells *cells, uint32_t row, uint32_t column)
{
	uint32_t nr, i;
	const struct cell *cell = cells_of(cells, row, &nr);
	uint64_t sum = 0;

	for (i = 0; i < nr; i++)
		if (column == MAP_NONE || cell[i].column == column)
			sum += cell[i].tally.samples;
	return sum;
}

TEST(few_are_told_exactly)
{
	struct cells cells = { .max = CELLS, .coarser = to_hundreds };
	uint32_t row;

	ASSERT_EQ(0, feed(&cells, 28 * 100));
	ASSERT_EQ(0, in_order(&cells));
	ASSERT_EQ(0, cells.summed_up);
	for (row = 0; row < ROWS; row++) {
		EXPECT_EQ(400, samples_of(&cells, row, MAP_NONE));
		EXPECT_EQ(100, samples_of(&cells, row, 5));
		EXPECT_EQ(0, samples_of(&cells, row, CELLS_REST));
	}
	cells_free(&cells);
}

TEST(many_are_bounded_and_sums_exact)
{
	struct cells cells = { .max = CELLS, .coarser = to_hundreds };
	uint32_t row;

	ASSERT_EQ(0, feed(&cells, 28 * 10000));
	EXPECT_LE(cells.nr, CELLS);
	EXPECT_EQ(CELLS, cells.max);
	ASSERT_EQ(0, in_order(&cells));
	EXPECT_LT(0, cells.summed_up);
	for (row = 0; row < ROWS; row++) {
		EXPECT_EQ(40000, samples_of(&cells, row, MAP_NONE));
		/* heavy from early on: all of it but the first few */
		EXPECT_LE(9900, samples_of(&cells, row, 5));
	}
	cells_free(&cells);
}

TEST(without_coarser_columns_there_is_a_rest)
{
	struct cells cells = { .max = CELLS };
	uint32_t row;

	ASSERT_EQ(0, feed(&cells, 28 * 2000));
	EXPECT_LE(cells.nr, CELLS);
	ASSERT_EQ(0, in_order(&cells));
	for (row = 0; row < ROWS; row++) {
		EXPECT_EQ(8000, samples_of(&cells, row, MAP_NONE));
		EXPECT_LT(0, samples_of(&cells, row, CELLS_REST));
	}
	cells_free(&cells);
}

TEST(more_rows_than_cells_grow_it)
{
	const struct tally one = { .samples = 1, .weight = 1 };
	struct cells cells = { .max = CELLS };
	uint32_t row;

	for (row = 0; row < 2 * CELLS; row++) {
		struct cells_entry entry = { row, row, &one };

		ASSERT_EQ(0, cells_add(&cells, &entry, 1));
	}
	EXPECT_EQ(2 * CELLS, cells.nr);
	EXPECT_LT(CELLS, cells.max);
	cells_free(&cells);
}

TEST_HARNESS_MAIN
