// SPDX-License-Identifier: GPL-2.0
/*
 * The events of a perf.data file: attributes and ids in, and with them the
 * decoding of one record: bytes in, fields out. Which fields a sample has, and
 * where, is in its event's sample_type; which event it belongs to is told by
 * an id inside it, at a place all events of one file agree on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/perf_attr.h"

#define WORD sizeof(uint64_t)

/* Words of the sample_id trailer. */
#define TRAILER_BITS                                           \
	(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | \
	 PERF_SAMPLE_STREAM_ID | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER)
#define BEFORE_ID_BITS \
	(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ADDR)

int perf_attrs_add(struct perf_attrs *attrs, const void *attr, size_t size)
{
	struct perf_attr_entry *v, *entry;

	if (size < PERF_ATTR_SIZE_VER0)
		return -EBADMSG;
	if (attrs->nr >= PERF_EVENTS_MAX)
		return -E2BIG;
	v = reallocarray(attrs->v, attrs->nr + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	attrs->v = v;
	entry = &v[attrs->nr++];
	*entry = (struct perf_attr_entry){ 0 };
	if (size > sizeof(entry->attr))
		size = sizeof(entry->attr);
	memcpy(&entry->attr, attr, size);
	entry->event = (struct perfdata_event){
		.type = entry->attr.type,
		.config = entry->attr.config,
		.precise = entry->attr.precise_ip,
	};
	if (entry->attr.freq)
		entry->event.freq = entry->attr.sample_freq;
	else
		entry->event.period = entry->attr.sample_period;
	snprintf(entry->event.name, sizeof(entry->event.name), "%u:0x%llx",
		 entry->attr.type, (unsigned long long)entry->attr.config);
	return 0;
}

int perf_attrs_add_id(struct perf_attrs *attrs, uint32_t event, uint64_t id)
{
	size_t room = attrs->room_ids ? attrs->room_ids * 2 : 64;
	struct perf_id *ids;

	if (attrs->nr_ids == attrs->room_ids) {
		ids = reallocarray(attrs->ids, room, sizeof(*ids));
		if (!ids)
			return -ENOMEM;
		attrs->ids = ids;
		attrs->room_ids = room;
	}
	attrs->ids[attrs->nr_ids++] = (struct perf_id){ id, event };
	attrs->ids_sorted = false;
	return 0;
}

void perf_attrs_name(struct perf_attrs *attrs, uint32_t event, const char *name,
		     size_t len)
{
	struct perfdata_event *out;

	if (event >= attrs->nr)
		return;
	out = &attrs->v[event].event;
	len = strnlen(name, len);
	if (len)
		snprintf(out->name, sizeof(out->name), "%.*s",
			 len > 95 ? 95 : (int)len, name);
}

static int by_id(const void *a, const void *b)
{
	const struct perf_id *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

bool perf_attrs_by_id(struct perf_attrs *attrs, uint64_t id, uint32_t *event)
{
	struct perf_id key = { id, 0 }, *found;

	if (!attrs->nr_ids)
		return false;
	if (!attrs->ids_sorted) {
		qsort(attrs->ids, attrs->nr_ids, sizeof(*attrs->ids), by_id);
		attrs->ids_sorted = true;
	}
	found = bsearch(&key, attrs->ids, attrs->nr_ids, sizeof(key), by_id);
	if (found)
		*event = found->event;
	return found;
}

void perf_attrs_free(struct perf_attrs *attrs)
{
	free(attrs->v);
	free(attrs->ids);
	*attrs = (struct perf_attrs){ 0 };
}

static uint64_t load(const void *at)
{
	uint64_t value;

	memcpy(&value, at, WORD);
	return value;
}

static const uint64_t *body(const struct perf_event_header *header)
{
	return (const uint64_t *)(header + 1);
}

static size_t words(const struct perf_event_header *header)
{
	return (header->size - sizeof(*header)) / WORD;
}

/* The event of a record: by the id it bears, or the only (first) one. */
static const struct perf_event_attr *
attr_of(struct perf_attrs *attrs, const struct perf_event_header *header,
	uint32_t *event)
{
	bool sample = header->type == PERF_RECORD_SAMPLE;
	size_t nr = words(header), at;
	uint64_t type;

	*event = 0;
	if (!attrs->nr)
		return NULL;
	type = attrs->v[0].attr.sample_type;
	if (attrs->nr > 1 && (type & PERF_SAMPLE_IDENTIFIER)) {
		at = sample ? 0 : nr - 1;
	} else if (attrs->nr > 1 && (type & PERF_SAMPLE_ID)) {
		at = __builtin_popcountll(type & BEFORE_ID_BITS);
		if (!sample) /* from the end: ID, STREAM_ID, CPU */
			at = nr - __builtin_popcountll(type &
						       (PERF_SAMPLE_ID |
							PERF_SAMPLE_STREAM_ID |
							PERF_SAMPLE_CPU));
	} else {
		return &attrs->v[0].attr;
	}
	if (at >= nr)
		return NULL;
	if (!perf_attrs_by_id(attrs, load(body(header) + at), event)) {
		if (sample)
			return NULL;
		*event = 0; /* synthesized records bear id 0 */
	}
	return &attrs->v[*event].attr;
}

/* The trailer word of @bit in a record that is no sample, or NULL. */
static const uint64_t *trailer(struct perf_attrs *attrs,
			       const struct perf_event_header *header,
			       uint64_t bit)
{
	const struct perf_event_attr *attr;
	/* in the order in which they stand, last to first */
	static const uint64_t order[] = {
		PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_CPU,  PERF_SAMPLE_STREAM_ID,
		PERF_SAMPLE_ID,		PERF_SAMPLE_TIME, PERF_SAMPLE_TID,
	};
	size_t nr = words(header), back = 0, i;
	uint32_t event;

	attr = attr_of(attrs, header, &event);
	if (!attr || !attr->sample_id_all || !(attr->sample_type & bit))
		return NULL;
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		back += !!(attr->sample_type & order[i]);
		if (order[i] == bit)
			break;
	}
	return back > nr ? NULL : body(header) + nr - back;
}

bool perf_record_time(struct perf_attrs *attrs,
		      const struct perf_event_header *header, uint64_t *time)
{
	const struct perf_event_attr *attr;
	const uint64_t *at;
	uint32_t event;
	size_t i;

	if (header->type != PERF_RECORD_SAMPLE) {
		at = trailer(attrs, header, PERF_SAMPLE_TIME);
	} else {
		attr = attr_of(attrs, header, &event);
		if (!attr || !(attr->sample_type & PERF_SAMPLE_TIME))
			return false;
		i = __builtin_popcountll(attr->sample_type &
					 (PERF_SAMPLE_IDENTIFIER |
					  PERF_SAMPLE_IP | PERF_SAMPLE_TID));
		at = i < words(header) ? body(header) + i : NULL;
	}
	if (!at)
		return false;
	*time = load(at);
	return *time && *time != UINT64_MAX;
}

uint32_t perf_record_cpu(struct perf_attrs *attrs,
			 const struct perf_event_header *header)
{
	const uint64_t *at = trailer(attrs, header, PERF_SAMPLE_CPU);

	return at ? (uint32_t)load(at) : UINT32_MAX;
}

/* A reader over a record's words; @bad once it was asked for too much. */
struct cursor {
	const uint64_t *at;
	size_t left;
	bool bad;
};

static uint64_t take(struct cursor *cursor)
{
	if (!cursor->left) {
		cursor->bad = true;
		return 0;
	}
	cursor->left--;
	return load(cursor->at++);
}

static void skip(struct cursor *cursor, uint64_t nr, uint64_t each)
{
	if (each && nr > cursor->left / each) {
		cursor->bad = true;
		return;
	}
	cursor->at += nr * each;
	cursor->left -= nr * each;
}

static void skip_read(struct cursor *cursor, uint64_t format)
{
	uint64_t each = 1 + !!(format & PERF_FORMAT_ID) +
			!!(format & (1U << 4)); /* PERF_FORMAT_LOST */
	uint64_t times = !!(format & PERF_FORMAT_TOTAL_TIME_ENABLED) +
			 !!(format & PERF_FORMAT_TOTAL_TIME_RUNNING);
	uint64_t nr = 1;

	if (format & PERF_FORMAT_GROUP)
		nr = take(cursor);
	skip(cursor, times, 1);
	skip(cursor, nr, each);
}

static void take_chain(struct cursor *cursor, struct perfdata_sample *out)
{
	uint64_t nr = take(cursor);

	out->chain = cursor->at;
	skip(cursor, nr, 1);
	out->nr = cursor->bad ? 0 : nr;
}

static void take_fields(struct cursor *cursor,
			const struct perf_event_attr *attr,
			struct perfdata_sample *out)
{
	uint64_t type = attr->sample_type, word;

	if (type & PERF_SAMPLE_IDENTIFIER)
		take(cursor);
	if (type & PERF_SAMPLE_IP)
		out->ip = take(cursor);
	if (type & PERF_SAMPLE_TID) {
		word = take(cursor);
		memcpy(&out->pid, &word, sizeof(out->pid));
		memcpy(&out->tid, (char *)&word + 4, sizeof(out->tid));
	}
	if (type & PERF_SAMPLE_TIME)
		out->time = take(cursor);
	if (type & PERF_SAMPLE_ADDR)
		out->addr = take(cursor);
	if (type & PERF_SAMPLE_ID)
		take(cursor);
	if (type & PERF_SAMPLE_STREAM_ID)
		take(cursor);
	if (type & PERF_SAMPLE_CPU) {
		word = take(cursor);
		memcpy(&out->cpu, &word, sizeof(out->cpu));
	}
	if (type & PERF_SAMPLE_PERIOD)
		out->period = take(cursor);
	if (type & PERF_SAMPLE_READ)
		skip_read(cursor, attr->read_format);
	if (type & PERF_SAMPLE_CALLCHAIN)
		take_chain(cursor, out);
}

int perf_record_sample(struct perf_attrs *attrs,
		       const struct perf_event_header *header,
		       struct perfdata_sample *out)
{
	struct cursor cursor = { body(header), words(header), false };
	const struct perf_event_attr *attr;

	*out = (struct perfdata_sample){ .cpu = UINT32_MAX };
	attr = attr_of(attrs, header, &out->event);
	if (!attr)
		return -EBADMSG;
	out->mode = header->misc & PERF_RECORD_MISC_CPUMODE_MASK;
	out->period = attr->freq ? 1 : attr->sample_period;
	take_fields(&cursor, attr, out);
	return cursor.bad ? -EBADMSG : 0;
}
