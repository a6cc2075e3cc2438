// SPDX-License-Identifier: GPL-2.0
/*
 * The report for other programs' formats: sorted rows in; CSV (RFC 4180, one
 * row a row) or folded stacks (one line a stack, as flame graph tools read
 * them, rooted at the lock) out.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/format.h"
#include "report/report.h"
#include "report/tree.h"

static void put_row(FILE *out, const struct aggr *aggr, uint32_t row)
{
	const struct capture *c = aggr->capture;
	const struct aggr_row *r = &aggr->rows[row];
	const struct tally *all = &aggr->all;
	uint8_t kind = 0, confidence = 0;

	if (aggr->by == AGGR_LOCK) {
		kind = c->idents[r->key].kind;
		confidence = c->idents[r->key].confidence;
	} else if (aggr->by == AGGR_INSTANCE && !(r->key & 0x80000000u)) {
		kind = c->locks[r->key].kind;
		confidence = c->idents[c->locks[r->key].ident].confidence;
	}
	fprintf(out, "%u,", row + 1);
	format_put_csv(out, aggr_name(aggr, row));
	fprintf(out, ",%s,%s,%u,%llu,%llu,%.6f,%.6f,%llu,%llu,%llu\n",
		lock_kind_name(kind), lock_confidence_name(confidence),
		r->instances, (unsigned long long)r->tally.samples,
		(unsigned long long)r->tally.weight,
		all->weight ? (double)r->tally.weight / all->weight : 0,
		format_error(r->tally.weight, all->weight, all->samples),
		(unsigned long long)r->tally.waits,
		(unsigned long long)r->tally.wait_ns,
		(unsigned long long)r->tally.wait_max);
}

int report_csv(FILE *out, const struct load *load)
{
	uint32_t row;

	fputs("rank,name,kind,confidence,instances,samples,events_estimated,"
	      "share,share_error,waits,wait_ns,wait_max_ns\n",
	      out);
	for (row = 0; row < load->aggr.nr_rows; row++)
		put_row(out, &load->aggr, row);
	return 0;
}

struct fold {
	FILE *out;
	const struct aggr *aggr;
	const struct tree *tree;
	struct tree_thin thin; /* is summed up in the caller's line */
	uint32_t *path;
	const char *lock;
};

/* Depth first, without recursion deeper than a stack's frames. */
static void put_node(struct fold *fold, uint32_t node, uint32_t depth)
{
	const struct tree_node *nodes = fold->tree->nodes;
	uint64_t self = nodes[node].tally.samples;
	uint32_t child, i;

	if (node)
		fold->path[depth - 1] = nodes[node].function;
	for (child = nodes[node].child; child; child = nodes[child].sibling) {
		if (tree_is_thin(&fold->thin, &nodes[child].tally))
			continue;
		self -= nodes[child].tally.samples;
		put_node(fold, child, depth + 1);
	}
	if (!self)
		return;
	format_put_folded(fold->out, fold->lock);
	for (i = 0; i < depth; i++) {
		putc(';', fold->out);
		format_put_folded(fold->out,
				  names_get(&fold->aggr->capture->names,
					    fold->path[i]));
	}
	fprintf(fold->out, " %llu\n", (unsigned long long)self);
}

int report_folded(FILE *out, const struct load *load)
{
	struct fold fold = {
		.out = out,
		.aggr = &load->aggr,
		.thin = tree_thin(&load->aggr, SPLIT_STACK),
	};
	struct tree tree;
	uint32_t row;
	int err = 0;

	fold.path = malloc(TREE_DEPTH_MAX * sizeof(*fold.path));
	if (!fold.path)
		return -ENOMEM;
	for (row = 0; row < load->aggr.nr_rows && !err; row++) {
		err = tree_flame(&tree, &load->aggr, row, &fold.thin);
		if (!err) {
			fold.tree = &tree;
			fold.lock = aggr_name(&load->aggr, row);
			put_node(&fold, 0, 0);
		}
		tree_free(&tree);
	}
	free(fold.path);
	return err;
}
