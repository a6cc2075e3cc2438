/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy-calling variants of lock functions (--abi stock): for exactly the
 * spellings that are asked for, text of inlines and macros that do what the
 * stock spelling does, and tell the policy.
 */
#ifndef SOURCE_VARIANT_H
#define SOURCE_VARIANT_H

#include <stdbool.h>
#include <stdio.h>

#include "source/locktab/locktab.h"
#include "source/patch/naming.h"

struct variant {
	const struct lock_api *api;
	unsigned int rank; /* written before those of higher rank */
};

struct variant_set {
	const struct naming *naming;
	struct tree *tree; /* where guards are defined; or NULL */
	const struct locktab *tab; /* for the spellings a variant needs */
	unsigned int hooks; /* enum policy_hook: those the policy has */
	struct variant *list;
	size_t nr, room;
};

/*
 * Ask for a variant of @api; asking twice is fine. -ENOTSUP: there is none
 * (see variant_reason()); -ENOMEM.
 */
int variant_want(struct variant_set *set, const struct lock_api *api);

bool variant_possible(const struct lock_api *api);

/* Does the variant of @api take as many arguments as a call's @args has? */
bool variant_fits(const struct lock_api *api, const char *args, size_t len);

/* Why there is no variant of @api: half a sentence, never NULL. */
const char *variant_reason(const struct lock_api *api);

/* Into the order that they are written in. */
void variant_sort(struct variant_set *set);

/* The hooks' prototypes, what is common, and all variants asked for. */
int variant_write(struct variant_set *set, FILE *out);

/* <linux/...> headers that the lock family's functions are declared in. */
const char *variant_header(enum lock_family family);

/* #include lines of the variants' other headers than @own (or NULL). */
void variant_write_includes(const struct variant_set *set, const char *own,
			    FILE *out);

void variant_free(struct variant_set *set);

#endif
