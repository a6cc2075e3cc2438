// SPDX-License-Identifier: GPL-2.0
/*
 * A body's tokens and the calls in it that take or give one lock go in; out
 * comes whether each path through it ends as it began. The state is a set:
 * what the lock may be here, over all paths that lead here. Loops and labels
 * are walked until their sets grow no more. Where that is not enough, paths
 * are told apart by one variable at a time: "if (p) take(); if (p) give();".
 */
#include <stdlib.h>

#include "source/lent/balance_inside.h"

#define MOST_VARIABLES 24

static unsigned int statement(struct flow *f, uint32_t *i, unsigned int in);

static struct label *label_of(struct flow *f, const struct token *name)
{
	uint32_t k;

	for (k = 0; k < f->nr_labels; k++)
		if (f->labels[k].name->len == name->len &&
		    !memcmp(f->labels[k].name->at, name->at, name->len))
			return &f->labels[k];
	if (f->nr_labels == MOST_LABELS) {
		f->wrong = true;
		return &f->labels[0];
	}
	f->labels[f->nr_labels] = (struct label){ name, 0 };
	return &f->labels[f->nr_labels++];
}

static uint32_t semicolon(const struct flow *f, uint32_t i)
{
	while (i < f->end && f->list[i].kind != ';' && f->list[i].kind != '}')
		i = behind(f, i);
	return i;
}

static bool always(const struct flow *f, uint32_t from, uint32_t to)
{
	return from == to ||
	       (to == from + 1 && (token_is(&f->list[from], "1") ||
				   token_is(&f->list[from], "true")));
}

static unsigned int if_statement(struct flow *f, uint32_t *i, unsigned int in)
{
	uint32_t open = *i + 1, close = f->list[open].match;
	unsigned int yes, no;

	flow_condition(f, open + 1, close, in, &yes, &no);
	*i = close + 1;
	yes = statement(f, i, yes);
	if (*i < f->end && token_is(&f->list[*i], "else")) {
		++*i;
		no = statement(f, i, no);
	}
	return yes | no;
}

/* @test .. @test_end: asked before each turn; @step .. @step_end: after it. */
static unsigned int loop(struct flow *f, uint32_t *i, unsigned int in,
			 uint32_t test, uint32_t test_end, uint32_t step,
			 uint32_t step_end, bool endless)
{
	unsigned int *breaks = f->breaks, *continues = f->continues;
	unsigned int left = 0, again = 0, yes, no = 0, head = in, before;
	uint32_t start = *i, round = 0;

	f->breaks = &left;
	f->continues = &again;
	do {
		before = head | left | again;
		flow_condition(f, test, test_end, head, &yes, &no);
		*i = start;
		again |= statement(f, i, yes);
		head |= flow_events(f, step, step_end, again);
	} while (before != (head | left | again) && round++ < MOST_ROUNDS);
	f->breaks = breaks;
	f->continues = continues;
	return left | (endless ? 0 : no);
}

static unsigned int for_statement(struct flow *f, uint32_t *i, unsigned int in)
{
	uint32_t open = *i + 1, close = f->list[open].match, first, second;

	first = semicolon(f, open + 1);
	second = semicolon(f, first + 1);
	if (second >= close) { /* a macro's */
		f->wrong = true;
		second = first = close;
	}
	in = flow_events(f, open + 1, first, in);
	*i = close + 1;
	return loop(f, i, in, first + 1, second, second + 1, close,
		    first + 1 == second);
}

static unsigned int do_statement(struct flow *f, uint32_t *i, unsigned int in)
{
	unsigned int *breaks = f->breaks, *continues = f->continues;
	unsigned int left = 0, again, yes, no = 0, head = in, before;
	uint32_t start = *i + 1, round = 0, open = 0;

	f->breaks = &left;
	do {
		before = head | left;
		again = 0;
		f->continues = &again;
		*i = start;
		again |= statement(f, i, head);
		open = *i + 1;
		if (open >= f->end || f->list[open].kind != '(') {
			f->wrong = true;
			break;
		}
		flow_condition(f, open + 1, f->list[open].match, again, &yes,
			       &no);
		/* "while (0)": there is no second turn */
		if (!token_is(&f->list[open + 1], "0"))
			head |= yes;
		*i = f->list[open].match + 1;
	} while (before != (head | left) && round++ < MOST_ROUNDS);
	f->breaks = breaks;
	f->continues = continues;
	if (*i < f->end && f->list[*i].kind == ';')
		++*i;
	return left | (always(f, open + 1, f->list[open].match) ? 0 : no);
}

static unsigned int switch_statement(struct flow *f, uint32_t *i,
				     unsigned int in)
{
	uint32_t open = *i + 1, close = f->list[open].match;
	unsigned int *breaks = f->breaks, outer = f->switched;
	bool outer_default = f->has_default;
	unsigned int left = 0, out;

	in = flow_events(f, open + 1, close, in);
	f->breaks = &left;
	f->switched = in;
	f->has_default = false;
	*i = close + 1;
	out = statement(f, i, 0);
	if (!f->has_default)
		out |= in;
	f->breaks = breaks;
	f->switched = outer;
	f->has_default = outer_default;
	return out | left;
}

/* goto, return, break and continue: nothing flows on behind them. */
static unsigned int jump(struct flow *f, uint32_t *i, unsigned int in)
{
	const struct token *t = &f->list[*i];
	uint32_t end = semicolon(f, *i);
	struct label *label;

	if (token_is(t, "return")) {
		f->leaves |= flow_events(f, *i, end, in);
	} else if (token_is(t, "goto")) {
		label = label_of(f, &t[1]);
		f->grew |= (label->state | in) != label->state;
		label->state |= in;
	} else {
		unsigned int *to = token_is(t, "break") ? f->breaks :
							  f->continues;

		if (to)
			*to |= in;
		else
			f->wrong = true;
	}
	*i = end + 1;
	return 0;
}

/* "case X:", "default:", "label:"; *@i behind the ':' or left alone. */
static unsigned int labels(struct flow *f, uint32_t *i, unsigned int in)
{
	for (;;) {
		const struct token *t = &f->list[*i];
		uint32_t k = *i;

		if (token_is(t, "case") || token_is(t, "default")) {
			f->has_default |= token_is(t, "default");
			while (k < f->end && f->list[k].kind != ':')
				k = behind(f, k);
			in |= f->switched;
			*i = k + 1;
		} else if (t->kind == TOKEN_WORD && t[1].kind == ':' &&
			   *i + 1 < f->end) {
			in |= label_of(f, t)->state;
			*i += 2;
		} else {
			return in;
		}
	}
}

static unsigned int block(struct flow *f, uint32_t *i, unsigned int in)
{
	uint32_t close = f->list[*i].match;

	for (++*i; *i < close && *i < f->end;)
		in = statement(f, i, in);
	*i = close + 1;
	return in;
}

static unsigned int plain(struct flow *f, uint32_t *i, unsigned int in)
{
	const struct token *t = &f->list[*i];
	uint32_t end;

	/* list_for_each_entry(...) and kin: a call and then no ';' */
	if (t->kind == TOKEN_WORD && t[1].kind == '(' && t[1].match > *i) {
		end = t[1].match + 1;
		if (end < f->end && (f->list[end].kind == '{' ||
				     (f->list[end].kind == TOKEN_WORD &&
				      memmem(t->at, t->len, "for_each", 8)))) {
			uint32_t open = *i + 1;

			in = flow_events(f, open, end, in);
			*i = end;
			return loop(f, i, in, open, open, open, open, false) |
			       in;
		}
	}
	end = semicolon(f, *i);
	in = flow_events(f, *i, end, in);
	*i = end + 1;
	return in;
}

static unsigned int statement(struct flow *f, uint32_t *i, unsigned int in)
{
	const struct token *t;
	unsigned int out;

	in = labels(f, i, in);
	t = &f->list[*i];
	if (*i >= f->end || f->depth > 200) {
		f->wrong |= f->depth > 200;
		*i = f->end;
		return in;
	}
	f->depth++;
	if (t->kind == '{')
		out = block(f, i, in);
	else if (t->kind == '}')
		out = (++*i, in); /* a label at a block's end */
	else if (token_is(t, "if") && t[1].kind == '(')
		out = if_statement(f, i, in);
	else if (token_is(t, "while") && t[1].kind == '(') {
		uint32_t open = *i + 1, close = t[1].match;

		*i = close + 1;
		out = loop(f, i, in, open + 1, close, open, open,
			   always(f, open + 1, close));
	} else if (token_is(t, "for") && t[1].kind == '(')
		out = for_statement(f, i, in);
	else if (token_is(t, "do"))
		out = do_statement(f, i, in);
	else if (token_is(t, "switch") && t[1].kind == '(')
		out = switch_statement(f, i, in);
	else if (token_is(t, "goto") || token_is(t, "return") ||
		 token_is(t, "break") || token_is(t, "continue"))
		out = jump(f, i, in);
	else
		out = plain(f, i, in);
	f->depth--;
	return out;
}

#define NO_TELLING ~0u

/* Walk every path from state @in: what it may be at the end; 0: there is none. */
static unsigned int ends(struct flow *f, uint32_t from, unsigned int in)
{
	uint32_t round = 0, i;
	unsigned int out;

	if (f->followed)
		in = become_true(in) | become_false(in);
	f->nr_labels = 0;
	f->wrong = false;
	do {
		f->grew = false;
		f->leaves = 0;
		for (i = from, out = in; i < f->end;)
			out = statement(f, &i, out);
	} while (f->grew && round++ < MOST_ROUNDS);
	return f->wrong || f->grew ? NO_TELLING : f->leaves | out;
}

static enum balance judge(struct flow *f, uint32_t from)
{
	unsigned int free = ends(f, from, FREE), held = ends(f, from, HELD);

	if (!(free & ANY_HELD))
		return BALANCE_FREE;
	if (!(held & ANY_FREE))
		return BALANCE_HELD;
	if (!(free & ANY_FREE))
		return BALANCE_TAKES;
	if (!(held & ANY_HELD))
		return BALANCE_GIVES;
	return BALANCE_NONE;
}

static bool same(const struct token *a, const struct token *b)
{
	return a->len == b->len && !memcmp(a->at, b->at, a->len);
}

/* The variables that the body asks about, each once. */
static uint32_t variables(const struct flow *f, uint32_t from,
			  const struct token *out[MOST_VARIABLES])
{
	const struct token *list = f->list;
	uint32_t i, k, n = 0;

	for (i = from; i < f->end && n < MOST_VARIABLES; i++) {
		if (list[i].kind != TOKEN_WORD || !i ||
		    (list[i - 1].kind != '(' && list[i - 1].kind != '!' &&
		     list[i - 1].kind != TOKEN_LOGIC) ||
		    (list[i + 1].kind != ')' &&
		     list[i + 1].kind != TOKEN_EQUAL &&
		     list[i + 1].kind != TOKEN_COMPARE &&
		     list[i + 1].kind != TOKEN_LOGIC &&
		     list[i + 1].kind != '='))
			continue;
		for (k = 0; k < n && !same(out[k], &list[i]);)
			k++;
		if (k == n)
			out[n++] = &list[i];
	}
	return n;
}

enum event_kind event_of(const struct lock_api *row)
{
	if (row->verb == VERB_RELEASE)
		return EVENT_GIVE;
	if (row->flavour & (LOCK_KILLABLE | LOCK_INTERRUPTIBLE))
		return EVENT_TRY_ZERO;
	return row->verb == VERB_TRY ? EVENT_TRY : EVENT_TAKE;
}

enum balance balance_of(const struct token *list, uint32_t from, uint32_t to,
			const struct event *events, uint32_t count)
{
	struct flow f = {
		.list = list, .events = events, .count = count, .end = to
	};

	const struct token *vars[MOST_VARIABLES];
	enum balance balance = judge(&f, from);
	uint32_t i, n;

	if (balance != BALANCE_NONE)
		return balance;
	n = variables(&f, from, vars);
	for (i = 0; i < n && balance == BALANCE_NONE; i++) {
		f.followed = vars[i];
		balance = judge(&f, from);
	}
	return balance;
}
