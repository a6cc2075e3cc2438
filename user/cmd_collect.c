// SPDX-License-Identifier: GPL-2.0
/*
 * `lockprobe-user collect`: a session's stream in, a capture file out. The
 * file ends in order whatever ends the capture: time, Ctrl-C, the command.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "command.h"
#include "base/error.h"
#include "base/format.h"
#include "capture/genl.h"
#include "capture/load.h"
#include "capture/machine.h"
#include "capture/note.h"
#include "base/option.h"
#include "capture/process.h"
#include "base/progress.h"
#include "capture/session_option.h"
#include "capture/store.h"
#include "capture/symbolise.h"
#include "capture/workload.h"

#define POLL_MS 100
#define END_MS 20000 /* of silence */

struct collect {
	const char *path;
	uint64_t duration; /* ns, 0: until something ends it */
	char **argv, **command; /* ours; the workload's or NULL */
	struct session_option options;
	struct event applied;
	struct genl *genl;
	struct store_writer *out;
	struct symbolise symbols;
	struct processes *processes;
	struct workload workload;
	uint64_t samples, lost, start, stop;
	uint64_t heard; /* when the module last said something, ns */
	bool ended;
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static const char help[] =
	"usage: lockprobe-user collect [OPTION]... [-- COMMAND [ARGUMENT]...]\n"
	"Record L1 misses in lock code and all lock contention of the whole machine\n"
	"until COMMAND ends, the time is over, or Ctrl-C. Needs lockprobe.ko and root\n"
	"(or CAP_NET_ADMIN and CAP_PERFMON).\n"
	"\n"
	"  -d, --duration SEC   for so long\n"
	"  -e, --event EVENT    sample this event ('lockprobe-user events' explains);\n"
	"                       default: the best that this machine has\n"
	"  -c, --count PERIOD   a sample every PERIOD events\n"
	"  -F, --freq HZ        about HZ samples a second on each CPU\n"
	"  -C, --cpu LIST       only on these CPUs, like 0-3,8\n"
	"  -p, --pid PID        only this process\n"
	"  -o, --output FILE    the capture; default lockprobe.data\n"
	"      --depth N        frames of a call stack, 1 to 127\n"
	"      --sleeps         record where tasks sleep, too, for 'latency'\n"
	"      --no-waits       do not trace contention, only sample\n"
	"      --ring BYTES     buffer for each CPU\n"
	"\n"
	"Examples:\n"
	"  lockprobe-user collect -d 10\n"
	"  lockprobe-user collect -o make.data -- make -j8\n";

enum {
	OPT_DEPTH = 256,
	OPT_SLEEPS,
	OPT_NO_WAITS,
	OPT_RING
};

static const struct option options[] = {
	{ "duration", required_argument, NULL, 'd' },
	{ "event", required_argument, NULL, 'e' },
	{ "count", required_argument, NULL, 'c' },
	{ "freq", required_argument, NULL, 'F' },
	{ "cpu", required_argument, NULL, 'C' },
	{ "pid", required_argument, NULL, 'p' },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ "depth", required_argument, NULL, OPT_DEPTH },
	{ "sleeps", no_argument, NULL, OPT_SLEEPS },
	{ "no-waits", no_argument, NULL, OPT_NO_WAITS },
	{ "ring", required_argument, NULL, OPT_RING },
	{ NULL, 0, NULL, 0 },
};

static int take_option(struct collect *c, int option)
{
	struct genl_session *session = &c->options.session;

	switch (option) {
	case 'd':
		return option_seconds("--duration", optarg, 0, &c->duration);
	case 'o':
		c->path = optarg;
		return 0;
	case OPT_DEPTH:
		return option_u32("--depth", optarg, 1, 127, &session->depth);
	case OPT_SLEEPS:
		session->what |= LOCKPROBE_WHAT_SLEEPS;
		return 0;
	case OPT_NO_WAITS:
		session->what &= ~LOCKPROBE_WHAT_WAITS;
		return 0;
	case OPT_RING:
		return option_u32("--ring", optarg, 1, UINT32_MAX,
				  &session->ring_bytes);
	}
	return session_option_take(&c->options, option, optarg);
}

static int take_stack(void *ctx, const struct record_stack *stack)
{
	struct collect *c = ctx;
	int err = symbolise_stack(&c->symbols, stack);

	return err ? err : processes_see(c->processes, stack);
}

static int take_count(void *ctx, uint32_t samples)
{
	((struct collect *)ctx)->samples += samples;
	return 0;
}

static int take_loss(void *ctx, const struct record_loss *loss)
{
	((struct collect *)ctx)->lost += loss->lost;
	return 0;
}

static int take_end(void *ctx, const uint64_t *stats)
{
	struct collect *c = ctx;

	c->ended = true;
	if (stats[WIRE_STAT(LOCKPROBE_A_LOST)] != WIRE_STAT_ABSENT)
		c->lost = stats[WIRE_STAT(LOCKPROBE_A_LOST)];
	return 0;
}

static const struct record_sink sink = {
	.stack = take_stack,
	.counted = take_count,
	.loss = take_loss,
	.end = take_end,
};

static int take_message(void *ctx, const struct nlmsghdr *msg)
{
	struct collect *c = ctx;
	int err = store_put_message(c->out, msg);

	c->heard = machine_now();
	if (!err)
		err = wire_decode(msg, &sink, c);
	return err == -EBADMSG ? 0 : err; /* the file has it; report says so */
}

static int take_symbol(void *ctx, const struct record_symbol *symbol)
{
	return store_put_symbol(((struct collect *)ctx)->out, symbol);
}

static void note(struct collect *c, const char *key, const char *value)
{
	if (value && *value)
		store_put_note(c->out, key, value);
}

static void note_number(struct collect *c, const char *key, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	note(c, key, text);
}

static void note_words(struct collect *c, const char *key, char **words)
{
	char text[4096];
	size_t used = 0;
	int n;

	for (; *words && used < sizeof(text); words++) {
		n = snprintf(text + used, sizeof(text) - used, "%s%s",
			     used ? " " : "", *words);
		if (n > 0)
			used += n;
	}
	note(c, key, text);
}

static void note_machine(struct collect *c, const struct genl_host *host)
{
	char text[4096];
	struct utsname uts;

	if (!uname(&uts)) {
		note(c, NOTE_RELEASE,
		     *host->release ? host->release : uts.release);
		note(c, NOTE_MACHINE, uts.machine);
		note(c, NOTE_HOST, uts.nodename);
	}
	machine_build_id(text, sizeof(text));
	note(c, NOTE_BUILD_ID, *host->build_id ? host->build_id : text);
	machine_date(text, sizeof(text));
	note(c, NOTE_DATE, text);
	machine_numa(text, sizeof(text));
	note(c, NOTE_NUMA, text);
	if (host->nr_cpus)
		note_number(c, NOTE_NR_CPUS, host->nr_cpus);
	note(c, NOTE_MODULE, host->module_version);
	if (host->text) {
		snprintf(text, sizeof(text), "%llx",
			 (unsigned long long)host->text);
		note(c, NOTE_TEXT, text);
	}
}

static void note_event(struct collect *c)
{
	const struct event *e = &c->applied;

	note(c, NOTE_EVENT, e->name);
	note(c, NOTE_RUNG, event_rung_name(e->rung));
	note(c, NOTE_WANTED, e->wanted);
	note(c, NOTE_REASON, e->reason);
	if (e->period)
		note_number(c, NOTE_PERIOD, e->period);
	else
		note_number(c, NOTE_FREQ, e->freq);
	note(c, NOTE_CPUS, c->options.session.cpus);
	if (c->options.session.pid)
		note_number(c, NOTE_PID, c->options.session.pid);
}

static void show_progress(struct collect *c, uint64_t now)
{
	if (c->duration)
		progress_step((now - c->start) / 1000000);
	else
		progress_step(c->samples);
}

/* Until something ends it: 0, or -errno when the stream or the file fails. */
static int stream(struct collect *c)
{
	uint64_t now;
	int status = 0, ret;

	progress_begin(c->duration ? "collecting" : "collecting, samples:",
		       c->duration / 1000000);
	while (!stopped) {
		ret = genl_receive(c->genl, POLL_MS, take_message, c);
		if (ret)
			return ret < 0 ? ret : 0;
		now = machine_now();
		show_progress(c, now);
		if (c->duration && now - c->start >= c->duration)
			break;
		if (workload_ended(&c->workload, &status)) {
			if (WIFEXITED(status) && WEXITSTATUS(status))
				warning("%s ended with exit code %d",
					c->command[0], WEXITSTATUS(status));
			else if (WIFSIGNALED(status))
				warning("%s was ended by signal %d",
					c->command[0], WTERMSIG(status));
			break;
		}
	}
	return 0;
}

/* What is still on its way, up to END: a slow machine has much to name yet. */
static int drain(struct collect *c)
{
	int ret;

	if (c->ended)
		return 0;
	ret = genl_stop(c->genl);
	if (ret)
		return ret;
	c->heard = machine_now();
	while (!c->ended && machine_now() - c->heard < END_MS * 1000000ull) {
		ret = genl_receive(c->genl, POLL_MS, take_message, c);
		if (ret < 0)
			return ret;
	}
	if (!c->ended)
		warning("lockprobe.ko sent no end of the session: the capture's totals are missing");
	return 0;
}

static int session(struct collect *c)
{
	struct genl_host host;
	int err, drained;

	err = genl_info(c->genl, &host);
	if (err)
		return err;
	note_machine(c, &host);
	note_words(c, NOTE_COMMAND, c->argv);
	if (c->command) {
		note_words(c, NOTE_WORKLOAD, c->command);
		err = workload_hold(&c->workload, c->command);
		if (err)
			return error_errno(err, "cannot start %s",
					   c->command[0]);
	}
	err = genl_start(c->genl, &c->options.session, &c->applied);
	if (err)
		goto out;
	c->start = machine_now();
	note_event(c);
	if (c->command)
		err = workload_release(&c->workload, c->command[0]);
	if (!err)
		err = stream(c);
	c->stop = machine_now();
	drained = drain(c);
	if (!err)
		err = drained;
out:
	progress_end();
	workload_end(&c->workload);
	return err;
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = stop };

	/* no SA_RESTART: a wait for messages must end */
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

static void tell(const struct collect *c)
{
	char samples[FORMAT_BYTES], lost[FORMAT_BYTES], time[FORMAT_BYTES],
		bytes[FORMAT_BYTES];

	notice("%s: %s samples in %s, %s lost, %s bytes; event %s", c->path,
	       format_count(samples, c->samples),
	       format_ns(time, c->stop - c->start), format_count(lost, c->lost),
	       format_short(bytes, store_written(c->out)), c->applied.name);
	if (genl_overruns(c->genl))
		warning("the socket overran %llu times: a longer period (-c) loses less",
			(unsigned long long)genl_overruns(c->genl));
}

static int collect(struct collect *c)
{
	int err;

	err = genl_open(&c->genl);
	if (err)
		return err;
	symbolise_init(&c->symbols, take_symbol, c);
	c->processes = processes_new();
	if (!c->processes) {
		err = -ENOMEM;
		goto err_symbols;
	}
	catch_signals();
	err = store_create(c->path, &c->out);
	if (err)
		goto err_symbols;
	err = session(c);
	if (!c->start) {
		store_abort(c->out); /* nothing was captured */
		goto err_symbols;
	}
	symbolise_finish(&c->symbols);
	processes_name(c->processes, take_symbol, c);
	note_number(c, NOTE_DURATION, c->stop - c->start);
	if (err)
		note(c, NOTE_TRUNCATED, strerror(-err));
	if (!err)
		tell(c);
	if (store_commit(c->out) && !err)
		err = -EIO;
err_symbols:
	processes_free(c->processes);
	symbolise_free(&c->symbols);
	genl_close(c->genl);
	return err;
}

static int prepare_event(struct collect *c)
{
	const struct event *e = &c->options.event;
	int err = session_option_check(&c->options);

	if (!err)
		err = session_option_event(&c->options);
	if (!err && *e->reason)
		notice("sampling %s%s%s: %s", e->name,
		       *e->wanted ? " instead of " : "", e->wanted, e->reason);
	return err;
}

int cmd_collect(int argc, char **argv)
{
	struct collect c = {
		.path = LOAD_DEFAULT_FILE,
		.argv = argv,
		.options.session.what = LOCKPROBE_WHAT_SAMPLES |
					LOCKPROBE_WHAT_WAITS,
	};
	int option, err;

	while ((option = getopt_long(argc, argv, "+d:o:h" SESSION_OPTIONS,
				     options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return EXIT_DONE;
		}
		if (option == '?') {
			error("see 'lockprobe-user collect --help'");
			return EXIT_USAGE;
		}
		if (take_option(&c, option))
			return EXIT_USAGE;
	}
	if (optind < argc)
		c.command = argv + optind;
	err = prepare_event(&c);
	if (err)
		return err;
	return collect(&c);
}
