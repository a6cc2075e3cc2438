// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers in, calls of one function out, spread over threads by a counter.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "source/tree/parallel.h"

static int wanted;

struct loop {
	atomic_uint next, names;
	uint32_t count, batch;
	void (*work)(void *arg, int thread, uint32_t i);
	void *arg;
};

void parallel_threads(int threads)
{
	wanted = threads;
}

int parallel_count(void)
{
	int n = wanted;
	cpu_set_t set;

	if (n <= 0 && !sched_getaffinity(0, sizeof(set), &set))
		n = CPU_COUNT(&set);
	return n < 1 ? 1 : n > PARALLEL_MAX ? PARALLEL_MAX : n;
}

static void *run(void *arg)
{
	struct loop *loop = arg;
	int thread = atomic_fetch_add(&loop->names, 1);
	uint32_t i, end;

	for (;;) {
		i = atomic_fetch_add(&loop->next, loop->batch);
		if (i >= loop->count)
			return NULL;
		end = loop->count - i < loop->batch ? loop->count :
						      i + loop->batch;
		for (; i < end; i++)
			loop->work(loop->arg, thread, i);
	}
}

void parallel_for(uint32_t count, uint32_t batch,
		  void (*work)(void *arg, int thread, uint32_t i), void *arg)
{
	struct loop loop = {
		.count = count, .batch = batch, .work = work, .arg = arg
	};
	int i, n = 0, threads = parallel_count();
	pthread_t others[PARALLEL_MAX];

	while (n < threads - 1 && (uint32_t)n < count / batch &&
	       !pthread_create(&others[n], NULL, run, &loop))
		n++;
	run(&loop);
	for (i = 0; i < n; i++)
		pthread_join(others[i], NULL);
}
