// SPDX-License-Identifier: GPL-2.0
/*
 * A body and the name of the parameter that it is lent go in; every use of the
 * name, and of what the body puts it into, is judged. What the body does with
 * the lock, as a whole, comes out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/lent/reading.h"
#include "source/site/use.h"
#include "source/type/expr.h"

static bool is_member(const struct token *list, uint32_t i)
{
	return i &&
	       (list[i - 1].kind == '.' || list[i - 1].kind == TOKEN_ARROW);
}

/* Exchanges two pointers, and does nothing to what they point to. */
static bool is_swap(const struct token *t)
{
	return token_is(t, "swap");
}

bool reading_prints(const char *name, size_t size)
{
	static const char *const starts[] = {
		"pr_",	    "printk",	 "_printk",	 "dev_", "seq_printf",
		"snprintf", "scnprintf", "trace_printk", "WARN",
	};
	size_t i, len;

	for (i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		len = strlen(starts[i]);
		if (size >= len && !memcmp(name, starts[i], len))
			return true;
	}
	return false;
}

static void add_site(struct reading *r, const struct use *use)
{
	const struct token *name = &r->list[use->callee];
	struct lent *lent = r->lent;
	struct site *more, *site;
	const char *p;

	more = realloc(lent->sites, (lent->count + 1) * sizeof(*more));
	if (!more) {
		r->unknown = true;
		return;
	}
	lent->sites = more;
	site = &more[lent->count++];
	*site = (struct site){
		.file = lent->file,
		.function = lent->name,
		.api = use->row->name,
		.argument = "",
		.path = "",
		.condition = "",
		.id = lent->id,
		.line = 1,
		.class = SITE_DIRECT,
		.within = SITE_DIRECT,
		.row = use->row,
		.in_macro = lent->macro,
	};
	site->name.start = (uint32_t)(name->at - r->text);
	site->name.end = site->name.start + name->len;
	site->call.start = site->name.start;
	site->args.start = (uint32_t)(r->list[use->open].at - r->text) + 1;
	site->args.end = (uint32_t)(r->list[use->close].at - r->text);
	site->call.end = site->args.end + 1;
	for (p = r->text; p < name->at; p++)
		site->line += *p == '\n';
}

static void add_event(struct reading *r, uint32_t token, enum event_kind kind)
{
	if (r->count == READING_EVENTS)
		r->unknown = true;
	else
		r->events[r->count++] = (struct event){ token, kind };
}

static void take_event(struct reading *r, const struct use *use)
{
	enum lock_verb verb = use->row->verb;

	if (verb == VERB_DOWNGRADE) {
		r->unknown = true;
		return;
	}
	if (verb != VERB_ACQUIRE && verb != VERB_TRY && verb != VERB_RELEASE)
		return; /* asks; or a guard, which gives back by itself */
	add_event(r, use->callee, event_of(use->row));
	add_site(r, use);
}

/* One more name that leads to the lock; known ones are not added again. */
static void add_lead(struct reading *r, const struct token *name,
		     const char *rest)
{
	uint32_t i;

	for (i = 0; i < r->lead_count; i++)
		if (!r->leads[i].field && r->leads[i].len == name->len &&
		    !memcmp(r->leads[i].name, name->at, name->len)) {
			r->unknown |= strcmp(r->leads[i].rest, rest) != 0;
			return;
		}
	if (r->lead_count == READING_WORDS) {
		r->unknown = true;
		return;
	}
	rest = arena_text(&r->book->arena, rest, strlen(rest));
	r->leads[r->lead_count++] = (struct lead){ .name = name->at,
						   .len = name->len,
						   .rest = rest };
	r->lent->aliased = true;
}

static void add_member_lead(struct reading *r, const struct token *name,
			    const char *member, size_t len, const char *rest)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%.*s%s%s", (int)len, member,
		 *rest ? "." : "", rest);
	add_lead(r, name, whole);
}

/* XA_STATE(xas, array, 0): xas leads to the lock from here. */
static bool binds(struct reading *r, const struct use *use, const char *rest)
{
	const struct token *variable;
	struct bound bound;

	if (!bound_find(r->book, r->lent->file, &r->list[use->callee],
			use->argument, &bound))
		return false;
	variable = bound_word(r->list, use->open, bound.variable);
	if (!variable)
		return false;
	add_member_lead(r, variable, bound.member, strlen(bound.member), rest);
	return true;
}

/* type##_unlock(lock): whichever lock it is, it is taken or given. */
static void pasted(struct reading *r, uint32_t callee)
{
	const struct token *t = &r->list[callee];

	if (t->len >= 7 && !memcmp(t->at, "_unlock", 7))
		add_event(r, callee, EVENT_GIVE);
	else if (t->len >= 5 && !memcmp(t->at, "_lock", 5))
		add_event(r, callee, EVENT_TAKE);
	else
		r->unknown = true;
	r->lent->nested = true;
}

static void pass_on(struct reading *r, const struct use *use, const char *rest)
{
	const struct token *name;
	struct lent *next;

	if (use->callee == NO_TOKEN) {
		r->unknown = true;
		return;
	}
	name = &r->list[use->callee];
	if (use->callee && name[-1].kind == TOKEN_PASTE) {
		pasted(r, use->callee);
		return;
	}
	if (is_swap(name)) {
		r->lent->swapped = true;
		return;
	}
	if (reading_prints(name->at, name->len) ||
	    (use->inner && token_is(use->last, "dep_map")))
		return; /* or lockdep's part of it */
	if (use->inner) {
		r->unknown = true;
		return;
	}
	if (binds(r, use, rest))
		return;
	next = lent_look(r->book, r->lent->file, name->at, name->len,
			 (int)use->argument, rest, r->depth + 1);
	if (next && next->kind == LENT_MOVES &&
	    (next->whole == BALANCE_TAKES || next->whole == BALANCE_GIVES)) {
		add_event(r, use->callee,
			  next->whole == BALANCE_TAKES ? EVENT_TAKE :
							 EVENT_GIVE);
		r->lent->nested = true;
		return;
	}
	if (next && next->reading)
		next->assumed = true;
	else if (!next || !lent_harmless(next))
		r->unknown = true;
}

/* "struct x v = { .member = p }": @from is inside the braces. */
static const struct token *made_variable(const struct token *list,
					 uint32_t from)
{
	uint32_t open = enclosing(list, from, 0);

	if (open == NO_TOKEN || open < 2 || list[open].kind != '{' ||
	    list[open - 1].kind != '=' || list[open - 2].kind != TOKEN_WORD)
		return NULL;
	return &list[open - 2];
}

/* ".member" in braces */
static bool is_designated(const struct token *list, uint32_t i)
{
	return i > 1 && list[i - 1].kind == '.' &&
	       (list[i - 2].kind == '{' || list[i - 2].kind == ',');
}

/* Put somewhere: into a local's member, or into a field that others see. */
static void store(struct reading *r, const struct use *use, const char *rest)
{
	const struct token *left = &r->list[use->left], *variable = NULL;
	uint32_t first = use->left, last = use->left_end - 1;
	char name[192];

	if (!use->left_end || use->inner) {
		r->unknown = true;
		return;
	}
	if (is_designated(r->list, last)) {
		first = last;
		variable = made_variable(r->list, last);
	} else if (last == use->left + 2 && r->list[last - 1].kind == '.' &&
		   left->kind == TOKEN_WORD) {
		variable = left;
	}
	if (variable) {
		add_member_lead(r, variable, r->list[last].at,
				r->list[last].len, rest);
		return;
	}
	if (!r->symbol ||
	    !stored_name(r->book, r->unit, r->symbol, r->list, first,
			 use->left_end, name, sizeof(name)) ||
	    !stored_harmless(r->book, name, rest))
		r->unknown = true;
}

/* Is list[open] a parenthesis around an expression, and no call's? */
static bool is_wrapper(const struct token *list, uint32_t open)
{
	return list[open].kind == '(' &&
	       (!open || (list[open - 1].kind != TOKEN_WORD &&
			  list[open - 1].kind != ')'));
}

/* Reads the pointer and hands it on. */
static bool is_load(const struct token *t)
{
	return token_is(t, "READ_ONCE") || token_is(t, "smp_load_acquire") ||
	       token_is(t, "rcu_dereference");
}

/*
 * From the name at [*from, *to) on: "->xa" of a lock "xa.xa_lock". False when
 * another member is meant.
 */
static bool follow_rest(const struct reading *r, uint32_t *from, uint32_t *to,
			const char **rest)
{
	const struct token *list = r->list;
	size_t len;

	for (;;) {
		if (*from > r->from && list[*to].kind == ')' &&
		    list[*to].match == *from - 1 &&
		    is_wrapper(list, *from - 1)) {
			--*from;
			++*to;
			continue;
		}
		if (!**rest ||
		    (list[*to].kind != TOKEN_ARROW && list[*to].kind != '.'))
			return true;
		len = strcspn(*rest, ".");
		if (list[*to + 1].len != len ||
		    memcmp(list[*to + 1].at, *rest, len))
			return false;
		*rest += len + ((*rest)[len] == '.');
		*to += 2;
	}
}

/* The name at token @i leads to the lock: what is it used for? */
static void judge_use(struct reading *r, uint32_t i, const struct lead *lead)
{
	uint32_t from = i, to = i + 1;
	const char *rest = lead->rest;
	struct use use = { 0 };

	if (lead->field) {
		from = expr_start(r->list, i - 2, r->from);
		if (r->list[to].kind == '[' && r->list[to].match > to)
			to = r->list[to].match + 1;
	}
	if (!follow_rest(r, &from, &to, &rest))
		return; /* another member of the same struct */
	if (from > r->from + 1 && r->list[from - 1].kind == '(' &&
	    r->list[to].kind == ')' && is_load(&r->list[from - 2])) {
		from -= 2;
		to++;
	}
	use_of(r->book->tab, r->list, r->total, from, to, 0, &use);
	switch (use.kind) {
	case USE_API:
		if (use.inner)
			r->unknown = true;
		else
			take_event(r, &use);
		break;
	case USE_CALL:
		pass_on(r, &use, rest);
		break;
	case USE_LOCAL:
		add_lead(r, &r->list[use.left], rest);
		break;
	case USE_STORED:
		store(r, &use, rest);
		break;
	case USE_RETURNED:
	case USE_ODD:
		r->unknown = true;
		break;
	case USE_ANNOTATION:
	case USE_SET:
	case USE_READ:
		break;
	}
}

static void forget(struct reading *r)
{
	free(r->lent->sites);
	r->lent->sites = NULL;
	r->lent->count = 0;
	r->count = 0;
}

/* Every use of every name that is known to lead to the lock. */
static void judge_uses(struct reading *r)
{
	uint32_t i, k;

	for (i = r->from; i < r->to && !r->unknown; i++) {
		const struct token *t = &r->list[i];

		if (t->kind != TOKEN_WORD)
			continue;
		for (k = 0; k < r->lead_count; k++)
			if (r->leads[k].field == is_member(r->list, i) &&
			    t->len == r->leads[k].len &&
			    !memcmp(t->at, r->leads[k].name, t->len))
				break;
		if (k < r->lead_count)
			judge_use(r, i, &r->leads[k]);
	}
}

void reading_do(struct reading *r)
{
	uint32_t known;

	do { /* again, for a name may be used before it is found out */
		known = r->lead_count;
		forget(r);
		judge_uses(r);
	} while (!r->unknown && r->lead_count > known);
	if (r->unknown)
		return;
	r->lent->kind = LENT_NOTHING;
	if (!r->count)
		return;
	r->lent->whole =
		balance_of(r->list, r->from, r->to, r->events, r->count);
	r->lent->kind = r->lent->whole == BALANCE_FREE ||
					r->lent->whole == BALANCE_HELD ?
				LENT_BALANCED :
				LENT_MOVES;
}
