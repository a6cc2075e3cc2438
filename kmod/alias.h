/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of merged slab caches. The kernel keeps but one name for caches that
 * share their slabs; the others are links in /sys/kernel/slab.
 */
#ifndef LP_ALIAS_H
#define LP_ALIAS_H

#include <linux/types.h>

#define LP_ALIASES 48 /* of one cache */

/*
 * Read them anew, in the context of a process that sees /sys, before a session
 * starts. Nothing found is no error: then no alias is told.
 */
int lp_alias_read(void);
void lp_alias_free(void);
/*
 * Names that lead to the cache @unique (its name in sysfs) beside @name, at
 * most LP_ALIASES; valid until the next reading. Returns how many.
 */
u32 lp_alias_find(const char *unique, const char *name, const char **to);

#endif
