/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a row of the lock table to a template (variant_shape.c) and from there
 * to text (variant_fill.c). Only variant*.c look inside.
 */
#ifndef SOURCE_VARIANT_INSIDE_H
#define SOURCE_VARIANT_INSIDE_H

#include <string.h>

#include "source/variant/variant.h"

struct family {
	enum lock_family family;
	const char *type, *header;
	const char *busy; /* is it held? "" if nobody can say */
	const char *how; /* flags for the hooks, but for LP_READ */
	bool sleeps;
};

/* One variant on its way to text. */
struct blanks {
	const struct variant_set *set;
	const struct lock_api *api;
	const struct family *family;
	const char *text;
	const char *attempt; /* the trylock to try first; NULL: none */
	const char *busy;
	const char *lock, *unlock; /* for dec_and_lock */
	bool macro;
};

/* A seqlock's excluding reader excludes like a writer. */
static inline bool variant_reads(const struct lock_api *api)
{
	return (api->flavour & LOCK_READ) && !(api->flavour & LOCK_EXCL) &&
	       !strstr(api->name, "seq");
}

const struct family *variant_family(enum lock_family family);
/* Pick the template of @api; b->text stays NULL when there is none. */
void variant_choose(struct blanks *b, const struct variant_set *set,
		    const struct lock_api *api);
/* The variant's text; 0 or -errno. */
int variant_fill(struct variant_set *set, const struct lock_api *api,
		 FILE *out);

#endif
