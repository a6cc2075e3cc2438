/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names for the addresses of a live stream: each address that a stack brings
 * is looked up once in the running kernel's symbol list, and the function it
 * lies in is given to a sink, once.
 */
#ifndef SYMBOLISE_H
#define SYMBOLISE_H

#include "base/map.h"
#include "capture/record.h"

struct ksyms;

struct symbolise {
	struct ksyms *kallsyms; /* NULL: not read yet, or hidden from us */
	struct map seen, given; /* addresses looked up, functions given */
	uint64_t *missing; /* those nobody could name yet */
	uint32_t nr_missing, missing_room;
	int (*symbol)(void *ctx, const struct record_symbol *symbol);
	void *ctx;
};

void symbolise_init(struct symbolise *s,
		    int (*symbol)(void *ctx,
				  const struct record_symbol *symbol),
		    void *ctx);

/*
 * Read the symbol list, which takes a while: at the start where names are
 * wanted at once, else not before symbolise_finish(). Warns when it is hidden;
 * that is no error. 0 or -ENOMEM.
 */
int symbolise_load(struct symbolise *s);

/* 0 or -ENOMEM, or what the sink returned. */
int symbolise_stack(struct symbolise *s, const struct record_stack *stack);

/* Name what could not be named before, by a list that is read now. */
int symbolise_finish(struct symbolise *s);
void symbolise_free(struct symbolise *s);

#endif
