// SPDX-License-Identifier: GPL-2.0
/*
 * import: a perf.data file or the text of perf script in, a capture out that
 * report and generate take like one of our own; what was found, and what was
 * not, on stdout and stderr.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "import/convert.h"
#include "import/input.h"
#include "import/locktext.h"
#include "import/naming.h"
#include "import/perfscript.h"
#include "import/profile.h"
#include "lock/ksyms.h"
#include "capture/note.h"
#include "capture/store.h"
#include "capture/wire.h"

struct import {
	const char *path, *out, *event;
	struct naming_options names;
	struct input input;
	struct input *parts; /* perf.data/data.0 and on, of a directory */
	size_t nr_parts;
	struct convert_source source;
	struct profile *profile;
	struct ksyms *ks;
	struct locktext *lt;
	struct converted done;
	char from[512]; /* where the symbols are from */
	size_t named, frames;
};

static const char usage_text[] =
	"usage: lockprobe-user import PERF.DATA [OPTION]... -o FILE\n"
	"Make a capture of what perf recorded: a perf.data file (perf 5.4 and\n"
	"later, file or pipe, compressed or not) or the text of 'perf script';\n"
	"'-' reads standard input.\n"
	"\n"
	"  -o, --output FILE    the capture to write\n"
	"      --kallsyms FILE  symbols of that kernel: its /proc/kallsyms\n"
	"      --vmlinux FILE   ... or its vmlinux with a symbol table\n"
	"      --symbols FILE   ... or a list, also a partial one: ADDRESS NAME\n"
	"  -e, --event NAME     which event, where there are several; otherwise\n"
	"                       one of L1 misses with samples, or the one with most\n"
	"\n"
	"Without a symbol file, those are used that this machine keeps for the\n"
	"kernel's build id. Where names are missing, lock code is recognised by\n"
	"the shape of the call stacks; what that found is listed.\n"
	"\n"
	"  perf record -a -g -e mem_load_retired.l1_miss -- sleep 10\n"
	"  lockprobe-user import perf.data -o hot.lkp\n"
	"  lockprobe-user report -i hot.lkp --linux /usr/src/linux\n"
	"\n"
	"Exit status: 0 done, 1 failed, 2 usage, 3 no samples in it.\n";

static int parse(int argc, char **argv, struct import *im)
{
	static const struct option options[] = {
		{ "kallsyms", required_argument, NULL, 'k' },
		{ "vmlinux", required_argument, NULL, 'v' },
		{ "symbols", required_argument, NULL, 's' },
		{ "event", required_argument, NULL, 'e' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:e:h", options, NULL)) != -1) {
		switch (c) {
		case 'k':
			im->names.kallsyms = optarg;
			break;
		case 'v':
			im->names.vmlinux = optarg;
			break;
		case 's':
			im->names.symbols = optarg;
			break;
		case 'e':
			im->event = optarg;
			break;
		case 'o':
			im->out = optarg;
			break;
		case 'h':
			fputs(usage_text, stdout);
			return 1;
		case ':':
			error("import: option '%s' needs an argument",
			      argv[optind - 1]);
			return -EINVAL;
		default:
			error("import: no option '%s'; see import --help",
			      argv[optind - 1]);
			return -EINVAL;
		}
	}
	if (argc - optind != 1 || !im->out) {
		error(argc - optind != 1 ?
			      "import: one perf.data file (or '-') is wanted" :
			      "import: '-o FILE' is wanted, the capture to "
			      "write");
		return -EINVAL;
	}
	if (!!im->names.kallsyms + !!im->names.vmlinux + !!im->names.symbols >
	    1) {
		error("import: --kallsyms, --vmlinux and --symbols exclude "
		      "each other");
		return -EINVAL;
	}
	im->path = argv[optind];
	return 0;
}

static const char *input_name(const struct import *im)
{
	return strcmp(im->path, "-") ? im->path : "standard input";
}

/* perf record --threads leaves a directory: data, and data.N of each thread. */
static int open_parts(struct import *im)
{
	char path[PATH_MAX];
	struct input *parts;
	int err;

	for (;;) {
		if ((size_t)snprintf(path, sizeof(path), "%s/data.%zu",
				     im->path, im->nr_parts) >= sizeof(path))
			return -ENAMETOOLONG;
		parts = reallocarray(im->parts, im->nr_parts + 1,
				     sizeof(*parts));
		if (!parts)
			return -ENOMEM;
		im->parts = parts;
		err = input_open(&parts[im->nr_parts], path);
		if (err == -ENOENT)
			return 0;
		if (err)
			return error_errno(err, "%s", path);
		im->nr_parts++;
	}
}

static int open_input(struct import *im)
{
	int err = input_open(&im->input, im->path);
	char path[PATH_MAX];

	if (err != -EISDIR)
		return err ? error_errno(err, "%s", input_name(im)) : 0;
	if ((size_t)snprintf(path, sizeof(path), "%s/data", im->path) >=
	    sizeof(path))
		return error_errno(-ENAMETOOLONG, "%s", im->path);
	err = input_open(&im->input, path);
	if (err == -ENOENT)
		error("%s: a directory, and no perf.data in its file 'data'",
		      im->path);
	else if (err)
		error_errno(err, "%s", path);
	return err ? err : open_parts(im);
}

static int open_perfdata(struct import *im)
{
	size_t i;
	int err = perfdata_open(&im->source.perfdata, im->input.data,
				im->input.size);

	if (err)
		error("%s: %s", input_name(im),
		      im->source.perfdata ?
			      perfdata_problem(im->source.perfdata) :
			      strerror(-err));
	for (i = 0; i < im->nr_parts && !err; i++)
		err = perfdata_add(im->source.perfdata, im->parts[i].data,
				   im->parts[i].size);
	return err;
}

static int open_source(struct import *im)
{
	int err = open_input(im);

	if (err)
		return err;
	if (perfdata_probe(im->input.data, im->input.size))
		return open_perfdata(im);
	if (im->input.size >= 8 &&
	    !memcmp(im->input.data, LOCKPROBE_FILE_MAGIC, 8)) {
		error("%s: a capture of lockprobe already; report takes it as "
		      "it is",
		      input_name(im));
		return -EBADMSG;
	}
	err = perfscript_open(&im->source.perfscript, im->input.data,
			      im->input.size);
	if (err == -EBADMSG)
		error("%s: neither a perf.data file nor the text of 'perf "
		      "script'",
		      input_name(im));
	else if (err)
		error_errno(err, "%s", input_name(im));
	return err;
}

static void complain(const struct import *im)
{
	const struct perfdata_info *info = convert_info(&im->source);
	const char *name = input_name(im);

	if (info->unfinished)
		warning("%s: perf was killed before it finished the file; what "
			"is there is used",
			name);
	if (info->cut)
		warning("%s: cut off: %" PRIu64 " bytes at its end are missing "
			"or no whole record",
			name, info->cut);
	if (info->damaged)
		warning("%s: %" PRIu64 " %s make no sense and are left out",
			name, info->damaged,
			im->source.perfscript ? "lines" : "records");
	if (info->unordered)
		warning("%s: %" PRIu64 " records came out of time order", name,
			info->unordered);
	if (info->lost)
		warning("%s: perf lost %" PRIu64 " records while recording",
			name, info->lost);
}

/* First two passes: which event, and what its stacks are. */
static int learn(struct import *im)
{
	const struct perfdata_event *event;
	struct converted *done = &im->done;
	uint32_t i;
	int err;

	err = convert_count(&im->source, im->event, done);
	if (err == -ENOENT)
		error("%s: it has no event '%s'", input_name(im), im->event);
	for (i = 0; !err && i < done->nr_events; i++) {
		event = convert_event(&im->source, i);
		if (i != done->event && done->events[i])
			notice("not imported: %" PRIu64 " samples of event %s "
			       "(--event chooses)",
			       done->events[i], event->name);
	}
	if (!err)
		err = convert_learn(&im->source, im->profile, im->ks, done);
	if (!err)
		complain(im);
	return err;
}

static int find_names(struct import *im)
{
	int err;

	err = naming_load(im->ks, &im->names, convert_info(&im->source),
			  im->from, sizeof(im->from));
	if (!err && im->source.perfscript)
		err = perfscript_symbols(im->source.perfscript, im->ks);
	if (err)
		return err;
	naming_bound(im->ks, im->profile);
	err = locktext_new(&im->lt, im->ks);
	return err ? err : locktext_learn(im->lt, im->profile);
}

static int note_number(struct store_writer *w, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return store_put_note(w, key, text);
}

static int note_text(struct store_writer *w, const char *key, const char *text)
{
	return text && *text ? store_put_note(w, key, text) : 0;
}

static int write_notes(const struct import *im, struct store_writer *w)
{
	const struct perfdata_event *event =
		convert_event(&im->source, im->done.event);
	const struct perfdata_info *info = convert_info(&im->source);
	char hex[41] = "", text[24];
	uint32_t i;
	int err;

	for (i = 0; i < info->build_id_size; i++)
		sprintf(hex + 2 * i, "%02x", info->build_id[i]);
	snprintf(text, sizeof(text), "%" PRIx64, info->text);
	err = note_text(w, NOTE_SOURCE, "import");
	err = err ? err : note_text(w, NOTE_RELEASE, info->release);
	err = err ? err : note_text(w, NOTE_BUILD_ID, hex);
	err = err ? err : note_text(w, NOTE_MACHINE, info->arch);
	err = err ? err : note_text(w, NOTE_HOST, info->hostname);
	err = err ? err : note_text(w, NOTE_COMMAND, info->cmdline);
	err = err ? err : note_text(w, NOTE_RUNG, "given");
	err = err ? err : note_number(w, NOTE_NR_CPUS, info->nr_cpus);
	err = err ? err : note_text(w, "imported_from", im->path);
	err = err ? err : note_text(w, "symbols_from", im->from);
	if (!err && info->text)
		err = note_text(w, NOTE_TEXT, text);
	if (!err && event)
		err = note_text(w, NOTE_EVENT, event->name);
	if (!err && event && event->period)
		err = note_number(w, NOTE_PERIOD, event->period);
	if (!err && event && event->freq)
		err = note_number(w, NOTE_FREQ, event->freq);
	if (!err)
		err = note_number(w, NOTE_DURATION,
				  im->done.last - im->done.first);
	return err;
}

static int write_end(const struct import *im, struct store_writer *w)
{
	uint64_t stats[WIRE_NR_STATS];
	size_t i;

	for (i = 0; i < WIRE_NR_STATS; i++)
		stats[i] = WIRE_STAT_ABSENT;
	stats[WIRE_STAT(LOCKPROBE_A_PRODUCED)] =
		im->done.samples + im->done.lost;
	stats[WIRE_STAT(LOCKPROBE_A_DELIVERED)] = im->done.samples;
	stats[WIRE_STAT(LOCKPROBE_A_LOST)] = im->done.lost;
	return store_put_end(w, stats);
}

static int write_capture(struct import *im)
{
	struct store_writer *w;
	int err;

	err = store_create(im->out, &w);
	if (err)
		return error_errno(err, "%s: cannot be written", im->out);
	err = write_notes(im, w);
	if (!err)
		err = naming_write(im->ks, im->lt, im->profile, w, &im->named,
				   &im->frames);
	if (!err)
		err = convert_write(&im->source, im->profile, im->lt, w,
				    &im->done);
	if (!err)
		err = write_end(im, w);
	if (err) {
		store_abort(w);
		return error_errno(err, "%s: cannot be written", im->out);
	}
	err = store_commit(w);
	return err ? error_errno(err, "%s: cannot be written", im->out) : 0;
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * part / whole : 0;
}

static void summarise_symbols(const struct import *im)
{
	size_t i;

	printf("symbols    %zu of %zu addresses named", im->named, im->frames);
	if (*im->from)
		printf(", from %s%s", im->from,
		       ksyms_partial(im->ks) ? " (a partial list)" : "");
	putchar('\n');
	for (i = 0; i < locktext_nr_ranges(im->lt); i++) {
		const struct locktext_range *range = locktext_range(im->lt, i);

		if (range->why != LOCKTEXT_SHAPE)
			continue;
		printf("lock code  %016" PRIx64 "-%016" PRIx64
		       "  %5.1f%%  by call shape\n",
		       range->start, range->end,
		       percent(range->samples, im->done.samples));
	}
	if (ksyms_partial(im->ks) && !im->done.lock_code)
		warning("no lock code could be told by call shape; give the "
			"kernel's symbols with --kallsyms or --vmlinux");
}

static void summarise(const struct import *im)
{
	const struct perfdata_info *info = convert_info(&im->source);
	const struct perfdata_event *event =
		convert_event(&im->source, im->done.event);
	const struct converted *done = &im->done;

	printf("kernel     %s\n", info->release ? info->release : "not told");
	printf("event      %s", event ? event->name : "none");
	if (event && event->period)
		printf(", one sample every %" PRIu64, event->period);
	printf("\nsamples    %" PRIu64 " in %.1f s on %" PRIu64
	       " CPUs, %" PRIu64 " in user mode, %" PRIu64 " lost\n",
	       done->samples, (done->last - done->first) / 1e9, done->cpus,
	       done->user, done->lost);
	if (done->other)
		printf("left out   %" PRIu64
		       " samples of guests, or without an address\n",
		       done->other);
	printf("tasks      %" PRIu64 ", of %" PRIu64 " the name is not known\n",
	       done->nr_tasks, done->unnamed_tasks);
	summarise_symbols(im);
	printf("in locks   %" PRIu64 " samples, %.1f%%\n", done->lock_code,
	       percent(done->lock_code, done->samples));
	printf("capture    %s\n", im->out);
}

static int import(struct import *im)
{
	int err = open_source(im);

	if (!err)
		err = profile_new(&im->profile);
	if (!err)
		err = ksyms_new(&im->ks);
	if (!err)
		err = learn(im);
	if (!err && !im->done.samples) {
		error("%s: there are no samples in it", input_name(im));
		return EXIT_NOTHING;
	}
	if (!err)
		err = find_names(im);
	if (!err)
		err = write_capture(im);
	if (!err)
		summarise(im);
	if (err == -ENOMEM)
		error("import: out of memory");
	return err ? EXIT_FAILED : EXIT_DONE;
}

int cmd_import(int argc, char **argv)
{
	struct import im = { 0 };
	int ret = parse(argc, argv, &im);

	if (ret)
		return ret > 0 ? EXIT_DONE : ret;
	ret = import(&im);
	locktext_free(im.lt);
	ksyms_free(im.ks);
	profile_free(im.profile);
	perfscript_close(im.source.perfscript);
	perfdata_close(im.source.perfdata);
	free(im.done.events);
	input_close(&im.input);
	while (im.nr_parts)
		input_close(&im.parts[--im.nr_parts]);
	free(im.parts);
	return ret;
}
