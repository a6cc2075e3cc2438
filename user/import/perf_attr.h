/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The events of a perf.data file and the decoding of one record by them; for
 * perfdata's own files. All lengths come from the input and are checked.
 */
#ifndef PERF_ATTR_H
#define PERF_ATTR_H

#include <linux/perf_event.h>

#include "import/perfdata.h"

#define PERF_EVENTS_MAX 4096

struct perf_attr_entry {
	struct perf_event_attr attr;
	struct perfdata_event event;
};

struct perf_id {
	uint64_t id;
	uint32_t event;
};

struct perf_attrs {
	struct perf_attr_entry *v;
	uint32_t nr;
	struct perf_id *ids;
	size_t nr_ids, room_ids;
	bool ids_sorted;
};

/*
 * Add an event from its on-disk form of @size bytes. -EBADMSG when it is none.
 * -E2BIG: more than PERF_EVENTS_MAX.
 */
int perf_attrs_add(struct perf_attrs *attrs, const void *attr, size_t size);
int perf_attrs_add_id(struct perf_attrs *attrs, uint32_t event, uint64_t id);
void perf_attrs_name(struct perf_attrs *attrs, uint32_t event, const char *name,
		     size_t len);
bool perf_attrs_by_id(struct perf_attrs *attrs, uint64_t id, uint32_t *event);
void perf_attrs_free(struct perf_attrs *attrs);

/* The time of any record; false when it bears none. */
bool perf_record_time(struct perf_attrs *attrs,
		      const struct perf_event_header *header, uint64_t *time);

/* The CPU of a record that is no sample; UINT32_MAX when it bears none. */
uint32_t perf_record_cpu(struct perf_attrs *attrs,
			 const struct perf_event_header *header);

/* Decode a sample; -EBADMSG when its fields do not fit into it. */
int perf_record_sample(struct perf_attrs *attrs,
		       const struct perf_event_header *header,
		       struct perfdata_sample *out);

#endif
