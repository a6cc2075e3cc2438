// SPDX-License-Identifier: GPL-2.0
/*
 * Look for files that are not there in one directory. On tmpfs, which keeps
 * no negative dentries, every look makes a dentry and drops it again, both
 * under the directory's own dentry.d_lockref.lock.
 */
#include <errno.h>
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

	snprintf(name, sizeof(name), "missing%d", thread);
	must(access(name, F_OK) < 0 && errno == ENOENT, "access");
}

static const struct workload stats = {
	.name = "stat",
	.lock = "dentry.d_lockref.lock",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&stats, argc, argv);
}
