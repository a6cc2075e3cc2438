/* SPDX-License-Identifier: GPL-2.0 */
/* What the name of a slab cache says of the structs in it. Process context. */
#ifndef LP_CACHE_NAME_H
#define LP_CACHE_NAME_H

#include <linux/bits.h>
#include <linux/ctype.h>
#include <linux/types.h>

/* A bit for each letter, capital or not; all others share one. */
static inline u32 lp_cache_letter(char c)
{
	return isalpha(c) ? BIT(tolower(c) - 'a') : BIT(26);
}

/* What the names of structs begin with that @cache bears, "": nothing. */
u32 lp_cache_initials(const char *cache);
/* Does the cache @cache bear the name of struct @strct? */
bool lp_cache_bears_name(const char *cache, const char *strct);
/* Is there a struct that the cache @cache is named for? */
bool lp_cache_is_known(const char *cache);

#endif
