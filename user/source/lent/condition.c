// SPDX-License-Identifier: GPL-2.0
/*
 * An expression and the set of states before it go in, the set behind it comes
 * out; of a condition two sets, one for each way on. A try decides on its way,
 * and so does the one variable that is followed.
 */
#include "source/lent/balance_inside.h"

static unsigned int taken(unsigned int in)
{
	return (in & ANY_HELD) | (in & ANY_FREE) << 1;
}

static unsigned int given(unsigned int in)
{
	return (in & ANY_FREE) | (in & ANY_HELD) >> 1;
}

static unsigned int apply(struct flow *f, enum event_kind kind, unsigned int in)
{
	if (!in)
		return 0; /* nobody comes here */
	switch (kind) {
	case EVENT_TAKE:
		f->wrong |= !!(in & ANY_HELD);
		return taken(in);
	case EVENT_TRY:
	case EVENT_TRY_ZERO:
		f->wrong |= !!(in & ANY_HELD);
		return in | taken(in);
	case EVENT_GIVE:
		f->wrong |= !!(in & ANY_FREE);
		return given(in);
	}
	return in;
}

static bool is_zero(const struct token *t)
{
	return token_is(t, "0") || token_is(t, "NULL") || token_is(t, "false");
}

/* "x == 0", "f(y) != NULL", "(z) == 0": one thing, and it is compared? */
static bool compares_zero(const struct flow *f, uint32_t from, uint32_t to)
{
	uint32_t end;

	if (to < from + 3 || !is_zero(&f->list[to - 1]) ||
	    (f->list[to - 2].kind != TOKEN_EQUAL &&
	     !token_is(&f->list[to - 2], "!=")))
		return false;
	end = behind(f, from);
	if (f->list[from].kind == TOKEN_WORD && f->list[end].kind == '(')
		end = behind(f, end);
	return end == to - 2;
}

/* "(x)", "likely(x)", "!!(x)": what is asked, and whether it is negated. */
static bool unwrap(const struct flow *f, uint32_t *from, uint32_t *to)
{
	bool no = false;

	while (*from < *to) {
		const struct token *t = &f->list[*from];

		if (t->kind == '!') {
			no = !no;
			++*from;
		} else if (t->kind == '(' && t->match == *to - 1) {
			++*from;
			--*to;
		} else if ((token_is(t, "likely") || token_is(t, "unlikely")) &&
			   t[1].kind == '(' && t[1].match == *to - 1) {
			*from += 2;
			--*to;
		} else if (compares_zero(f, *from, *to)) {
			no ^= f->list[*to - 2].kind == TOKEN_EQUAL;
			*to -= 2;
		} else {
			break;
		}
	}
	return no;
}

static bool is_followed(const struct flow *f, uint32_t i)
{
	const struct token *t = &f->list[i], *v = f->followed;

	return v && t->kind == TOKEN_WORD && t->len == v->len &&
	       !memcmp(t->at, v->at, t->len) &&
	       (!i || (t[-1].kind != '.' && t[-1].kind != TOKEN_ARROW));
}

/* The event that tokens [from, to) are, and nothing else: a try; or NULL. */
static const struct event *try_at(const struct flow *f, uint32_t from,
				  uint32_t to)
{
	uint32_t k;

	for (k = 0; k < f->count; k++)
		if (f->events[k].token == from &&
		    (f->events[k].kind == EVENT_TRY ||
		     f->events[k].kind == EVENT_TRY_ZERO) &&
		    f->list[from + 1].kind == '(' &&
		    f->list[from + 1].match == to - 1)
			return &f->events[k];
	return NULL;
}

/* The followed variable becomes the expression [from, to). */
static unsigned int assign(struct flow *f, uint32_t from, uint32_t to,
			   unsigned int in)
{
	bool negated = unwrap(f, &from, &to);
	const struct event *e = try_at(f, from, to);

	if (e) {
		f->wrong |= !!(in & ANY_HELD);
		if ((e->kind == EVENT_TRY_ZERO) == negated)
			return become_true(taken(in)) | become_false(in);
		return become_false(taken(in)) | become_true(in);
	}
	if (to == from + 1 &&
	    (is_zero(&f->list[from]) || f->list[from].kind == TOKEN_NUMBER ||
	     token_is(&f->list[from], "true")))
		return is_zero(&f->list[from]) == negated ? become_true(in) :
							    become_false(in);
	in = flow_events(f, from, to, in);
	return become_true(in) | become_false(in);
}

unsigned int flow_events(struct flow *f, uint32_t from, uint32_t to,
			 unsigned int in)
{
	uint32_t i, k, end;

	for (i = from; i < to; i++) {
		for (k = 0; k < f->count; k++)
			if (f->events[k].token == i)
				in = apply(f, f->events[k].kind, in);
		if (!is_followed(f, i))
			continue;
		if (f->list[i + 1].kind == '=') {
			for (end = i + 2; end < to &&
					  f->list[end].kind != ',' &&
					  f->list[end].kind != ';' &&
					  f->list[end].kind != ')' &&
					  f->list[end].kind != '}';)
				end = behind(f, end);
			if (end > to)
				end = to;
			in = assign(f, i + 2, end, in);
			i = end - 1;
		} else if (f->list[i + 1].kind == TOKEN_ASSIGN ||
			   f->list[i + 1].kind == TOKEN_STEP ||
			   (i && (f->list[i - 1].kind == '&' ||
				  f->list[i - 1].kind == TOKEN_STEP))) {
			in = become_true(in) | become_false(in);
		}
	}
	return in;
}

/* The first && or || (@which: its first character) outside brackets. */
static uint32_t logic_at(const struct flow *f, uint32_t from, uint32_t to,
			 char which)
{
	uint32_t i;

	for (i = from; i < to; i = behind(f, i)) {
		if (f->list[i].kind == '?')
			return to;
		if (f->list[i].kind == TOKEN_LOGIC && *f->list[i].at == which)
			return i;
	}
	return to;
}

void flow_condition(struct flow *f, uint32_t from, uint32_t to, unsigned int in,
		    unsigned int *yes, unsigned int *no)
{
	uint32_t a = from, b = to, at;
	unsigned int other;
	const struct event *e;
	bool negated = false;

	if ((at = logic_at(f, a, b, '|')) < b) {
		flow_condition(f, a, at, in, yes, no);
		flow_condition(f, at + 1, b, *no, &other, no);
		*yes |= other;
		return;
	}
	if ((at = logic_at(f, a, b, '&')) < b) {
		flow_condition(f, a, at, in, yes, no);
		flow_condition(f, at + 1, b, *yes, yes, &other);
		*no |= other;
		return;
	}
	negated = unwrap(f, &a, &b);
	if (logic_at(f, a, b, '|') < b || logic_at(f, a, b, '&') < b) {
		flow_condition(f, a, b, in, negated ? no : yes,
			       negated ? yes : no);
		return;
	}
	if (a + 1 < b && is_followed(f, a) && f->list[a + 1].kind == '=') {
		in = assign(f, a + 2, b, in);
		b = a + 1;
	}
	e = try_at(f, a, b);
	if (b == a + 1 && is_followed(f, a)) {
		*(negated ? no : yes) = in & ANY_TRUE;
		*(negated ? yes : no) = in & ANY_FALSE;
		return;
	}
	*yes = *no = e ? in : flow_events(f, from, to, in);
	if (!e || !in)
		return;
	f->wrong |= !!(in & ANY_HELD);
	if (e->kind == EVENT_TRY_ZERO)
		negated = !negated;
	*(negated ? no : yes) = taken(in);
}
