/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a foreign profile to a capture: a reader of records in (perf.data, or
 * the text of perf script), a capture file out. Passes over the input: which
 * events it has; which stacks; and then, when lock code is known, the samples.
 */
#ifndef CONVERT_H
#define CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "import/perfdata.h"

struct ksyms;
struct locktext;
struct profile;

/* One of the two readers; each is read from the start by convert_read(). */
struct convert_source {
	struct perfdata *perfdata;
	struct perfscript *perfscript;
};

/* What a conversion found; for the summary and the capture's notes. */
struct converted {
	uint64_t *events; /* samples of each event; the caller frees it */
	uint32_t nr_events, event; /* the one that was chosen */
	uint64_t samples, user, other; /* other: guests', hypervisors' */
	uint64_t lock_code; /* samples with their ip in lock code */
	uint64_t cpus, lost;
	uint64_t first, last; /* times, ns */
	uint64_t nr_stacks, nr_tasks, unnamed_tasks;
};

int convert_read(const struct convert_source *source,
		 const struct perfdata_sink *sink, void *ctx);
const struct perfdata_info *convert_info(const struct convert_source *source);
const struct perfdata_event *convert_event(const struct convert_source *source,
					   uint32_t i);

/* Count samples by event; @name: choose this one, or NULL. -ENOENT: none. */
int convert_count(const struct convert_source *source, const char *name,
		  struct converted *out);

/* Intern the chosen event's stacks; maps of the kernel go into @ks. */
int convert_learn(const struct convert_source *source, struct profile *profile,
		  struct ksyms *ks, struct converted *out);

struct store_writer;

/* Stacks, tasks, samples and losses into @w. */
int convert_write(const struct convert_source *source, struct profile *profile,
		  const struct locktext *lt, struct store_writer *w,
		  struct converted *out);

#endif
