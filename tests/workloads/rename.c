// SPDX-License-Identifier: GPL-2.0
/*
 * Rename files of each thread's own from one directory to another and back:
 * every cross-directory rename takes super_block.s_vfs_rename_mutex, then
 * rename_lock, a seqlock.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver.h"

static void setup(int threads)
{
	char name[32];
	int fd, i;

	must(!chdir(workload_directory()), "chdir");
	must(!mkdir("a", 0700) && !mkdir("b", 0700), "mkdir");
	for (i = 0; i < threads; i++) {
		snprintf(name, sizeof(name), "a/%d", i);
		fd = open(name, O_CREAT | O_WRONLY, 0600);
		must(fd >= 0, "open");
		close(fd);
	}
}

static void step(int thread)
{
	char from[32], to[32];

	snprintf(from, sizeof(from), "a/%d", thread);
	snprintf(to, sizeof(to), "b/%d", thread);
	must(!rename(from, to), "rename");
	must(!rename(to, from), "rename back");
}

static const struct workload renames = {
	.name = "rename",
	.lock = "super_block.s_vfs_rename_mutex",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&renames, argc, argv);
}
