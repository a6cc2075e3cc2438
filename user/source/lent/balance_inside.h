/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two halves of the proof share: statements (balance.c) and what they
 * ask and do (condition.c). Only these look inside.
 */
#ifndef SOURCE_BALANCE_INSIDE_H
#define SOURCE_BALANCE_INSIDE_H

#include "source/lent/balance.h"

/* The lock, while the variable that is followed is false; and true. */
#define FREE 1u
#define HELD 2u
#define FREE_TRUE 4u
#define HELD_TRUE 8u

#define ANY_FREE (FREE | FREE_TRUE)
#define ANY_HELD (HELD | HELD_TRUE)
#define ANY_TRUE (FREE_TRUE | HELD_TRUE)
#define ANY_FALSE (FREE | HELD)

#define MOST_LABELS 64
#define MOST_ROUNDS 16

struct label {
	const struct token *name;
	unsigned int state; /* of all jumps to it */
};

struct flow {
	const struct token *list;
	const struct event *events;
	uint32_t count, end;
	struct label labels[MOST_LABELS];
	uint32_t nr_labels;
	unsigned int leaves; /* states in which the body is left */
	unsigned int *breaks, *continues; /* of the loop around, or NULL */
	unsigned int switched; /* state at the head of the switch around */
	bool has_default;
	bool wrong, grew; /* taken twice or given twice; a label's set did */
	unsigned int depth;
	const struct token *followed; /* a variable's name, or NULL */
};

static inline unsigned int become_true(unsigned int in)
{
	return (in & ANY_TRUE) | (in & ANY_FALSE) << 2;
}

static inline unsigned int become_false(unsigned int in)
{
	return (in & ANY_FALSE) | (in & ANY_TRUE) >> 2;
}

/* The token behind list[i], or behind the bracket that it opens. */
static inline uint32_t behind(const struct flow *f, uint32_t i)
{
	return f->list[i].match > i ? f->list[i].match + 1 : i + 1;
}

/* The state behind tokens [from, to), in which nothing is decided. */
unsigned int flow_events(struct flow *f, uint32_t from, uint32_t to,
			 unsigned int in);
/* The condition [from, to): the state if it is true, and if it is not. */
void flow_condition(struct flow *f, uint32_t from, uint32_t to, unsigned int in,
		    unsigned int *yes, unsigned int *no);

#endif
