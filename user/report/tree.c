// SPDX-License-Identifier: GPL-2.0
/*
 * Trees of functions: the stacks of one row in, merged by function name, the
 * tree out. Two call sites in one function are one node.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/tree.h"

static uint32_t child(struct tree *tree, uint32_t parent, uint32_t function)
{
	uint64_t key = (uint64_t)parent << 32 | function;
	uint32_t node = map_get(&tree->children, key);

	if (node != MAP_NONE)
		return node;
	if (array_grow((void **)&tree->nodes, &tree->room, tree->nr,
		       sizeof(*tree->nodes)) ||
	    map_set(&tree->children, key, tree->nr))
		return MAP_NONE;
	node = tree->nr++;
	tree->nodes[node] = (struct tree_node){
		.function = function,
		.sibling = tree->nodes[parent].child,
	};
	tree->nodes[parent].child = node;
	return node;
}

static int add_path(struct tree *tree, const uint32_t *path, uint32_t nr,
		    const struct tally *tally)
{
	uint32_t node = 0, i;

	tally_add(&tree->nodes[0].tally, tally);
	for (i = 0; i < nr; i++) {
		node = child(tree, node, path[i]);
		if (node == MAP_NONE)
			return -ENOMEM;
		tally_add(&tree->nodes[node].tally, tally);
	}
	return 0;
}

struct sibling {
	struct tally tally;
	uint32_t node, function;
};

static int compare(const void *pa, const void *pb, void *by_wait)
{
	const struct sibling *a = pa, *b = pb;
	int cmp = tally_compare(&a->tally, &b->tally, *(bool *)by_wait);

	return cmp ? cmp : a->function < b->function ? -1 : 1;
}

/* Each list of siblings anew, heaviest first. */
static int order(struct tree *tree, bool by_wait)
{
	struct sibling *list = malloc(tree->nr * sizeof(*list));
	struct tree_node *nodes = tree->nodes;
	uint32_t parent, node, nr;

	if (!list)
		return -ENOMEM;
	for (parent = 0; parent < tree->nr; parent++) {
		nr = 0;
		for (node = nodes[parent].child; node;
		     node = nodes[node].sibling)
			list[nr++] = (struct sibling){
				.tally = nodes[node].tally,
				.node = node,
				.function = nodes[node].function,
			};
		qsort_r(list, nr, sizeof(*list), compare, &by_wait);
		for (node = 0; nr; node = list[nr].node)
			nodes[list[--nr].node].sibling = node;
		nodes[parent].child = node;
	}
	free(list);
	return 0;
}

/* Functions of @stack from node @from outwards. */
static uint32_t walk(const struct aggr *aggr, uint32_t stack, uint32_t from,
		     uint32_t *path)
{
	struct stacks *stacks = &aggr->capture->stacks;
	uint32_t nr = 0;

	for (; from != STACKS_ROOT && nr < TREE_DEPTH_MAX;
	     from = stacks->nodes[from].parent)
		path[nr++] = stacks_function(stacks, stack, from);
	return nr;
}

static void reverse(uint32_t *path, uint32_t nr)
{
	uint32_t i, swap;

	for (i = 0; i < nr / 2; i++) {
		swap = path[i];
		path[i] = path[nr - 1 - i];
		path[nr - 1 - i] = swap;
	}
}

static int build(struct tree *tree, const struct aggr *aggr, uint32_t row,
		 bool flame)
{
	struct stacks *stacks = &aggr->capture->stacks;
	uint32_t path[TREE_DEPTH_MAX], nr_cells, nr, i;
	const struct cell *cells;
	int err;

	memset(tree, 0, sizeof(*tree));
	if (array_grow((void **)&tree->nodes, &tree->room, 0,
		       sizeof(*tree->nodes)))
		return -ENOMEM;
	tree->nodes[0] = (struct tree_node){ 0 };
	tree->nr = 1;
	cells = aggr_row_cells(aggr, row, SPLIT_STACK, &nr_cells);
	for (i = 0; i < nr_cells; i++) {
		nr = 0;
		if (cells[i].column != MAP_NONE)
			nr = walk(aggr, cells[i].column,
				  flame ? stacks->stacks[cells[i].column].leaf :
					  stacks_caller(stacks,
							cells[i].column),
				  path);
		if (flame)
			reverse(path, nr);
		err = add_path(tree, path, nr, &cells[i].tally);
		if (err)
			return err;
	}
	return 0;
}

int tree_callers(struct tree *tree, const struct aggr *aggr, uint32_t row,
		 bool by_wait)
{
	int err = build(tree, aggr, row, false);

	return err ? err : order(tree, by_wait);
}

int tree_flame(struct tree *tree, const struct aggr *aggr, uint32_t row)
{
	int err = build(tree, aggr, row, true);

	return err ? err : order(tree, false);
}

void tree_free(struct tree *tree)
{
	map_free(&tree->children);
	free(tree->nodes);
	memset(tree, 0, sizeof(*tree));
}
