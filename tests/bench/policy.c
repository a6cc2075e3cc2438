// SPDX-License-Identifier: GPL-2.0
/*
 * Policies outside the kernel: the very text of user/livepatch/policy/ in front
 * of a queue lock of threads, against that lock alone. Throughput, the slowest
 * thread's share of a fair one, and how handovers stay on a node come out.
 * Nodes are assigned, odd and even threads; this is no NUMA measurement.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "kernel.h"

/* clang-format off: a policy's names, once for each */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
#define LP_HOOK(x) numa_##x
#define policy_enable numa_enable
#define policy_disable numa_disable
#define policy_show numa_show
#define policy_reset numa_reset
#include "../../user/livepatch/policy/numa.c"
#undef LP_HOOK
#undef policy_enable
#undef policy_disable
#undef policy_show
#undef policy_reset
#define LP_HOOK(x) backoff_##x
#define policy_enable backoff_enable
#define policy_disable backoff_disable
#define policy_show backoff_show
#define policy_reset backoff_reset
#include "../../user/livepatch/policy/backoff.c"
/* clang-format on */

#define MAX_THREADS 64
#define LINES 4 /* cache lines that the lock protects */

int nr_node_ids = 2;
__thread int bench_node;

/* First come, first served, as the kernel's. */
static struct {
	unsigned int next __attribute__((aligned(64)));
	unsigned int serving __attribute__((aligned(64)));
} queue;

static struct {
	volatile u64 value[8];
} protected[LINES] __attribute__((aligned(64)));

static struct {
	u64 operations, admitted, impatient; /* the latter numa's */
} __attribute__((aligned(64))) threads[MAX_THREADS];

/* Written under the lock. */
static int last_node;
static u64 handovers, stayed, longest, in_a_row;
static volatile bool stop;

struct kind {
	const char *name;
	u64 (*contended)(void *lock, unsigned int how);
	void (*acquired)(void *lock, unsigned int how, u64 cookie);
};

static const struct kind kinds[] = {
	{ "queue lock", NULL, NULL },
	{ "backoff", backoff_contended, backoff_acquired },
	{ "numa", numa_contended, numa_acquired },
};

static bool try_lock(void)
{
	unsigned int seen = READ_ONCE(queue.serving);

	return READ_ONCE(queue.next) == seen &&
	       __atomic_compare_exchange_n(&queue.next, &seen, seen + 1, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void lock(void)
{
	unsigned int mine =
		__atomic_fetch_add(&queue.next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&queue.serving, __ATOMIC_ACQUIRE) != mine)
		cpu_relax();
}

static void unlock(void)
{
	__atomic_store_n(&queue.serving, queue.serving + 1, __ATOMIC_RELEASE);
}

/* The same shape as a generated variant. */
static void lock_by(const struct kind *kind)
{
	u64 cookie = 0;

	if (!try_lock()) {
		cookie = kind->contended ? kind->contended(&queue, 0) : 1;
		lock();
	}
	if (kind->acquired)
		kind->acquired(&queue, 0, cookie);
	if (!cookie)
		return;
	handovers++;
	stayed += last_node == bench_node;
	in_a_row = last_node == bench_node ? in_a_row + 1 : 1;
	longest = max(longest, in_a_row);
	last_node = bench_node;
}

struct job {
	const struct kind *kind;
	int number;
};

static void *work(void *arg)
{
	struct job *job = arg;
	int i;

	bench_node = job->number % nr_node_ids;
	while (!stop) {
		lock_by(job->kind);
		for (i = 0; i < LINES; i++)
		protected[i].value[0]++;
		unlock();
		for (i = 0; i < 50; i++)
			__asm__ volatile("");
		threads[job->number].operations++;
	}
	threads[job->number].admitted = seen.admitted;
	threads[job->number].impatient = seen.impatient;
	return NULL;
}

static void measure(const struct kind *kind, int nr, double seconds)
{
	struct job jobs[MAX_THREADS];
	pthread_t ids[MAX_THREADS];
	u64 sum = 0, least = ~0ULL, waited = 0, impatient = 0, start;
	int i;

	memset(threads, 0, sizeof(threads));
	handovers = stayed = longest = in_a_row = 0;
	stop = false;
	start = local_clock();
	for (i = 0; i < nr; i++) {
		jobs[i] = (struct job){ kind, i };
		pthread_create(&ids[i], NULL, work, &jobs[i]);
	}
	usleep(seconds * 1e6);
	stop = true;
	for (i = 0; i < nr; i++) {
		pthread_join(ids[i], NULL);
		sum += threads[i].operations;
		least = min(least, threads[i].operations);
		impatient += threads[i].impatient;
		waited += threads[i].admitted + threads[i].impatient;
	}
	printf("%-14s %7d %12.0f %9.2f %9.1f%% %9.1f%% %8llu %9.1f%%\n",
	       kind->name, nr, sum / ((local_clock() - start) / 1e9),
	       (double)least * nr / sum, 100.0 * handovers / sum,
	       handovers ? 100.0 * stayed / handovers : 0.0,
	       (unsigned long long)longest,
	       waited ? 100.0 * impatient / waited : 0.0);
}

/* More threads than CPUs, so that those inside may be off their CPU. */
static void measure_patience(int nr, double seconds)
{
	static const u32 tries[] = { 10, 30, 100, 300, 1000, 3000, 10000 };
	u32 usual = patience_us;
	struct kind kind = kinds[2];
	char name[32];
	size_t i;

	for (i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		snprintf(name, sizeof(name), "numa %u us", tries[i]);
		kind.name = name;
		patience_us = tries[i];
		measure(&kind, nr, seconds);
	}
	patience_us = usual;
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), nr;
	size_t k;

	if (numa_enable() || backoff_enable())
		return 1;
	printf("%d CPUs; nodes are odd and even threads; batch %d\n", cpus,
	       BATCH);
	printf("%-14s %7s %12s %9s %10s %10s %8s %10s\n", "lock", "threads",
	       "ops/s", "fairness", "handovers", "same node", "longest",
	       "impatient");
	for (nr = 1; nr <= 2 * cpus && nr <= MAX_THREADS; nr *= 2)
		for (k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			measure(&kinds[k], nr, seconds);
	printf("numa by its patience (%u us unless it is set):\n", patience_us);
	measure_patience(2 * cpus <= MAX_THREADS ? 2 * cpus : MAX_THREADS,
			 seconds);
	numa_disable();
	backoff_disable();
	return 0;
}
