// SPDX-License-Identifier: GPL-2.0
/*
 * Lock and unlock pages of processes' own memory: in batches they go to the
 * node's list of unevictable pages and back, under lruvec.lru_lock, and no
 * other lock is shared between the processes.
 */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "driver.h"

#define SIZE (256 * 4096)

static char *area;

/* Before the workers are made: each gets a copy of its own when it writes. */
static void setup(int threads)
{
	(void)threads;
	area = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must(area != MAP_FAILED, "mmap");
}

static void step(int thread)
{
	if (!area[0])
		memset(area, 1 + thread, SIZE);
	must(!mlock2(area, SIZE, MLOCK_ONFAULT), "mlock2");
	must(!munlock(area, SIZE), "munlock");
}

static const struct workload lru = {
	.name = "lru",
	.lock = "lruvec.lru_lock",
	.processes = 1,
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&lru, argc, argv);
}
