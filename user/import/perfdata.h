/* SPDX-License-Identifier: GPL-2.0 */
/*
 * perf.data, as perf 5.4 to 7.x writes it: files and pipes, compressed or not.
 * Its records come out in time order, as views valid until the sink returns.
 * The input may be cut off, damaged or hostile: what is whole is delivered,
 * the rest is counted in struct perfdata_info. Errors are -errno, with
 * perfdata_problem() as the sentence for the user: -EBADMSG not perf.data,
 * -ENOTSUP a kind of it that cannot be read.
 */
#ifndef PERFDATA_H
#define PERFDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the file says of itself; a string is NULL where it says nothing. */
struct perfdata_info {
	const char *hostname, *release, *version, *arch, *cpu, *cmdline;
	uint8_t build_id[20]; /* the kernel's */
	uint32_t build_id_size; /* 0: none */
	uint32_t nr_cpus; /* online */
	uint64_t text; /* where its map says @text_symbol is; or 0 */
	char text_symbol[16]; /* "_text" or "_stext" */
	uint64_t lost; /* records the kernel had no room for */
	uint64_t damaged; /* records dropped because they make no sense */
	uint64_t cut; /* bytes at the end that are no whole record */
	uint64_t unordered; /* records delivered out of time order */
	bool pipe, compressed, unfinished; /* perf was killed */
};

struct perfdata_event {
	char name[96];
	uint32_t type;
	uint64_t config, period; /* period 0: by frequency */
	uint32_t freq;
	uint8_t precise;
};

struct perfdata_sample {
	uint64_t ip, time, addr, period; /* addr 0: none given */
	uint32_t pid, tid, cpu; /* cpu UINT32_MAX: not known */
	uint32_t event; /* index for perfdata_event() */
	uint8_t mode; /* PERF_RECORD_MISC_CPUMODE_MASK of the record */
	uint32_t nr; /* of chain[], PERF_CONTEXT_* markers included */
	const uint64_t *chain;
};

struct perfdata_map { /* of the kernel: its text, a module, BPF's */
	uint64_t start, size, time;
	const char *name;
	bool symbol; /* @name is one symbol (BPF, ftrace), not a module */
};

/* Any member may be NULL. A negative return ends the reading. */
struct perfdata_sink {
	int (*sample)(void *ctx, const struct perfdata_sample *sample);
	int (*comm)(void *ctx, uint32_t pid, uint32_t tid, const char *comm);
	int (*fork)(void *ctx, uint32_t pid, uint32_t tid, uint32_t ppid,
		    uint32_t ptid);
	int (*map)(void *ctx, const struct perfdata_map *map);
	int (*lost)(void *ctx, uint32_t cpu, uint64_t lost);
};

struct perfdata;

/* @data is borrowed until perfdata_close(). */
int perfdata_open(struct perfdata **out, const void *data, size_t size);
/* A file of records alone, beside the first: perf record --threads. */
int perfdata_add(struct perfdata *pd, const void *data, size_t size);
void perfdata_close(struct perfdata *pd);
/* May be called again, and then starts again; info is whole after the first. */
int perfdata_read(struct perfdata *pd, const struct perfdata_sink *sink,
		  void *ctx);
const struct perfdata_info *perfdata_info(const struct perfdata *pd);
uint32_t perfdata_nr_events(const struct perfdata *pd);
const struct perfdata_event *perfdata_event(const struct perfdata *pd,
					    uint32_t i);
const char *perfdata_problem(const struct perfdata *pd); /* never NULL */
/* Is this the start of a perf.data file (of any byte order)? */
bool perfdata_probe(const void *data, size_t size);
#endif
