/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --abi syncord: what a patch changes in a SynCord kernel besides call sites,
 * in the shape that concord.py --livepatch takes.
 */
#ifndef SOURCE_SYNCORD_H
#define SOURCE_SYNCORD_H

#include "source/locktab/lockapi.h"
#include "source/patch/naming.h"
#include "source/patch/patch.h"
#include "source/syncord/syncord_policy.h"

/*
 * Has this tree the hooks that @policy wants for locks of @family? Says
 * nothing; settles where the programs go.
 */
bool syncord_serves(struct tree *tree, enum lock_family family,
		    struct syncord_policy *policy);

/*
 * Can this tree's locks of @family take a policy at all? Settles where the
 * programs of @policy go. Else says why not: -ENOTSUP.
 */
int syncord_check(struct tree *tree, enum lock_family family,
		  struct syncord_policy *policy);

/*
 * Add to @patch: the bodies of the hooks that @policy serves, and the
 * callbacks that look its pinned programs up. @trylock: call sites need
 * a trylock that tells the policy. -errno after an error().
 */
int syncord_add(struct tree *tree, const struct naming *naming,
		const struct syncord_policy *policy, bool trylock,
		struct patch *patch);

#endif
