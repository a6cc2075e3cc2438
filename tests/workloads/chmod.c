// SPDX-License-Identifier: GPL-2.0
/*
 * Change the mode of one file by all threads: inode.i_rwsem for writing, the
 * file's own and not a directory's.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver.h"

static int fd;

static void setup(int threads)
{
	(void)threads;
	must(!chdir(workload_directory()), "chdir");
	fd = open("file", O_CREAT | O_WRONLY, 0600);
	must(fd >= 0, "open");
}

static void step(int thread)
{
	must(!fchmod(fd, 0600 | (thread & 7)), "fchmod");
}

static const struct workload chmods = {
	.name = "chmod",
	.lock = "inode.i_rwsem",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&chmods, argc, argv);
}
