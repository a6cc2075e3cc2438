// SPDX-License-Identifier: GPL-2.0
/*
 * lockprobe-user lockstat: the counters of live patches with policy lockstat.
 * Their debugfs files go in; sorted rows, or JSON, come out.
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "livepatch/live.h"
#include "livepatch/lockstat.h"

static void usage(FILE *out)
{
	fputs("usage: lockprobe-user lockstat [LOCK] [OPTION]...\n"
	      "Show what livepatches with policy lockstat have counted: the columns of\n"
	      "/proc/lock_stat, in total and for each lock, times in nanoseconds.\n\n"
	      "  LOCK           only this field (files_struct.file_lock)\n"
	      "  --sort COLUMN  contentions (default), con-bounces, acquisitions, acq-bounces,\n"
	      "                 wait-min, wait-max, wait-total, hold-min, hold-max, hold-total\n"
	      "  --top N        at most N locks of each field (20; 0: all)\n"
	      "  --json         as JSON\n"
	      "  --reset        set the counters to zero instead\n\n"
	      "Example: lockprobe-user lockstat --sort wait-total --top 5\n",
	      out);
}

struct request {
	const char *lock;
	int sort, top, json, reset;
};

enum {
	OPT_SORT = 256,
	OPT_TOP,
	OPT_JSON,
	OPT_RESET
};

static const struct option options[] = {
	{ "sort", required_argument, NULL, OPT_SORT },
	{ "top", required_argument, NULL, OPT_TOP },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "reset", no_argument, NULL, OPT_RESET },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int take_option(int opt, struct request *request)
{
	char *end;

	switch (opt) {
	case OPT_SORT:
		request->sort = lockstat_column(optarg);
		if (request->sort >= 0)
			return 0;
		error("--sort %s: there is no such column", optarg);
		return EXIT_USAGE;
	case OPT_TOP:
		request->top = strtol(optarg, &end, 10);
		if (!*end && end != optarg && request->top >= 0)
			return 0;
		error("--top %s is no number", optarg);
		return EXIT_USAGE;
	case OPT_JSON:
		request->json = 1;
		return 0;
	case OPT_RESET:
		request->reset = 1;
		return 0;
	case 'h':
		usage(stdout);
		return -1;
	default:
		fputs("'lockprobe-user lockstat --help' explains\n", stderr);
		return EXIT_USAGE;
	}
}

static void print_row(const char *name, const struct lockstat_row *row)
{
	int i;

	printf("%-28s", name);
	for (i = 0; i < LOCKSTAT_COLUMNS; i++)
		printf(" %12llu", (unsigned long long)row->value[i]);
	putchar('\n');
}

static void print_text(const struct live_patch *patch,
		       const struct lockstat *stat, int top)
{
	char address[32];
	size_t i;
	int c;

	printf("%-28s", "LOCK");
	for (c = 0; c < LOCKSTAT_COLUMNS; c++)
		printf(" %12s", lockstat_names[c]);
	putchar('\n');
	print_row(patch->lock, &stat->total);
	for (i = 0; i < stat->nr && (!top || i < (size_t)top); i++) {
		snprintf(address, sizeof(address), "  %016llx",
			 (unsigned long long)stat->rows[i].address);
		print_row(address, &stat->rows[i]);
	}
	if (i < stat->nr)
		printf("  and %zu more locks\n", stat->nr - i);
	if (stat->unlisted)
		printf("  %llu acquisitions of locks that found no row of "
		       "their own\n",
		       (unsigned long long)stat->unlisted);
}

static struct json_object *row_json(const struct lockstat_row *row)
{
	struct json_object *object = json_object_new_object();
	char address[32];
	int i;

	if (row->address) {
		snprintf(address, sizeof(address), "0x%016llx",
			 (unsigned long long)row->address);
		json_object_object_add(object, "address",
				       json_object_new_string(address));
	}
	for (i = 0; i < LOCKSTAT_COLUMNS; i++)
		json_object_object_add(object, lockstat_names[i],
				       json_object_new_uint64(row->value[i]));
	return object;
}

static struct json_object *stat_json(const struct live_patch *patch,
				     const struct lockstat *stat, int top)
{
	struct json_object *object = json_object_new_object(), *rows;
	size_t i;

	json_object_object_add(object, "lock",
			       json_object_new_string(patch->lock));
	json_object_object_add(object, "patch",
			       json_object_new_string(patch->name));
	json_object_object_add(object, "since",
			       json_object_new_int64(patch->since));
	json_object_object_add(object, "total", row_json(&stat->total));
	rows = json_object_new_array();
	for (i = 0; i < stat->nr && (!top || i < (size_t)top); i++)
		json_object_array_add(rows, row_json(&stat->rows[i]));
	json_object_object_add(object, "locks", rows);
	json_object_object_add(object, "unlisted",
			       json_object_new_uint64(stat->unlisted));
	return object;
}

static int one(const struct live_patch *patch, const struct request *request,
	       struct json_object *array)
{
	struct lockstat stat;
	int err;

	if (request->reset)
		return lockstat_reset(patch);
	err = lockstat_read(patch, request->sort, &stat);
	if (err)
		return err;
	if (array)
		json_object_array_add(array,
				      stat_json(patch, &stat, request->top));
	else
		print_text(patch, &stat, request->top);
	lockstat_free(&stat);
	return 0;
}

static int show(const struct live_list *list, const struct request *request)
{
	struct json_object *array = NULL;
	const struct live_patch *p;
	int err = 0, nr = 0;
	size_t i;

	if (request->json && !request->reset)
		array = json_object_new_array();
	for (i = 0; !err && i < list->nr; i++) {
		p = &list->items[i];
		if (strcmp(p->policy, "lockstat") ||
		    (request->lock && strcmp(p->lock, request->lock) &&
		     strcmp(p->name, request->lock)))
			continue;
		nr++;
		err = one(p, request, array);
	}
	if (array) {
		if (!err)
			puts(json_object_to_json_string_ext(
				array, JSON_C_TO_STRING_PRETTY));
		json_object_put(array);
	}
	if (err)
		return EXIT_FAILED;
	if (nr)
		return EXIT_DONE;
	error("no livepatch with policy lockstat is live%s%s (debugfs needs "
	      "root); 'lockprobe-user patch status' shows what is",
	      request->lock ? " on " : "", request->lock ? request->lock : "");
	return EXIT_NOTHING;
}

int cmd_lockstat(int argc, char **argv)
{
	struct request request = { .top = 20 };
	struct live_list list;
	int opt, ret = 0;

	while (!ret &&
	       (opt = getopt_long(argc, argv, "h", options, NULL)) != -1)
		ret = take_option(opt, &request);
	if (ret)
		return ret < 0 ? EXIT_DONE : ret;
	if (optind < argc)
		request.lock = argv[optind++];
	if (optind < argc) {
		error("lockstat takes one lock; 'lockprobe-user lockstat "
		      "--help' explains");
		return EXIT_USAGE;
	}
	if (live_read(&list))
		return EXIT_FAILED;
	ret = show(&list, &request);
	live_free(&list);
	return ret;
}
