/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tree of functions with what was counted under each: the callers of a lock
 * (the lock at the root) or a flame graph (the entry into the kernel at it).
 */
#ifndef TREE_H
#define TREE_H

#include "report/aggr.h"

#define TREE_DEPTH_MAX 256u /* frames of a stack beyond it are left out */

struct tree_node {
	uint32_t function; /* of the capture's names; of the root: 0 */
	uint32_t child, sibling; /* 0: none; heaviest first */
	struct tally tally; /* of all below it, too */
};

struct tree {
	struct tree_node *nodes; /* nodes[0] is the root */
	uint32_t nr, room;
	struct map children; /* by parent and function, while it grows */
};

/* Nodes below both have no children; a zero weight: none are. */
struct tree_thin {
	uint64_t weight, wait_ns;
};

bool tree_is_thin(const struct tree_thin *thin, const struct tally *tally);

/*
 * The callers of row @row: its call stacks from the first frame outside lock
 * code outwards. @by_wait: which weight orders siblings. 0 or -ENOMEM.
 */
int tree_callers(struct tree *tree, const struct aggr *aggr, uint32_t row,
		 const struct tree_thin *thin, bool by_wait);

/* The same stacks from the entry inwards, lock functions included. */
int tree_flame(struct tree *tree, const struct aggr *aggr, uint32_t row,
	       const struct tree_thin *thin);

/*
 * What is too thin to be told: nothing, unless rows are split into so many
 * cells that telling them all would be of no use to anybody.
 */
struct tree_thin tree_thin(const struct aggr *aggr, enum aggr_split split);

void tree_free(struct tree *tree);

#endif
