/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of each site of a lock: converted, left as it is for a reason
 * that does no harm, or in the way of converting the field as a whole.
 */
#ifndef SOURCE_PLAN_H
#define SOURCE_PLAN_H

#include <stdbool.h>
#include <stdio.h>

#include "source/lent/reach.h"
#include "source/site/sites.h"
#include "source/syncord/syncord_chain.h"

enum fate {
	FATE_CONVERT,
	FATE_LEAVE, /* nothing to do there, or nothing that runs */
	FATE_OBSTACLE, /* should be converted and cannot be */
};

struct verdict {
	enum fate fate;
	const char *why; /* of FATE_LEAVE and FATE_OBSTACLE; static text */
	const char *also; /* what else is to be said, or NULL */
	bool rule; /* an obstacle that a rule of livepatching makes */
	const struct lock_api *row; /* the spelling, where the site has none */
	struct lent *lent; /* what is called is converted, or copied */
};

struct plan_opts {
	const struct locktab *tab;
	const struct config *config; /* or NULL */
	struct kbuild *kbuild; /* or NULL: no configuration */
	bool all_configs; /* convert what this .config does not build, too */
	bool syncord; /* for that ABI, else stock */
	struct syncord_can can; /* what this tree has of it */
	bool allow_partial; /* leave obstacles, with the functions they are in */
};

struct plan {
	struct tree *tree;
	const struct site_set *set;
	struct verdict *verdicts; /* one for each of set->sites */
	size_t converted, left, obstacles;
	size_t foreign; /* unexplained uses that this configuration has not */
	struct lent_book book; /* owns the verdicts' @lent */
	struct reach reach; /* owns what it added to the set's sites */
};

/*
 * Judge every site of @set, and those that are added to it: what reaches the
 * lock by a pointer. Both and @tree are borrowed for the plan's life.
 * -errno; obstacles are no error, they are counted.
 */
int plan_make(struct plan *plan, struct tree *tree, struct site_set *set,
	      const struct plan_opts *opts);

/*
 * One line for each site of @fate (but for asserts and initialisers), and for
 * each unexplained occurrence when that is FATE_OBSTACLE, each with @indent in
 * front.
 */
void plan_list(const struct plan *plan, enum fate fate, const char *indent,
	       FILE *out);

void plan_free(struct plan *plan);

#endif
