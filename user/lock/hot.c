// SPDX-License-Identifier: GPL-2.0
/*
 * The lock that a patch is to be made for: a capture goes in, its rows are
 * walked from the hottest down, and the first whose field is known goes out,
 * with what was seen of it. What was passed over is said with the reason.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/lockprobe.h>

#include "base/error.h"
#include "base/format.h"
#include "capture/load.h"
#include "lock/hot.h"
#include "report/report.h"

/*
 * A clock's samples gather where interrupts come on again: in the unlock of a
 * lock that nobody need wait for. Where waits were counted, and a hundred times
 * more (or longer) for another lock, it is no lock to convert.
 */
static bool only_sampled(const struct load *load, const struct aggr_row *row)
{
	const struct aggr *aggr = &load->aggr;
	uint64_t waits = 0, ns = 0;
	uint32_t i;

	if (strcmp(report_unit(load), "time"))
		return false;
	for (i = 0; i < aggr->nr_rows; i++) {
		const struct tally *tally = &aggr->rows[i].tally;

		waits = tally->waits > waits ? tally->waits : waits;
		ns = tally->wait_ns > ns ? tally->wait_ns : ns;
	}
	return waits && row->tally.waits < waits / 100.0 &&
	       row->tally.wait_ns < ns / 100.0;
}

/* A name that `sites` takes, in @out; or the reason why there is none. */
static const char *why_not(const struct load *load, const struct aggr_row *row,
			   char *out, size_t size)
{
	const struct capture_ident *id = &load->capture.idents[row->key];
	const struct names *names = &load->capture.names;
	const char *strct = names_get(names, id->strct);
	const char *path = names_get(names, id->path);

	if (id->confidence < LOCKPROBE_CONFIDENCE_LIKELY)
		return "its name is not settled; --linux DIR of the sampled "
		       "kernel's own source may settle it";
	if (*strct && *path)
		snprintf(out, size, "%s.%s", strct, path);
	else
		snprintf(out, size, "%s", names_get(names, id->label));
	if (strpbrk(out, "+(|? "))
		return "it is a place in memory, not a field";
	if (only_sampled(load, row))
		return "the clock found it often, but hardly anyone waited "
		       "for it";
	return NULL;
}

static const char *confidence(const struct capture_ident *id)
{
	return id->confidence == LOCKPROBE_CONFIDENCE_CERTAIN ? "certain" :
								"likely";
}

/* "38.5% of misses (142 samples), 12 waits of 1.2 s in all" */
static void put_weight(FILE *out, const struct load *load,
		       const struct aggr_row *row)
{
	char share[FORMAT_BYTES], samples[FORMAT_BYTES], waits[FORMAT_BYTES];
	char ns[FORMAT_BYTES];

	fprintf(out, "%s of %s (%s samples), %s waits of %s in all",
		format_share(share, row->tally.weight, load->aggr.all.weight),
		report_unit(load), format_count(samples, row->tally.samples),
		format_count(waits, row->tally.waits),
		format_ns(ns, row->tally.wait_ns));
}

static void put_note(FILE *out, const struct load *load, const char *what,
		     const char *key)
{
	const char *value = capture_note(&load->capture, key);

	if (value && *value) {
		fprintf(out, "  %s: ", what);
		format_put_clean(out, value);
		fputc('\n', out);
	}
}

/* What the patch's message says of the capture. */
static int write_seen(struct hot *hot, const struct load *load,
		      const struct aggr_row *row,
		      const struct capture_ident *id)
{
	size_t size;
	FILE *out = open_memstream(&hot->seen, &size);

	if (!out)
		return -ENOMEM;
	fprintf(out, "Seen: %s (%s): ", hot->lock, confidence(id));
	put_weight(out, load, row);
	fputc('\n', out);
	put_note(out, load, "kernel", "release");
	put_note(out, load, "build id", "build_id");
	put_note(out, load, "event", "event");
	put_note(out, load, "recorded by", "command");
	return fclose(out) ? -ENOMEM : 0;
}

static void say_choice(const struct hot *hot, const struct load *load,
		       const struct aggr_row *row,
		       const struct capture_ident *id, unsigned int nth)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	fprintf(out, "chosen: %s (%s), number %u of the capture: ", hot->lock,
		confidence(id), nth);
	put_weight(out, load, row);
	if (!fclose(out))
		notice("%s", text);
	free(text);
}

static int choose(struct hot *hot, const struct load *load, unsigned int nth)
{
	const struct aggr *aggr = &load->aggr;
	unsigned int found = 0;
	uint32_t i;

	for (i = 0; i < aggr->nr_rows; i++) {
		const struct aggr_row *row = &aggr->rows[i];
		const struct capture_ident *id =
			&load->capture.idents[row->key];
		const char *why =
			why_not(load, row, hot->lock, sizeof(hot->lock));

		if (why) {
			notice("passed over: %s: %s", aggr_name(aggr, i), why);
			continue;
		}
		if (++found < nth)
			continue;
		say_choice(hot, load, row, id, nth);
		return write_seen(hot, load, row, id);
	}
	error("the capture has %u locks of known name, number %u is not there",
	      found, nth);
	return -ENOENT;
}

int hot_choose(struct hot *hot, const char *path, const char *linux_dir,
	       unsigned int nth)
{
	struct load_options options = {
		.by = AGGR_LOCK,
		.linux_dir = linux_dir,
	};
	struct load load;
	int ret;

	memset(hot, 0, sizeof(*hot));
	ret = load_open(&load, path, &options);
	if (ret)
		return ret;
	ret = choose(hot, &load, nth);
	load_close(&load);
	return ret;
}

void hot_free(struct hot *hot)
{
	free(hot->seen);
	hot->seen = NULL;
}
