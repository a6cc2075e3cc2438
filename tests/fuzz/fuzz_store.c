// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a capture file, through all that reads one: store, capture,
 * aggr, callers and the reports.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/load.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __sanitizer_set_report_fd(void *fd);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lockprobe_file_header header = {
		.magic = { 'L', 'K', 'P', 'R', 'O', 'B', 'E', '\n' },
		.version = LOCKPROBE_FILE_VERSION,
		.byte_order = LOCKPROBE_FILE_BYTE_ORDER,
	};
	struct report_options options = { .path = "fuzz", .depth = 3 };
	struct load_options how = {
		.by = size & 3,
		.splits = ALL_SPLITS,
		.timeline = true,
	};
	static FILE *null;
	static int saved;
	char path[64];
	struct load load;
	int fd = memfd_create("capture", 0);

	if (!null) {
		null = fopen("/dev/null", "w");
		if (!null)
			abort();
		saved = dup(STDERR_FILENO);
		__sanitizer_set_report_fd((void *)(intptr_t)saved);
	}
	/* the header is a door that random bytes would seldom pass */
	if (size < sizeof(header) || memcmp(data, &header, sizeof(header)))
		if (write(fd, &header, sizeof(header)) < 0)
			abort();
	if (write(fd, data, size) < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	/* complaints about each input would drown the fuzzer's own words */
	dup2(fileno(null), STDERR_FILENO);
	if (!load_open(&load, path, &how)) {
		report_text(null, &load, &options);
		report_json(null, &load, &options);
		report_html(null, &load, &options);
		report_csv(null, &load);
		report_folded(null, &load);
		load_close(&load);
	}
	dup2(saved, STDERR_FILENO);
	close(fd);
	return 0;
}
