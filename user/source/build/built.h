/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which sites does the tree's configuration build?
 */
#ifndef SOURCE_BUILT_H
#define SOURCE_BUILT_H

#include "source/text/arena.h"
#include "source/build/kbuild.h"
#include "source/site/sites.h"
#include "source/type/index.h"

/*
 * Fill each site's condition, and make those other-config that the tree's
 * .config compiles out or does not build (unless @every_config).
 */
void built_classify(struct index *index, struct site_set *set,
		    bool every_config, struct arena *arena);

/*
 * Is nothing of this file in this configuration's kernel? Another program's,
 * another architecture's, or a .c file that is not built. False without one.
 */
bool built_never(const struct config *config, struct kbuild *kbuild,
		 const char *path);

#endif
