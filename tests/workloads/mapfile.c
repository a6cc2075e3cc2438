// SPDX-License-Identifier: GPL-2.0
/*
 * All threads map one file and unmap it again: each call puts the mapping in
 * or takes it out of the file's tree of mappings, under
 * address_space.i_mmap_rwsem.
 */
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver.h"

#define SIZE 4096

static int fd;

static void setup(int threads)
{
	(void)threads;
	must(!chdir(workload_directory()), "chdir");
	fd = open("file", O_CREAT | O_RDWR, 0600);
	must(fd >= 0 && !ftruncate(fd, SIZE), "file");
}

static void step(int thread)
{
	void *p = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);

	(void)thread;
	must(p != MAP_FAILED, "mmap");
	munmap(p, SIZE);
}

static const struct workload mapped = {
	.name = "mapfile",
	.lock = "address_space.i_mmap_rwsem",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&mapped, argc, argv);
}
