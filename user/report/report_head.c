// SPDX-License-Identifier: GPL-2.0
/*
 * What must be known before a number is believed: which machine, which event
 * and why that one, how long, and what was lost. Notes and totals of a capture
 * in, the head of the report out.
 */
#include <string.h>

#include "base/format.h"
#include "capture/note.h"
#include "report/report.h"

static const char *const loss_reasons[] = {
	"reason not known", "ring full",  "socket buffer full",
	"no memory",	    "table full",
};

const char *report_unit(const struct load *load)
{
	static const struct {
		const char *word, *unit;
	} units[] = {
		{ "clock", "time" },
		{ "cycles", "cycles" },
		{ "miss", "misses" },
		{ "refill", "misses" },
	};
	const char *rung = capture_note(&load->capture, NOTE_RUNG);
	const char *event = capture_note(&load->capture, NOTE_EVENT);
	size_t i;

	if (!rung || strcmp(rung, "given"))
		return rung && !strcmp(rung, "clock") ? "time" : "misses";
	for (i = 0; event && i < sizeof(units) / sizeof(units[0]); i++)
		if (strcasestr(event, units[i].word))
			return units[i].unit;
	return "events";
}

uint64_t report_duration(const struct load *load)
{
	uint64_t noted = capture_note_number(&load->capture, NOTE_DURATION);

	return noted ? noted : load->end - load->start;
}

uint64_t report_lost(const struct load *load)
{
	const struct capture *c = &load->capture;
	uint64_t lost = c->stats[WIRE_STAT(LOCKPROBE_A_LOST)], sum = 0;
	int i;

	for (i = 0; i < __LOCKPROBE_LOSS_MAX; i++)
		sum += c->lost[i];
	if (lost == WIRE_STAT_ABSENT)
		return sum || c->ended ? sum : UINT64_MAX;
	return lost > sum ? lost : sum;
}

static void line(FILE *out, const char *what)
{
	fprintf(out, "  %-9s ", what);
}

static const char *note_or(const struct load *load, const char *key,
			   const char *other)
{
	const char *value = capture_note(&load->capture, key);

	return value && *value ? value : other;
}

static void put_machine(FILE *out, const struct load *load)
{
	const char *build_id = note_or(load, NOTE_BUILD_ID, NULL);
	const char *host = note_or(load, NOTE_HOST, NULL);
	const char *cpus = note_or(load, NOTE_NR_CPUS, NULL);

	line(out, "kernel");
	format_put_clean(out, note_or(load, NOTE_RELEASE, "not known"));
	fputs(", build id ", out);
	format_put_clean(out, build_id ? build_id : "not known");
	if (host) {
		fputs(", host ", out);
		format_put_clean(out, host);
	}
	if (cpus) {
		fputs(", ", out);
		format_put_clean(out, cpus);
		fputs(strcmp(cpus, "1") ? " CPUs" : " CPU", out);
	}
	putc('\n', out);
}

static void put_event(FILE *out, const struct load *load)
{
	const char *period = note_or(load, NOTE_PERIOD, NULL);
	const char *freq = note_or(load, NOTE_FREQ, NULL);
	const char *reason = note_or(load, NOTE_REASON, NULL);
	const char *wanted = note_or(load, NOTE_WANTED, NULL);

	line(out, "event");
	format_put_clean(out, note_or(load, NOTE_EVENT, "not known"));
	if (freq)
		fprintf(out, ", %s samples/s a CPU", freq);
	else if (period)
		fprintf(out, ", every %s", period);
	fprintf(out, ", rung: %s\n", note_or(load, NOTE_RUNG, "not known"));
	if (!reason && !wanted)
		return;
	line(out, "");
	if (wanted) {
		fputs("would have used ", out);
		format_put_clean(out, wanted);
		fputs(reason ? ", but " : "", out);
	}
	format_put_clean(out, reason ? reason : "");
	putc('\n', out);
}

/* Per reason, since what to do about it differs. */
static void put_losses(FILE *out, const struct load *load)
{
	char number[FORMAT_BYTES];
	uint64_t lost = report_lost(load);
	const char *comma = " (";
	int i;

	if (lost == UINT64_MAX) {
		fputs("losses not known", out);
		return;
	}
	fprintf(out, "%s lost", format_count(number, lost));
	for (i = 0; i < __LOCKPROBE_LOSS_MAX; i++) {
		if (!load->capture.lost[i])
			continue;
		fprintf(out, "%s%s: %s", comma,
			format_count(number, load->capture.lost[i]),
			loss_reasons[i]);
		comma = ", ";
	}
	if (*comma == ',')
		putc(')', out);
}

static void put_amounts(FILE *out, const struct load *load)
{
	const uint64_t *stats = load->capture.stats;
	uint64_t missed = stats[WIRE_STAT(LOCKPROBE_A_CONTENDED_LOST)];
	uint64_t throttled = stats[WIRE_STAT(LOCKPROBE_A_THROTTLED)];
	uint64_t enabled = stats[WIRE_STAT(LOCKPROBE_A_TIME_ENABLED)];
	uint64_t running = stats[WIRE_STAT(LOCKPROBE_A_TIME_RUNNING)];
	char number[FORMAT_BYTES];

	line(out, "duration");
	fprintf(out, "%s\n", format_ns(number, report_duration(load)));
	line(out, "samples");
	fprintf(out, "%s, ", format_count(number, load->aggr.all.samples));
	put_losses(out, load);
	if (throttled && throttled != WIRE_STAT_ABSENT)
		fprintf(out, ", %s withheld by throttling",
			format_count(number, throttled));
	putc('\n', out);
	line(out, "waits");
	fprintf(out, "%s contentions",
		format_count(number, load->aggr.all.waits));
	if (missed != WIRE_STAT_ABSENT)
		fprintf(out, ", %s not accounted",
			format_count(number, missed));
	putc('\n', out);
	if (enabled && enabled != WIRE_STAT_ABSENT && running < enabled) {
		line(out, "");
		fprintf(out,
			"the counter was multiplexed: it ran %s of the time\n",
			format_share(number, running, enabled));
	}
}

void report_head(FILE *out, const struct load *load, const char *path)
{
	const char *command = note_or(load, NOTE_COMMAND, NULL);
	const char *cut = note_or(load, NOTE_TRUNCATED, NULL);

	fputs("capture ", out);
	format_put_clean(out, path);
	putc('\n', out);
	put_machine(out, load);
	put_event(out, load);
	if (command) {
		line(out, "made by");
		format_put_clean(out, command);
		putc('\n', out);
	}
	put_amounts(out, load);
	if (cut) {
		line(out, "cut");
		format_put_clean(out, cut);
		putc('\n', out);
	}
}
