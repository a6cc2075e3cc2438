// SPDX-License-Identifier: GPL-2.0
/*
 * All files' results in, one list of sites and one of occurrences out, in the
 * order of the tree, no place twice.
 */
#include <stdlib.h>

#include "source/build/never.h"
#include "source/search/search.h"
#include "source/search/verdict.h"

void search_settle(struct search *search)
{
	struct result *r;
	struct pending *p;
	const char *other;
	uint32_t i, k, answers;

	for (i = 0; i < tree_count(search->tree); i++) {
		r = &search->results[i];
		for (k = 0; k < r->pending_count; k++) {
			p = &r->pending[k];
			if (!p->at)
				continue;
			answers = verdict_get(search->verdicts, p->at, &other);
			if (answers & (1u << MATCH_YES))
				continue;
			if (p->site != NO_TOKEN)
				r->sites[p->site].class = (enum site_class) - 1;
			r->occurrences[p->occurrence].why = WHY_OTHER;
			r->occurrences[p->occurrence].detail = arena_text(
				&search->workers[0].arena,
				answers ? other : "a macro that nothing uses",
				strlen(answers ? other :
						 "a macro that nothing uses"));
		}
	}
}

void search_stopped(struct search *search)
{
	const struct definition *d;
	struct occurrence *o;
	struct result *r;
	uint32_t i;

	for (i = 0; i < search->found_count; i++) {
		for (d = search->found[i]->definitions; d; d = d->next) {
			r = &search->results[d->file];
			o = ARRAY_ADD(r->occurrences, r->occurrence_count,
				      r->occurrence_capacity);
			memset(o, 0, sizeof(*o));
			o->file = tree_path(search->tree, d->file);
			o->id = d->file;
			o->offset = d->helper.body.start;
			o->line = d->helper.line;
			o->why = WHY_UNEXPLAINED;
			o->detail = "it leads to the lock by too many steps";
		}
	}
	search->found_count = 0;
}

static int by_place(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->col != y->col)
		return x->col < y->col ? -1 : 1;
	return strcmp(x->argument, y->argument);
}

static int by_offset(const void *a, const void *b)
{
	const struct occurrence *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* What nobody compiles need not be understood. */
static void excuse(struct search *search, struct site_set *set)
{
	struct occurrence *o;
	uint32_t i;

	for (i = 0; set->unexplained && i < set->occurrence_count; i++) {
		o = &set->occurrences[i];
		if (o->why != WHY_UNEXPLAINED ||
		    !never_compiled(search->tree, o->id, o->offset))
			continue;
		o->why = WHY_OTHER;
		o->detail = "in text that is never compiled";
		set->unexplained--;
	}
}

void search_gather(struct search *search, struct site_set *set)
{
	uint32_t i, k, sites = 0, occurrences = 0;
	struct result *r;

	for (i = 0; i < tree_count(search->tree); i++) {
		sites += search->results[i].site_count;
		occurrences += search->results[i].occurrence_count;
	}
	set->sites = calloc(sites ? sites : 1, sizeof(*set->sites));
	set->occurrences = calloc(occurrences ? occurrences : 1,
				  sizeof(*set->occurrences));
	for (i = 0; i < tree_count(search->tree); i++) {
		r = &search->results[i];
		if (r->occurrence_count)
			qsort(r->occurrences, r->occurrence_count,
			      sizeof(*r->occurrences), by_offset);
		for (k = 0; k < r->occurrence_count; k++)
			if (!k || r->occurrences[k].offset !=
					  r->occurrences[k - 1].offset)
				set->occurrences[set->occurrence_count++] =
					r->occurrences[k];
		for (k = 0; k < r->site_count; k++)
			if (r->sites[k].class != (enum site_class) - 1)
				set->sites[set->count++] = r->sites[k];
	}
	if (set->count)
		qsort(set->sites, set->count, sizeof(*set->sites), by_place);
	for (i = 0, k = 0; i < set->count; i++)
		if (!k || set->sites[i].id != set->sites[k - 1].id ||
		    set->sites[i].call.start != set->sites[k - 1].call.start ||
		    set->sites[i].lock.start != set->sites[k - 1].lock.start)
			set->sites[k++] = set->sites[i];
	set->count = k;
	for (i = 0; i < set->occurrence_count; i++)
		set->unexplained += set->occurrences[i].why == WHY_UNEXPLAINED;
	excuse(search, set);
}
