// SPDX-License-Identifier: GPL-2.0
/*
 * `lockprobe-user top`: options and keys in, the hot locks live out. Ctrl-C
 * and q end it alike, and leave the terminal as it was.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "base/format.h"
#include "capture/machine.h"
#include "base/option.h"
#include "capture/store.h"
#include "report/top.h"
#include "base/tty.h"

#define PAGE 10

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static const char help[] =
	"usage: lockprobe-user top [OPTION]...\n"
	"Show the hot locks of this machine, live: the rows of 'report', counted from\n"
	"the start and redrawn in place. Prints plain lines instead when standard output\n"
	"is no terminal or TERM is dumb. Needs lockprobe.ko and root\n"
	"(or CAP_NET_ADMIN and CAP_PERFMON), but not for a replay.\n"
	"\n"
	"  -d, --delay SEC      redraw so often (default 2)\n"
	"  -e, --event EVENT    sample this event ('lockprobe-user events' explains)\n"
	"  -c, --count PERIOD   a sample every PERIOD events\n"
	"  -F, --freq HZ        about HZ samples a second on each CPU\n"
	"  -C, --cpu LIST       only on these CPUs, like 0-3,8\n"
	"  -p, --pid PID        only this process\n"
	"  -n, --rows N         rows at most; default: what fits, as lines 10\n"
	"  -s, --sort KEY       begin by lock, caller, task or instance\n"
	"      --by-wait        begin ordered by time waited instead of by misses\n"
	"      --iterations N   end after N times\n"
	"      --once           print once, after SEC, as plain lines\n"
	"  -i, --input FILE     replay a capture as fast as it was recorded (as lines:\n"
	"                       at once); - is stdin\n"
	"\n"
	"Keys: s order by misses or waits; l c t i rows by lock, caller, task, instance;\n"
	"arrows select, enter shows the callers; space pauses; z zeroes; ? help; q ends.\n"
	"\n"
	"Examples:\n"
	"  lockprobe-user top\n"
	"  lockprobe-user top -d 5 --once -n 3\n"
	"  lockprobe-user top -i lockprobe.data\n";

enum {
	OPT_ONCE = 256,
	OPT_ITERATIONS,
	OPT_BY_WAIT
};

static const struct option options[] = {
	{ "delay", required_argument, NULL, 'd' },
	{ "event", required_argument, NULL, 'e' },
	{ "count", required_argument, NULL, 'c' },
	{ "freq", required_argument, NULL, 'F' },
	{ "cpu", required_argument, NULL, 'C' },
	{ "pid", required_argument, NULL, 'p' },
	{ "rows", required_argument, NULL, 'n' },
	{ "sort", required_argument, NULL, 's' },
	{ "input", required_argument, NULL, 'i' },
	{ "help", no_argument, NULL, 'h' },
	{ "by-wait", no_argument, NULL, OPT_BY_WAIT },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "iterations", required_argument, NULL, OPT_ITERATIONS },
	{ NULL, 0, NULL, 0 },
};

struct arguments {
	struct top top;
	bool once;
	uint64_t next; /* when to redraw, of the stream's time; 0: not yet set */
};

static struct arguments args;

static int take_option(struct top *top, int option)
{
	switch (option) {
	case 'd':
		return option_seconds("--delay", optarg, 0.1, &top->interval);
	case 'n':
		return option_u32("--rows", optarg, 1, 1000000, &top->max_rows);
	case 's':
		return aggr_by_take("--sort", optarg, &top->by);
	case 'i':
		top->path = optarg;
		return 0;
	case OPT_BY_WAIT:
		top->by_wait = true;
		return 0;
	case OPT_ONCE:
		args.once = true;
		top->iterations = 1;
		return 0;
	case OPT_ITERATIONS:
		return option_u32("--iterations", optarg, 1, UINT32_MAX,
				  &top->iterations);
	}
	return session_option_take(&top->options, option, optarg);
}

static void show_rows(struct top *top, enum aggr_by by)
{
	top->by = by;
	top->drill = top->help = false;
	top->at = top->first = 0;
}

static void drill(struct top *top, bool into)
{
	static uint32_t at; /* the row to come back to */

	if (into == top->drill || (into && !top->nr_lines))
		return;
	if (into)
		at = top->at;
	top->drill = into;
	top->at = into ? 0 : at;
	top->first = 0;
}

static void move(struct top *top, int64_t by)
{
	int64_t to = (int64_t)top->at + by;

	if (to >= top->nr_lines)
		to = (int64_t)top->nr_lines - 1;
	top->at = to < 0 ? 0 : to;
}

static void take_motion(struct top *top, int key)
{
	switch (key) {
	case TTY_UP:
	case 'k':
		return move(top, -1);
	case TTY_DOWN:
	case 'j':
		return move(top, 1);
	case TTY_PAGE_UP:
		return move(top, -PAGE);
	case TTY_PAGE_DOWN:
		return move(top, PAGE);
	case TTY_HOME:
		return move(top, INT32_MIN);
	case TTY_END:
		return move(top, UINT32_MAX);
	case TTY_RIGHT:
	case '\r':
	case '\n':
	case 'd':
		return drill(top, true);
	case TTY_LEFT:
	case '\033':
	case 127:
		top->help = false;
		return drill(top, false);
	}
}

/* 1: end. */
static int take_key(struct top *top, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		return 1;
	case 's':
		top->by_wait = !top->by_wait;
		break;
	case 'l':
		show_rows(top, AGGR_LOCK);
		break;
	case 'c':
		show_rows(top, AGGR_CALLER);
		break;
	case 't':
		show_rows(top, AGGR_TASK);
		break;
	case 'i':
		show_rows(top, AGGR_INSTANCE);
		break;
	case ' ':
		top->paused = !top->paused;
		break;
	case 'z':
		top_zero(top);
		show_rows(top, top->by);
		break;
	case '?':
	case 'h':
		top->help = !top->help;
		break;
	default:
		take_motion(top, key);
	}
	return 0;
}

int top_tick(struct top *top, uint64_t now, int timeout_ms)
{
	bool due, draw = false;
	int key = TTY_NONE, err;

	if (stopped)
		return 1;
	if (top->screen)
		key = tty_key(timeout_ms);
	for (; key != TTY_NONE; key = tty_key(0)) {
		if (take_key(top, key))
			return 1;
		err = top_draw(top); /* the next key is meant for this page */
		if (err)
			return err;
	}
	if (top->screen && (tty_changed() || !top->drawn))
		draw = true;
	if (!args.next)
		args.next = now + top->interval;
	due = now >= args.next;
	if (!due && !draw)
		return 0;
	err = top->screen ? top_draw(top) : top_print(top);
	if (err || !due)
		return err;
	args.next = now + top->interval;
	return top->iterations && !--top->iterations;
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = stop };

	/* no SA_RESTART: a wait for messages or keys must end */
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGQUIT, &sa, NULL);
}

static int show(struct top *top)
{
	int err;

	if (!args.once && format_screen(stdout))
		top->screen = !tty_open();
	if (!top->screen && !top->max_rows)
		top->max_rows = 10;
	err = top->path ? top_replay(top) : top_live(top);
	/* what came since the last lines, or all of a short capture */
	if (!err && !top->screen)
		err = top_print(top);
	if (top->screen)
		tty_close();
	if (err < 0 && err == -ENOMEM)
		error("not enough memory to count on");
	return err < 0 ? err : 0;
}

static int run(struct top *top)
{
	uint32_t by;
	int err = session_option_check(&top->options);

	/* first: a shell's job in the background is begun with SIGINT ignored */
	catch_signals();
	if (!err && !top->path) /* a capture says what was sampled */
		err = session_option_event(&top->options);
	if (err)
		return err;
	if (top->path) {
		err = store_open(top->path, &top->load.store);
		if (err)
			return err;
	}
	err = capture_init(&top->load.capture);
	if (err)
		goto out;
	top_zero(top);
	err = show(top);
	if (!err && !top->screen && !top->aggrs[top->by].nr_rows) {
		notice("no sample or wait on a lock");
		err = EXIT_NOTHING;
	}
	for (by = 0; by < TOP_BYS; by++)
		aggr_free(&top->aggrs[by]);
	capture_free(&top->load.capture);
out:
	if (top->path)
		store_close(top->load.store);
	return err;
}

int cmd_top(int argc, char **argv)
{
	struct top *top = &args.top;
	int option;

	top->interval = 2000000000;
	top->options.session.what = LOCKPROBE_WHAT_SAMPLES |
				    LOCKPROBE_WHAT_WAITS;
	while ((option = getopt_long(argc, argv, "d:n:s:i:h" SESSION_OPTIONS,
				     options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_DONE;
		}
		if (option == '?') {
			error("see 'lockprobe-user top --help'");
			return EXIT_USAGE;
		}
		if (take_option(top, option))
			return EXIT_USAGE;
	}
	if (optind < argc) {
		error("top takes no argument '%s'; a capture is named by -i",
		      argv[optind]);
		return EXIT_USAGE;
	}
	return run(top);
}
