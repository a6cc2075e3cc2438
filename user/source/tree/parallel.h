/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The same work on many numbered things, by as many threads as there are
 * processors. What is done to thing i must not depend on who does it, or when.
 */
#ifndef SOURCE_PARALLEL_H
#define SOURCE_PARALLEL_H

#include <stdint.h>

#define PARALLEL_MAX 16

/* 0: as many as there are processors this process may use. */
void parallel_threads(int threads);
int parallel_count(void);

/*
 * Calls @work(@arg, thread, i) once for each i of 0 .. @count - 1, with thread
 * in 0 .. parallel_count() - 1; returns when all is done.
 */
void parallel_for(uint32_t count, uint32_t batch,
		  void (*work)(void *arg, int thread, uint32_t i), void *arg);

#endif
