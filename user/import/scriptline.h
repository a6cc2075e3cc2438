/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line of `perf script`'s text. Which fields a sample's first line has was
 * the user's choice (-F), so what a word is, is told by its looks:
 *
 *	COMM PID[/TID] [CPU] MISC SECONDS.FRACTION: PERIOD EVENT: ADDR ... FRAME
 *
 * each of them there or not. A frame is ADDRESS SYMBOL+0xOFFSET (OBJECT).
 */
#ifndef SCRIPTLINE_H
#define SCRIPTLINE_H

#include <stdbool.h>
#include <stdint.h>

struct script_head {
	uint64_t time, period; /* 0 and 1 where the line has none */
	uint32_t pid, tid, cpu; /* UINT32_MAX: none */
	char comm[32], event[96]; /* "": none */
	const char *rest; /* behind the event: data address, frame, ... */
};

struct script_frame {
	uint64_t addr, offset;
	char name[256]; /* "" where not known */
	char object[128]; /* "" when the line has none */
	bool measured; /* the line has an offset */
	bool inlined; /* no frame of the stack: the next one was inlined */
};

/* Has it a time or an event? Then it is a sample's first line. */
bool scriptline_head(const char *line, struct script_head *head);

/* A line "COMM PID" or alike; only what follows it can tell whether it is. */
void scriptline_weak_head(const char *line, struct script_head *head);

bool scriptline_frame(const char *line, struct script_frame *frame);

/*
 * What stands behind the event, of a sample whose stack is not on lines of its
 * own: the frame is the last thing there. *@addr: the data address, or 0.
 */
bool scriptline_rest(const char *rest, struct script_frame *frame,
		     uint64_t *addr);

#endif
