// SPDX-License-Identifier: GPL-2.0
/*
 * doctor: checks of this machine in, one line a check out, with what to do
 * where something is amiss.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "doctor/doctor.h"
#include "base/error.h"
#include "base/format.h"
#include "base/json.h"

static const char usage_text[] =
	"usage: lockprobe-user doctor [--json] [--linux DIR] [--root DIR]\n"
	"Can this machine sample locks, and build and load a patch for one? One\n"
	"line a check: ok, warn or bad, and below it what to do.\n"
	"\n"
	"  --linux DIR  the kernel source that is to be patched: does it match?\n"
	"  --root DIR   look at the system below DIR (an image, a chroot) instead\n"
	"  --json       JSON Lines: one object a check, and one for the verdict\n"
	"\n"
	"  lockprobe-user doctor --linux /usr/src/linux-source-6.1\n"
	"\n"
	"Exit status: 0 nothing is bad, 1 something is, 2 usage.\n";

static const char *const level_names[] = { "ok", "warn", "bad" };

struct options {
	const char *root, *tree;
	bool json;
};

static int parse(int argc, char **argv, struct options *out)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "linux", required_argument, NULL, 'l' },
		{ "root", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c == 'j') {
			out->json = true;
		} else if (c == 'l') {
			out->tree = optarg;
		} else if (c == 'r') {
			out->root = strcmp(optarg, "/") ? optarg : "";
		} else if (c == 'h') {
			fputs(usage_text, stdout);
			return 1;
		} else {
			error(c == ':' ?
				      "doctor: option '%s' needs an argument" :
				      "doctor: no option '%s'; see doctor "
				      "--help",
			      argv[optind - 1]);
			return -EINVAL;
		}
	}
	if (optind < argc) {
		error("doctor: '%s' is one argument too many", argv[optind]);
		return -EINVAL;
	}
	return 0;
}

static const char *colour(enum doctor_level level, bool on)
{
	static const char *const codes[] = { "\033[32m", "\033[33m",
					     "\033[31m" };

	return on ? codes[level] : "";
}

static void print_text(const struct doctor *doctor, const size_t *counts)
{
	bool on = format_colours(stdout);
	size_t i;

	for (i = 0; i < doctor->nr; i++) {
		const struct doctor_finding *f = &doctor->findings[i];

		printf("%s%-4s%s  %-13s  %s\n", colour(f->level, on),
		       level_names[f->level], on ? "\033[0m" : "", f->check,
		       f->found);
		if (f->todo)
			printf("%21s-> %s\n", "", f->todo);
	}
	printf("\n%zu ok, %zu warn, %zu bad\n", counts[DOCTOR_OK],
	       counts[DOCTOR_WARN], counts[DOCTOR_BAD]);
}

static void print_json(const struct doctor *doctor, const size_t *counts)
{
	struct json_object *o;
	size_t i;

	for (i = 0; i < doctor->nr; i++) {
		const struct doctor_finding *f = &doctor->findings[i];

		o = json_object_new_object();
		json_put_text(o, "type", "check");
		json_put_text(o, "check", f->check);
		json_put_text(o, "level", level_names[f->level]);
		json_put_text(o, "found", f->found);
		json_put_text(o, "todo", f->todo);
		json_put_line(stdout, o);
	}
	o = json_object_new_object();
	json_put_text(o, "type", "verdict");
	json_put_number(o, "version", 1);
	json_put_text(o, "release", doctor->release);
	for (i = DOCTOR_OK; i <= DOCTOR_BAD; i++)
		json_put_number(o, level_names[i], counts[i]);
	json_put_line(stdout, o);
}

int cmd_doctor(int argc, char **argv)
{
	struct options options = { .root = "" };
	size_t counts[DOCTOR_BAD + 1] = { 0 }, i;
	int ret = parse(argc, argv, &options);
	struct doctor doctor;

	if (ret)
		return ret > 0 ? EXIT_DONE : ret;
	ret = doctor_init(&doctor, options.root, options.tree);
	if (ret) {
		error("doctor: no kernel below %s/: neither its "
		      "proc/sys/kernel/osrelease nor its lib/modules tells one",
		      options.root);
		return EXIT_FAILED;
	}
	doctor_kernel(&doctor);
	doctor_rules(&doctor);
	doctor_sampling(&doctor);
	doctor_building(&doctor);
	for (i = 0; i < doctor.nr; i++)
		counts[doctor.findings[i].level]++;
	if (options.json)
		print_json(&doctor, counts);
	else
		print_text(&doctor, counts);
	doctor_free(&doctor);
	return counts[DOCTOR_BAD] ? EXIT_FAILED : EXIT_DONE;
}
