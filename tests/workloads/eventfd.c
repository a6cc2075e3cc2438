// SPDX-License-Identifier: GPL-2.0
/*
 * All threads add one to an eventfd and take one: each call takes the lock of
 * its wait queue, with interrupts off.
 */
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "driver.h"

static int fd;

static void setup(int threads)
{
	(void)threads;
	fd = eventfd(0, EFD_SEMAPHORE);
	must(fd >= 0, "eventfd");
}

static void step(int thread)
{
	uint64_t one = 1;

	(void)thread;
	must(write(fd, &one, sizeof(one)) == sizeof(one), "write");
	must(read(fd, &one, sizeof(one)) == sizeof(one), "read");
}

static const struct workload counted = {
	.name = "eventfd",
	.lock = "eventfd_ctx.wqh.lock",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&counted, argc, argv);
}
