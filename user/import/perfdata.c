// SPDX-License-Identifier: GPL-2.0
/*
 * perf.data: the bytes of a file or a pipe in, its records in time order out
 * to a sink. A file has its events and features in a header and at its end, a
 * pipe has them among the records. Every length is checked against what is
 * there before it is followed.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/perf_attr.h"
#include "import/perf_deliver.h"
#include "import/perf_feature.h"
#include "import/perf_inflate.h"
#include "import/perf_order.h"
#include "import/perfdata.h"

#define MAGIC "PERFILE2"
#define MAGIC_SWAPPED "2ELIFREP"
#define MAGIC_OLD "PERFFILE"
#define FEATURE_WORDS 4
#define RECORD_MAX 65536
#define INFLATE_MAX (64u << 20)

/* Records that perf itself writes, beside the kernel's. */
enum {
	TOOL_ATTR = 64,
	TOOL_TRACING_DATA = 66,
	TOOL_BUILD_ID = 67,
	TOOL_FINISHED_ROUND = 68,
	TOOL_AUXTRACE = 71,
	TOOL_EVENT_UPDATE = 78,
	TOOL_FEATURE = 80,
	TOOL_COMPRESSED = 81,
	TOOL_COMPRESSED2 = 83,
	TOOL_UPDATE_NAME = 2,
};

struct section {
	uint64_t offset, size;
};

struct file_header {
	char magic[8];
	uint64_t size; /* of this header; a pipe's has nothing more */
	uint64_t attr_size;
	struct section attrs, data, types;
	uint64_t features[FEATURE_WORDS];
};

#define PIPE_HEADER_BYTES 16

struct part {
	const char *data;
	size_t size;
};

struct perfdata {
	const char *data;
	size_t size;
	struct file_header header;
	struct perfdata_info info;
	struct perf_attrs attrs;
	char problem[160];
	struct part *parts; /* read after the first file */
	size_t nr_parts;
	/* one pass */
	struct perf_delivery delivery;
	struct perf_order *order;
	struct perf_inflate *inflate;
	uint64_t scratch[RECORD_MAX / sizeof(uint64_t)];
};

bool perfdata_probe(const void *data, size_t size)
{
	return size >= 8 &&
	       (!memcmp(data, MAGIC, 8) || !memcmp(data, MAGIC_SWAPPED, 8) ||
		!memcmp(data, MAGIC_OLD, 8));
}

__attribute__((format(printf, 3, 4))) static int
problem(struct perfdata *pd, int err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(pd->problem, sizeof(pd->problem), format, ap);
	va_end(ap);
	return err;
}

static bool inside(const struct perfdata *pd, struct section section)
{
	return section.offset <= pd->size &&
	       section.size <= pd->size - section.offset;
}

/* One entry of the attrs section: an attribute, and where its ids are. */
static int read_attr(struct perfdata *pd, const char *entry)
{
	size_t attr_size = pd->header.attr_size - sizeof(struct section);
	uint32_t event = pd->attrs.nr;
	struct section ids;
	uint64_t id, i;
	int err;

	err = perf_attrs_add(&pd->attrs, entry, attr_size);
	if (err)
		return problem(pd, err, "its event attributes make no sense");
	memcpy(&ids, entry + attr_size, sizeof(ids));
	if (!inside(pd, ids))
		return problem(pd, -EBADMSG,
			       "its event ids lie outside the file");
	for (i = 0; !err && i < ids.size / sizeof(id); i++) {
		memcpy(&id, pd->data + ids.offset + i * sizeof(id), sizeof(id));
		err = perf_attrs_add_id(&pd->attrs, event, id);
	}
	return err;
}

static int read_attrs(struct perfdata *pd)
{
	const struct section attrs = pd->header.attrs;
	uint64_t each = pd->header.attr_size, i;
	int err = 0;

	if (each < PERF_ATTR_SIZE_VER0 + sizeof(struct section) ||
	    each > RECORD_MAX || !inside(pd, attrs))
		return problem(pd, -EBADMSG,
			       "its header is cut off or damaged");
	for (i = 0; !err && i < attrs.size / each; i++)
		err = read_attr(pd, pd->data + attrs.offset + i * each);
	if (!err && !pd->attrs.nr)
		return problem(pd, -EBADMSG, "it describes no event");
	return err;
}

/* Features follow the data: one section for each bit that is set. */
static int read_features(struct perfdata *pd)
{
	uint64_t at = pd->header.data.offset + pd->header.data.size;
	unsigned int bit;
	int err = 0;

	if (pd->info.unfinished || !inside(pd, pd->header.data))
		return 0;
	for (bit = 0; !err && bit < FEATURE_WORDS * 64; bit++) {
		struct section where = { at, sizeof(where) };

		if (!(pd->header.features[bit / 64] >> (bit % 64) & 1))
			continue;
		if (!inside(pd, where))
			return 0;
		memcpy(&where, pd->data + at, sizeof(where));
		at += sizeof(where);
		if (inside(pd, where))
			err = perf_feature_read(&pd->info, &pd->attrs, bit,
						pd->data + where.offset,
						where.size);
	}
	return err;
}

static int read_header(struct perfdata *pd)
{
	struct file_header *header = &pd->header;
	int err;

	if (pd->size < PIPE_HEADER_BYTES || !perfdata_probe(pd->data, pd->size))
		return problem(pd, -EBADMSG, "not a perf.data file");
	if (!memcmp(pd->data, MAGIC_SWAPPED, 8))
		return problem(pd, -ENOTSUP,
			       "recorded on a machine of the other byte order; "
			       "give the text of 'perf script' instead");
	if (!memcmp(pd->data, MAGIC_OLD, 8))
		return problem(pd, -ENOTSUP,
			       "written by perf 3.x or older; give the text of "
			       "'perf script' instead");
	memcpy(header, pd->data, PIPE_HEADER_BYTES);
	pd->info.pipe = header->size == PIPE_HEADER_BYTES;
	if (pd->info.pipe) {
		header->data.offset = PIPE_HEADER_BYTES;
		header->data.size = pd->size - PIPE_HEADER_BYTES;
		return 0;
	}
	if (header->size < sizeof(*header) || pd->size < sizeof(*header))
		return problem(pd, -EBADMSG,
			       "its header is cut off or damaged");
	memcpy(header, pd->data, sizeof(*header));
	if (header->data.offset > pd->size)
		return problem(pd, -EBADMSG, "cut off before its first record");
	pd->info.unfinished = !header->data.size;
	err = read_attrs(pd);
	return err ? err : read_features(pd);
}

int perfdata_open(struct perfdata **out, const void *data, size_t size)
{
	struct perfdata *pd = calloc(1, sizeof(*pd));

	*out = pd;
	if (!pd)
		return -ENOMEM;
	pd->data = data;
	pd->size = size;
	return read_header(pd);
}

int perfdata_add(struct perfdata *pd, const void *data, size_t size)
{
	struct part *parts =
		reallocarray(pd->parts, pd->nr_parts + 1, sizeof(*parts));

	if (!parts)
		return -ENOMEM;
	pd->parts = parts;
	parts[pd->nr_parts++] = (struct part){ data, size };
	return 0;
}

void perfdata_close(struct perfdata *pd)
{
	if (!pd)
		return;
	free(pd->parts);
	perf_attrs_free(&pd->attrs);
	perf_feature_free(&pd->info);
	free(pd);
}

/* A pipe's event: its attribute, and ids up to the record's end. */
static int take_attr(struct perfdata *pd,
		     const struct perf_event_header *header)
{
	const char *at = (const char *)(header + 1);
	size_t left = header->size - sizeof(*header), size;
	uint32_t event = pd->attrs.nr;
	struct perf_event_attr attr;
	uint64_t id;
	int err;

	if (!pd->info.pipe || left < PERF_ATTR_SIZE_VER0)
		return 0;
	memcpy(&attr, at, PERF_ATTR_SIZE_VER0);
	size = attr.size ? attr.size : PERF_ATTR_SIZE_VER0;
	if (size > left) {
		pd->info.damaged++;
		return 0;
	}
	err = perf_attrs_add(&pd->attrs, at, size);
	if (err == -EBADMSG || err == -E2BIG) {
		pd->info.damaged++;
		return 0;
	}
	for (at += size, left -= size; !err && left >= sizeof(id);
	     at += sizeof(id), left -= sizeof(id)) {
		memcpy(&id, at, sizeof(id));
		err = perf_attrs_add_id(&pd->attrs, event, id);
	}
	return err;
}

static void take_update(struct perfdata *pd,
			const struct perf_event_header *header)
{
	const uint64_t *word = (const uint64_t *)(header + 1);
	const char *name = perf_record_text(header, sizeof(*header) + 16);
	uint32_t event;

	if (name && word[0] == TOOL_UPDATE_NAME &&
	    perf_attrs_by_id(&pd->attrs, word[1], &event))
		perf_attrs_name(&pd->attrs, event, name, strlen(name));
}

static int take_feature(struct perfdata *pd,
			const struct perf_event_header *header)
{
	const uint64_t *word = (const uint64_t *)(header + 1);

	if (header->size < sizeof(*header) + sizeof(*word))
		return 0;
	return perf_feature_read(&pd->info, &pd->attrs, word[0], word + 1,
				 header->size - sizeof(*header) -
					 sizeof(*word));
}

static int take_records(struct perfdata *pd, const char *at, size_t size,
			bool plain, size_t *taken);

/* Inflate a payload and take the records that are whole by now. */
static int take_compressed(struct perfdata *pd,
			   const struct perf_event_header *header)
{
	const char *payload = (const char *)(header + 1);
	size_t size = header->size - sizeof(*header), taken;
	const void *bytes;
	uint64_t given;
	int err = 0;

	if (header->type == TOOL_COMPRESSED2) {
		if (size < sizeof(given))
			return -EBADMSG;
		memcpy(&given, payload, sizeof(given));
		payload += sizeof(given);
		size -= sizeof(given);
		if (given > size)
			return -EBADMSG;
		size = given;
	}
	pd->info.compressed = true;
	if (!pd->inflate)
		err = perf_inflate_new(&pd->inflate, INFLATE_MAX);
	if (!err)
		err = perf_inflate_put(pd->inflate, payload, size);
	if (err)
		return err;
	size = perf_inflate_bytes(pd->inflate, &bytes);
	err = take_records(pd, bytes, size, true, &taken);
	perf_inflate_eat(pd->inflate, taken);
	return err;
}

/* A record of perf's own: acted upon at once, they bear no time. */
static int take_tool(struct perfdata *pd,
		     const struct perf_event_header *header)
{
	switch (header->type) {
	case TOOL_ATTR:
		return take_attr(pd, header);
	case TOOL_EVENT_UPDATE:
		take_update(pd, header);
		return 0;
	case TOOL_FEATURE:
		return take_feature(pd, header);
	case TOOL_BUILD_ID:
		perf_feature_build_id(&pd->info, header, header->size);
		return 0;
	case TOOL_FINISHED_ROUND: /* of one file; the others may be behind */
		return pd->nr_parts ? 0 : perf_order_round(pd->order);
	default:
		return 0;
	}
}

/* What follows some records outside of their own size. */
static uint64_t tail_bytes(const struct perf_event_header *header)
{
	const char *body = (const char *)(header + 1);
	uint64_t wide;
	uint32_t narrow;

	if (header->type == TOOL_AUXTRACE && header->size >= 16) {
		memcpy(&wide, body, sizeof(wide));
		return wide;
	}
	if (header->type == TOOL_TRACING_DATA && header->size >= 12) {
		memcpy(&narrow, body, sizeof(narrow));
		return ((uint64_t)narrow + 7) & ~7ull;
	}
	return 0;
}

/* @plain: from a compressed record, so it will not stay where it is. */
static int take_record(struct perfdata *pd,
		       const struct perf_event_header *header, bool plain)
{
	bool stable = !plain && (const void *)header != pd->scratch;
	uint64_t time;
	int err;

	if (header->type == TOOL_COMPRESSED ||
	    header->type == TOOL_COMPRESSED2) {
		err = plain ? -EBADMSG : take_compressed(pd, header);
		if (err != -EBADMSG && err != -E2BIG)
			return err;
		pd->info.damaged++;
		return 0;
	}
	if (header->type >= TOOL_ATTR)
		return take_tool(pd, header);
	if (perf_record_time(&pd->attrs, header, &time))
		return perf_order_add(pd->order, time, header, stable);
	return perf_deliver(&pd->delivery, header);
}

/* Take whole records off @at; *@taken: the bytes they had. */
static int take_records(struct perfdata *pd, const char *at, size_t size,
			bool plain, size_t *taken)
{
	const struct perf_event_header *header;
	struct perf_event_header head;
	size_t done = 0;
	uint64_t tail;
	int err = 0;

	while (!err && size - done >= sizeof(head)) {
		memcpy(&head, at + done, sizeof(head));
		if (head.size < sizeof(head) || head.size > size - done)
			break;
		header = (const void *)(at + done);
		if ((uintptr_t)header % sizeof(uint64_t)) {
			memcpy(pd->scratch, at + done, head.size);
			header = (const void *)pd->scratch;
		}
		tail = tail_bytes(header);
		err = take_record(pd, header, plain);
		done += head.size;
		if (tail > size - done)
			break;
		done += tail;
	}
	*taken = done;
	return err;
}

static void start_pass(struct perfdata *pd, const struct perfdata_sink *sink,
		       void *ctx)
{
	pd->delivery =
		(struct perf_delivery){ &pd->attrs, &pd->info, sink, ctx };
	pd->info.lost = pd->info.damaged = 0;
	pd->info.cut = pd->info.unordered = 0;
	if (pd->info.pipe)
		perf_attrs_free(&pd->attrs);
}

/* One file's records; what is compressed in it is one stream. */
static int take_part(struct perfdata *pd, const char *data, size_t size)
{
	const void *rest;
	size_t taken;
	int err = take_records(pd, data, size, false, &taken);

	pd->info.cut += size - taken;
	if (pd->inflate)
		pd->info.cut += perf_inflate_bytes(pd->inflate, &rest);
	perf_inflate_free(pd->inflate);
	pd->inflate = NULL;
	return err;
}

int perfdata_read(struct perfdata *pd, const struct perfdata_sink *sink,
		  void *ctx)
{
	uint64_t start = pd->header.data.offset, size = pd->header.data.size;
	size_t i;
	int err;

	start_pass(pd, sink, ctx);
	if (pd->info.unfinished || size > pd->size - start) {
		pd->info.cut = pd->info.unfinished ? 0 :
						     size - (pd->size - start);
		size = pd->size - start;
	}
	err = perf_order_new(&pd->order, perf_deliver, &pd->delivery);
	if (err)
		return err;
	err = take_part(pd, pd->data + start, size);
	for (i = 0; i < pd->nr_parts && !err; i++)
		err = take_part(pd, pd->parts[i].data, pd->parts[i].size);
	if (!err)
		err = perf_order_end(pd->order);
	pd->info.unordered = perf_order_late(pd->order);
	perf_order_free(pd->order);
	pd->order = NULL;
	return err;
}

const struct perfdata_info *perfdata_info(const struct perfdata *pd)
{
	return &pd->info;
}

uint32_t perfdata_nr_events(const struct perfdata *pd)
{
	return pd->attrs.nr;
}

const struct perfdata_event *perfdata_event(const struct perfdata *pd,
					    uint32_t i)
{
	return i < pd->attrs.nr ? &pd->attrs.v[i].event : NULL;
}

const char *perfdata_problem(const struct perfdata *pd)
{
	return pd->problem;
}
