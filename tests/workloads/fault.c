// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults against unmapping in one process: threads touch fresh pages,
 * which takes mm_struct.mmap_lock for reading, and give them back with
 * madvise; the first thread maps and unmaps, which takes it for writing.
 */
#include <stddef.h>
#include <sys/mman.h>

#include "driver.h"

#define PAGE 4096
#define PAGES 16
#define MAX_THREADS 256

static char *areas[MAX_THREADS];

static char *map(void)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED, "mmap");
	return p;
}

static void setup(int threads)
{
	int i;

	for (i = 0; i < threads; i++)
		areas[i] = map();
}

static void step(int thread)
{
	char *area = areas[thread];
	int i;

	for (i = 0; i < PAGES; i++)
		area[i * PAGE] = 1;
	if (thread) {
		madvise(area, PAGES * PAGE, MADV_DONTNEED);
		return;
	}
	munmap(area, PAGES * PAGE);
	areas[0] = map();
}

static const struct workload faults = {
	.name = "fault",
	.lock = "mm_struct.mmap_lock",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&faults, argc, argv);
}
