// SPDX-License-Identifier: GPL-2.0
/*
 * A capture file in, sorted rows out, in two passes over the file: names are
 * at its end and decide how samples are grouped, so they are read first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "capture/load.h"
#include "base/progress.h"
#include "lock/settle.h"
#include "capture/store.h"

#define CPUS_MAX 65536

int load_parse_cpus(const char *text, bool **out, uint32_t *nr)
{
	bool *cpus = calloc(CPUS_MAX, sizeof(*cpus));
	unsigned long first, last;
	char *end;

	if (!cpus)
		return -ENOMEM;
	*nr = 0;
	for (;; text = end + 1) {
		first = strtoul(text, &end, 10);
		if (end == text)
			goto err;
		last = first;
		if (*end == '-') {
			text = end + 1;
			last = strtoul(text, &end, 10);
			if (end == text)
				goto err;
		}
		if (last < first || last >= CPUS_MAX)
			goto err;
		memset(cpus + first, true, last - first + 1);
		if (last >= *nr)
			*nr = last + 1;
		if (!*end)
			break;
		if (*end != ',')
			goto err;
	}
	*out = cpus;
	return 0;
err:
	free(cpus);
	return -EINVAL;
}

static int parse_seconds(const char *text, char **end, uint64_t *ns)
{
	double seconds = strtod(text, end);

	if (*end == text || !(seconds >= 0) || seconds > 1e9)
		return -EINVAL;
	*ns = seconds * 1e9;
	return 0;
}

int load_parse_time(const char *text, uint64_t start, uint64_t *from,
		    uint64_t *to)
{
	char *end = (char *)text;

	*from = 0;
	*to = 0;
	if (*text != '-' && parse_seconds(text, &end, from))
		return -EINVAL;
	if (*end != '-')
		return -EINVAL;
	text = end + 1;
	if (*text && (parse_seconds(text, &end, to) || *end || *to <= *from))
		return -EINVAL;
	*from += start;
	if (*to)
		*to += start;
	return 0;
}

/* The first pass: definitions, and how far the times reach. */
static void see_time(struct load *load, uint64_t time)
{
	if (!time)
		return;
	if (!load->start || time < load->start)
		load->start = time;
	if (time > load->end)
		load->end = time;
}

static int first_samples(void *ctx, const struct record_samples *samples)
{
	struct load *load = ctx;

	see_time(load, samples->time);
	see_time(load, samples->time + samples->data[samples->nr - 1].time);
	progress_add(samples->nr);
	return 0;
}

static int first_waits(void *ctx, uint64_t time, uint32_t nr,
		       const struct lockprobe_wait *waits)
{
	(void)nr;
	(void)waits;
	see_time(ctx, time);
	return 0;
}

static int first_sleeps(void *ctx, uint64_t time, uint32_t nr,
			const struct lockprobe_sleep *sleeps)
{
	(void)nr;
	(void)sleeps;
	see_time(ctx, time);
	return 0;
}

#define FORWARD(name, type)                                              \
	static int first_##name(void *ctx, const type *record)           \
	{                                                                \
		return capture_sink.name(&((struct load *)ctx)->capture, \
					 record);                        \
	}

FORWARD(task, struct record_task)
FORWARD(stack, struct record_stack)
FORWARD(lock, struct record_lock)
FORWARD(symbol, struct record_symbol)
FORWARD(loss, struct record_loss)
FORWARD(end, uint64_t)

static int first_note(void *ctx, const char *key, const char *value)
{
	return capture_sink.note(&((struct load *)ctx)->capture, key, value);
}

static const struct record_sink first_pass = {
	.task = first_task,
	.stack = first_stack,
	.lock = first_lock,
	.samples = first_samples,
	.waits = first_waits,
	.sleeps = first_sleeps,
	.loss = first_loss,
	.note = first_note,
	.symbol = first_symbol,
	.end = first_end,
};

static int prepare_filter(struct load *load, const struct load_options *o,
			  struct aggr_filter *filter)
{
	*filter = (struct aggr_filter){ .lock = o->lock, .task = o->task };
	if (o->cpus) {
		if (load_parse_cpus(o->cpus, &load->cpus, &load->nr_cpus)) {
			error("--cpu wants a list like 0-3,8, not '%s'",
			      o->cpus);
			return -EINVAL;
		}
		filter->cpus = load->cpus;
		filter->nr_cpus = load->nr_cpus;
	}
	if (o->time) {
		if (load_parse_time(o->time, load->start, &load->from,
				    &load->to)) {
			error("--time wants FROM-TO in seconds, like 1.5-3, not '%s'",
			      o->time);
			return -EINVAL;
		}
		filter->from = load->from;
		filter->to = load->to;
	}
	if (o->timeline && load->end > load->start) {
		filter->origin = load->start;
		filter->step = (load->end - load->start) / LOAD_BUCKETS + 1;
	}
	return 0;
}

/* The second pass; a third one where only some rows are to be split. */
static int count(struct load *load, const struct load_options *options)
{
	struct aggr_filter filter;
	bool later;
	int err = prepare_filter(load, options, &filter);

	if (err)
		return err;
	aggr_init(&load->aggr, &load->capture, options->by, &filter);
	later = options->split_rows || !options->splits;
	load->aggr.wanted = later ? 0 : options->splits;
	err = store_read(load->store, 1u << LOCKPROBE_CMD_BATCH, &aggr_sink,
			 &load->aggr);
	if (!err)
		err = aggr_sort(&load->aggr, options->by_wait);
	if (err || !options->splits || !later)
		return err;
	aggr_split_only(&load->aggr, options->splits, options->split_rows);
	err = store_read(load->store, 1u << LOCKPROBE_CMD_BATCH, &aggr_sink,
			 &load->aggr);
	return err ? err : aggr_order_splits(&load->aggr);
}

int load_open(struct load *load, const char *path,
	      const struct load_options *options)
{
	int err;

	memset(load, 0, sizeof(*load));
	err = store_open(path, &load->store);
	if (err)
		return err;
	err = capture_init(&load->capture);
	if (err)
		goto err_store;
	err = store_read(load->store, 0, &first_pass, load);
	if (err)
		goto err_capture;
	store_complain(load->store, path);
	if (options->linux_dir) {
		err = settle(&load->capture, load->store, options->linux_dir);
		if (err)
			goto err_capture;
	}
	err = count(load, options);
	if (err)
		goto err_aggr;
	return 0;

err_aggr:
	aggr_free(&load->aggr);
	free(load->cpus);
err_capture:
	capture_free(&load->capture);
err_store:
	store_close(load->store);
	if (err == -ENOMEM)
		error("%s: not enough memory to read it", path);
	return err;
}

void load_close(struct load *load)
{
	aggr_free(&load->aggr);
	free(load->cpus);
	capture_free(&load->capture);
	store_close(load->store);
}
