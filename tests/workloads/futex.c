// SPDX-License-Identifier: GPL-2.0
/*
 * All threads call FUTEX_WAIT on one word with a value that it does not have:
 * each call locks the word's futex_hash_bucket.lock, sees that, and returns.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "driver.h"

static int word;

static void step(int thread)
{
	long ret =
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);

	(void)thread;
	must(ret < 0 && errno == EAGAIN, "futex");
}

static const struct workload futexes = {
	.name = "futex",
	.lock = "futex_hash_bucket.lock",
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&futexes, argc, argv);
}
