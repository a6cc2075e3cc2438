// SPDX-License-Identifier: GPL-2.0
/*
 * One site comes in, the verdict on it goes out: what the lock table, the ABI,
 * the configuration and the rules of livepatching say of it.
 */
#include <string.h>

#include "source/lent/reach.h"
#include "source/patch/judge.h"
#include "source/patch/lint.h"
#include "source/syncord/syncord_chain.h"
#include "source/variant/clone.h"
#include "source/variant/guardclass.h"
#include "source/variant/variant.h"

/* Does the call pass what the variant of its function takes? */
static bool passes_arguments(const struct plan *plan, const struct site *site)
{
	struct text text;

	return site->args.end <= site->args.start ||
	       tree_text(plan->tree, site->id, &text) ||
	       variant_fits(site->row, text.data + site->args.start,
			    site->args.end - site->args.start);
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
	if (!passes_arguments(plan, site))
		return obstacle(
			"a variant takes other arguments than this spelling");
	return (struct verdict){ .fate = FATE_CONVERT };
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

/* Is there any site in the helper's definition? */
static bool has_place(const struct site_set *set,
		      const struct lock_helper *helper)
{
	uint32_t i;

	for (i = 0; i < set->count; i++)
		if (site_in_helper(&set->sites[i], helper))
			return true;
	return false;
}

struct verdict judge_site(struct plan *plan, const struct site *site,
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
	if (path_is_header(site->file) &&
	    !clone_around(plan->tree, plan->set, site)) {
		if (in_guard(plan->tree, site))
			return leave("of a guard that nothing uses");
		verdict = obstacle("in a header, outside any helper");
		verdict.rule = true;
		return verdict;
	}
	if (path_is_header(site->file) && !clone_fits(plan->tree, site->file)) {
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
	if (site->helper && !path_is_header(site->helper->file))
		return leave("calls a function that is converted itself");
	return judge_rules(plan, site, verdict);
}
