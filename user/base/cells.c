// SPDX-License-Identifier: GPL-2.0
/*
 * A sparse table of tallies. A sample's cell is nearly always out of the CPU's
 * cache, in the map and in the array: so a batch is walked three times, first
 * asking for the map's places, then for the cells, then adding.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cells.h"

static uint64_t pair(uint32_t row, uint32_t column)
{
	return (uint64_t)row << 32 | column;
}

void cells_free(struct cells *cells)
{
	map_free(&cells->by_pair);
	free(cells->cells);
	free(cells->first);
	free(cells->sorted);
	memset(cells, 0, sizeof(*cells));
}

/* Ordering moved the cells and dropped the map: most captures need no more. */
static int find_again(struct cells *cells)
{
	uint32_t i;
	int err;

	for (i = 0; i < cells->nr; i++) {
		err = map_set(&cells->by_pair,
			      pair(cells->cells[i].row, cells->cells[i].column),
			      i);
		if (err)
			return err;
	}
	return 0;
}

static int64_t new_cell(struct cells *cells, uint32_t row, uint32_t column)
{
	if (array_grow((void **)&cells->cells, &cells->room, cells->nr,
		       sizeof(*cells->cells)) ||
	    map_set(&cells->by_pair, pair(row, column), cells->nr))
		return -ENOMEM;
	memset(&cells->cells[cells->nr], 0, sizeof(*cells->cells));
	cells->cells[cells->nr].row = row;
	cells->cells[cells->nr].column = column;
	return cells->nr++;
}

/*
 * How heavy a cell is among all: a bucket, of eight to a factor of two. Events
 * and time waited count alike, each as a part of its sum.
 */
#define BUCKETS 2048

static uint32_t heaviness(const struct tally *tally, const struct tally *all)
{
	float events = all->weight ? (float)tally->weight / all->weight : 0;
	float waited = all->wait_ns ? (float)tally->wait_ns / all->wait_ns : 0;
	float part = events > waited ? events : waited;
	uint32_t bits;

	memcpy(&bits, &part, sizeof(bits));
	return bits >> 20; /* the sign is 0: exponent, three bits below it */
}

/* What three quarters of the cells that can be coarser do not exceed. */
static uint32_t light(const struct cells *cells, const struct tally *all)
{
	uint32_t nr[BUCKETS] = { 0 }, sum = 0, below = 0, i;

	for (i = 0; i < cells->nr; i++) {
		if (cells->cells[i].column == CELLS_REST)
			continue;
		nr[heaviness(&cells->cells[i].tally, all)]++;
		sum++;
	}
	for (i = 0; i < BUCKETS - 1; i++) {
		below += nr[i];
		if (below > sum / 4 * 3)
			break;
	}
	return i;
}

static uint32_t coarser(const struct cells *cells, uint32_t column)
{
	return cells->coarser ? cells->coarser(cells->context, column) :
				CELLS_REST;
}

/* Add @cell to the cells before number @nr, or as that: how many are there. */
static int64_t add_again(struct cells *cells, const struct cell *cell,
			 uint32_t nr)
{
	uint64_t key = pair(cell->row, cell->column);
	uint32_t at = map_get(&cells->by_pair, key);

	if (at != MAP_NONE) {
		tally_add(&cells->cells[at].tally, &cell->tally);
		return nr;
	}
	if (map_set(&cells->by_pair, key, nr))
		return -ENOMEM;
	cells->cells[nr] = *cell;
	return nr + 1;
}

/* The light cells go into coarser columns of their rows. */
static int coarsen(struct cells *cells)
{
	struct tally all = { 0 };
	struct cell batch[CELLS_BATCH];
	uint32_t bound, i, n;
	int64_t nr = 0;

	for (i = 0; i < cells->nr; i++)
		tally_add(&all, &cells->cells[i].tally);
	bound = light(cells, &all);
	map_clear(&cells->by_pair);
	for (i = 0, n = 0; i < cells->nr; i++) {
		batch[n] = cells->cells[i];
		if (batch[n].column != CELLS_REST &&
		    heaviness(&batch[n].tally, &all) <= bound) {
			batch[n].column = coarser(cells, batch[n].column);
			cells->summed_up++;
		}
		map_prefetch(&cells->by_pair,
			     pair(batch[n].row, batch[n].column));
		if (++n < CELLS_BATCH && i + 1 < cells->nr)
			continue;
		while (n && nr >= 0)
			nr = add_again(cells, &batch[--n], nr);
		if (nr < 0)
			return nr;
	}
	cells->nr = nr;
	return 0;
}

/* Until a quarter is free, or there is nothing left to sum up: then grow. */
static int make_room(struct cells *cells)
{
	uint32_t before;
	int err;

	if (!cells->max)
		cells->max = CELLS_MAX;
	while (cells->nr > cells->max - cells->max / 4) {
		before = cells->summed_up;
		err = coarsen(cells);
		if (err)
			return err;
		if (cells->summed_up == before)
			cells->max *= 2;
	}
	return 0;
}

int cells_add(struct cells *cells, const struct cells_entry *entries,
	      uint32_t nr)
{
	uint32_t at[CELLS_BATCH], i;
	int64_t cell;

	if (!cells->by_pair.used && cells->nr && find_again(cells))
		return -ENOMEM;
	if (cells->nr + nr > (cells->max ? cells->max : CELLS_MAX) &&
	    make_room(cells))
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		map_prefetch(&cells->by_pair,
			     pair(entries[i].row, entries[i].column));
	for (i = 0; i < nr; i++) {
		at[i] = map_get(&cells->by_pair,
				pair(entries[i].row, entries[i].column));
		if (at[i] != MAP_NONE)
			__builtin_prefetch(&cells->cells[at[i]], 1);
	}
	for (i = 0; i < nr; i++) {
		cell = at[i];
		if (cell == MAP_NONE) /* new, or new earlier in this batch */
			cell = map_get(&cells->by_pair,
				       pair(entries[i].row, entries[i].column));
		if (cell == MAP_NONE)
			cell = new_cell(cells, entries[i].row,
					entries[i].column);
		if (cell < 0)
			return cell;
		tally_add(&cells->cells[cell].tally, entries[i].tally);
	}
	return 0;
}

/*
 * A counting sort by row, in place: there may be as many cells as samples.
 * @first[r] is where row r begins.
 */
static int gather_rows(struct cells *cells, uint32_t *first, uint32_t nr_rows)
{
	uint32_t *next = malloc((nr_rows + 1) * sizeof(*next));
	struct cell *at = cells->cells, out, swap;
	uint32_t i, row;

	if (!next)
		return -ENOMEM;
	for (i = 0; i < cells->nr; i++)
		first[at[i].row + 1]++;
	for (i = 0; i < nr_rows; i++)
		first[i + 1] += first[i];
	memcpy(next, first, (nr_rows + 1) * sizeof(*next));
	for (row = 0; row < nr_rows; row++) {
		while (next[row] < first[row + 1]) {
			out = at[next[row]];
			while (out.row != row) {
				i = next[out.row]++;
				swap = at[i];
				at[i] = out;
				out = swap;
			}
			at[next[row]++] = out;
		}
	}
	free(next);
	return 0;
}

int cells_order(struct cells *cells, const uint32_t *place, uint32_t nr_rows)
{
	uint32_t *first = calloc((size_t)nr_rows + 1, sizeof(*first));
	uint8_t *sorted = calloc((size_t)nr_rows + 1, 1);
	uint32_t i;

	if (!first || !sorted)
		goto err;
	map_free(&cells->by_pair);
	for (i = 0; i < cells->nr; i++)
		cells->cells[i].row = place[cells->cells[i].row];
	if (gather_rows(cells, first, nr_rows))
		goto err;
	free(cells->first);
	free(cells->sorted);
	cells->first = first;
	cells->sorted = sorted;
	return 0;
err:
	free(first);
	free(sorted);
	return -ENOMEM;
}

static int compare(const void *pa, const void *pb)
{
	const struct cell *a = pa, *b = pb;
	int cmp = tally_compare(&a->tally, &b->tally, 0);

	return cmp ? cmp : a->column < b->column ? -1 : 1;
}

const struct cell *cells_of(struct cells *cells, uint32_t row, uint32_t *nr)
{
	struct cell *begin;

	*nr = 0;
	if (!cells->first)
		return NULL;
	begin = cells->cells + cells->first[row];
	*nr = cells->first[row + 1] - cells->first[row];
	if (!cells->sorted[row] && *nr)
		qsort(begin, *nr, sizeof(*begin), compare);
	cells->sorted[row] = 1;
	return begin;
}
