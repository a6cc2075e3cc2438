// SPDX-License-Identifier: GPL-2.0
/*
 * `lockprobe-user events`: which rung of the event ladder this machine stands
 * on and why, or how one name is encoded and whether it opens.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "capture/event.h"
#include "base/json.h"

static const char help[] =
	"usage: lockprobe-user events [--json] [NAME]\n"
	"Show the event ladder of this machine: what 'collect' would sample, and why\n"
	"nothing better. With NAME: how that event is encoded here, and if it opens.\n"
	"\n"
	"NAME is one of libpfm4's (MEM_LOAD_RETIRED:L1_MISS), a generic one\n"
	"(L1-dcache-load-misses, cpu-clock), a raw one (r08d1) or a PMU's (ibs_op).\n"
	"\n"
	"      --json           JSON Lines\n"
	"\n"
	"Example:\n"
	"  lockprobe-user events MEM_LOAD_RETIRED:L1_MISS\n";

static void print_json(const struct event_try *try, bool chosen)
{
	struct json_object *o = json_object_new_object();
	const struct event *e = &try->event;

	json_put_text(o, "type", "event");
	json_put_text(o, "name", e->name);
	json_put_text(o, "rung", event_rung_name(e->rung));
	json_put_number(o, "perf_type", e->type);
	json_put_number(o, "config", e->config);
	json_put_number(o, "config1", e->config1);
	json_put_number(o, "config2", e->config2);
	json_put_number(o, "precise", e->precise);
	json_put_flag(o, "opens", try->opens);
	json_put_text(o, "result", try->result);
	json_put_flag(o, "chosen", chosen);
	json_put_line(stdout, o);
}

static void print_try(const struct event_try *try, bool chosen)
{
	const struct event *e = &try->event;

	printf("%s %-8s %-32s type %u config %#llx", chosen ? "*" : " ",
	       event_rung_name(e->rung), e->name, e->type,
	       (unsigned long long)e->config);
	if (e->config1)
		printf(" config1 %#llx", (unsigned long long)e->config1);
	if (e->precise)
		printf(" precise %u", e->precise);
	printf("\n             %s\n", try->result);
}

static int show_ladder(bool json)
{
	struct event_try tries[EVENT_TRIES_MAX];
	struct event event;
	int nr = 0, err, i;
	bool chosen;

	err = event_choose(NULL, &event, tries, &nr);
	for (i = 0; i < nr; i++) {
		chosen = !err && tries[i].event.rung == event.rung &&
			 tries[i].opens;
		if (json)
			print_json(&tries[i], chosen);
		else
			print_try(&tries[i], chosen);
	}
	if (!err && !json && *event.reason)
		printf("\ncollect uses %s%s%s: %s\n", event.name,
		       *event.wanted ? ", not " : "", event.wanted,
		       event.reason);
	return err;
}

static int show_one(const char *name, bool json)
{
	struct event_try try = { 0 };
	char why[256] = "";
	int err;

	if (event_encode(name, &try.event, why, sizeof(why))) {
		error("no event '%s' on this machine (%s)", name, why);
		return EXIT_NOTHING;
	}
	try.event.rung = LOCKPROBE_RUNG_GIVEN;
	err = event_probe(&try.event);
	try.opens = !err;
	snprintf(try.result, sizeof(try.result), "%s",
		 err ? strerror(-err) : "opens");
	if (json)
		print_json(&try, false);
	else
		print_try(&try, false);
	return EXIT_DONE;
}

int cmd_events(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_DONE;
		default:
			error("see 'lockprobe-user events --help'");
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1) {
		error("events takes one NAME, not %d", argc - optind);
		return EXIT_USAGE;
	}
	if (optind < argc)
		return show_one(argv[optind], json);
	return show_ladder(json);
}
