// SPDX-License-Identifier: GPL-2.0
/*
 * The text of `perf script`: bytes in, samples and symbols out. A task's name
 * may hold spaces and brackets, so a first line is read from the time on,
 * which is the one field that looks like "123.456789:".
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/perf_event.h>

#include <uthash.h>

#include "import/perfscript.h"
#include "ksyms.h"

#define FRAMES_MAX 256
#define EVENTS_MAX 256
#define LINE_MAX_BYTES 4096

struct frame {
	uint64_t addr, offset;
	char name[256]; /* "" or "[unknown]": not known */
	char object[128]; /* "" when the line has none */
};

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
	char name[256], module[64];
};

struct head {
	struct perfdata_sample sample;
	char comm[32];
	const char *rest; /* behind the event's name: a frame or nothing */
};

/* What is done with each block. */
struct visitor {
	int (*block)(void *ctx, const struct head *head,
		     const struct frame *frames, uint32_t nr);
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

/* Whether @word is "SECONDS.FRACTION:"; its value in ns. */
static bool parse_time(const char *word, uint64_t *time)
{
	uint64_t seconds, fraction = 0;
	int digits = 0;
	char *end;

	if (!isdigit((unsigned char)*word))
		return false;
	seconds = strtoull(word, &end, 10);
	if (*end != '.')
		return false;
	for (end++; isdigit((unsigned char)*end) && digits < 9; end++, digits++)
		fraction = fraction * 10 + (*end - '0');
	if (*end != ':' || !digits)
		return false;
	for (; digits < 9; digits++)
		fraction *= 10;
	*time = seconds * 1000000000ull + fraction;
	return true;
}

/* "[003]" */
static bool parse_cpu(const char *word, uint32_t *cpu)
{
	char *end;

	if (*word != '[' || !isdigit((unsigned char)word[1]))
		return false;
	*cpu = strtoul(word + 1, &end, 10);
	return *end == ']';
}

/* "123" or "100/123" */
static bool parse_task(const char *word, uint32_t *pid, uint32_t *tid)
{
	char *end;

	if (!isdigit((unsigned char)*word))
		return false;
	*pid = *tid = strtoul(word, &end, 10);
	if (*end == '/' && isdigit((unsigned char)end[1]))
		*tid = strtoul(end + 1, &end, 10);
	return isspace((unsigned char)*end);
}

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t");
}

/* The start of the word before @at, not before @line. */
static const char *word_before(const char *line, const char *at)
{
	while (at > line && isspace((unsigned char)at[-1]))
		at--;
	while (at > line && !isspace((unsigned char)at[-1]))
		at--;
	return at;
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

/* "[PERIOD] EVENT: [frame]"; false when there is no event. */
static bool parse_event(struct perfscript *ps, const char *at,
			struct head *head)
{
	size_t len;
	char *end;

	at = skip_space(at);
	head->sample.period = 1;
	if (isdigit((unsigned char)*at)) {
		uint64_t period = strtoull(at, &end, 10);

		if (isspace((unsigned char)*end)) {
			head->sample.period = period;
			at = skip_space(end);
		}
	}
	len = strcspn(at, " \t");
	if (len < 2 || at[len - 1] != ':')
		return false;
	head->rest = skip_space(at + len);
	while (len && at[len - 1] == ':')
		len--;
	if (len > sizeof(ps->events[0].name) - 1)
		len = sizeof(ps->events[0].name) - 1;
	head->sample.event = event_index(ps, at, len);
	return true;
}

/* "COMM PID[/TID] [CPU] TIME: PERIOD EVENT: ..." */
static bool parse_head(struct perfscript *ps, const char *line,
		       struct head *head)
{
	const char *at = skip_space(line), *word, *end;
	int len;

	*head = (struct head){ .sample.cpu = UINT32_MAX };
	for (;; at = skip_space(at + strcspn(at, " \t"))) {
		if (!*at)
			return false;
		if (parse_time(at, &head->sample.time))
			break;
	}
	if (!parse_event(ps, at + strcspn(at, " \t"), head))
		return false;
	end = at;
	word = word_before(line, end);
	if (parse_cpu(word, &head->sample.cpu)) {
		end = word;
		word = word_before(line, end);
	}
	if (!parse_task(word, &head->sample.pid, &head->sample.tid))
		return false;
	line = skip_space(line);
	len = word > line ? (int)(word - line) : 0;
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	snprintf(head->comm, sizeof(head->comm), "%.*s", len, line);
	if (head->comm[0] == ':' && isdigit((unsigned char)head->comm[1]))
		head->comm[0] = '\0'; /* perf's word for a name not known */
	return true;
}

/* "ADDR SYMBOL+0xOFFSET (OBJECT)"; the rest may be missing. */
static bool parse_frame(const char *line, struct frame *frame)
{
	const char *at = skip_space(line), *object, *plus;
	char *end;
	int len;

	if (!isxdigit((unsigned char)*at))
		return false;
	*frame = (struct frame){ 0 };
	errno = 0;
	frame->addr = strtoull(at, &end, 16);
	if (errno || (*end && !isspace((unsigned char)*end)))
		return false;
	at = skip_space(end);
	object = strrchr(at, '(');
	len = object ? (int)(object - at) : (int)strlen(at);
	while (len && isspace((unsigned char)at[len - 1]))
		len--;
	if (object)
		snprintf(frame->object, sizeof(frame->object), "%.*s",
			 (int)strcspn(object + 1, ")"), object + 1);
	plus = memrchr(at, '+', len);
	if (plus && !strncmp(plus, "+0x", 3)) {
		frame->offset = strtoull(plus + 3, NULL, 16);
		len = plus - at;
	}
	if (strncmp(at, "[unknown]", 9))
		snprintf(frame->name, sizeof(frame->name), "%.*s", len, at);
	return true;
}

static int visit(struct perfscript *ps, const struct visitor *visitor)
{
	struct frame *frames = calloc(FRAMES_MAX, sizeof(*frames));
	char line[LINE_MAX_BYTES];
	bool open = false;
	struct head head;
	uint32_t nr = 0;
	size_t at = 0;
	int err = 0;

	if (!frames)
		return -ENOMEM;
	ps->info.damaged = 0;
	while (!err && next_line(ps, &at, line)) {
		if (open && nr < FRAMES_MAX && parse_frame(line, &frames[nr])) {
			nr++;
			continue;
		}
		if (open)
			err = visitor->block(visitor->ctx, &head, frames, nr);
		nr = 0;
		open = false;
		if (err || !*skip_space(line) || line[0] == '#')
			continue;
		open = parse_head(ps, line, &head);
		ps->info.damaged += !open;
		if (open && parse_frame(head.rest, &frames[0]))
			nr = 1;
		if (!open && *skip_space(line))
			continue;
		head.rest = NULL;
	}
	if (!err && open)
		err = visitor->block(visitor->ctx, &head, frames, nr);
	free(frames);
	return err;
}

struct reading {
	const struct perfdata_sink *sink;
	void *ctx;
};

static int read_block(void *ctx, const struct head *head,
		      const struct frame *frames, uint32_t nr)
{
	struct perfdata_sample sample = head->sample;
	const struct reading *reading = ctx;
	uint64_t chain[FRAMES_MAX];
	int err = 0;
	uint32_t i;

	for (i = 0; i < nr; i++)
		chain[i] = frames[i].addr;
	sample.ip = chain[0];
	sample.mode = chain[0] >= KERNEL_ADDRESS_MIN ? PERF_RECORD_MISC_KERNEL :
						       PERF_RECORD_MISC_USER;
	sample.chain = chain;
	sample.nr = nr;
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

/* Remember how far the text shows a symbol to reach. */
static int see_name(struct named **all, const struct frame *frame)
{
	uint64_t start = frame->addr - frame->offset;
	struct named *named;

	if (frame->addr < KERNEL_ADDRESS_MIN || !*frame->name ||
	    start > frame->addr)
		return 0;
	HASH_FIND(hh, *all, &start, sizeof(start), named);
	if (!named) {
		named = calloc(1, sizeof(*named));
		if (!named)
			return -ENOMEM;
		named->start = start;
		snprintf(named->name, sizeof(named->name), "%s", frame->name);
		set_module(named, frame->object);
		HASH_ADD(hh, *all, start, sizeof(start), named);
	}
	if (frame->offset >= named->size)
		named->size = frame->offset + 1;
	return 0;
}

static int see_names(void *ctx, const struct head *head,
		     const struct frame *frames, uint32_t nr)
{
	int err = 0;
	uint32_t i;

	(void)head;
	for (i = 0; i < nr && !err; i++)
		err = see_name(ctx, &frames[i]);
	return err;
}

int perfscript_symbols(struct perfscript *ps, struct ksyms *ks)
{
	struct named *all = NULL, *named, *next;
	struct visitor visitor = { see_names, &all };
	int err = visit(ps, &visitor);

	HASH_ITER(hh, all, named, next) {
		if (!err)
			err = ksyms_add(ks, named->start, named->size,
					named->name,
					*named->module ? named->module : NULL);
		HASH_DEL(all, named);
		free(named);
	}
	return err;
}

static int probe_block(void *ctx, const struct head *head,
		       const struct frame *frames, uint32_t nr)
{
	(void)ctx;
	(void)head;
	(void)frames;
	return nr ? 1 : 0; /* one is enough */
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
