/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The event ladder: the CPU's own L1 miss event by name (libpfm4), the
 * kernel's generic L1D read miss, the CPU clock. The highest rung that opens
 * here is taken, and why no higher one did is kept as a sentence.
 */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/lockprobe.h>

struct event {
	char name[128]; /* as shown: "MEM_LOAD_RETIRED.L1_MISS" */
	char wanted[128]; /* the highest rung's event for this CPU; "": none */
	char reason[256]; /* why not a higher rung; "" on the highest */
	enum lockprobe_rung rung;
	uint32_t type; /* perf_event_attr's */
	uint64_t config, config1, config2;
	uint64_t period; /* events a sample; 0: freq counts */
	uint32_t freq; /* samples a second */
	uint8_t precise;
};

/* One rung that was tried, for `events` and doctor. */
struct event_try {
	struct event event;
	char result[256]; /* "opens" or why it does not */
	bool opens;
};

#define EVENT_TRIES_MAX 16

/*
 * Choose the event for this machine: @name as the user gave it, or NULL for
 * the ladder. Fills @tries (may be NULL; EVENT_TRIES_MAX of them) and *@nr.
 * 0; -ENOENT: no event of that name (said on stderr); -EACCES, -ENODEV ...
 */
int event_choose(const char *name, struct event *event, struct event_try *tries,
		 int *nr);

/* Encode @name by libpfm4 or a generic name; does not try to open it. */
int event_encode(const char *name, struct event *event, char *why, int size);

/* 0 or -errno of a perf_event_open of it, on any CPU, kernel side. */
int event_probe(struct event *event);

const char *event_rung_name(enum lockprobe_rung rung);

/* Period or frequency when the user gave none, as suits the event. */
void event_default_rate(struct event *event);

#endif
