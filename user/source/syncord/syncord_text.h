/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel text that --abi syncord puts into a SynCord tree.
 */
#ifndef SOURCE_SYNCORD_TEXT_H
#define SOURCE_SYNCORD_TEXT_H

#include "source/patch/naming.h"
#include "source/syncord/syncord_policy.h"

/* Body of a hook. %s: array, prefix, lock, "node, next node". */
extern const char syncord_hook_text[];
/* The same with a result: array, fallback, prefix, lock, nodes, fallback. */
extern const char syncord_hook_value_text[];
extern const char syncord_trylock_text[]; /* %s: its name's prefix */

/* The function that runs a program with its arguments; malloc'ed, or NULL. */
char *syncord_runner(const struct naming *naming,
		     const struct syncord_policy *policy);

/* What goes to the end of kernel/bpf/inode.c; malloc'ed, or NULL. */
char *syncord_callbacks(const struct naming *naming,
			const struct syncord_policy *policy);

/* The patch's id for its shadow variables, from the lock's name; never 0. */
unsigned int syncord_shadow_id(const struct naming *naming);

#endif
