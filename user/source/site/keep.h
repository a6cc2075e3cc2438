/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a site_set owns beside its arrays.
 */
#ifndef SOURCE_KEEP_H
#define SOURCE_KEEP_H

#include "source/text/arena.h"
#include "source/site/sites.h"

/* Give @locktab and @arena's memory to @set: sites_free() frees them. */
int sites_keep(struct site_set *set, struct locktab *locktab,
	       struct arena *arena);

#endif
