// SPDX-License-Identifier: GPL-2.0
/*
 * A plan's functions that move a lent lock go in; edits of their calls come
 * out, in place or in a copy that stands right behind the original.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/lent/borrow.h"
#include "source/type/unit.h"

static bool same_function(const struct lent *a, const struct lent *b)
{
	return a->id == b->id && a->helper.body.start == b->helper.body.start;
}

/* Does the plan convert a call of @lent whose name stands at byte @at? */
static bool is_ours(const struct plan *plan, const struct lent *lent,
		    uint32_t at)
{
	uint32_t i;

	for (i = 0; i < plan->set->count; i++)
		if (plan->verdicts[i].fate == FATE_CONVERT &&
		    plan->verdicts[i].lent &&
		    same_function(plan->verdicts[i].lent, lent) &&
		    plan->set->sites[i].id == lent->id &&
		    plan->set->sites[i].name.start == at)
			return true;
	return false;
}

bool borrow_in_place(const struct borrow *b, const struct lent *lent)
{
	struct unit unit = { 0 };
	size_t len = strlen(lent->name);
	bool ours = lent->own;
	struct text text;
	uint32_t i;

	if (!ours || tree_text(b->tree, lent->id, &text))
		return false;
	unit_read(&unit, lent->id, text, true);
	for (i = 0; ours && i < unit.lexed.tokens.count; i++) {
		const struct token *t = &unit.lexed.tokens.list[i];
		uint32_t at = (uint32_t)(t->at - text.data);

		if (t->kind != TOKEN_WORD || t->len != len || at == lent->at ||
		    memcmp(t->at, lent->name, len))
			continue;
		/* outside any function it is a prototype */
		ours = !unit_function(&unit, i) || is_ours(b->plan, lent, at);
	}
	unit_free(&unit);
	return ours;
}

/* @policy: one more argument, when the variants take one (--abi syncord). */
static int edit_call(struct borrow *b, const struct site *s, const char *policy,
		     uint32_t base, struct edit_list *edits)
{
	const struct naming *naming = b->variants->naming;
	char text[512];
	int ret;

	ret = variant_want(b->variants, s->row);
	if (ret)
		return ret;
	snprintf(text, sizeof(text), "%s%s", naming->call, s->row->name);
	ret = edit_add(edits, s->name.start - base, s->name.end - s->name.start,
		       text);
	if (ret || !*naming->policy)
		return ret;
	snprintf(text, sizeof(text), ", %s", policy);
	return edit_add(edits, s->args.end - base, 0, text);
}

/* The calls on every parameter that this plan lends @lent's function. */
static int edit_calls(struct borrow *b, const struct lent *lent, uint32_t base,
		      const char *policy, struct edit_list *edits)
{
	const struct lent *l;
	uint32_t i;
	int ret = 0;

	for (l = b->plan->book.all; l && !ret; l = l->next) {
		if (!same_function(l, lent) || !l->used)
			continue;
		for (i = 0; i < l->count && !ret; i++)
			ret = edit_call(b, &l->sites[i], policy, base, edits);
	}
	return ret;
}

int borrow_copy(struct borrow *b, const struct lent *lent)
{
	struct edit_list edits = { 0 };
	struct clone *clone;
	size_t i;
	int ret;

	if (!clone_get(b->clones, &lent->helper))
		return -ENOMEM;
	ret = edit_calls(b, lent, 0, "policy", &edits);
	clone = clone_get(b->clones, &lent->helper);
	for (i = 0; i < edits.nr && !ret; i++)
		ret = edit_add(&clone->edits, edits.edits[i].off,
			       edits.edits[i].len, edits.edits[i].text);
	edit_free(&edits);
	return ret;
}

/* A copy behind the original, under a name of the patch's own. */
static int copy_behind(struct borrow *b, const struct lent *lent,
		       const struct text *text, struct edit_list *edits)
{
	struct span body = lent->helper.body;
	struct edit_list own = { 0 };
	char *copy, *whole = NULL;
	char name[512];
	size_t len;
	int ret;

	snprintf(name, sizeof(name), "%s%s", b->variants->naming->call,
		 lent->name);
	ret = edit_calls(b, lent, body.start, b->variants->naming->policy,
			 &own);
	if (!ret)
		ret = edit_add(&own, lent->at - body.start, strlen(lent->name),
			       name);
	copy = ret ? NULL :
		     edit_apply(&own, text->data + body.start,
				body.end - body.start, &len);
	edit_free(&own);
	if (copy && asprintf(&whole, "\n\n%s", copy) < 0)
		whole = NULL;
	free(copy);
	if (!ret)
		ret = whole ? edit_add(edits, body.end, 0, whole) : -ENOMEM;
	free(whole);
	return ret;
}

int borrow_edit(struct borrow *b, uint32_t id, struct edit_list *edits)
{
	const struct lent *l, *k;
	struct text text;
	int ret;

	ret = tree_text(b->tree, id, &text);
	for (l = b->plan->book.all; l && !ret; l = l->next) {
		if (!l->used || !l->own || l->id != id)
			continue;
		for (k = b->plan->book.all; k != l; k = k->next)
			if (k->used && same_function(k, l))
				break;
		if (k != l)
			continue; /* done with its other parameter */
		ret = borrow_in_place(b, l) ?
			      edit_calls(b, l, 0, b->variants->naming->policy,
					 edits) :
			      copy_behind(b, l, &text, edits);
	}
	return ret;
}
