// SPDX-License-Identifier: GPL-2.0
/*
 * One progress line: steps of long work in, a line on the terminal out. The
 * counter is atomic, so that worker threads may step it; the drawing is done
 * by whoever first finds 100 ms gone.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/progress.h"

#define REDRAW_NS 100000000ull
#define BAR_WIDTH 30

static const char *label;
static uint64_t total_steps;
static _Atomic uint64_t steps;
static _Atomic uint64_t next_draw;
static atomic_bool active;
static atomic_bool drawn;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static bool on_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && (!term || strcmp(term, "dumb"));
}

static void draw(void)
{
	uint64_t done = atomic_load(&steps);
	char line[160], bar[BAR_WIDTH + 1];
	int n, filled;

	if (total_steps) {
		if (done > total_steps)
			done = total_steps;
		filled = (int)(done * BAR_WIDTH / total_steps);
		memset(bar, '#', filled);
		memset(bar + filled, '.', BAR_WIDTH - filled);
		bar[BAR_WIDTH] = '\0';
		n = snprintf(line, sizeof(line), "\r%.60s [%s] %3d%%\033[K",
			     label, bar, (int)(done * 100 / total_steps));
	} else {
		n = snprintf(line, sizeof(line), "\r%.60s %llu\033[K", label,
			     (unsigned long long)done);
	}
	if (write(STDERR_FILENO, line, n) == n)
		atomic_store(&drawn, true);
}

void progress_begin(const char *what, uint64_t total)
{
	if (!on_terminal())
		return;
	label = what;
	total_steps = total;
	atomic_store(&steps, 0);
	atomic_store(&next_draw, now_ns() + REDRAW_NS);
	atomic_store(&active, true);
}

static void redraw_when_due(void)
{
	uint64_t due = atomic_load(&next_draw), now = now_ns();

	if (now >= due &&
	    atomic_compare_exchange_strong(&next_draw, &due, now + REDRAW_NS))
		draw();
}

void progress_step(uint64_t done)
{
	if (!atomic_load(&active))
		return;
	atomic_store(&steps, done);
	redraw_when_due();
}

void progress_add(uint64_t more)
{
	if (!atomic_load(&active))
		return;
	atomic_fetch_add(&steps, more);
	redraw_when_due();
}

void progress_wipe(void)
{
	static const char wipe[] = "\r\033[K";

	if (atomic_exchange(&drawn, false) &&
	    write(STDERR_FILENO, wipe, sizeof(wipe) - 1) < 0)
		return;
}

void progress_end(void)
{
	atomic_store(&active, false);
	progress_wipe();
}
