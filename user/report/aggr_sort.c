// SPDX-License-Identifier: GPL-2.0
/*
 * Counted rows in, ordered rows out: what is heaviest comes first, and what
 * weighs the same is ordered by name, so that two runs over one capture give
 * one and the same report.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggr.h"

const char *aggr_name(const struct aggr *aggr, uint32_t row)
{
	const struct capture *c = aggr->capture;
	uint32_t key = aggr->rows[row].key;

	switch (aggr->by) {
	case AGGR_LOCK:
		return names_get(&c->names, c->idents[key].label);
	case AGGR_CALLER:
		return key ? names_get(&c->names, key) : "(not known)";
	case AGGR_TASK:
		return key < c->nr_tasks ?
			       names_get(&c->names, c->tasks[key].comm) :
			       "(not known)";
	case AGGR_INSTANCE:
		key = key & 0x80000000u ? key & 0x7fffffffu :
					  c->locks[key].ident;
		return names_get(&c->names, c->idents[key].label);
	}
	return "";
}

struct order {
	const struct aggr *aggr;
	bool by_wait;
};

static int compare_rows(const void *pa, const void *pb, void *ctx)
{
	const struct order *order = ctx;
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
	const struct aggr_row *rows = order->aggr->rows;
	int cmp = tally_compare(&rows[a].tally, &rows[b].tally, order->by_wait);

	if (!cmp)
		cmp = strcmp(aggr_name(order->aggr, a),
			     aggr_name(order->aggr, b));
	if (!cmp)
		cmp = rows[a].key < rows[b].key ? -1 : 1;
	return cmp;
}

static int renumber(struct aggr *aggr, const uint32_t *new_place)
{
	uint32_t i;
	int s, err;

	map_free(&aggr->rows_by_key);
	for (i = 0; i < aggr->nr_rows; i++) {
		err = map_set(&aggr->rows_by_key, aggr->rows[i].key, i);
		if (err)
			return err;
	}
	for (s = 0; s < NR_SPLITS; s++) {
		err = cells_order(&aggr->splits[s], new_place, aggr->nr_rows);
		if (err)
			return err;
	}
	return 0;
}

static bool seen(const struct tally *tally)
{
	return tally->samples || tally->waits;
}

/* Instances of a lock row are the locks that bear its identity. */
static void count_instances(struct aggr *aggr)
{
	const struct capture *c = aggr->capture;
	uint32_t i, row;

	for (i = 0; i < aggr->nr_rows; i++)
		aggr->rows[i].instances = aggr->by == AGGR_INSTANCE;
	if (aggr->by != AGGR_LOCK)
		return;
	for (i = 0; i < c->nr_locks && i < aggr->lock_room; i++) {
		if (!seen(&aggr->locks[i]))
			continue;
		row = map_get(&aggr->rows_by_key, c->locks[i].ident);
		if (row != MAP_NONE)
			aggr->rows[row].instances++;
	}
}

int aggr_sort(struct aggr *aggr, bool by_wait)
{
	struct order order = { .aggr = aggr, .by_wait = by_wait };
	uint32_t nr = aggr->nr_rows, i;
	uint32_t *places = malloc((2 * (size_t)nr + 1) * sizeof(*places));
	struct aggr_row *rows = malloc(((size_t)nr + 1) * sizeof(*rows));
	int err = -ENOMEM;

	if (!places || !rows)
		goto out;
	err = aggr_flush(aggr);
	if (err)
		goto out;
	for (i = 0; i < nr; i++)
		places[i] = i;
	qsort_r(places, nr, sizeof(*places), compare_rows, &order);
	for (i = 0; i < nr; i++) {
		rows[i] = aggr->rows[places[i]];
		places[nr + places[i]] = i;
	}
	if (nr)
		memcpy(aggr->rows, rows, nr * sizeof(*rows));
	err = renumber(aggr, places + nr);
	if (!err)
		count_instances(aggr);
out:
	free(places);
	free(rows);
	return err;
}

int aggr_order_splits(struct aggr *aggr)
{
	uint32_t nr = aggr->nr_rows, i;
	uint32_t *places = malloc(((size_t)nr + 1) * sizeof(*places));
	int s, err = places ? aggr_flush(aggr) : -ENOMEM;

	for (i = 0; places && i < nr; i++)
		places[i] = i;
	for (s = 0; s < NR_SPLITS && !err; s++)
		err = cells_order(&aggr->splits[s], places, nr);
	free(places);
	return err;
}

const struct cell *aggr_row_cells(const struct aggr *aggr, uint32_t row,
				  enum aggr_split split, uint32_t *nr)
{
	/* sorting a row's cells when first asked for does not change them */
	return cells_of((struct cells *)&aggr->splits[split], row, nr);
}
