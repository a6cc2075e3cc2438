/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a plan to changed files: call sites, the new header with variants and
 * clones, the policy's new source file and its line in the Makefile.
 */
#ifndef SOURCE_REWRITE_H
#define SOURCE_REWRITE_H

#include "livepatch/policy.h"
#include "source/patch/naming.h"
#include "source/patch/patch.h"
#include "source/patch/plan.h"
#include "source/syncord/syncord.h"

struct rewrite {
	struct tree *tree;
	const struct plan *plan;
	const struct naming *naming;
	const struct locktab *tab;
	const struct policy *policy; /* of --abi stock, else NULL */
	size_t files; /* out: files with a converted call */
	size_t clones; /* out: helpers copied into the header */
	bool static_keys; /* out: a clone has one */
};

/*
 * Add every changed and new file to @patch. -errno after an error(); -ENOTSUP
 * when a site that was planned cannot be rewritten after all.
 */
int rewrite_stock(struct rewrite *rw, struct patch *patch);
int rewrite_syncord(struct rewrite *rw, const struct syncord_policy *policy,
		    struct patch *patch);

#endif
