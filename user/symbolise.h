/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names for the addresses of a live stream: each address that a stack brings
 * is looked up once in the running kernel's symbol list, and the function it
 * lies in is given to a sink, once.
 */
#ifndef SYMBOLISE_H
#define SYMBOLISE_H

#include "map.h"
#include "record.h"

struct ksyms;

struct symbolise {
	struct ksyms *kallsyms; /* NULL: hidden from us */
	struct map seen, given; /* addresses looked up, functions given */
	uint64_t *missing; /* those nobody could name yet */
	uint32_t nr_missing, missing_room;
	int (*symbol)(void *ctx, const struct record_symbol *symbol);
	void *ctx;
};

/* Warns when the symbol list is hidden; that is no error. 0 or -ENOMEM. */
int symbolise_init(struct symbolise *s,
		   int (*symbol)(void *ctx, const struct record_symbol *symbol),
		   void *ctx);
int symbolise_stack(struct symbolise *s, const struct record_stack *stack);

/* Look once more for what is missing: modules may have been loaded since. */
int symbolise_finish(struct symbolise *s);
void symbolise_free(struct symbolise *s);

#endif
