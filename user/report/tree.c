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

/*
 * One stack on its way down the tree. All stacks go down together, level by
 * level, so that a node known to be too light is not descended from: of many
 * thousand stacks most have some such frame, and the tree stays small.
 */
struct line {
	uint32_t cell, node; /* node: of the tree, where it is now */
	uint32_t next; /* callers: a node of the stacks; flame: of path */
};

struct build {
	struct tree *tree;
	struct stacks *stacks;
	const struct cell *cells;
	const struct tree_thin *thin;
	struct line *lines;
	uint32_t nr;
	bool flame;
	uint32_t *path; /* of a flame graph, outermost first; 0 ends one */
	uint32_t path_nr, path_room;
};

/* Rows times stacks: below it all is told, above it what is 0.001 % of all. */
#define MANY 65536u
#define PART 100000u

struct tree_thin tree_thin(const struct aggr *aggr, enum aggr_split split)
{
	struct tree_thin thin = { 0 };

	if (aggr->splits[split].nr > MANY || aggr->splits[split].summed_up) {
		thin.weight = aggr->all.weight / PART;
		thin.wait_ns = aggr->all.wait_ns / PART;
	}
	return thin;
}

bool tree_is_thin(const struct tree_thin *thin, const struct tally *tally)
{
	return tally->weight < thin->weight && tally->wait_ns <= thin->wait_ns;
}

/* The path of @stack from its entry inwards, at the end of build->path. */
static int put_path(struct build *b, uint32_t stack)
{
	uint32_t node = b->stacks->stacks[stack].leaf, nr = 0, i, swap;
	uint32_t *path;

	for (;; node = b->stacks->nodes[node].parent, nr++) {
		if (array_grow((void **)&b->path, &b->path_room,
			       b->path_nr + nr, sizeof(*b->path)))
			return -ENOMEM;
		if (node == STACKS_ROOT || nr == TREE_DEPTH_MAX)
			break;
		b->path[b->path_nr + nr] =
			stacks_function(b->stacks, stack, node);
	}
	path = b->path + b->path_nr;
	for (i = 0; i < nr / 2; i++) {
		swap = path[i];
		path[i] = path[nr - 1 - i];
		path[nr - 1 - i] = swap;
	}
	path[nr] = 0;
	b->path_nr += nr + 1;
	return 0;
}

static int put_lines(struct build *b, uint32_t nr_cells)
{
	uint32_t column, i;

	b->lines = malloc(((size_t)nr_cells + 1) * sizeof(*b->lines));
	if (!b->lines)
		return -ENOMEM;
	for (i = 0; i < nr_cells; i++) {
		column = b->cells[i].column;
		tally_add(&b->tree->nodes[0].tally, &b->cells[i].tally);
		if (column == MAP_NONE || column == CELLS_REST ||
		    (b->flame && column & AGGR_CALLER_ONLY))
			continue;
		b->lines[b->nr].cell = i;
		b->lines[b->nr].node = 0;
		b->lines[b->nr].next = column;
		if (b->flame) {
			b->lines[b->nr].next = b->path_nr;
			if (put_path(b, column))
				return -ENOMEM;
		} else if (!(column & AGGR_CALLER_ONLY)) {
			b->lines[b->nr].next = stacks_caller(b->stacks, column);
		}
		b->nr++;
	}
	return 0;
}

/* The next function of a line, which moves on; 0: it ends here. */
static uint32_t step(struct build *b, struct line *line)
{
	uint32_t node = line->next;

	if (b->flame) {
		line->next += !!b->path[node];
		return b->path[node];
	}
	if (node & AGGR_CALLER_ONLY) {
		line->next = STACKS_ROOT;
		return node & ~AGGR_CALLER_ONLY;
	}
	if (node == STACKS_ROOT)
		return 0;
	line->next = b->stacks->nodes[node].parent;
	return stacks_function(b->stacks, b->cells[line->cell].column, node);
}

/* All lines go a level down; those that end, or end up too thin, are left. */
static int descend(struct build *b)
{
	uint32_t nr = 0, i, function;
	struct line line;

	for (i = 0; i < b->nr; i++) {
		line = b->lines[i];
		if (line.node &&
		    tree_is_thin(b->thin, &b->tree->nodes[line.node].tally))
			continue;
		function = step(b, &line);
		if (!function)
			continue;
		line.node = child(b->tree, line.node, function);
		if (line.node == MAP_NONE)
			return -ENOMEM;
		tally_add(&b->tree->nodes[line.node].tally,
			  &b->cells[line.cell].tally);
		b->lines[nr++] = line;
	}
	b->nr = nr;
	return 0;
}

static int build(struct tree *tree, const struct aggr *aggr, uint32_t row,
		 const struct tree_thin *thin, bool flame)
{
	struct build b = {
		.tree = tree,
		.stacks = &aggr->capture->stacks,
		.thin = thin,
		.flame = flame,
	};
	uint32_t nr_cells, depth;
	int err;

	memset(tree, 0, sizeof(*tree));
	if (array_grow((void **)&tree->nodes, &tree->room, 0,
		       sizeof(*tree->nodes)))
		return -ENOMEM;
	tree->nodes[0] = (struct tree_node){ 0 };
	tree->nr = 1;
	b.cells = aggr_row_cells(aggr, row, SPLIT_STACK, &nr_cells);
	err = put_lines(&b, nr_cells);
	for (depth = 0; !err && b.nr && depth < TREE_DEPTH_MAX; depth++)
		err = descend(&b);
	free(b.lines);
	free(b.path);
	return err;
}

int tree_callers(struct tree *tree, const struct aggr *aggr, uint32_t row,
		 const struct tree_thin *thin, bool by_wait)
{
	int err = build(tree, aggr, row, thin, false);

	return err ? err : order(tree, by_wait);
}

int tree_flame(struct tree *tree, const struct aggr *aggr, uint32_t row,
	       const struct tree_thin *thin)
{
	int err = build(tree, aggr, row, thin, true);

	return err ? err : order(tree, false);
}

void tree_free(struct tree *tree)
{
	map_free(&tree->children);
	free(tree->nodes);
	memset(tree, 0, sizeof(*tree));
}
