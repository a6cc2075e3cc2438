// SPDX-License-Identifier: GPL-2.0
/*
 * Obstacles go in; those in functions that leave the lock as they found it, on
 * every path, come out as sites that stay. Two calls are of the same lock when
 * their arguments are spelt the same.
 */
#include <stdlib.h>
#include <string.h>

#include "source/lent/balance.h"
#include "source/lent/stay.h"
#include "source/type/unit.h"
#include "source/site/use.h"

#define MOST_EVENTS 128
#define DEEPEST 6

static const char stays[] = "taken and given back in one body that stays stock";

/* A macro that spells a function: the statements around @token. */
static bool in_macro_body(const struct token *list, uint32_t token,
			  uint32_t *from, uint32_t *to)
{
	uint32_t open = token, found = NO_TOKEN;

	while ((open = enclosing(list, open, 0)) != NO_TOKEN)
		if (list[open].kind == '{')
			found = open;
	if (found == NO_TOKEN)
		return false;
	*from = found + 1;
	*to = list[found].match;
	return true;
}

/* The tokens that site @s is among: its file's, or those of a macro's text. */
static const struct tokens *
tokens_of(const struct unit *unit, const struct site *s, struct tokens *macro)
{
	const struct symbol *symbol;

	if (!s->in_macro)
		return &unit->lexed.tokens;
	symbol = unit_find(unit, s->function, strlen(s->function), SYMBOL_MACRO,
			   NULL);
	if (!symbol)
		return NULL;
	lex_piece(macro, unit->text.data + symbol->at,
		  symbol->end - symbol->at);
	lex_match(macro->list, 0, macro->count);
	return macro;
}

static bool one_body(const struct site *a, const struct site *b)
{
	return a->id == b->id && !strcmp(a->function, b->function);
}

static bool balanced(const struct plan *plan, const struct unit *unit,
		     uint32_t from, uint32_t to, const char *argument,
		     int depth);

/*
 * A helper's site says what its first call does. Does its body, as a whole,
 * leave the lock as it was?
 */
static bool gives_back(const struct plan *plan,
		       const struct lock_helper *helper, int depth)
{
	const struct site *sites = plan->set->sites;
	struct unit unit = { 0 };
	uint32_t from, to, i;
	struct text text;
	bool back = true;

	for (from = 0; from < plan->set->count; from++)
		if (!strcmp(sites[from].file, helper->file) &&
		    !strcmp(sites[from].function, helper->name))
			break;
	for (to = from; to < plan->set->count; to++)
		if (!one_body(&sites[from], &sites[to]))
			break;
	if (from == to || depth > DEEPEST ||
	    tree_text(plan->tree, sites[from].id, &text))
		return false;
	unit_read(&unit, sites[from].id, text, true);
	for (i = from; i < to && back; i++)
		back = !site_moves(&sites[i]) ||
		       balanced(plan, &unit, from, to, sites[i].argument,
				depth);
	unit_free(&unit);
	return back;
}

/* Sites [from, to) are one function's: are those on @argument balanced? */
static bool balanced(const struct plan *plan, const struct unit *unit,
		     uint32_t from, uint32_t to, const char *argument,
		     int depth)
{
	const struct tokens *tokens = NULL;
	struct event events[MOST_EVENTS];
	const struct symbol *fn;
	struct tokens macro = { 0 };
	uint32_t i, token, count = 0, first = 0, last = 0;
	enum balance balance;
	bool known = true;

	for (i = from; i < to && known; i++) {
		const struct site *s = &plan->set->sites[i];

		if (!site_moves(s) || strcmp(s->argument, argument))
			continue;
		if (s->helper && gives_back(plan, s->helper, depth + 1))
			continue;
		tokens = tokens ?: tokens_of(unit, s, &macro);
		token = tokens ? lex_find(tokens,
					  unit->text.data + s->name.start) :
				 NO_TOKEN;
		known = token != NO_TOKEN && count < MOST_EVENTS;
		if (!known ||
		    (s->in_macro &&
		     !in_macro_body(tokens->list, token, &first, &last)))
			break;
		fn = s->in_macro ? NULL : unit_function(unit, token);
		if (fn) {
			first = fn->open + 1;
			last = fn->close;
		}
		events[count++] = (struct event){ token, event_of(s->row) };
	}
	if (known && count) {
		balance = last ? balance_of(tokens->list, first, last, events,
					    count) :
				 BALANCE_NONE;
		known = balance == BALANCE_FREE || balance == BALANCE_HELD;
	}
	free(macro.list);
	return known;
}

/* May every site of this function stay as it is? */
static bool may_stay(const struct plan *plan, const struct unit *unit,
		     uint32_t from, uint32_t to)
{
	uint32_t i;

	for (i = from; i < to; i++) {
		const struct site *s = &plan->set->sites[i];
		const struct verdict *v = &plan->verdicts[i];

		if (v->fate == FATE_OBSTACLE && !v->rule)
			return false;
		if (s->row && s->row->verb == VERB_DOWNGRADE)
			return false;
		if (site_moves(s) && v->fate != FATE_LEAVE &&
		    !balanced(plan, unit, from, to, s->argument, 0))
			return false;
	}
	return true;
}

static void judge_function(struct plan *plan, uint32_t from, uint32_t to)
{
	struct unit unit = { 0 };
	struct text text;
	bool rule = false, stay;
	uint32_t i;

	for (i = from; i < to; i++)
		rule |= plan->verdicts[i].rule;
	if (!rule || !*plan->set->sites[from].function ||
	    tree_text(plan->tree, plan->set->sites[from].id, &text))
		return;
	unit_read(&unit, plan->set->sites[from].id, text, true);
	stay = may_stay(plan, &unit, from, to);
	unit_free(&unit);
	for (i = from; stay && i < to; i++) {
		struct verdict *v = &plan->verdicts[i];

		if (v->fate == FATE_LEAVE)
			continue;
		*v = (struct verdict){
			.fate = FATE_LEAVE,
			.why = stays,
			.also = v->rule ? v->why : NULL,
		};
	}
}

void stay_judge(struct plan *plan)
{
	const struct site_set *set = plan->set;
	uint32_t from = 0, i;

	for (i = 0; i < set->count; i++)
		if (plan->verdicts[i].fate == FATE_CONVERT)
			break;
	if (i == set->count)
		return; /* nothing else would be converted */
	for (i = 1; i <= set->count; i++) {
		if (i < set->count && set->sites[i].id == set->sites[from].id &&
		    !strcmp(set->sites[i].function, set->sites[from].function))
			continue;
		judge_function(plan, from, i);
		from = i;
	}
}
