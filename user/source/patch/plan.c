// SPDX-License-Identifier: GPL-2.0
/*
 * Sites come in from the source engine, a verdict on each goes out. Nothing is
 * skipped: whatever is not converted has its reason, and is listed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/built.h"
#include "source/patch/judge.h"
#include "source/patch/plan.h"
#include "source/lent/definers.h"
#include "source/lent/reach.h"
#include "source/lent/stay.h"

#define MANY 12 /* sites of other configurations: then they are counted */

static bool one_function(const struct site *a, const struct site *b)
{
	return a->id == b->id && *a->function &&
	       !strcmp(a->function, b->function);
}

/* Acquisitions and releases in the function around @site. */
static void count_verbs(const struct plan *plan, const struct site *site,
			size_t *takes, size_t *gives)
{
	uint32_t i;

	*takes = *gives = 0;
	for (i = 0; i < plan->set->count; i++) {
		const struct site *s = &plan->set->sites[i];

		if (!one_function(s, site) || !s->row)
			continue;
		*takes += s->row->verb == VERB_ACQUIRE ||
			  s->row->verb == VERB_TRY;
		*gives += s->row->verb == VERB_RELEASE;
	}
}

/*
 * A function with an obstacle is left as a whole. If it only takes or only
 * gives the lock, its partner is elsewhere in the file, and so are all others
 * that do: they are left with it.
 */
static void leave_with(struct plan *plan, const struct site *bad)
{
	size_t takes, gives, i;
	bool lopsided;

	count_verbs(plan, bad, &takes, &gives);
	lopsided = !takes != !gives;
	for (i = 0; i < plan->set->count; i++) {
		const struct site *s = &plan->set->sites[i];

		if (plan->verdicts[i].fate != FATE_CONVERT || s->id != bad->id)
			continue;
		count_verbs(plan, s, &takes, &gives);
		if (one_function(s, bad) || (lopsided && !takes != !gives))
			plan->verdicts[i] =
				obstacle("beside one that cannot be converted");
	}
}

static void leave_functions(struct plan *plan)
{
	uint32_t i;

	for (i = 0; i < plan->set->count; i++)
		if (plan->verdicts[i].fate == FATE_OBSTACLE &&
		    strcmp(plan->verdicts[i].why,
			   "beside one that cannot be converted"))
			leave_with(plan, &plan->set->sites[i]);
}

/* Headers are copied from for those who call; when none does, there is no use. */
static void drop_uncalled(struct plan *plan)
{
	uint32_t i;

	for (i = 0; i < plan->set->count; i++)
		if (plan->verdicts[i].fate == FATE_CONVERT &&
		    !path_is_header(plan->set->sites[i].file))
			return;
	for (i = 0; i < plan->set->count; i++)
		if (plan->verdicts[i].fate == FATE_CONVERT)
			plan->verdicts[i] =
				leave("nothing that a patch reaches calls it");
}

/* A helper's calls stay when nothing in its definition is converted. */
static bool helper_converts(const struct plan *plan,
			    const struct lock_helper *helper)
{
	uint32_t i;

	for (i = 0; i < plan->set->count; i++) {
		const struct site *s = &plan->set->sites[i];

		if (plan->verdicts[i].fate == FATE_CONVERT &&
		    site_in_helper(s, helper))
			return true;
	}
	return false;
}

static void drop_empty_helpers(struct plan *plan)
{
	bool again = true;
	uint32_t i;

	while (again) {
		again = false;
		for (i = 0; i < plan->set->count; i++) {
			const struct site *s = &plan->set->sites[i];

			if (plan->verdicts[i].fate != FATE_CONVERT ||
			    !s->helper || helper_converts(plan, s->helper))
				continue;
			plan->verdicts[i] =
				leave("calls a helper that stays as it is");
			again = true;
		}
	}
}

/* Unexplained, but not in what this configuration builds. */
static bool is_foreign(const struct plan *plan, const struct occurrence *o)
{
	return o->why == WHY_UNEXPLAINED &&
	       built_never(plan->book.config, plan->book.kbuild, o->file);
}

int plan_make(struct plan *plan, struct tree *tree, struct site_set *set,
	      const struct plan_opts *opts)
{
	uint32_t i;
	int ret;

	*plan = (struct plan){
		.tree = tree,
		.set = set,
		.book = { .tree = tree,
			  .tab = opts->tab,
			  .config = opts->all_configs ? NULL : opts->config,
			  .kbuild = opts->kbuild },
	};
	ret = definers_expect(&plan->book, set);
	if (!ret)
		ret = reach_extend(&plan->reach, &plan->book, set);
	if (ret)
		return ret;
	plan->verdicts = calloc(set->count + 1, sizeof(*plan->verdicts));
	if (!plan->verdicts)
		return -ENOMEM;
	for (i = 0; i < set->count; i++)
		plan->verdicts[i] = judge_site(plan, &set->sites[i], opts);
	if (!opts->syncord)
		stay_judge(plan);
	if (opts->allow_partial)
		leave_functions(plan);
	drop_empty_helpers(plan);
	drop_uncalled(plan);
	for (i = 0; i < set->count; i++)
		if (plan->verdicts[i].fate == FATE_CONVERT &&
		    plan->verdicts[i].lent)
			plan->verdicts[i].lent->used = true;
	for (i = 0; i < set->occurrence_count; i++)
		plan->foreign += is_foreign(plan, &set->occurrences[i]);
	plan->obstacles = set->unexplained - plan->foreign;
	for (i = 0; i < set->count; i++) {
		plan->converted += plan->verdicts[i].fate == FATE_CONVERT;
		plan->left += plan->verdicts[i].fate == FATE_LEAVE;
		plan->obstacles += plan->verdicts[i].fate == FATE_OBSTACLE;
	}
	return 0;
}

/* A site in a file of which nothing is built: another architecture's, ... */
static bool is_afar(const struct plan *plan, uint32_t i)
{
	const struct site *s = &plan->set->sites[i];

	return s->class == SITE_OTHER_CONFIG &&
	       plan->verdicts[i].fate == FATE_LEAVE &&
	       built_never(plan->book.config, plan->book.kbuild, s->file);
}

/* How many there are, and in how many files. */
static uint32_t count_afar(const struct plan *plan, uint32_t *files)
{
	uint32_t i, last = UINT32_MAX, n = 0;

	*files = 0;
	for (i = 0; i < plan->set->count; i++) {
		if (!is_afar(plan, i))
			continue;
		n++;
		*files += plan->set->sites[i].id != last;
		last = plan->set->sites[i].id;
	}
	return n;
}

void plan_list(const struct plan *plan, enum fate fate, const char *indent,
	       FILE *out)
{
	const struct site_set *set = plan->set;
	uint32_t i, files, afar = 0;

	if (fate == FATE_LEAVE)
		afar = count_afar(plan, &files);

	for (i = 0; i < set->count; i++) {
		const struct site *s = &set->sites[i];

		if (plan->verdicts[i].fate != fate)
			continue;
		/* there are many, and nobody expects them to change */
		if (s->class == SITE_ASSERT ||
		    (afar > MANY && is_afar(plan, i)))
			continue;
		fprintf(out, "%s%s:%u: %s: %s(%s): %s", indent, s->file,
			s->line, *s->function ? s->function : "file scope",
			s->api, s->argument, plan->verdicts[i].why ?: "");
		if (s->class == SITE_ESCAPE && s->goes)
			fprintf(out, ": %s", s->goes);
		if (plan->verdicts[i].also)
			fprintf(out, ": %s", plan->verdicts[i].also);
		if (s->class == SITE_OTHER_CONFIG && *s->condition)
			fprintf(out, ": %s", s->condition);
		fputc('\n', out);
	}
	if (afar > MANY)
		fprintf(out,
			"%s%u in %u files of which this configuration builds nothing\n",
			indent, afar, files);
	for (i = 0; i < set->occurrence_count && fate == FATE_OBSTACLE; i++) {
		const struct occurrence *o = &set->occurrences[i];

		if (o->why == WHY_UNEXPLAINED && !is_foreign(plan, o))
			fprintf(out,
				"%s%s:%u: unexplained use of the name%s%s\n",
				indent, o->file, o->line,
				o->detail && *o->detail ? ": " : "",
				o->detail ? o->detail : "");
	}
}

void plan_free(struct plan *plan)
{
	free(plan->verdicts);
	plan->verdicts = NULL;
	lent_free(&plan->book);
	reach_free(&plan->reach);
}
