// SPDX-License-Identifier: GPL-2.0
/*
 * The report for people: sorted rows in, a head, a table and the callers of
 * each row as a tree out.
 */
#include <errno.h>
#include <string.h>

#include "base/format.h"
#include "report/report.h"
#include "report/tree.h"

struct view {
	FILE *out;
	const struct load *load;
	const struct aggr *aggr;
	const struct report_options *options;
	const char *bold, *dim, *plain;
};

static uint64_t weigh(const struct view *view, const struct tally *tally)
{
	return view->options->by_wait ? tally->wait_ns : tally->weight;
}

static uint64_t whole(const struct view *view)
{
	return weigh(view, &view->aggr->all);
}

static void put_share(const struct view *view, const struct tally *tally)
{
	const struct tally *all = &view->aggr->all;
	char share[FORMAT_BYTES];

	fprintf(view->out, "%6s ",
		format_share(share, tally->weight, all->weight));
	if (all->samples)
		fprintf(view->out, "%4.1f ",
			100 * format_error(tally->weight, all->weight,
					   all->samples));
	else
		fprintf(view->out, "%4s ", "-");
}

static void put_tally(const struct view *view, const struct tally *tally)
{
	char samples[FORMAT_BYTES], waits[FORMAT_BYTES], total[FORMAT_BYTES],
		max[FORMAT_BYTES];

	put_share(view, tally);
	fprintf(view->out, "%8s %8s %9s %9s ",
		format_short(samples, tally->samples),
		format_short(waits, tally->waits),
		tally->waits ? format_ns(total, tally->wait_ns) : "-",
		tally->waits ? format_ns(max, tally->wait_max) : "-");
}

static const char *row_title(enum aggr_by by)
{
	switch (by) {
	case AGGR_LOCK:
		return "locks  kind          lock";
	case AGGR_CALLER:
		return "caller of a lock";
	case AGGR_TASK:
		return "    pid  task";
	case AGGR_INSTANCE:
		return "address            kind          lock";
	}
	return "";
}

static void put_titles(const struct view *view)
{
	fprintf(view->out, "%s%6s %4s %8s %8s %9s %9s  %s%s\n", view->bold,
		report_unit(view->load), "+-", "samples", "waits", "waited",
		"longest", row_title(view->aggr->by), view->plain);
}

static void put_row_name(const struct view *view, uint32_t row)
{
	const struct aggr *aggr = view->aggr;
	const struct capture *c = aggr->capture;
	uint32_t key = aggr->rows[row].key;
	char number[FORMAT_BYTES];

	switch (aggr->by) {
	case AGGR_LOCK:
		fprintf(view->out, " %5s  %-12s  ",
			aggr->rows[row].instances ?
				format_short(number,
					     aggr->rows[row].instances) :
				"-",
			lock_kind_name(c->idents[key].kind));
		break;
	case AGGR_TASK:
		/* -1 where a profile did not tell, as perf has it */
		fprintf(view->out, " %7d  ",
			key < c->nr_tasks ? (int)c->tasks[key].pid : 0);
		break;
	case AGGR_INSTANCE:
		if (key & 0x80000000u)
			fprintf(view->out, " %-18s %-12s  ", "-", "lock");
		else
			fprintf(view->out, " 0x%016llx %-12s  ",
				(unsigned long long)c->locks[key].addr,
				lock_kind_name(c->locks[key].kind));
		break;
	case AGGR_CALLER:
		putc(' ', view->out);
		break;
	}
	fputs(view->bold, view->out);
	format_put_clean(view->out, aggr_name(aggr, row));
	fprintf(view->out, "%s\n", view->plain);
}

/* A branch's line: its share of all, indented by its depth. */
static void put_branch(const struct view *view, const struct tally *tally,
		       uint32_t depth, const char *name)
{
	char share[FORMAT_BYTES];

	fprintf(view->out, "%s%*s%6s  ", view->dim, 10 + 2 * (int)depth, "",
		format_share(share, weigh(view, tally), whole(view)));
	format_put_clean(view->out, name);
	fprintf(view->out, "%s\n", view->plain);
}

static bool too_small(const struct view *view, const struct tally *tally)
{
	return (double)weigh(view, tally) <
	       view->options->min_share * (double)whole(view);
}

static void put_branches(const struct view *view, const struct tree *tree,
			 uint32_t parent, uint32_t depth)
{
	uint32_t node = tree->nodes[parent].child, nr = 0;
	struct tally rest = { 0 };
	char text[64];

	if (depth == view->options->depth)
		return;
	for (; node; node = tree->nodes[node].sibling) {
		const struct tree_node *n = &tree->nodes[node];

		if (!weigh(view, &n->tally))
			continue;
		if (too_small(view, &n->tally)) {
			rest.weight += n->tally.weight;
			rest.wait_ns += n->tally.wait_ns;
			nr++;
			continue;
		}
		put_branch(view, &n->tally, depth,
			   names_get(&view->aggr->capture->names, n->function));
		put_branches(view, tree, node, depth + 1);
	}
	if (nr) {
		snprintf(text, sizeof(text), "(%u more, each under %.1f%%)", nr,
			 100 * view->options->min_share);
		put_branch(view, &rest, depth, text);
	}
}

static int put_row(const struct view *view, uint32_t row)
{
	struct tree_thin thin = tree_thin(view->aggr, SPLIT_STACK);
	struct tree tree;
	int err;

	put_tally(view, &view->aggr->rows[row].tally);
	put_row_name(view, row);
	if (!view->options->depth)
		return 0;
	err = tree_callers(&tree, view->aggr, row, &thin,
			   view->options->by_wait);
	if (!err)
		put_branches(view, &tree,
			     view->aggr->by == AGGR_CALLER &&
					     tree.nodes[0].child ?
				     tree.nodes[0].child :
				     0,
			     0);
	tree_free(&tree);
	return err;
}

static void put_total(const struct view *view, const struct tally *tally,
		      const char *what)
{
	char share[FORMAT_BYTES], samples[FORMAT_BYTES];

	fprintf(view->out, "%6s %4s %8s  %s\n",
		format_share(share, tally->weight, view->aggr->all.weight), "",
		format_short(samples, tally->samples), what);
}

static void put_totals(const struct view *view)
{
	const struct aggr *aggr = view->aggr;
	struct tally outside = {
		.samples = aggr->all.samples - aggr->in_code.samples -
			   aggr->on_line.samples,
		.weight = aggr->all.weight - aggr->in_code.weight -
			  aggr->on_line.weight,
	};

	if (!aggr->all.samples)
		return;
	putc('\n', view->out);
	put_total(view, &aggr->in_code, "in lock code");
	if (aggr->on_line.samples)
		put_total(view, &aggr->on_line,
			  "outside lock code, on a lock's cache line");
	put_total(view, &outside, "outside lock code");
	if (aggr->user || aggr->idle)
		fprintf(view->out,
			"%20s  of these %llu in user mode, %llu idle\n", "",
			(unsigned long long)aggr->user,
			(unsigned long long)aggr->idle);
}

static void put_legend(const struct view *view)
{
	fprintf(view->out,
		"\n%sShares and samples are estimates; +- is half the 95%% interval of the share, in\n"
		"percent points. Waits and times waited are counted, not estimated. A name with\n"
		"'?' is likely, a|b is one of several; all others are certain.%s\n",
		view->dim, view->plain);
}

int report_text(FILE *out, const struct load *load,
		const struct report_options *options)
{
	const struct aggr *aggr = &load->aggr;
	struct view view = {
		.out = out,
		.load = load,
		.aggr = aggr,
		.options = options,
		.bold = options->colours ? "\033[1m" : "",
		.dim = options->colours ? "\033[2m" : "",
		.plain = options->colours ? "\033[0m" : "",
	};
	uint32_t shown = options->top && options->top < aggr->nr_rows ?
				 options->top :
				 aggr->nr_rows;
	uint32_t row;
	int err;

	report_head(out, load, options->path);
	putc('\n', out);
	if (shown)
		put_titles(&view);
	for (row = 0; row < shown; row++) {
		err = put_row(&view, row);
		if (err)
			return err;
	}
	if (shown < aggr->nr_rows)
		fprintf(out, "%31s(%u more rows: -n 0 shows all)\n", "",
			aggr->nr_rows - shown);
	put_totals(&view);
	if (shown)
		put_legend(&view);
	return 0;
}
