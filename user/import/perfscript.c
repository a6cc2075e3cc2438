// SPDX-License-Identifier: GPL-2.0
/*
 * The text of `perf script`: bytes in, samples and symbols out.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/perf_event.h>

#include <uthash.h>

#include "import/perf_feature.h"
#include "import/perfscript.h"
#include "import/scriptline.h"
#include "lock/ksyms.h"

#define FRAMES_MAX 256
#define EVENTS_MAX 256
#define LINE_MAX_BYTES 4096
#define PAGE_BYTES 4096 /* no code below: a word that happens to be hex */
#define NO_EVENT "samples" /* the text does not say of which event */

struct perfscript {
	const char *data;
	size_t size;
	struct perfdata_info info;
	struct perfdata_event events[EVENTS_MAX];
	uint32_t nr_events;
};

/* A symbol as the text names it, and how much of it the text shows. */
struct named {
	UT_hash_handle hh;
	uint64_t start, size;
	bool loose; /* where it starts is not known */
	char name[256], module[64];
};

/* A sample: its first line, and its stack, innermost first. */
struct block {
	struct script_head head;
	uint32_t event, nr;
	uint64_t addr; /* of the data, or 0 */
	struct script_frame frames[FRAMES_MAX];
};

/* What is done with each block. */
struct visitor {
	int (*block)(void *ctx, const struct block *block);
	void *ctx;
};

/* Copy the next line, without its end; false at the end of the text. */
static bool next_line(const struct perfscript *ps, size_t *at, char *line)
{
	const char *start = ps->data + *at, *end;
	size_t len;

	if (*at >= ps->size)
		return false;
	end = memchr(start, '\n', ps->size - *at);
	len = end ? (size_t)(end - start) : ps->size - *at;
	*at += len + !!end;
	if (len >= LINE_MAX_BYTES)
		len = LINE_MAX_BYTES - 1;
	memcpy(line, start, len);
	while (len && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	return true;
}

static uint32_t event_index(struct perfscript *ps, const char *name, size_t len)
{
	struct perfdata_event *event;
	uint32_t i;

	for (i = 0; i < ps->nr_events; i++) {
		event = &ps->events[i];
		if (strlen(event->name) == len &&
		    !memcmp(event->name, name, len))
			return i;
	}
	if (ps->nr_events == EVENTS_MAX)
		return EVENTS_MAX - 1;
	event = &ps->events[ps->nr_events];
	snprintf(event->name, sizeof(event->name), "%.*s", (int)len, name);
	return ps->nr_events++;
}

/* Where one is in the text: a sample may be open, its lines still coming. */
struct reader {
	struct perfscript *ps;
	const struct visitor *visitor;
	struct block *block;
	bool open;
	bool stack; /* its frames have lines of their own */
	bool weak; /* the last line may have been a first one, as it looked */
};

static int close_block(struct reader *reader)
{
	struct block *block = reader->block;

	if (!reader->open)
		return 0;
	reader->open = false;
	block->event = event_index(reader->ps, block->head.event,
				   strlen(block->head.event));
	return reader->visitor->block(reader->visitor->ctx, block);
}

/* @block->head is set; what stands behind it may be all there is to come. */
static void open_block(struct reader *reader)
{
	struct block *block = reader->block;

	reader->open = true;
	reader->stack = reader->weak = false;
	block->nr = scriptline_rest(block->head.rest, &block->frames[0],
				    &block->addr);
	block->head.rest = NULL;
	if (!*block->head.event)
		strcpy(block->head.event, NO_EVENT);
}

static void take_frame(struct reader *reader, const char *line)
{
	struct block *block = reader->block;
	struct script_frame *frame;

	if (!reader->stack)
		block->nr = 0; /* what stood on the first line was no frame */
	reader->stack = true;
	frame = &block->frames[block->nr];
	if (block->nr < FRAMES_MAX && scriptline_frame(line, frame) &&
	    !frame->inlined)
		block->nr++;
}

/* perf begins a frame's line with a tab; who copied the text may have lost it. */
static bool is_frame(const struct reader *reader, const char *line)
{
	struct script_frame frame;

	if (*line != '\t' && !(reader->open && *line == ' '))
		return false;
	return scriptline_frame(line, &frame);
}

/* What perf script --header says of the machine, "# NAME : VALUE". */
static void take_comment(struct perfscript *ps, const char *line)
{
	const struct {
		const char *key;
		const char **to;
	} known[] = {
		{ "# hostname : ", &ps->info.hostname },
		{ "# os release : ", &ps->info.release },
		{ "# perf version : ", &ps->info.version },
		{ "# arch : ", &ps->info.arch },
		{ "# cpudesc : ", &ps->info.cpu },
		{ "# cmdline : ", &ps->info.cmdline },
	};
	size_t len, i;

	if (sscanf(line, "# nrcpus online : %u", &ps->info.nr_cpus) == 1)
		return;
	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		len = strlen(known[i].key);
		if (!strncmp(line, known[i].key, len) && !*known[i].to)
			*known[i].to = strdup(line + len);
	}
}

static int take_line(struct reader *reader, const char *line)
{
	struct block *block = reader->block;
	struct script_head head;
	int err;

	if (*line == '#') {
		take_comment(reader->ps, line);
		return 0;
	}
	if (*line != '\t' && scriptline_head(line, &head)) {
		err = close_block(reader);
		block->head = head;
		open_block(reader);
		return err;
	}
	if (is_frame(reader, line)) {
		if (!reader->open && !reader->weak)
			scriptline_weak_head("", &block->head);
		if (!reader->open)
			open_block(reader);
		take_frame(reader, line);
		return 0;
	}
	if (reader->open && isspace((unsigned char)*line) &&
	    line[strspn(line, " \t")])
		return 0; /* more about a frame: its line in the source */
	err = close_block(reader);
	reader->ps->info.damaged += reader->weak;
	reader->weak = line[strspn(line, " \t")];
	if (reader->weak)
		scriptline_weak_head(line, &block->head);
	return err;
}

static int visit(struct perfscript *ps, const struct visitor *visitor)
{
	struct reader reader = { .ps = ps, .visitor = visitor };
	char line[LINE_MAX_BYTES];
	size_t at = 0;
	int err = 0;

	reader.block = calloc(1, sizeof(*reader.block));
	if (!reader.block)
		return -ENOMEM;
	ps->info.damaged = 0;
	while (!err && next_line(ps, &at, line))
		err = take_line(&reader, line);
	if (!err)
		err = close_block(&reader);
	ps->info.damaged += reader.weak;
	free(reader.block);
	return err;
}

struct reading {
	const struct perfdata_sink *sink;
	void *ctx;
};

static int read_block(void *ctx, const struct block *block)
{
	const struct script_head *head = &block->head;
	const struct reading *reading = ctx;
	uint64_t chain[FRAMES_MAX] = { 0 };
	struct perfdata_sample sample = {
		.time = head->time,
		.period = head->period,
		.pid = head->pid,
		.tid = head->tid,
		.cpu = head->cpu,
		.event = block->event,
		.addr = block->addr,
		.nr = block->nr,
	};
	int err = 0;
	uint32_t i;

	for (i = 0; i < block->nr; i++)
		chain[i] = block->frames[i].addr;
	sample.ip = chain[0];
	sample.mode = chain[0] >= KERNEL_ADDRESS_MIN ? PERF_RECORD_MISC_KERNEL :
						       PERF_RECORD_MISC_USER;
	sample.chain = chain;
	if (reading->sink->comm && *head->comm)
		err = reading->sink->comm(reading->ctx, sample.pid, sample.tid,
					  head->comm);
	if (!err && reading->sink->sample)
		err = reading->sink->sample(reading->ctx, &sample);
	return err;
}

int perfscript_read(struct perfscript *ps, const struct perfdata_sink *sink,
		    void *ctx)
{
	struct reading reading = { .sink = sink, .ctx = ctx };
	struct visitor visitor = { read_block, &reading };

	return visit(ps, &visitor);
}

/* "[ext4]" names a module; "[kernel.kallsyms]" and vmlinux are none. */
static void set_module(struct named *named, const char *object)
{
	size_t len = strlen(object);

	if (object[0] == '[' && len > 2 && strncmp(object, "[kernel", 7) &&
	    strncmp(object, "[guest", 6))
		snprintf(named->module, sizeof(named->module), "%.*s",
			 (int)len - 2, object + 1);
}

static struct named *named_at(struct named **all, uint64_t start,
			      const struct script_frame *frame)
{
	struct named *named;

	HASH_FIND(hh, *all, &start, sizeof(start), named);
	if (named)
		return named;
	named = calloc(1, sizeof(*named));
	if (!named)
		return NULL;
	named->start = start;
	snprintf(named->name, sizeof(named->name), "%s", frame->name);
	set_module(named, frame->object);
	HASH_ADD(hh, *all, start, sizeof(start), named);
	return named;
}

/*
 * Remember how far the text shows a symbol to reach. Where it was not asked
 * for offsets (symoff), an address is all that is known of the symbol, with
 * the byte before it, in which the call lies that will return there.
 */
static int see_name(struct named **all, const struct script_frame *frame)
{
	uint64_t start = frame->addr - (frame->measured ? frame->offset : 1);
	struct named *named;

	if (frame->addr < KERNEL_ADDRESS_MIN || !*frame->name ||
	    start > frame->addr)
		return 0;
	named = named_at(all, start, frame);
	if (!named)
		return -ENOMEM;
	if (frame->addr - start >= named->size)
		named->size = frame->addr - start + 1;
	named->loose = !frame->measured;
	return 0;
}

static int see_names(void *ctx, const struct block *block)
{
	int err = 0;
	uint32_t i;

	for (i = 0; i < block->nr && !err; i++)
		err = see_name(ctx, &block->frames[i]);
	return err;
}

static int by_start(const struct named *a, const struct named *b)
{
	return (a->start > b->start) - (a->start < b->start);
}

/* Addresses in a row that bear one name are one symbol. */
static void join(struct named *all)
{
	struct named *named, *last = NULL;

	for (named = all; named; named = named->hh.next) {
		if (last && last->loose && named->loose &&
		    !strcmp(last->name, named->name) &&
		    !strcmp(last->module, named->module)) {
			last->size = named->start + named->size - last->start;
			named->size = 0;
		} else {
			last = named;
		}
	}
}

int perfscript_symbols(struct perfscript *ps, struct ksyms *ks)
{
	struct named *all = NULL, *named, *next;
	struct visitor visitor = { see_names, &all };
	int err = visit(ps, &visitor);

	HASH_SORT(all, by_start);
	join(all);
	HASH_ITER(hh, all, named, next) {
		if (!err && named->size)
			err = ksyms_add(ks, named->start, named->size,
					named->name,
					*named->module ? named->module : NULL);
		HASH_DEL(all, named);
		free(named);
	}
	return err;
}

static int probe_block(void *ctx, const struct block *block)
{
	const struct script_head *head = &block->head;

	(void)ctx;
	if (!block->nr || (!head->time && head->tid == UINT32_MAX &&
			   !*head->comm && block->frames[0].addr < PAGE_BYTES))
		return 0;
	return head->time || head->tid != UINT32_MAX ||
	       block->nr > 1; /* one is enough */
}

int perfscript_open(struct perfscript **out, const void *data, size_t size)
{
	struct visitor visitor = { probe_block, NULL };
	struct perfscript *ps = calloc(1, sizeof(*ps));
	int ret;

	if (!ps)
		return -ENOMEM;
	ps->data = data;
	ps->size = size;
	ret = visit(ps, &visitor);
	if (ret <= 0) {
		perfscript_close(ps);
		return ret ? ret : -EBADMSG;
	}
	*out = ps;
	return 0;
}

void perfscript_close(struct perfscript *ps)
{
	if (ps)
		perf_feature_free(&ps->info);
	free(ps);
}

const struct perfdata_info *perfscript_info(const struct perfscript *ps)
{
	return &ps->info;
}

const struct perfdata_event *perfscript_event(const struct perfscript *ps,
					      uint32_t i)
{
	return i < ps->nr_events ? &ps->events[i] : NULL;
}
