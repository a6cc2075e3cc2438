// SPDX-License-Identifier: GPL-2.0
/*
 * Counting: samples and waits in, rows and their splits out. Each sample costs
 * a few look-ups in flat maps and no allocation once its kind has been seen.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggr.h"

enum {
	UNASKED,
	UNWANTED,
	WANTED
};

/* A stack's callers are what is looked for: of many, the first one is kept. */
static uint32_t coarser_stack(void *context, uint32_t column)
{
	struct stacks *stacks = &((struct capture *)context)->stacks;
	uint32_t caller;

	if (column & AGGR_CALLER_ONLY) /* MAP_NONE, a stack not known, too */
		return CELLS_REST;
	caller = stacks_caller_name(stacks, column);
	return caller ? AGGR_CALLER_ONLY | caller : CELLS_REST;
}

void aggr_init(struct aggr *aggr, struct capture *capture, enum aggr_by by,
	       const struct aggr_filter *filter)
{
	memset(aggr, 0, sizeof(*aggr));
	aggr->capture = capture;
	aggr->by = by;
	aggr->wanted = ALL_SPLITS;
	aggr->splits[SPLIT_STACK].coarser = coarser_stack;
	aggr->splits[SPLIT_STACK].context = capture;
	if (filter)
		aggr->filter = *filter;
}

void aggr_free(struct aggr *aggr)
{
	int i;

	for (i = 0; i < NR_SPLITS; i++)
		cells_free(&aggr->splits[i]);
	free(aggr->batch);
	map_free(&aggr->rows_by_key);
	free(aggr->rows);
	free(aggr->locks);
	free(aggr->idents_wanted);
	free(aggr->tasks_wanted);
	memset(aggr, 0, sizeof(*aggr));
}

/* Make @array hold @nr zeroed elements more than it has room for. */
static int reach(void **array, uint32_t *room, uint32_t nr, size_t size)
{
	uint32_t bigger = nr + nr / 2 + 64;
	char *new;

	if (nr < *room)
		return 0;
	new = realloc(*array, bigger * size);
	if (!new)
		return -ENOMEM;
	memset(new + *room *size, 0, (bigger - *room) * size);
	*array = new;
	*room = bigger;
	return 0;
}

/* Names are given with or without the mark of a likely one. */
static bool lock_matches(const char *pattern, const char *label)
{
	char bare[512];
	size_t n;

	if (!fnmatch(pattern, label, 0))
		return true;
	n = snprintf(bare, sizeof(bare), "%s", label);
	if (!n || n >= sizeof(bare) || bare[n - 1] != '?')
		return false;
	bare[n - 1] = '\0';
	return !fnmatch(pattern, bare, 0);
}

static bool want_ident(struct aggr *aggr, uint32_t ident)
{
	const struct capture *c = aggr->capture;

	if (!aggr->filter.lock)
		return true;
	if (reach((void **)&aggr->idents_wanted, &aggr->ident_room, ident, 1))
		return false;
	if (aggr->idents_wanted[ident] == UNASKED)
		aggr->idents_wanted[ident] =
			lock_matches(aggr->filter.lock,
				     names_get(&c->names,
					       c->idents[ident].label)) ?
				WANTED :
				UNWANTED;
	return aggr->idents_wanted[ident] == WANTED;
}

static bool task_matches(const struct aggr *aggr, uint32_t task)
{
	const struct capture_task *t = &aggr->capture->tasks[task];
	char *end;
	unsigned long pid = strtoul(aggr->filter.task, &end, 10);

	if (!*end && (t->pid == pid || t->tgid == pid))
		return true;
	return !fnmatch(aggr->filter.task,
			names_get(&aggr->capture->names, t->comm), 0);
}

static bool want_task(struct aggr *aggr, uint32_t task)
{
	if (!aggr->filter.task)
		return true;
	if (task == MAP_NONE ||
	    reach((void **)&aggr->tasks_wanted, &aggr->task_room, task, 1))
		return false;
	if (aggr->tasks_wanted[task] == UNASKED)
		aggr->tasks_wanted[task] = task_matches(aggr, task) ? WANTED :
								      UNWANTED;
	return aggr->tasks_wanted[task] == WANTED;
}

static bool want_time(const struct aggr *aggr, uint64_t time)
{
	return time >= aggr->filter.from &&
	       (!aggr->filter.to || time < aggr->filter.to);
}

static bool want_cpu(const struct aggr *aggr, uint32_t cpu)
{
	return !aggr->filter.cpus ||
	       (cpu < aggr->filter.nr_cpus && aggr->filter.cpus[cpu]);
}

static uint32_t row_of(struct aggr *aggr, uint32_t key)
{
	uint32_t row = map_get(&aggr->rows_by_key, key);

	if (row != MAP_NONE)
		return row;
	if (array_grow((void **)&aggr->rows, &aggr->row_room, aggr->nr_rows,
		       sizeof(*aggr->rows)) ||
	    map_set(&aggr->rows_by_key, key, aggr->nr_rows))
		return MAP_NONE;
	memset(&aggr->rows[aggr->nr_rows], 0, sizeof(*aggr->rows));
	aggr->rows[aggr->nr_rows].key = key;
	return aggr->nr_rows++;
}

/* One thing that happened, with its numbers in the capture's tables. */
struct event {
	uint32_t lock, stack, task, cpu; /* MAP_NONE: not known */
	uint32_t ident, row, bucket;
	struct tally tally;
};

struct aggr_batch {
	uint32_t nr;
	struct event events[CELLS_BATCH];
};

static uint32_t key_of(struct aggr *aggr, const struct event *e)
{
	struct stacks *stacks = &aggr->capture->stacks;

	switch (aggr->by) {
	case AGGR_LOCK:
		return e->ident;
	case AGGR_CALLER:
		if (e->stack == MAP_NONE)
			return 0;
		return stacks_caller_name(stacks, e->stack);
	case AGGR_TASK:
		return e->task == MAP_NONE ? MAP_NONE - 1 : e->task;
	case AGGR_INSTANCE:
		/* a lock without an address: one row an identity, set apart */
		return e->lock == MAP_NONE ? 0x80000000u | e->ident : e->lock;
	}
	return 0;
}

static uint32_t column_of(const struct event *e, enum aggr_split split)
{
	switch (split) {
	case SPLIT_STACK:
		return e->stack;
	case SPLIT_TASK:
		return e->task;
	case SPLIT_CPU:
		return e->cpu;
	case SPLIT_TIME:
		return e->bucket;
	default:
		return e->ident;
	}
}

int aggr_flush(struct aggr *aggr)
{
	struct cells_entry entries[CELLS_BATCH];
	const struct event *e;
	uint32_t i, nr;
	int split, err;

	if (!aggr->batch)
		return 0;
	for (split = 0; split < NR_SPLITS; split++) {
		if (!(aggr->wanted & 1u << split))
			continue;
		if (split == SPLIT_IDENT && aggr->by == AGGR_LOCK)
			continue; /* one identity a row: nothing to split */
		if (split == SPLIT_TIME && !aggr->filter.step)
			continue;
		for (i = 0, nr = 0; i < aggr->batch->nr; i++) {
			e = &aggr->batch->events[i];
			if (split == SPLIT_CPU && e->cpu == MAP_NONE)
				continue;
			entries[nr++] = (struct cells_entry){
				.row = e->row,
				.column = column_of(e, split),
				.tally = &e->tally,
			};
		}
		err = cells_add(&aggr->splits[split], entries, nr);
		if (err)
			return err;
	}
	aggr->batch->nr = 0;
	return 0;
}

void aggr_split_only(struct aggr *aggr, uint32_t wanted, uint32_t rows)
{
	aggr->wanted = wanted;
	aggr->split_rows = rows ? rows : MAP_NONE;
}

static int to_splits(struct aggr *aggr, const struct event *e)
{
	if (!aggr->wanted)
		return 0;
	if (!aggr->batch) {
		aggr->batch = malloc(sizeof(*aggr->batch));
		if (!aggr->batch)
			return -ENOMEM;
		aggr->batch->nr = 0;
	}
	aggr->batch->events[aggr->batch->nr++] = *e;
	return aggr->batch->nr == CELLS_BATCH ? aggr_flush(aggr) : 0;
}

/* The row that @e was counted in, MAP_NONE: not wanted, or -ENOMEM. */
static int64_t count(struct aggr *aggr, struct event *e)
{
	if (!want_ident(aggr, e->ident))
		return MAP_NONE;
	e->row = row_of(aggr, key_of(aggr, e));
	if (e->row == MAP_NONE)
		return -ENOMEM;
	if (aggr->split_rows) {
		if (e->row < aggr->split_rows && to_splits(aggr, e))
			return -ENOMEM;
		return MAP_NONE;
	}
	if (e->lock != MAP_NONE) {
		if (reach((void **)&aggr->locks, &aggr->lock_room, e->lock,
			  sizeof(*aggr->locks)))
			return -ENOMEM;
		tally_add(&aggr->locks[e->lock], &e->tally);
	}
	tally_add(&aggr->rows[e->row].tally, &e->tally);
	if (to_splits(aggr, e))
		return -ENOMEM;
	return e->row;
}

static uint32_t ident_of(struct aggr *aggr, const struct event *e)
{
	if (e->lock != MAP_NONE)
		return aggr->capture->locks[e->lock].ident;
	return capture_caller_ident(aggr->capture, e->stack);
}

static uint32_t bucket_of(const struct aggr *aggr, uint64_t time)
{
	if (!aggr->filter.step || time < aggr->filter.origin)
		return 0;
	return (time - aggr->filter.origin) / aggr->filter.step;
}

static void total(struct aggr *aggr, uint16_t flags, bool on_lock,
		  const struct tally *tally)
{
	tally_add(&aggr->all, tally);
	aggr->user += !!(flags & LOCKPROBE_SAMPLE_USER);
	aggr->idle += !!(flags & LOCKPROBE_SAMPLE_IDLE);
	aggr->nmi += !!(flags & LOCKPROBE_SAMPLE_NMI);
	aggr->cut += !!(flags & LOCKPROBE_SAMPLE_TRUNCATED);
	aggr->told_by[0] += !!(flags & LOCKPROBE_SAMPLE_BY_CONTENTION);
	aggr->told_by[1] += !!(flags & LOCKPROBE_SAMPLE_BY_ADDR);
	aggr->told_by[2] += !!(flags & LOCKPROBE_SAMPLE_BY_REGISTER);
	if (flags & LOCKPROBE_SAMPLE_LOCK_CODE)
		tally_add(&aggr->in_code, tally);
	else if (on_lock)
		tally_add(&aggr->on_line, tally);
}

static int count_sample(struct aggr *aggr, uint32_t cpu, uint64_t time,
			const struct record_sample *sample)
{
	const struct capture *c = aggr->capture;
	struct event e = {
		.task = capture_task(c, sample->task),
		.cpu = cpu,
		.bucket = bucket_of(aggr, time),
		.tally = {
			.samples = 1,
			.weight = sample->period ? sample->period : 1,
		},
	};
	bool in_code = sample->flags & LOCKPROBE_SAMPLE_LOCK_CODE;
	int64_t row;

	if (!want_task(aggr, e.task))
		return 0;
	e.lock = sample->lock ? capture_lock(c, sample->lock) : MAP_NONE;
	if (!aggr->split_rows)
		total(aggr, sample->flags, e.lock != MAP_NONE, &e.tally);
	if (!in_code && e.lock == MAP_NONE)
		return 0;
	e.stack = stacks_find(&c->stacks, sample->stack);
	e.ident = ident_of(aggr, &e);
	if (e.ident == MAP_NONE)
		return -ENOMEM;
	row = count(aggr, &e);
	if (row < 0)
		return row;
	if (row != MAP_NONE && !in_code)
		aggr->rows[row].off_code++;
	return 0;
}

static int take_samples(void *ctx, const struct record_samples *samples)
{
	struct aggr *aggr = ctx;
	uint64_t time;
	uint32_t i;
	int err;

	if (!want_cpu(aggr, samples->cpu))
		return 0;
	for (i = 0; i < samples->nr; i++) {
		time = samples->time + samples->data[i].time;
		if (!want_time(aggr, time))
			continue;
		if (!aggr->first || time < aggr->first)
			aggr->first = time;
		if (time > aggr->last)
			aggr->last = time;
		err = count_sample(aggr, samples->cpu, time, &samples->data[i]);
		if (err)
			return err;
	}
	return 0;
}

static int count_wait(struct aggr *aggr, uint64_t time,
		      const struct lockprobe_wait *wait)
{
	const struct capture *c = aggr->capture;
	struct event e = {
		.lock = capture_lock(c, wait->lock),
		.stack = stacks_find(&c->stacks, wait->stack),
		.task = capture_task(c, wait->task),
		.cpu = MAP_NONE,
		.bucket = bucket_of(aggr, time),
		.tally = {
			.waits = wait->count,
			.wait_ns = wait->total,
			.wait_max = wait->max,
		},
	};
	int64_t row;
	int i;

	if (!want_task(aggr, e.task))
		return 0;
	if (!aggr->split_rows)
		tally_add(&aggr->all, &e.tally);
	e.ident = ident_of(aggr, &e);
	if (e.ident == MAP_NONE)
		return -ENOMEM;
	row = count(aggr, &e);
	if (row < 0 || row == MAP_NONE)
		return row < 0 ? row : 0;
	for (i = 0; i < LOCKPROBE_HIST_BUCKETS; i++)
		aggr->rows[row].hist[i] += wait->hist[i];
	return 0;
}

static int take_waits(void *ctx, uint64_t time, uint32_t nr,
		      const struct lockprobe_wait *waits)
{
	struct aggr *aggr = ctx;
	uint32_t i;
	int err;

	/* which CPU waited is not recorded: a CPU filter leaves no waits */
	if (aggr->filter.cpus || !want_time(aggr, time))
		return 0;
	for (i = 0; i < nr; i++) {
		err = count_wait(aggr, time, &waits[i]);
		if (err)
			return err;
	}
	return 0;
}

const struct record_sink aggr_sink = {
	.samples = take_samples,
	.waits = take_waits,
};
