// SPDX-License-Identifier: GPL-2.0
/*
 * A recursive-descent reader of #if expressions in three-valued arithmetic.
 * Text and a resolver for macros come in, a truth goes out. No allocation;
 * any thread.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/condexpr.h"

/* Macro bodies may name macros; deeper than this they turn in circles. */
#define DEPTH 24

struct value {
	bool known;
	long long v;
};

struct reader {
	const char *p, *end;
	condexpr_resolve resolve;
	void *arg;
	int depth;
	bool bad;
};

struct binary {
	char op[3];
	int level;
};

/* Longer spellings first, so that "<<" is not read as "<". */
static const struct binary binaries[] = {
	{ "||", 1 }, { "&&", 2 }, { "==", 6 }, { "!=", 6 }, { "<=", 7 },
	{ ">=", 7 }, { "<<", 8 }, { ">>", 8 }, { "|", 3 },  { "^", 4 },
	{ "&", 5 },  { "<", 7 },  { ">", 7 },  { "+", 9 },  { "-", 9 },
	{ "*", 10 }, { "/", 10 }, { "%", 10 },
};

static const struct value unknown = { false, 0 };

static struct value ternary(struct reader *r);

static struct value number(long long v)
{
	return (struct value){ true, v };
}

const char *condexpr_skip(const char *p, const char *end)
{
	const char *q;

	while (p < end) {
		if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\f' ||
		    *p == '\v' || *p == '\n') {
			p++;
		} else if (*p == '\\' && p + 1 < end && p[1] == '\n') {
			p += 2;
		} else if (*p == '\\' && p + 2 < end && p[1] == '\r' &&
			   p[2] == '\n') {
			p += 3;
		} else if (*p == '/' && p + 1 < end && p[1] == '*') {
			for (q = p + 2; q + 1 < end; q++)
				if (q[0] == '*' && q[1] == '/')
					break;
			p = q + 1 < end ? q + 2 : end;
		} else if (*p == '/' && p + 1 < end && p[1] == '/') {
			p = end;
		} else {
			break;
		}
	}
	return p;
}

size_t condexpr_name(const char *p, const char *end)
{
	const char *q = p;

	if (q < end && isdigit((unsigned char)*q))
		return 0;
	while (q < end && (isalnum((unsigned char)*q) || *q == '_'))
		q++;
	return q - p;
}

static bool take(struct reader *r, const char *token)
{
	size_t len = strlen(token);

	r->p = condexpr_skip(r->p, r->end);
	if ((size_t)(r->end - r->p) < len || memcmp(r->p, token, len))
		return false;
	r->p += len;
	return true;
}

static struct value of_truth(enum truth t)
{
	return t == TRUTH_UNKNOWN ? unknown : number(t == TRUTH_YES);
}

static enum truth is_defined(struct reader *r, const char *name, size_t len)
{
	struct cond_macro macro = { TRUTH_UNKNOWN, NULL, 0 };

	r->resolve(r->arg, name, len, &macro);
	return macro.defined;
}

static struct value defined(struct reader *r)
{
	bool paren = take(r, "(");
	const char *name;
	size_t len;

	name = r->p = condexpr_skip(r->p, r->end);
	len = condexpr_name(r->p, r->end);
	r->p += len;
	if (!len || (paren && !take(r, ")"))) {
		r->bad = true;
		return unknown;
	}
	return of_truth(is_defined(r, name, len));
}

/* Step over "(...)", with its parentheses paired. */
static void skip_call(struct reader *r)
{
	int depth = 0;

	for (; r->p < r->end; r->p++) {
		depth += *r->p == '(';
		depth -= *r->p == ')';
		if (!depth) {
			r->p++;
			return;
		}
	}
	r->bad = true;
}

/* IS_ENABLED() and its kin, of the option at r->p. */
static struct value option(struct reader *r, const char *fn, size_t fn_len)
{
	enum truth y, m, module;
	char name[256];
	size_t len;

	take(r, "(");
	r->p = condexpr_skip(r->p, r->end);
	len = condexpr_name(r->p, r->end);
	if (!len || len + sizeof("_MODULE") > sizeof(name)) {
		r->bad = true;
		return unknown;
	}
	memcpy(name, r->p, len);
	memcpy(name + len, "_MODULE", sizeof("_MODULE"));
	r->p += len;
	if (!take(r, ")"))
		r->bad = true;
	y = is_defined(r, name, len);
	m = is_defined(r, name, len + strlen("_MODULE"));
	if (condexpr_is(fn, fn_len, "IS_BUILTIN") ||
	    condexpr_is(fn, fn_len, "__is_defined"))
		return of_truth(y);
	if (condexpr_is(fn, fn_len, "IS_MODULE"))
		return of_truth(m);
	if (condexpr_is(fn, fn_len, "IS_ENABLED"))
		return of_truth(truth_or(y, m));
	module = is_defined(r, "MODULE", strlen("MODULE"));
	return of_truth(truth_or(y, truth_and(m, module)));
}

static struct value kernel_version(struct reader *r)
{
	struct value a, b, c;

	take(r, "(");
	a = ternary(r);
	take(r, ",");
	b = ternary(r);
	take(r, ",");
	c = ternary(r);
	if (!take(r, ")"))
		r->bad = true;
	if (!a.known || !b.known || !c.known)
		return unknown;
	return number((a.v << 16) + (b.v << 8) + (c.v > 255 ? 255 : c.v));
}

static struct value expand(struct reader *r, const char *name, size_t len)
{
	struct cond_macro macro = { TRUTH_UNKNOWN, NULL, 0 };
	struct reader body = *r;
	struct value v;

	r->resolve(r->arg, name, len, &macro);
	if (macro.defined == TRUTH_NO)
		return number(0); /* what C says of a name nobody defined */
	if (!macro.body || r->depth >= DEPTH)
		return unknown;
	body.p = macro.body;
	body.end = macro.body + macro.len;
	body.depth++;
	v = ternary(&body);
	if (body.bad || condexpr_skip(body.p, body.end) != body.end)
		return unknown;
	return v;
}

static struct value identifier(struct reader *r)
{
	size_t len = condexpr_name(r->p, r->end);
	const char *name = r->p, *next;

	r->p += len;
	if (condexpr_is(name, len, "defined"))
		return defined(r);
	next = condexpr_skip(r->p, r->end);
	if (next == r->end || *next != '(')
		return expand(r, name, len);
	if (condexpr_is(name, len, "KERNEL_VERSION"))
		return kernel_version(r);
	if (condexpr_is(name, len, "IS_ENABLED") ||
	    condexpr_is(name, len, "IS_BUILTIN") ||
	    condexpr_is(name, len, "IS_MODULE") ||
	    condexpr_is(name, len, "IS_REACHABLE") ||
	    condexpr_is(name, len, "__is_defined"))
		return option(r, name, len);
	r->p = next;
	skip_call(r);
	if (is_defined(r, name, len) == TRUTH_NO)
		r->bad = true;
	return unknown;
}

static struct value constant(struct reader *r)
{
	char digits[64], *stop;
	const char *p = r->p;
	size_t n = 0;
	long long v;

	while (p < r->end && isalnum((unsigned char)*p) &&
	       n + 1 < sizeof(digits))
		digits[n++] = *p++;
	digits[n] = '\0';
	r->p = p;
	v = (long long)strtoull(digits, &stop, 0);
	if (stop[strspn(stop, "uUlL")]) {
		r->bad = true;
		return unknown;
	}
	return number(v);
}

static struct value unary(struct reader *r)
{
	struct value v;

	if (++r->depth > 4 * DEPTH)
		r->bad = true;
	r->p = condexpr_skip(r->p, r->end);
	if (r->bad || r->p == r->end) {
		r->bad = true;
		v = unknown;
	} else if (*r->p == '!') {
		r->p++;
		v = unary(r);
		v.v = !v.v;
	} else if (*r->p == '-' || *r->p == '+' || *r->p == '~') {
		char op = *r->p++;

		v = unary(r);
		if (op != '+')
			v.v = op == '-' ? (long long)-(unsigned long long)v.v :
					  ~v.v;
	} else if (take(r, "(")) {
		v = ternary(r);
		if (!take(r, ")"))
			r->bad = true;
	} else if (isdigit((unsigned char)*r->p)) {
		v = constant(r);
	} else if (condexpr_name(r->p, r->end)) {
		v = identifier(r);
	} else {
		r->bad = true;
		v = unknown;
	}
	r->depth--;
	return v;
}

static struct value apply(const char *op, struct value a, struct value b)
{
	unsigned long long x = a.v, y = b.v;

	if (!strcmp(op, "&&")) {
		if ((a.known && !a.v) || (b.known && !b.v))
			return number(0);
		return a.known && b.known ? number(1) : unknown;
	}
	if (!strcmp(op, "||")) {
		if ((a.known && a.v) || (b.known && b.v))
			return number(1);
		return a.known && b.known ? number(0) : unknown;
	}
	if (!a.known || !b.known)
		return unknown;
	if (op[1] == '=')
		return number(op[0] == '=' ? a.v == b.v :
			      op[0] == '!' ? a.v != b.v :
			      op[0] == '<' ? a.v <= b.v :
					     a.v >= b.v);
	if (op[1])
		return y > 63 ? unknown :
				number(op[0] == '<' ? x << y : x >> y);
	switch (op[0]) {
	case '|':
		return number(x | y);
	case '^':
		return number(x ^ y);
	case '&':
		return number(x & y);
	case '<':
		return number(a.v < b.v);
	case '>':
		return number(a.v > b.v);
	case '+':
		return number(x + y);
	case '-':
		return number(x - y);
	case '*':
		return number(x * y);
	}
	if (b.v == 0 || b.v == -1)
		return unknown;
	return number(op[0] == '/' ? a.v / b.v : a.v % b.v);
}

static const struct binary *peek(struct reader *r)
{
	size_t i, len;

	r->p = condexpr_skip(r->p, r->end);
	for (i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++) {
		len = strlen(binaries[i].op);
		if ((size_t)(r->end - r->p) >= len &&
		    !memcmp(r->p, binaries[i].op, len))
			return &binaries[i];
	}
	return NULL;
}

static struct value binary(struct reader *r, int level)
{
	struct value v = unary(r), right;
	const struct binary *b;

	while (!r->bad && (b = peek(r)) && b->level >= level) {
		r->p += strlen(b->op);
		right = binary(r, b->level + 1);
		v = apply(b->op, v, right);
	}
	return v;
}

static struct value ternary(struct reader *r)
{
	struct value v = binary(r, 1), yes, no;

	if (r->bad || !take(r, "?"))
		return v;
	yes = ternary(r);
	if (!take(r, ":")) {
		r->bad = true;
		return unknown;
	}
	no = ternary(r);
	if (v.known)
		return v.v ? yes : no;
	return yes.known && no.known && yes.v == no.v ? yes : unknown;
}

enum truth condexpr_eval(const char *text, size_t len, condexpr_resolve resolve,
			 void *arg)
{
	struct reader r = { text, text + len, resolve, arg, 0, false };
	struct value v = ternary(&r);

	if (r.bad || condexpr_skip(r.p, r.end) != r.end || !v.known)
		return TRUTH_UNKNOWN;
	return v.v ? TRUTH_YES : TRUTH_NO;
}
