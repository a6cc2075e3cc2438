// SPDX-License-Identifier: GPL-2.0
/*
 * Allocate and punch out pages of files of each thread's own on tmpfs: every
 * batch of pages is put on the node's LRU lists and taken off them, under
 * lruvec.lru_lock.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "driver.h"

#define SIZE (256 * 4096)
#define MAX_THREADS 256

static int files[MAX_THREADS];

static void setup(int threads)
{
	char name[32];
	int i;

	must(!chdir(workload_directory()), "chdir");
	for (i = 0; i < threads; i++) {
		snprintf(name, sizeof(name), "file%d", i);
		files[i] = open(name, O_CREAT | O_RDWR, 0600);
		must(files[i] >= 0, "open");
	}
}

static void step(int thread)
{
	must(!fallocate(files[thread], 0, 0, SIZE), "fallocate");
	must(!ftruncate(files[thread], 0), "ftruncate");
}

static const struct workload lru = {
	.name = "lru",
	.lock = "lruvec.lru_lock",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&lru, argc, argv);
}
