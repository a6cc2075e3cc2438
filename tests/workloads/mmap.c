// SPDX-License-Identifier: GPL-2.0
/*
 * Map and unmap a page in the threads of one process: both take its
 * mm_struct.mmap_lock for writing.
 */
#include <stddef.h>
#include <sys/mman.h>

#include "driver.h"

#define SIZE 4096

static void step(int thread)
{
	void *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)thread;
	must(p != MAP_FAILED, "mmap");
	munmap(p, SIZE);
}

static const struct workload maps = {
	.name = "mmap",
	.lock = "mm_struct.mmap_lock",
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&maps, argc, argv);
}
