// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults against unmapping in one process: threads touch fresh pages,
 * which takes mm_struct.mmap_lock for reading, and give them back with
 * madvise; the first thread maps and unmaps, which takes it for writing.
 * Each has a page table of its own: they do not meet at a table's lock.
 */
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include "driver.h"

#define PAGE 4096ul
#define PAGES 16
#define TABLE (512 * PAGE) /* what one page table maps */
#define MAX_THREADS 256

static char *areas[MAX_THREADS];

static char *map(char *where)
{
	char *p = mmap(where, PAGES * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	must(p != MAP_FAILED, "mmap");
	return p;
}

static void setup(int threads)
{
	size_t size = (threads + 1) * TABLE;
	char *room = mmap(NULL, size, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int i;

	must(room != MAP_FAILED, "mmap");
	room += -(uintptr_t)room % TABLE;
	for (i = 0; i < threads; i++)
		areas[i] = map(room + i * TABLE);
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
	map(area);
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
