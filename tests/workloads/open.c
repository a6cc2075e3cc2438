// SPDX-License-Identifier: GPL-2.0
/*
 * open and close in the threads of one process: files_struct.file_lock as in
 * dup.c, with path walk and allocation of files between.
 */
#include <fcntl.h>
#include <unistd.h>

#include "driver.h"

static void step(int thread)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)thread;
	must(fd >= 0, "open");
	close(fd);
}

static const struct workload open_close = {
	.name = "open",
	.lock = "files_struct.file_lock",
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&open_close, argc, argv);
}
