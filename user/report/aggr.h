/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a capture counts: samples and waits summed up into rows by lock,
 * caller, task or instance, and each row's split over stacks, tasks, CPUs and
 * locks. Memory grows with what is different, never with how many samples.
 */
#ifndef AGGR_H
#define AGGR_H

#include <stdbool.h>

#include "report/aggr_by.h"
#include "capture/capture.h"
#include "base/cells.h"
#include "report/tally.h"

struct aggr_row {
	uint32_t key; /* ident, caller's name, task or lock, as aggr->by says */
	uint32_t instances; /* locks (addresses) seen, set by aggr_sort */
	uint64_t off_code; /* samples on its cache line outside lock code */
	struct tally tally;
	uint64_t hist[LOCKPROBE_HIST_BUCKETS]; /* waits by log2 of ns */
};

struct aggr {
	struct capture *capture; /* borrowed */
	enum aggr_by by;
	struct aggr_filter filter;
	struct map rows_by_key;
	struct aggr_row *rows;
	uint32_t nr_rows, row_room;
	struct cells splits[NR_SPLITS];
	uint32_t wanted; /* of them, 1 << SPLIT_..., after aggr_init() all */
	uint32_t split_rows; /* if counting again: the rows to split, else 0 */
	struct tally *locks; /* by lock number: its instances */
	uint32_t lock_room;
	uint8_t *idents_wanted,
		*tasks_wanted; /* 0: not asked yet, 1 no, 2 yes */
	uint32_t ident_room, task_room;
	struct tally all, in_code, on_line; /* on_line: outside, on a lock */
	uint64_t user, idle, nmi, cut; /* samples; cut: stack too deep */
	uint64_t told_by[3]; /* samples by LOCKPROBE_SAMPLE_BY_* of their locks */
	uint64_t first, last; /* times of samples, 0: none */
	struct aggr_batch *batch; /* counted, but not in splits yet */
};

void aggr_init(struct aggr *aggr, struct capture *capture, enum aggr_by by,
	       const struct aggr_filter *filter);
void aggr_free(struct aggr *aggr);

/* The counting part of a record_sink; ctx is the struct aggr. */
extern const struct record_sink aggr_sink;

/*
 * Splits take most of the time and nearly all of the memory. Who shows only
 * the heaviest rows sets @wanted to 0, counts, sorts, and then counts the same
 * capture again by this sink after aggr_split_only(): the tallies stay, the
 * @rows heaviest rows (0: all) are split by @wanted. aggr_order_splits() ends.
 */
void aggr_split_only(struct aggr *aggr, uint32_t wanted, uint32_t rows);
int aggr_order_splits(struct aggr *aggr);

/* Bring the splits up to date; aggr_sort() does it, too. 0 or -ENOMEM. */
int aggr_flush(struct aggr *aggr);

/*
 * Order rows, heaviest first (@by_wait: by time waited), count instances.
 * Rows and cells may move; a row's number is its place in rows.
 */
int aggr_sort(struct aggr *aggr, bool by_wait);

/* What a row is called: a lock's label, a function, a task's name. */
const char *aggr_name(const struct aggr *aggr, uint32_t row);

/*
 * Row @row split by @split after aggr_sort(): *@nr cells, heaviest first. Where
 * there were too many (see cells.h), a column of SPLIT_STACK may be
 * AGGR_CALLER_ONLY and the name of the caller, and one of any CELLS_REST.
 */
#define AGGR_CALLER_ONLY 0x80000000u

const struct cell *aggr_row_cells(const struct aggr *aggr, uint32_t row,
				  enum aggr_split split, uint32_t *nr);

#endif
