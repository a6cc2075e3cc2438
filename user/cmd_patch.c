// SPDX-License-Identifier: GPL-2.0
/*
 * lockprobe-user patch: what is live, make it live, take it back.
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "base/error.h"
#include "livepatch/live.h"
#include "livepatch/transit.h"

static void usage(FILE *out)
{
	fputs("usage: lockprobe-user patch status [--json]\n"
	      "       lockprobe-user patch enable X.ko [--wait SECONDS]\n"
	      "       lockprobe-user patch disable NAME|LOCK [--wait SECONDS]\n"
	      "Show the livepatches of this machine, load one, take one back.\n\n"
	      "status   what is live: on which lock, with which policy, since when\n"
	      "enable   load a module made by 'lockprobe-user build' and wait until every\n"
	      "         task runs the patched code\n"
	      "disable  take it back, wait until no task is in it, and unload the module;\n"
	      "         NAME as status has it, or the lock's (files_struct.file_lock)\n\n"
	      "  --wait SECONDS  how long to wait (60); 0 waits for ever. When a task keeps\n"
	      "                  the kernel from switching, it is named, and the exit code is\n"
	      "                  4; the transition goes on, or is taken back by disable\n"
	      "  --json          status as JSON\n",
	      out);
}

struct request {
	const char *verb, *what;
	double wait;
	int json;
};

static const char *state(const struct live_patch *p)
{
	if (p->transition)
		return p->enabled ? "enabling" : "disabling";
	return p->enabled ? "enabled" : "disabled";
}

static void print_json(const struct live_list *list)
{
	struct json_object *array = json_object_new_array(), *row;
	const struct live_patch *p;
	size_t i;

	for (i = 0; i < list->nr; i++) {
		p = &list->items[i];
		row = json_object_new_object();
		json_object_object_add(row, "name",
				       json_object_new_string(p->name));
		json_object_object_add(
			row, "lock",
			p->lock[0] ? json_object_new_string(p->lock) : NULL);
		json_object_object_add(
			row, "policy",
			p->policy[0] ? json_object_new_string(p->policy) :
				       NULL);
		json_object_object_add(row, "state",
				       json_object_new_string(state(p)));
		json_object_object_add(row, "since",
				       json_object_new_int64(p->since));
		json_object_object_add(row, "functions",
				       json_object_new_int(p->functions));
		json_object_array_add(array, row);
	}
	puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PRETTY));
	json_object_put(array);
}

static void print_text(const struct live_list *list)
{
	const struct live_patch *p;
	char since[32];
	time_t when;
	size_t i;

	printf("%-32s %-28s %-10s %-10s %9s %s\n", "PATCH", "LOCK", "POLICY",
	       "STATE", "FUNCTIONS", "SINCE");
	for (i = 0; i < list->nr; i++) {
		p = &list->items[i];
		when = p->since;
		strcpy(since, "-");
		if (when)
			strftime(since, sizeof(since), "%F %T",
				 localtime(&when));
		printf("%-32s %-28s %-10s %-10s %9u %s\n", p->name,
		       p->lock[0] ? p->lock : "-",
		       p->policy[0] ? p->policy : "-", state(p), p->functions,
		       since);
	}
}

static int status(const struct request *request)
{
	struct live_list list;
	int err;

	err = live_read(&list);
	if (err)
		return EXIT_FAILED;
	if (request->json)
		print_json(&list);
	else if (list.nr)
		print_text(&list);
	else
		notice("no livepatch is loaded");
	err = list.nr ? EXIT_DONE : EXIT_NOTHING;
	live_free(&list);
	return err;
}

enum {
	OPT_WAIT = 256,
	OPT_JSON
};

static const struct option options[] = {
	{ "wait", required_argument, NULL, OPT_WAIT },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* Positive: an exit code; negative: done; 0: go on. */
static int parse(int argc, char **argv, struct request *request)
{
	char *end;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_WAIT:
			request->wait = strtod(optarg, &end);
			if (*end || end == optarg || request->wait < 0) {
				error("--wait %s is no number of seconds",
				      optarg);
				return EXIT_USAGE;
			}
			break;
		case OPT_JSON:
			request->json = 1;
			break;
		case 'h':
			usage(stdout);
			return -1;
		default:
			fputs("'lockprobe-user patch --help' explains\n",
			      stderr);
			return EXIT_USAGE;
		}
	}
	request->verb = optind < argc ? argv[optind] : "";
	request->what = optind + 1 < argc ? argv[optind + 1] : NULL;
	if (!strcmp(request->verb, "status") ? optind + 1 == argc :
					       optind + 2 == argc)
		return 0;
	error("patch takes status, enable X.ko or disable NAME; "
	      "'lockprobe-user patch --help' explains");
	return EXIT_USAGE;
}

int cmd_patch(int argc, char **argv)
{
	struct request request = { .wait = 60 };
	int ret;

	ret = parse(argc, argv, &request);
	if (ret)
		return ret < 0 ? EXIT_DONE : ret;
	if (!strcmp(request.verb, "status"))
		return status(&request);
	if (!strcmp(request.verb, "enable"))
		ret = transit_enable(request.what, request.wait);
	else if (!strcmp(request.verb, "disable"))
		ret = transit_disable(request.what, request.wait);
	else {
		error("patch has no '%s': status, enable, disable",
		      request.verb);
		return EXIT_USAGE;
	}
	if (ret == -ETIMEDOUT)
		return EXIT_INCOMPLETE;
	if (ret == -ENOENT && !strcmp(request.verb, "disable"))
		return EXIT_NOTHING;
	return ret ? EXIT_FAILED : EXIT_DONE;
}
