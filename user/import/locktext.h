/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the lock code of a profiled kernel lies. A whole symbol table answers
 * by section (__lock_text_start) and by name. With a partial one, or none, the
 * shape of the call stacks answers (shape.h), and only for ranges that hold
 * enough samples to prove something; locktext_range() tells which and why.
 */
#ifndef LOCKTEXT_H
#define LOCKTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ksyms;
struct profile;
struct locktext;

/* Offset up to which a partial table's name is believed to be a lock's. */
#define LOCKTEXT_NAME_REACH 256u

enum locktext_why {
	LOCKTEXT_SECTION, /* between __lock_text_start and __lock_text_end */
	LOCKTEXT_GIVEN, /* the user said so */
	LOCKTEXT_SHAPE, /* only lock code is called like this */
};

struct locktext_range {
	uint64_t start, end; /* [start, end) */
	uint64_t samples; /* with their ip in it; of SHAPE only */
	enum locktext_why why;
};

/* @ks is borrowed and outlives the locktext. */
int locktext_new(struct locktext **out, struct ksyms *ks);
void locktext_free(struct locktext *lt);

int locktext_add(struct locktext *lt, const struct locktext_range *range);

/* Learn from the stacks what the names do not tell. 0 or -ENOMEM. */
int locktext_learn(struct locktext *lt, const struct profile *profile);

/* @addr: an ip, or a return address less one. */
bool locktext_has(const struct locktext *lt, uint64_t addr);

/* By name alone: a symbol that is known to reach to @addr says so. */
bool locktext_named(const struct locktext *lt, uint64_t addr);

size_t locktext_nr_ranges(const struct locktext *lt);
const struct locktext_range *locktext_range(const struct locktext *lt,
					    size_t i);

#endif
