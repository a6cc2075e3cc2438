// SPDX-License-Identifier: GPL-2.0
/*
 * Threads and clock of a workload: THREADS threads step until SECONDS are
 * over, their steps are added up, and the rate goes out on stdout.
 */
#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "driver.h"

#define CACHE_LINE 64
#define MAX_THREADS 256

struct worker {
	const struct workload *workload;
	pthread_t thread;
	pid_t process;
	int number;
	bool pinned;
	uint64_t steps;
} __attribute__((aligned(CACHE_LINE)));

/* Shared with workers that are processes. */
struct shared {
	volatile int stop;
	struct worker workers[MAX_THREADS];
};

struct options {
	int threads;
	double seconds;
	bool pin, each;
};

static struct shared *shared;
static char directory[256];

void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "workload: %s: %s\n", what, strerror(errno));
	exit(1);
}

const char *workload_directory(void)
{
	const char *where = getenv("TMPDIR");

	if (!directory[0]) {
		snprintf(directory, sizeof(directory), "%s/workload.XXXXXX",
			 where ? where : "/tmp");
		must(mkdtemp(directory) != NULL, directory);
	}
	return directory;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Worker N on CPU N of those there are. */
static void stay(int number)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(number % sysconf(_SC_NPROCESSORS_ONLN), &set);
	must(!sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
}

static void *work(void *arg)
{
	struct worker *self = arg;

	if (self->pinned)
		stay(self->number);
	while (!shared->stop) {
		self->workload->step(self->number);
		self->steps++;
	}
	return NULL;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void sleep_for(double seconds)
{
	struct timespec ts = { .tv_sec = seconds };

	ts.tv_nsec = (seconds - ts.tv_sec) * 1e9;
	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static void begin(struct worker *worker)
{
	if (!worker->workload->processes) {
		must(!pthread_create(&worker->thread, NULL, work, worker),
		     "pthread_create");
		return;
	}
	worker->process = fork();
	must(worker->process >= 0, "fork");
	if (!worker->process) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work(worker);
		_exit(0);
	}
}

static void end(struct worker *worker)
{
	if (worker->workload->processes)
		waitpid(worker->process, NULL, 0);
	else
		pthread_join(worker->thread, NULL);
}

static void print_each(int threads)
{
	int i;

	for (i = 0; i < threads; i++)
		printf("worker %d: %llu steps\n", i,
		       (unsigned long long)shared->workers[i].steps);
}

static void run(const struct workload *workload, const struct options *options)
{
	int threads = options->threads, i;
	double start = now(), took;
	uint64_t steps = 0;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(shared != MAP_FAILED, "mmap");
	for (i = 0; i < threads; i++) {
		shared->workers[i].workload = workload;
		shared->workers[i].number = i;
		shared->workers[i].pinned = options->pin;
		begin(&shared->workers[i]);
	}
	sleep_for(options->seconds);
	shared->stop = 1;
	for (i = 0; i < threads; i++) {
		end(&shared->workers[i]);
		steps += shared->workers[i].steps;
	}
	took = now() - start;
	printf("%s: %.0f ops/s (%llu steps, %d %s, %.2f s, %s)\n",
	       workload->name, steps / took, (unsigned long long)steps, threads,
	       workload->processes ? "processes" : "threads", took,
	       workload->lock);
	if (options->each)
		print_each(threads);
}

static int usage(const struct workload *workload)
{
	fprintf(stderr,
		"usage: %s [-t THREADS] [-s SECONDS] [-p] [-e]\n"
		"Contend %s and print operations per second.\n"
		"-p keeps each worker on a CPU of its own, -e prints the steps of each.\n",
		workload->name, workload->lock);
	return 2;
}

int workload_main(const struct workload *workload, int argc, char **argv)
{
	struct options options = { .threads = sysconf(_SC_NPROCESSORS_ONLN),
				   .seconds = 2 };
	int option;

	while ((option = getopt(argc, argv, "t:s:pe")) != -1) {
		if (option == 't')
			options.threads = atoi(optarg);
		else if (option == 's')
			options.seconds = atof(optarg);
		else if (option == 'p')
			options.pin = true;
		else if (option == 'e')
			options.each = true;
		else
			return usage(workload);
	}
	if (options.threads < 1 || options.threads > MAX_THREADS ||
	    options.seconds <= 0 || optind != argc)
		return usage(workload);
	if (workload->setup)
		workload->setup(options.threads);
	run(workload, &options);
	if (workload->teardown)
		workload->teardown();
	if (directory[0])
		nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}
