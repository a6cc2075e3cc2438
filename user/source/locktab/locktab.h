/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock table: what a spelling like spin_lock_irqsave or
 * refcount_dec_and_mutex_lock does to which argument. The spellings are those
 * that the tree's own headers define; their meaning is read from their names.
 */
#ifndef SOURCE_LOCKTAB_H
#define SOURCE_LOCKTAB_H

#include "source/locktab/lockapi.h"

struct tree;
struct locktab;

/* Read the table from the tree's headers; -errno. */
int locktab_open(struct tree *tree, struct locktab **out);
void locktab_close(struct locktab *tab);
/* The row of a spelling, or NULL. */
const struct lock_api *locktab_find(const struct locktab *tab, const char *name,
				    size_t len);
/* Rows in the order of their names, for those who walk the table. */
uint32_t locktab_count(const struct locktab *tab);
const struct lock_api *locktab_row(const struct locktab *tab, uint32_t i);

const char *lock_family_name(enum lock_family family); /* "spin" */
const char *lock_verb_name(enum lock_verb verb); /* "acquire" */
/* "irqsave,nested" into @buf; returns @buf. */
const char *lock_flavour_text(uint32_t flavour, char *buf, size_t size);

#endif
