/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The processes whose user mode is in a live stream's stacks: their code is
 * looked at while they live, and named in the end.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include "capture/record.h"

struct processes;

/* NULL: no memory. */
struct processes *processes_new(void);
void processes_free(struct processes *processes);

/*
 * A stack that has just come: what lies at its addresses of user mode is found
 * out now, for who knows how long its process lives. 0 or -ENOMEM.
 */
int processes_see(struct processes *processes,
		  const struct record_stack *stack);

/*
 * The functions of all addresses that were seen, each once; what has no name
 * is not given. 0, -ENOMEM, or what @symbol returned.
 */
int processes_name(struct processes *processes,
		   int (*symbol)(void *ctx, const struct record_symbol *symbol),
		   void *ctx);

#endif
