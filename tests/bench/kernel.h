/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Enough of the kernel's interface for a policy's text to compile as it stands
 * into a program: CPUs are threads, nodes are given to threads by the bench.
 */
#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "atomic.h"

struct seq_file;

#define ____cacheline_aligned __attribute__((aligned(64)))
#define NSEC_PER_USEC 1000L
#define GFP_KERNEL 0
#define MAX_NUMNODES 1024
#define BUILD_BUG_ON(x) _Static_assert(!(x), #x)
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define DEFINE_PER_CPU(type, name) __thread type name
#define this_cpu_inc(x) ((x)++)
#define this_cpu_add(x, n) ((x) += (n))
#define this_cpu_read(x) (x)
#define this_cpu_write(x, v) ((x) = (v))
#define per_cpu_ptr(x, cpu) ((void)(cpu), (x))
#define per_cpu(x, cpu) (*((void)(cpu), &(x)))
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define kvcalloc(n, size, flags) aligned_zero((n) * (size))
#define kvfree(p) free(p)
#define debugfs_create_bool(name, mode, dir, p) ((void)(p))
#define debugfs_create_u32(name, mode, dir, p) ((void)(p))
#define seq_printf(m, ...) ((void)(m))
#define need_resched() false
#define irqs_disabled() false
#define in_interrupt() false

extern int nr_node_ids;
extern __thread int bench_node;
#define numa_node_id() bench_node

static inline void *aligned_zero(size_t size)
{
	void *p = aligned_alloc(64, size);

	return p ? memset(p, 0, size) : NULL;
}

static inline u32 hash_ptr(const void *p, unsigned int bits)
{
	return (uintptr_t)p * 0x61c8864680b583ebULL >> (64 - bits);
}

static inline u64 local_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* More threads than CPUs: let the one run that we wait for. */
static inline void cpu_relax(void)
{
	static __thread unsigned int turns;

	__builtin_ia32_pause();
	if (++turns % 64 == 0)
		sched_yield();
}

#endif
