// SPDX-License-Identifier: GPL-2.0
/*
 * Nothing in, how many kHz this machine's time stamp counter has out. A guest
 * of QEMU's TCG reads that counter, and would measure it at boot against an
 * emulated timer: on a busy machine it may come out ten times too slow, and
 * the guest's clock then runs ten times too fast.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define WINDOW_NS 100000000
#define NEAR_NS 2000 /* both clocks were read without a break */

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Both clocks at one time. */
static void read_both(uint64_t *ns, uint64_t *ticks)
{
	uint64_t before;

	do {
		before = now();
		*ticks = __rdtsc();
		*ns = now();
	} while (*ns - before > NEAR_NS);
}

int main(void)
{
	uint64_t ns, ticks, last_ns, last_ticks;

	read_both(&ns, &ticks);
	do {
		read_both(&last_ns, &last_ticks);
	} while (last_ns - ns < WINDOW_NS);
	printf("%.0f\n",
	       (double)(last_ticks - ticks) * 1e6 / (double)(last_ns - ns));
	return 0;
}
