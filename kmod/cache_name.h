/* SPDX-License-Identifier: GPL-2.0 */
/* What the name of a slab cache says of the structs in it. Process context. */
#ifndef LP_CACHE_NAME_H
#define LP_CACHE_NAME_H

#include <linux/types.h>

/* Does the cache @cache bear the name of struct @strct? */
bool lp_cache_bears_name(const char *cache, const char *strct);
/* Is there a struct that the cache @cache is named for? */
bool lp_cache_is_known(const char *cache);

#endif
