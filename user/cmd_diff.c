// SPDX-License-Identifier: GPL-2.0
/*
 * `lockprobe-user diff`: two captures in, per lock the change of its share of
 * misses and of its waits out, with how much of that may be mere chance.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "base/format.h"
#include "base/json.h"
#include "capture/load.h"
#include "base/option.h"
#include "report/report.h"

#define DEFAULT_TOP 20

static const char help[] =
	"usage: lockprobe-user diff [OPTION]... BEFORE AFTER\n"
	"Compare two captures, lock by lock: share of misses, and waits a second.\n"
	"\n"
	"  -n, --top N          rows to show, 0: all (default 20)\n"
	"      --linux DIR      kernel source, as in 'report'\n"
	"      --json           JSON Lines\n"
	"\n"
	"A change of share is noise when it is smaller than the 95% interval of the\n"
	"difference, which both captures' numbers of samples give. Waits are counted;\n"
	"they have no such noise, but two runs of a load are never quite the same.\n"
	"\n"
	"Example:\n"
	"  lockprobe-user diff stock.data patched.data\n";

/* One lock, in either capture; row MAP_NONE: not there. */
struct pair {
	const char *name;
	uint32_t row[2];
	double share[2], noise, waits[2], waited[2]; /* a second */
};

struct diff {
	struct load load[2];
	struct pair *pairs;
	uint32_t nr, room;
};

static void fill(struct diff *d, struct pair *pair)
{
	double error[2] = { 0 }, seconds;
	int side;

	for (side = 0; side < 2; side++) {
		const struct aggr *aggr = &d->load[side].aggr;
		struct tally none = { 0 };
		const struct tally *t =
			pair->row[side] == MAP_NONE ?
				&none :
				&aggr->rows[pair->row[side]].tally;

		seconds = report_duration(&d->load[side]) / 1e9;
		if (aggr->all.weight)
			pair->share[side] =
				(double)t->weight / (double)aggr->all.weight;
		error[side] = format_error(t->weight, aggr->all.weight,
					   aggr->all.samples);
		if (seconds > 0) {
			pair->waits[side] = t->waits / seconds;
			pair->waited[side] = t->wait_ns / seconds;
		}
	}
	pair->noise = sqrt(error[0] * error[0] + error[1] * error[1]);
}

static struct pair *pair_named(struct diff *d, const char *name)
{
	uint32_t i;

	for (i = 0; i < d->nr; i++)
		if (!strcmp(d->pairs[i].name, name))
			return &d->pairs[i];
	if (array_grow((void **)&d->pairs, &d->room, d->nr, sizeof(*d->pairs)))
		return NULL;
	d->pairs[d->nr] = (struct pair){
		.name = name,
		.row = { MAP_NONE, MAP_NONE },
	};
	return &d->pairs[d->nr++];
}

static int compare(const void *pa, const void *pb)
{
	const struct pair *a = pa, *b = pb;
	double ca = fabs(a->share[1] - a->share[0]);
	double cb = fabs(b->share[1] - b->share[0]);

	if (ca != cb)
		return ca > cb ? -1 : 1;
	ca = fabs(a->waited[1] - a->waited[0]);
	cb = fabs(b->waited[1] - b->waited[0]);
	if (ca != cb)
		return ca > cb ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int match(struct diff *d)
{
	struct pair *pair;
	uint32_t row, i;
	int side;

	for (side = 0; side < 2; side++) {
		for (row = 0; row < d->load[side].aggr.nr_rows; row++) {
			pair = pair_named(d,
					  aggr_name(&d->load[side].aggr, row));
			if (!pair)
				return -ENOMEM;
			pair->row[side] = row;
		}
	}
	for (i = 0; i < d->nr; i++)
		fill(d, &d->pairs[i]);
	if (d->nr)
		qsort(d->pairs, d->nr, sizeof(*d->pairs), compare);
	return 0;
}

static bool is_noise(const struct pair *p)
{
	return fabs(p->share[1] - p->share[0]) <= p->noise;
}

static void print_json(const struct pair *p)
{
	struct json_object *o = json_object_new_object();

	json_put_text(o, "type", "diff");
	json_put_text(o, "name", p->name);
	json_put_real(o, "share_before", p->share[0]);
	json_put_real(o, "share_after", p->share[1]);
	json_put_real(o, "share_change", p->share[1] - p->share[0]);
	json_put_real(o, "noise", p->noise);
	json_put_flag(o, "is_noise", is_noise(p));
	json_put_real(o, "waits_per_second_before", p->waits[0]);
	json_put_real(o, "waits_per_second_after", p->waits[1]);
	json_put_real(o, "wait_ns_per_second_before", p->waited[0]);
	json_put_real(o, "wait_ns_per_second_after", p->waited[1]);
	json_put_line(stdout, o);
}

static void print_row(const struct pair *p)
{
	char before[FORMAT_BYTES], after[FORMAT_BYTES], w0[FORMAT_BYTES],
		w1[FORMAT_BYTES];

	printf("%6.1f%% %6.1f%% %+7.1f %5.1f %-6s %8s %8s %9s %9s  ",
	       100 * p->share[0], 100 * p->share[1],
	       100 * (p->share[1] - p->share[0]), 100 * p->noise,
	       is_noise(p) ? "noise" : "real", format_short(w0, p->waits[0]),
	       format_short(w1, p->waits[1]), format_ns(before, p->waited[0]),
	       format_ns(after, p->waited[1]));
	format_put_clean(stdout, p->name);
	putchar('\n');
}

static void print_text(const struct diff *d, char **paths, uint32_t top)
{
	const char *unit = report_unit(&d->load[0]);
	uint32_t i, shown = top && top < d->nr ? top : d->nr;

	report_head(stdout, &d->load[0], paths[0]);
	report_head(stdout, &d->load[1], paths[1]);
	if (strcmp(unit, report_unit(&d->load[1])))
		warning("the captures were sampled by different events: shares of one are not shares of the other");
	printf("\n%-15s %7s %5s %-6s %-17s %-19s\n", unit, "", "", "",
	       "     waits/s", "     waited/s");
	printf("%7s %7s %7s %5s %-6s %8s %8s %9s %9s  lock\n", "before",
	       "after", "change", "+-", "", "before", "after", "before",
	       "after");
	for (i = 0; i < shown; i++)
		print_row(&d->pairs[i]);
	if (shown < d->nr)
		printf("(%u more locks: -n 0 shows all)\n", d->nr - shown);
	puts("\nShares are estimates; a change within +- (percent points, 95%) is noise. Waits\n"
	     "are counted, and differ between runs even when nothing has been changed.");
}

static int diff(char **paths, const char *linux_dir, uint32_t top, bool json)
{
	struct load_options options = {
		.by = AGGR_LOCK,
		.linux_dir = linux_dir,
	};
	struct diff d = { 0 };
	uint32_t i;
	int err;

	err = load_open(&d.load[0], paths[0], &options);
	if (err)
		return err;
	err = load_open(&d.load[1], paths[1], &options);
	if (err)
		goto err_first;
	err = match(&d);
	if (!err && json)
		for (i = 0; i < d.nr; i++)
			print_json(&d.pairs[i]);
	else if (!err)
		print_text(&d, paths, top);
	if (!err && !d.nr)
		err = EXIT_NOTHING;
	free(d.pairs);
	load_close(&d.load[1]);
err_first:
	load_close(&d.load[0]);
	return err;
}

int cmd_diff(int argc, char **argv)
{
	static const struct option options[] = {
		{ "top", required_argument, NULL, 'n' },
		{ "linux", required_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *linux_dir = NULL;
	uint32_t top = DEFAULT_TOP;
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "n:h", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			if (option_u32("--top", optarg, 0, UINT32_MAX, &top))
				return EXIT_USAGE;
			break;
		case 'l':
			linux_dir = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_DONE;
		default:
			error("see 'lockprobe-user diff --help'");
			return EXIT_USAGE;
		}
	}
	if (argc - optind != 2) {
		error("diff wants two captures, BEFORE and AFTER");
		return EXIT_USAGE;
	}
	return diff(argv + optind, linux_dir, top, json);
}
