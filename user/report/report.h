/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A loaded capture, shown: as text for people, JSON Lines, CSV and folded
 * stacks for programs, one HTML page for both. Each prints to @out; 0 or
 * -errno. What is estimated (everything from samples) is marked so.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "capture/load.h"

#define REPORT_JSON_VERSION 1

struct report_options {
	const char *path; /* of the capture, for the head */
	uint32_t top; /* rows shown in text, 0: all */
	uint32_t json_rows; /* in JSON and HTML, 0: all */
	uint32_t json_tasks; /* of a row, 0: all */
	double json_thin; /* callers under this part of a row go, 0: none */
	uint32_t depth; /* of caller trees in text */
	double min_share; /* smaller branches of a tree are summed up */
	bool by_wait;
	bool colours;
};

/* The head alone: machine, event and its rung, duration, losses. */
void report_head(FILE *out, const struct load *load, const char *path);

int report_text(FILE *out, const struct load *load,
		const struct report_options *options);
int report_json(FILE *out, const struct load *load,
		const struct report_options *options);
/* Needs a load with a time line. */
int report_html(FILE *out, const struct load *load,
		const struct report_options *options);
int report_csv(FILE *out, const struct load *load);
int report_folded(FILE *out, const struct load *load);

/*
 * What a share is a share of: "misses", or "time" on the clock's rung; of an
 * event that somebody chose, what its name says, or else "events".
 */
const char *report_unit(const struct load *load);

/* ns that the capture lasted: as noted, else from first to last record. */
uint64_t report_duration(const struct load *load);

/* Samples lost, UINT64_MAX: not known (cut short). */
uint64_t report_lost(const struct load *load);

#endif
