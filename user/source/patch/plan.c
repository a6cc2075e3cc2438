// SPDX-License-Identifier: GPL-2.0
/*
 * Sites come in from the source engine, a verdict on each goes out. Nothing is
 * skipped: whatever is not converted has its reason, and is listed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/built.h"
#include "source/variant/clone.h"
#include "source/variant/guardclass.h"
#include "source/patch/lint.h"
#include "source/patch/plan.h"
#include "source/lent/definers.h"
#include "source/lent/reach.h"
#include "source/lent/stay.h"
#include "source/syncord/syncord_chain.h"
#include "source/variant/variant.h"

#define MANY 12 /* sites of other configurations: then they are counted */

static struct verdict leave(const char *why)
{
	return (struct verdict){ .fate = FATE_LEAVE, .why = why };
}

static struct verdict obstacle(const char *why)
{
	return (struct verdict){ .fate = FATE_OBSTACLE, .why = why };
}

static struct verdict judge_api(const struct plan *plan,
				const struct site *site,
				const struct plan_opts *opts)
{
	bool syncord = opts->syncord;
	const char *why;

	if (!site->row)
		return obstacle("this spelling is not in the lock table");
	switch (site->row->verb) {
	case VERB_ASSERT:
	case VERB_QUERY:
	case VERB_INIT:
		return leave("asks, checks or initialises; takes nothing");
	case VERB_WRAP:
		return leave("held before and after; drops it inside");
	default:
		break;
	}
	if (site->more)
		return obstacle(
			"a macro that does more than take or give the lock");
	if (!syncord && site->row->verb == VERB_ACQUIRE &&
	    !strncmp(site->api, "scoped_", 7))
		return leave(
			"a scope that stays stock: it gives back what it takes");
	why = syncord ? syncord_stays(site->row, opts->can) : NULL;
	if (why)
		return leave(why);
	if (syncord && !syncord_possible(site->row, opts->can))
		return obstacle(syncord_reason(site->row));
	if (!variant_possible(site->row))
		return obstacle(variant_reason(site->row));
	if (!lint_arguments(plan->tree, site))
		return obstacle(
			"a variant takes other arguments than this spelling");
	return (struct verdict){ .fate = FATE_CONVERT };
}

static bool in_header(const char *file)
{
	size_t len = strlen(file);

	return len > 2 && !strcmp(file + len - 2, ".h");
}

/* A reader that only looks at the sequence. */
static bool reads_only(const char *api)
{
	return strstr(api, "read_seqbegin") == api ||
	       strstr(api, "read_seqretry") == api ||
	       strstr(api, "need_seqretry") == api ||
	       strstr(api, "read_seqcount") || strstr(api, "seqprop");
}

/* Does the call run a macro of the same file that is edited itself? */
static bool calls_edited_macro(const struct plan *plan, const struct site *call)
{
	uint32_t i;

	for (i = 0; i < plan->set->count; i++) {
		const struct site *s = &plan->set->sites[i];

		if (s->in_macro && s->id == call->id &&
		    !strcmp(s->function, call->api))
			return true;
	}
	return false;
}

static bool is_seqlock(const struct plan *plan)
{
	uint32_t i;

	for (i = 0; i < plan->set->count; i++)
		if (plan->set->sites[i].row &&
		    plan->set->sites[i].row->family == FAMILY_SEQLOCK)
			return true;
	return plan->set->family == FAMILY_SEQLOCK;
}

/* Locks of this field among the arguments of one call. */
static unsigned int lent_here(const struct plan *plan, const struct site *call)
{
	unsigned int n = 0;
	uint32_t i;

	for (i = 0; i < plan->set->count; i++)
		n += plan->set->sites[i].id == call->id &&
		     plan->set->sites[i].name.start == call->name.start;
	return n;
}

/* May the function that moves the lock be converted, or copied, itself? */
static bool lent_converts(const struct plan *plan, const struct lent *lent,
			  const struct site *site, const struct plan_opts *opts)
{
	uint32_t i;

	if (lent->macro || lent->aliased || lent->nested ||
	    (!lent->own && !lent->header) ||
	    (lent->own && (lent->id != site->id ||
			   site->name.start < lent->helper.body.end)) ||
	    (lent->swapped && lent_here(plan, site) < 2))
		return false;
	for (i = 0; i < lent->count; i++)
		if (!variant_possible(lent->sites[i].row) ||
		    (opts->syncord &&
		     !syncord_possible(lent->sites[i].row, opts->can)))
			return false;
	return true;
}

static bool beyond_concord(const struct site *site,
			   const struct plan_opts *opts)
{
	return opts->syncord && opts->kbuild &&
	       kbuild_file(opts->kbuild, site->file) == KBUILD_MODULE;
}

/*
 * It may stay, for it gives back what it takes; but where it is the file's own
 * function, the policy is to hear of it.
 */
static bool balanced_converts(const struct plan *plan, const struct lent *lent,
			      const struct site *site,
			      const struct plan_opts *opts)
{
	const char *why;

	return lent->own && lent->count && !beyond_concord(site, opts) &&
	       lent_converts(plan, lent, site, opts) &&
	       lint_site(plan->tree, lent->sites, &why) == LINT_OK;
}

/* Where an address goes decides whether that matters. */
static struct verdict judge_lent(struct plan *plan, const struct site *site,
				 const struct plan_opts *opts)
{
	struct lent *lent = lent_of(&plan->book, plan->set, site);
	const struct lock_api *row;

	if (!lent)
		return obstacle("the lock's address leaves");
	switch (lent->kind) {
	case LENT_NOTHING:
		return leave("what is called only asks; takes nothing");
	case LENT_BALANCED:
		if (balanced_converts(plan, lent, site, opts))
			return (struct verdict){ .fate = FATE_CONVERT,
						 .lent = lent };
		return leave(
			"what is called leaves the lock as it was, by stock calls");
	case LENT_MOVES:
		row = locktab_find(plan->book.tab, site->api,
				   strlen(site->api));
		if (!opts->syncord && row && row->family == FAMILY_LOCKREF &&
		    variant_possible(row))
			return (struct verdict){ .fate = FATE_CONVERT,
						 .row = row };
		if (lent_converts(plan, lent, site, opts))
			return (struct verdict){ .fate = FATE_CONVERT,
						 .lent = lent };
		if (opts->syncord && opts->can.down_write &&
		    plan->set->family == FAMILY_RWSEM)
			return leave(
				"what is called works on the same lock by the kernel's own calls");
		return obstacle(
			"what is called takes or gives the lock for its caller");
	default:
		return obstacle("the lock's address leaves");
	}
}

static struct verdict judge_escape(struct plan *plan, const struct site *site,
				   const struct plan_opts *opts)
{
	struct text text;

	if (site->row && site->row->verb == VERB_WRAP)
		return leave("held before and after; drops it inside");
	if (site->settled)
		return leave(site->settled);
	if (!opts->syncord && !tree_text(plan->tree, site->id, &text) &&
	    guard_is_class(plan->tree, text.data + site->name.start))
		return leave(
			"of a guard that stays stock: it gives back what it takes");
	if (is_seqlock(plan) && reads_only(site->api))
		return leave("reads beside the lock; takes nothing");
	if (!strncmp(site->api, "SEQCNT_", 7) ||
	    !strncmp(site->api, "seqcount_", 9))
		return leave(
			"goes with a sequence counter, which only checks it");
	if (calls_edited_macro(plan, site))
		return leave("calls a macro that is converted itself");
	return judge_lent(plan, site, opts);
}

/* Inside a DEFINE_GUARD()? */
static bool in_guard(struct tree *tree, const struct site *site)
{
	const char *p, *end;
	struct text text;

	if (tree_text(tree, site->id, &text))
		return false;
	end = text.data + site->name.start;
	for (p = end; p > text.data && *p != ';' && *p != '}'; p--)
		if (!strncmp(p, "DEFINE_", 7))
			return memmem(p, strcspn(p, "("), "GUARD", 5);
	return false;
}

/* At file scope, of the lock as its argument: who calls what it makes? */
static bool makes_functions(struct tree *tree, const struct site *site)
{
	return !*site->function && !site->helper && !site->in_macro &&
	       !in_guard(tree, site);
}

static bool is_guard(const struct site *site)
{
	return site->row && site->row->verb == VERB_GUARD &&
	       !strncmp(site->api, "guard(", 6);
}

static struct verdict judge_rules(const struct plan *plan,
				  const struct site *site,
				  struct verdict verdict)
{
	const char *why;

	switch (lint_site(plan->tree, site, &why)) {
	case LINT_HARMLESS:
		return leave(why); /* obstacle or not */
	case LINT_REFUSED:
		verdict = obstacle(why);
		verdict.rule = true;
		return verdict;
	default:
		return verdict;
	}
}

/* In the helper's definition? A guard's has no function's name. */
static bool is_in(const struct site *s, const struct lock_helper *helper)
{
	if (strcmp(s->file, helper->file))
		return false;
	return !strcmp(s->function, helper->name) ||
	       (!*s->function && s->name.start >= helper->body.start &&
		s->name.end <= helper->body.end);
}

/* Is there any site in the helper's definition? */
static bool has_place(const struct site_set *set,
		      const struct lock_helper *helper)
{
	uint32_t i;

	for (i = 0; i < set->count; i++)
		if (is_in(&set->sites[i], helper))
			return true;
	return false;
}

static struct verdict judge(struct plan *plan, const struct site *site,
			    const struct plan_opts *opts)
{
	enum site_class class = site->class;
	struct verdict verdict;

	if (class == SITE_OTHER_CONFIG) {
		if (!opts->all_configs)
			return leave("not built by this configuration");
		class = site->within;
	}
	switch (class) {
	case SITE_ASSERT:
		return leave("asks, checks or initialises; takes nothing");
	case SITE_ESCAPE:
		verdict = judge_escape(plan, site, opts);
		if (verdict.fate != FATE_CONVERT)
			return verdict;
		return judge_rules(plan, site, verdict);
	default:
		break;
	}
	if (!site->row && !strcmp(site->api, "return"))
		return leave("hands out the lock; its callers are judged");
	if (class == SITE_HELPER && makes_functions(plan->tree, site))
		return obstacle("makes functions that take or give the lock");
	verdict = site->helper && !(is_guard(site) && opts->syncord) ?
			  (struct verdict){ .fate = FATE_CONVERT } :
			  judge_api(plan, site, opts);
	if (verdict.fate == FATE_OBSTACLE)
		return judge_rules(plan, site, verdict);
	if (verdict.fate != FATE_CONVERT)
		return verdict;
	if (in_header(site->file) &&
	    !clone_around(plan->tree, plan->set, site)) {
		if (in_guard(plan->tree, site))
			return leave("of a guard that nothing uses");
		verdict = obstacle("in a header, outside any helper");
		verdict.rule = true;
		return verdict;
	}
	if (in_header(site->file) && !clone_fits(plan->tree, site->file)) {
		if (!opts->syncord && in_guard(plan->tree, site))
			return leave(
				"of a guard that stays stock: it gives back what it takes");
		verdict = obstacle("in a private header without a guard");
		verdict.rule = true;
		return verdict;
	}
	if (beyond_concord(site, opts))
		return leave("in a module: concord.py patches vmlinux only");
	if (site->helper && site->helper->macro &&
	    !has_place(plan->set, site->helper))
		return obstacle("its macro makes the field's name by ##");
	/* a helper outside headers is converted where it is defined */
	if (site->helper && !in_header(site->helper->file))
		return leave("calls a function that is converted itself");
	return judge_rules(plan, site, verdict);
}

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
		    !in_header(plan->set->sites[i].file))
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

		if (plan->verdicts[i].fate == FATE_CONVERT && is_in(s, helper))
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
		plan->verdicts[i] = judge(plan, &set->sites[i], opts);
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
