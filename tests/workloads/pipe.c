// SPDX-License-Identifier: GPL-2.0
/*
 * All threads write a byte to one pipe and read one back: each call takes
 * pipe_inode_info.mutex. They are no calls of read() and write(), in which
 * libc has other uses for the frame pointer, by which callers are found.
 */
#include <sys/syscall.h>
#include <unistd.h>

#include "driver.h"

static int ends[2];

static void setup(int threads)
{
	(void)threads;
	must(!pipe(ends), "pipe");
}

static void step(int thread)
{
	char byte = thread;

	must(syscall(SYS_write, ends[1], &byte, 1) == 1, "write");
	must(syscall(SYS_read, ends[0], &byte, 1) == 1, "read");
}

static const struct workload pipes = {
	.name = "pipe",
	.lock = "pipe_inode_info.mutex",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&pipes, argc, argv);
}
