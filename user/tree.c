// SPDX-License-Identifier: GPL-2.0
/*
 * Trees of functions: the stacks of one row in, merged by function name, the
 * tree out. Two call sites in one function are one node.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tree.h"

static void add(struct tally *to, const struct tally *from)
{
	to->samples += from->samples;
	to->weight += from->weight;
	to->waits += from->waits;
	to->wait_ns += from->wait_ns;
	if (from->wait_max > to->wait_max)
		to->wait_max = from->wait_max;
}

static uint32_t child(struct tree *tree, uint32_t parent, uint32_t function)
{
	uint32_t node = tree->nodes[parent].child;

	for (; node; node = tree->nodes[node].sibling)
		if (tree->nodes[node].function == function)
			return node;
	if (array_grow((void **)&tree->nodes, &tree->room, tree->nr,
		       sizeof(*tree->nodes)))
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

	add(&tree->nodes[0].tally, tally);
	for (i = 0; i < nr; i++) {
		node = child(tree, node, path[i]);
		if (node == MAP_NONE)
			return -ENOMEM;
		add(&tree->nodes[node].tally, tally);
	}
	return 0;
}

static bool heavier(const struct tree_node *a, const struct tree_node *b,
		    bool by_wait)
{
	uint64_t wa = by_wait ? a->tally.wait_ns : a->tally.weight;
	uint64_t wb = by_wait ? b->tally.wait_ns : b->tally.weight;

	if (wa != wb)
		return wa > wb;
	wa = by_wait ? a->tally.weight : a->tally.wait_ns;
	wb = by_wait ? b->tally.weight : b->tally.wait_ns;
	return wa > wb || (wa == wb && a->function < b->function);
}

/* Insertion sort of each list of siblings: they are short. */
static void order(struct tree *tree, bool by_wait)
{
	struct tree_node *nodes = tree->nodes;
	uint32_t parent, node, next, *link;

	for (parent = 0; parent < tree->nr; parent++) {
		node = nodes[parent].child;
		nodes[parent].child = 0;
		for (; node; node = next) {
			next = nodes[node].sibling;
			link = &nodes[parent].child;
			while (*link &&
			       heavier(&nodes[*link], &nodes[node], by_wait))
				link = &nodes[*link].sibling;
			nodes[node].sibling = *link;
			*link = node;
		}
	}
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
	const struct aggr_cell *cells;
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
		if (cells[i].other != MAP_NONE)
			nr = walk(aggr, cells[i].other,
				  flame ? stacks->stacks[cells[i].other].leaf :
					  stacks_caller(stacks, cells[i].other),
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

	if (!err)
		order(tree, by_wait);
	return err;
}

int tree_flame(struct tree *tree, const struct aggr *aggr, uint32_t row)
{
	int err = build(tree, aggr, row, true);

	if (!err)
		order(tree, false);
	return err;
}

void tree_free(struct tree *tree)
{
	free(tree->nodes);
	memset(tree, 0, sizeof(*tree));
}
