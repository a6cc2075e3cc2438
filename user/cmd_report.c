// SPDX-License-Identifier: GPL-2.0
/*
 * `lockprobe-user report`: options in, the report in the form asked for on
 * stdout (or in a file) out.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "base/format.h"
#include "base/option.h"
#include "base/output.h"
#include "report/report.h"

#define DEFAULT_TOP 10
#define DEFAULT_DEPTH 5
/* A page is for looking at: what is more, or thinner, is in --json. */
#define HTML_ROWS 200
#define HTML_TASKS 50
#define HTML_THIN 0.001
#define DEFAULT_MIN_SHARE 0.005

enum form {
	FORM_TEXT,
	FORM_JSON,
	FORM_CSV,
	FORM_FOLDED,
	FORM_HTML
};

struct arguments {
	struct load_options load;
	struct report_options report;
	enum form form;
	const char *output; /* NULL: stdout */
};

static const char help[] =
	"usage: lockprobe-user report [-i FILE] [OPTION]...\n"
	"Show the hot locks of a capture, and who takes them.\n"
	"\n"
	"  -i, --input FILE     the capture; default lockprobe.data, - is stdin\n"
	"  -s, --sort KEY       rows by lock, caller, task or instance (default lock)\n"
	"      --by-wait        order by time waited instead of by misses\n"
	"  -n, --top N          rows to show as text, 0: all (default 10)\n"
	"      --depth N        levels of callers, 0: none (default 5)\n"
	"      --min-share P    sum up callers under P percent (default 0.5)\n"
	"      --linux DIR      kernel source the sampled kernel was built from:\n"
	"                       settles ambiguous locks by their call sites' types\n"
	"\n"
	"Only a part of the capture (shares are then of that part):\n"
	"      --lock NAME      locks of that name; * and ? stand for others\n"
	"      --task NAME|PID  samples of these tasks\n"
	"      --cpu LIST       samples taken on these CPUs, like 0-3,8\n"
	"      --time FROM-TO   seconds since the start, like 1.5-3 or 2-\n"
	"\n"
	"Other forms:\n"
	"      --json           JSON Lines, described in lockprobe-user-report(1)\n"
	"      --csv            one line a row\n"
	"      --folded         stacks for flame graph tools\n"
	"      --html OUT       one self-contained page\n"
	"  -o, --output FILE    write there instead of to standard output\n"
	"\n"
	"Example:\n"
	"  lockprobe-user collect -d 10 && lockprobe-user report --linux ~/linux\n";

enum {
	OPT_JSON = 256,
	OPT_CSV,
	OPT_FOLDED,
	OPT_HTML,
	OPT_BY_WAIT,
	OPT_DEPTH,
	OPT_MIN,
	OPT_LINUX,
	OPT_LOCK,
	OPT_TASK,
	OPT_CPU,
	OPT_TIME
};

static const struct option options[] = {
	{ "input", required_argument, NULL, 'i' },
	{ "sort", required_argument, NULL, 's' },
	{ "top", required_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ "folded", no_argument, NULL, OPT_FOLDED },
	{ "html", required_argument, NULL, OPT_HTML },
	{ "by-wait", no_argument, NULL, OPT_BY_WAIT },
	{ "depth", required_argument, NULL, OPT_DEPTH },
	{ "min-share", required_argument, NULL, OPT_MIN },
	{ "linux", required_argument, NULL, OPT_LINUX },
	{ "lock", required_argument, NULL, OPT_LOCK },
	{ "task", required_argument, NULL, OPT_TASK },
	{ "cpu", required_argument, NULL, OPT_CPU },
	{ "time", required_argument, NULL, OPT_TIME },
	{ NULL, 0, NULL, 0 },
};

static int parse_share(const char *text, double *share)
{
	char *end;
	double percent = strtod(text, &end);

	if (!*text || *end || !(percent >= 0 && percent <= 100)) {
		error("--min-share wants percent, 0 to 100, not '%s'", text);
		return -EINVAL;
	}
	*share = percent / 100;
	return 0;
}

static int set_form(struct arguments *args, enum form form)
{
	if (args->form != FORM_TEXT && args->form != form) {
		error("only one of --json, --csv, --folded and --html at a time");
		return -EINVAL;
	}
	args->form = form;
	return 0;
}

static int take_form(struct arguments *args, int option)
{
	switch (option) {
	case OPT_JSON:
		return set_form(args, FORM_JSON);
	case OPT_CSV:
		return set_form(args, FORM_CSV);
	case OPT_FOLDED:
		return set_form(args, FORM_FOLDED);
	case OPT_HTML:
		args->output = optarg;
		args->load.timeline = true;
		return set_form(args, FORM_HTML);
	}
	return -EINVAL;
}

static int take_option(struct arguments *args, int option)
{
	switch (option) {
	case 'i':
		args->report.path = optarg;
		return 0;
	case 'o':
		args->output = optarg;
		return 0;
	case 's':
		return aggr_by_take("--sort", optarg, &args->load.by);
	case 'n':
		return option_u32("--top", optarg, 0, UINT32_MAX,
				  &args->report.top);
	case OPT_DEPTH:
		return option_u32("--depth", optarg, 0, UINT32_MAX,
				  &args->report.depth);
	case OPT_MIN:
		return parse_share(optarg, &args->report.min_share);
	case OPT_BY_WAIT:
		args->load.by_wait = args->report.by_wait = true;
		return 0;
	case OPT_LINUX:
		args->load.linux_dir = optarg;
		return 0;
	case OPT_LOCK:
		args->load.lock = optarg;
		return 0;
	case OPT_TASK:
		args->load.task = optarg;
		return 0;
	case OPT_CPU:
		args->load.cpus = optarg;
		return 0;
	case OPT_TIME:
		args->load.time = optarg;
		return 0;
	}
	return take_form(args, option);
}

static int print(FILE *out, struct arguments *args, const struct load *load)
{
	switch (args->form) {
	case FORM_TEXT:
		return report_text(out, load, &args->report);
	case FORM_JSON:
		return report_json(out, load, &args->report);
	case FORM_CSV:
		return report_csv(out, load);
	case FORM_FOLDED:
		return report_folded(out, load);
	case FORM_HTML:
		args->report.json_rows = HTML_ROWS;
		args->report.json_tasks = HTML_TASKS;
		args->report.json_thin = HTML_THIN;
		return report_html(out, load, &args->report);
	}
	return -EINVAL;
}

static int print_to_file(struct arguments *args, const struct load *load)
{
	struct output output;
	int err = output_open(&output, args->output);

	if (err)
		return err;
	return output_close(&output, print(output.file, args, load));
}

/* What each form tells of a row, and of how many rows. */
static void set_splits(struct arguments *args)
{
	struct load_options *load = &args->load;

	switch (args->form) {
	case FORM_TEXT:
		load->splits = args->report.depth ? 1u << SPLIT_STACK : 0;
		load->split_rows = args->report.top;
		break;
	case FORM_FOLDED:
		load->splits = 1u << SPLIT_STACK;
		break;
	case FORM_HTML:
		load->split_rows = HTML_ROWS;
		load->splits = ALL_SPLITS;
		break;
	case FORM_JSON:
		load->splits = ALL_SPLITS;
		break;
	case FORM_CSV:
		break;
	}
}

static int run(struct arguments *args)
{
	struct load load;
	int err;

	set_splits(args);
	err = load_open(&load, args->report.path, &args->load);
	if (err)
		return err;
	if (args->output) {
		err = print_to_file(args, &load);
	} else {
		args->report.colours = format_colours(stdout);
		err = print(stdout, args, &load);
		if (fflush(stdout) && !err)
			err = -errno;
	}
	if (!err && !load.aggr.nr_rows) {
		notice("%s: no sample or wait on a lock%s", args->report.path,
		       load.aggr.all.samples ? "" : ", and no sample at all");
		err = EXIT_NOTHING;
	}
	load_close(&load);
	return err;
}

int cmd_report(int argc, char **argv)
{
	struct arguments args = {
		.load = { .by = AGGR_LOCK },
		.report = {
			.path = LOAD_DEFAULT_FILE,
			.top = DEFAULT_TOP,
			.depth = DEFAULT_DEPTH,
			.min_share = DEFAULT_MIN_SHARE,
		},
	};
	int option;

	while ((option = getopt_long(argc, argv, "i:s:n:o:h", options, NULL)) !=
	       -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_DONE;
		}
		if (option == '?') {
			error("see 'lockprobe-user report --help'");
			return EXIT_USAGE;
		}
		if (take_option(&args, option))
			return EXIT_USAGE;
	}
	if (optind < argc) {
		error("report takes no argument '%s'; the capture is named by -i",
		      argv[optind]);
		return EXIT_USAGE;
	}
	return run(&args);
}
