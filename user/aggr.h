/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a capture counts: samples and waits summed up into rows by lock,
 * caller, task or instance, and each row's split over stacks, tasks, CPUs and
 * locks. Memory grows with what is different, never with how many samples.
 */
#ifndef AGGR_H
#define AGGR_H

#include <stdbool.h>

#include "aggr_by.h"
#include "capture.h"
#include "cells.h"
#include "tally.h"

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
	struct tally *locks; /* by lock number: its instances */
	uint32_t lock_room;
	uint8_t *idents_wanted,
		*tasks_wanted; /* 0: not asked yet, 1 no, 2 yes */
	uint32_t ident_room, task_room;
	struct tally all, in_code, on_line; /* on_line: outside, on a lock */
	uint64_t user, idle, nmi, cut; /* samples; cut: stack too deep */
	uint64_t first, last; /* times of samples, 0: none */
	struct aggr_batch *batch; /* counted, but not in splits yet */
};

void aggr_init(struct aggr *aggr, struct capture *capture, enum aggr_by by,
	       const struct aggr_filter *filter);
void aggr_free(struct aggr *aggr);

/* The counting part of a record_sink; ctx is the struct aggr. */
extern const struct record_sink aggr_sink;

/* Bring the splits up to date; aggr_sort() does it, too. 0 or -ENOMEM. */
int aggr_flush(struct aggr *aggr);

/*
 * Order rows, heaviest first (@by_wait: by time waited), count instances.
 * Rows and cells may move; a row's number is its place in rows.
 */
int aggr_sort(struct aggr *aggr, bool by_wait);

/* What a row is called: a lock's label, a function, a task's name. */
const char *aggr_name(const struct aggr *aggr, uint32_t row);

/* Row @row split by @split after aggr_sort(): *@nr cells, heaviest first. */
const struct cell *aggr_row_cells(const struct aggr *aggr, uint32_t row,
				  enum aggr_split split, uint32_t *nr);

#endif
