/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What `top` counts and shows: one stream, live or replayed, counted by all
 * four kinds of rows at once, so that a key can change them. One thread.
 */
#ifndef TOP_H
#define TOP_H

#include "capture/genl.h"
#include "capture/load.h"
#include "capture/session_option.h"
#include "capture/symbolise.h"

#define TOP_BYS 4u /* enum aggr_by */

struct top {
	const char *path; /* of a capture to replay, NULL: live */
	uint64_t interval; /* ns from one redrawing to the next */
	uint32_t max_rows, iterations; /* 0: what fits, without end */
	struct session_option options;
	struct genl *genl;
	struct symbolise symbols;

	struct load load; /* its capture and store; not its aggr */
	struct aggr aggrs[TOP_BYS];
	uint64_t lost, skipped; /* skipped: samples while paused */
	bool cut; /* the capture has no end: losses are not known */
	bool finished; /* the stream is over */

	bool screen; /* else plain lines */
	enum aggr_by by;
	bool by_wait, paused, help, drill;
	uint32_t key; /* the selected row's, or the one drilled into */
	uint32_t at, first; /* selected line and first one shown */
	uint32_t nr_lines; /* that there are to select from */
	uint32_t drawn; /* times */
};

/* Feed the stream until it or the user ends it. 0 or -errno, said. */
int top_live(struct top *top);
int top_replay(struct top *top);

/* From zero: what was counted is forgotten, what was defined is not. */
void top_zero(struct top *top);

/* Keys, signals and, at @now of the stream, redrawing. 1: end; -errno. */
int top_tick(struct top *top, uint64_t now, int timeout_ms);

/* Redraw the screen, or print the rows as lines. 0 or -errno. */
int top_draw(struct top *top);
int top_print(struct top *top);

#endif
