/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was seen: the views of a capture's records, as the wire (live) and the
 * store (file) hand them to a sink. A view and all it points to is valid only
 * until the sink returns; who needs it longer copies it. Strings are never
 * NULL unless said; times are ns of CLOCK_MONOTONIC.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdint.h>

#include <linux/lockprobe.h>

#define RECORD_CANDIDATES 256 /* kept of one lock; more are dropped */
#define RECORD_ALIASES 64

struct record_task {
	uint32_t id, pid, tgid;
	const char *comm; /* "" when not known */
};

struct record_stack {
	uint32_t id, nr;
	const uint64_t *frames; /* innermost (the ip) first */
	uint32_t callers; /* the stack that they stand on, 0: none */
};

struct record_candidate {
	const char *strct; /* outermost struct, no "struct " */
	const char *path;
	uint32_t evidence; /* LOCKPROBE_EVIDENCE_* */
};

struct record_lock {
	uint32_t id;
	uint64_t addr;
	uint8_t kind, place, confidence; /* enum lockprobe_* */
	const char *symbol, *module, *cache; /* NULL: none */
	uint64_t symbol_offset, object;
	uint32_t object_size, offset; /* UINT32_MAX: offset not known */
	int32_t cpu; /* of a per-CPU lock, else -1 */
	uint32_t nr_aliases, nr_candidates;
	const char *aliases[RECORD_ALIASES];
	struct record_candidate candidates[RECORD_CANDIDATES]; /* best first */
};

struct record_sample {
	uint32_t time; /* ns after the group's */
	uint32_t stack, task, lock; /* ids, 0: none */
	uint32_t period; /* events it stands for, saturating */
	uint16_t flags; /* LOCKPROBE_SAMPLE_* */
};

struct record_samples {
	uint32_t cpu, nr;
	uint64_t seq, time; /* of data[0]; data[i].time is after this time */
	const struct record_sample *data;
};

struct record_loss {
	uint64_t lost;
	uint32_t cpu, reason; /* enum lockprobe_loss */
};

struct record_symbol {
	uint64_t addr;
	uint32_t size; /* 0: not known */
	const char *name, *module; /* module NULL: the kernel proper */
	uint32_t tgid; /* 0: the kernel's, else this process's: one address */
};

/* Any member may be NULL. A negative return (-errno) ends the reading. */
struct record_sink {
	int (*task)(void *ctx, const struct record_task *task);
	int (*stack)(void *ctx, const struct record_stack *stack);
	int (*lock)(void *ctx, const struct record_lock *lock);
	int (*samples)(void *ctx, const struct record_samples *samples);
	/* the same by what the writer says, for who wants no more than that */
	int (*counted)(void *ctx, uint32_t samples);
	int (*waits)(void *ctx, uint64_t time, uint32_t nr,
		     const struct lockprobe_wait *waits);
	int (*sleeps)(void *ctx, uint64_t time, uint32_t nr,
		      const struct lockprobe_sleep *sleeps);
	int (*loss)(void *ctx, const struct record_loss *loss);
	int (*note)(void *ctx, const char *key, const char *value);
	int (*symbol)(void *ctx, const struct record_symbol *symbol);
	int (*end)(void *ctx, const uint64_t *stats); /* by attr, see wire.h */
};

#endif
