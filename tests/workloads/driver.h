/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all workloads share: `-t THREADS -s SECONDS` on the command line, the
 * threads, the clock, and one line on stdout, "NAME: N ops/s (...)". A
 * workload says what lock it hammers and gives one step of it.
 */
#ifndef DRIVER_H
#define DRIVER_H

struct workload {
	const char *name;
	const char *lock; /* struct.field that it contends */
	int processes; /* workers are processes, which share no memory map */
	/* Once, before the threads; process-wide. May be NULL. */
	void (*setup)(int threads);
	/* One operation, by thread 0 to threads - 1. */
	void (*step)(int thread);
	/* Once, after them, to remove what setup() made. May be NULL. */
	void (*teardown)(void);
};

/* Parse, run, print; the exit code for main(). */
int workload_main(const struct workload *workload, int argc, char **argv);

/* End the process with a message when a call failed: steps must not fail. */
void must(int ok, const char *what);

/* A directory of this run's own, on $TMPDIR or /tmp; removed at the end. */
const char *workload_directory(void);

#endif
