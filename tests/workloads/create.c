// SPDX-License-Identifier: GPL-2.0
/*
 * Create and unlink files of each thread's own in one directory: both take
 * the directory's inode.i_rwsem for writing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "driver.h"

static void setup(int threads)
{
	(void)threads;
	must(!chdir(workload_directory()), "chdir");
}

static void step(int thread)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "file%d", thread);
	fd = open(name, O_CREAT | O_WRONLY, 0600);
	must(fd >= 0, "open");
	close(fd);
	must(!unlink(name), "unlink");
}

static const struct workload creates = {
	.name = "create",
	.lock = "inode.i_rwsem",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&creates, argc, argv);
}
