// SPDX-License-Identifier: GPL-2.0
/*
 * dup and close in the threads of one process: each step takes the shared
 * descriptor table's files_struct.file_lock twice.
 */
#include <unistd.h>

#include "driver.h"

static void step(int thread)
{
	int fd = dup(STDERR_FILENO);

	(void)thread;
	must(fd >= 0, "dup");
	close(fd);
}

static const struct workload dup_close = {
	.name = "dup",
	.lock = "files_struct.file_lock",
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&dup_close, argc, argv);
}
