/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A capture file from its name to sorted rows, the way every command that
 * reads one goes: definitions first, then identities (from the source, where a
 * tree is given), then the counting.
 */
#ifndef LOAD_H
#define LOAD_H

#include "report/aggr.h"

struct store;

struct load_options {
	enum aggr_by by;
	bool timeline; /* split rows by time, too: LOAD_BUCKETS */
	bool by_wait; /* order by time waited, not by misses */
	uint32_t splits; /* 1 << SPLIT_..., by which rows are split */
	uint32_t split_rows; /* only as many, the heaviest; 0: all */
	const char *linux_dir; /* NULL: no source tree */
	const char *lock, *task; /* patterns, see struct aggr_filter */
	const char *cpus; /* cpulist */
	const char *time; /* "FROM-TO", seconds from the start */
};

#define LOAD_BUCKETS 120u

struct load {
	struct store *store;
	struct capture capture;
	struct aggr aggr;
	uint64_t start, end; /* first and last time in the file, 0: none */
	uint64_t from, to; /* what --time chose; to 0: to the end */
	bool *cpus;
	uint32_t nr_cpus;
};

#define LOAD_DEFAULT_FILE "lockprobe.data"

/* Says what is wrong on stderr. 0, or -errno and nothing to free. */
int load_open(struct load *load, const char *path,
	      const struct load_options *options);
void load_close(struct load *load);

/* A second's fraction counts, too: "1.5-3", "2-", "-0.25". 0 or -EINVAL. */
int load_parse_time(const char *text, uint64_t start, uint64_t *from,
		    uint64_t *to);

/* "0-3,8" -> an array of @nr flags, to be freed. 0 or -errno. */
int load_parse_cpus(const char *text, bool **cpus, uint32_t *nr);

#endif
