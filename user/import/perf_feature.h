/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The feature sections of perf.data: what the file says of the machine, the
 * command line and the names of its events. For perfdata's own files. A
 * section that makes no sense is skipped, as if it were not there.
 */
#ifndef PERF_FEATURE_H
#define PERF_FEATURE_H

#include "import/perf_attr.h"

enum perf_feature {
	PERF_FEATURE_BUILD_ID = 2,
	PERF_FEATURE_HOSTNAME = 3,
	PERF_FEATURE_OSRELEASE = 4,
	PERF_FEATURE_VERSION = 5,
	PERF_FEATURE_ARCH = 6,
	PERF_FEATURE_NRCPUS = 7,
	PERF_FEATURE_CPUDESC = 8,
	PERF_FEATURE_CMDLINE = 11,
	PERF_FEATURE_EVENT_DESC = 12,
	PERF_FEATURE_DIR_FORMAT = 24,
	PERF_FEATURE_COMPRESSED = 27,
};

/* Strings are set once and belong to @info. 0 or -ENOMEM. */
int perf_feature_read(struct perfdata_info *info, struct perf_attrs *attrs,
		      unsigned int feature, const void *data, size_t size);

/* One build id record: struct perf_event_header, pid, id[24], file name. */
void perf_feature_build_id(struct perfdata_info *info, const void *record,
			   size_t size);

void perf_feature_free(struct perfdata_info *info);

#endif
