/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hands a perf.data file's records to a perfdata sink; for perfdata's own
 * files.
 */
#ifndef PERF_DELIVER_H
#define PERF_DELIVER_H

#include "import/perf_attr.h"

struct perf_delivery {
	struct perf_attrs *attrs;
	struct perfdata_info *info; /* counts of what was lost or damaged */
	const struct perfdata_sink *sink;
	void *ctx; /* the sink's */
};

/*
 * A record of the kernel, whole and aligned, when its turn has come; @ctx is
 * a struct perf_delivery. 0, or what the sink returned.
 */
int perf_deliver(void *ctx, const struct perf_event_header *header);

/* The string at @offset of a record; NULL when it does not end in there. */
const char *perf_record_text(const struct perf_event_header *header,
			     size_t offset);

#endif
