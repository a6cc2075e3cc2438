// SPDX-License-Identifier: GPL-2.0
/*
 * A lock expression among tokens in, what it is used for out: the text around
 * it is walked outward until something decides.
 */
#include <stdio.h>

#include "source/site/use.h"

/* Words before a parenthesis that are no function's name. */
static bool is_keyword(const struct token *t)
{
	static const char *const words[] = {
		"if", "while", "for", "switch", "return", "else", "do", "case",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (token_is(t, words[i]))
			return true;
	return false;
}

static bool only_reads(const struct token *t)
{
	static const char *const words[] = {
		"sizeof",	   "typeof",	   "__typeof__",
		"offsetof",	   "alignof",	   "__alignof__",
		"__same_type",	   "sizeof_field", "typeof_member",
		"__must_be_array", "ARRAY_SIZE",   "BUILD_BUG_ON",
		"static_assert",   "offsetofend",  "__builtin_offsetof",
		"container_of",	   "data_race",	   "prefetch",
		"prefetchw",	   "READ_ONCE",	   "likely",
		"unlikely",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (token_is(t, words[i]))
			return true;
	return false;
}

/* __acquires(x) and kin say something to checkers and do nothing. */
bool use_is_annotation(const struct token *t)
{
	static const char *const words[] = {
		"__acquires",
		"__releases",
		"__must_hold",
		"__acquire",
		"__release",
		"__cond_acquires",
		"__guarded_by",
		"__pt_guarded_by",
		"__acquires_shared",
		"__releases_shared",
		"__must_hold_shared",
		"__acquire_shared",
		"__release_shared",
		"__must_not_hold",
		"__assume_ctx_lock",
		"__returns_ctx_lock",
		"context_unsafe_alias",
		"__acquire_ctx_lock",
		"__release_ctx_lock",
		"__no_ctx_lock",
		"__attribute__",
		"__cond_acquires_shared",
		"__acquire_ret",
		"__acquire_shared_ret",
	};
	size_t i;

	if (t->len < 9)
		return false;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (token_is(t, words[i]))
			return true;
	return t->len > 12 && !memcmp(t->at, "__", 2) &&
	       (memmem(t->at, t->len, "_ctx_", 5) ||
		memmem(t->at, t->len, "acquires", 8) ||
		memmem(t->at, t->len, "_releases", 9) ||
		memmem(t->at, t->len, "guarded", 7));
}

uint32_t enclosing(const struct token *list, uint32_t i, uint32_t low)
{
	while (i-- > low) {
		uint8_t kind = list[i].kind;

		if ((kind == ')' || kind == ']' || kind == '}') &&
		    list[i].match < i)
			i = list[i].match;
		else if (kind == '(' || kind == '[' || kind == '{')
			return i;
		if (i == low)
			break;
	}
	return NO_TOKEN;
}

static uint32_t behind(const struct token *list, uint32_t i)
{
	return list[i].match > i ? list[i].match + 1 : i + 1;
}

void argument_of(const struct token *list, uint32_t open, uint32_t i,
		 uint32_t *from, uint32_t *to, uint32_t *number)
{
	uint32_t close = list[open].match, k;

	*from = open + 1;
	*number = 0;
	for (k = open + 1; k <= i && k < close; k = behind(list, k)) {
		if (list[k].kind != ',')
			continue;
		*from = k + 1;
		++*number;
	}
	for (k = *from; k < close && list[k].kind != ','; k = behind(list, k))
		;
	*to = k;
}

static const struct lock_api *guard_row(const struct locktab *locktab,
					const struct token *name)
{
	char text[128];
	int n;

	if (name->kind != TOKEN_WORD || name->len > 100)
		return NULL;
	n = snprintf(text, sizeof(text), "guard(%.*s)", (int)name->len,
		     name->at);
	return locktab_find(locktab, text, n);
}

/* guard(NAME)(lock): the first parenthesis of a pair, or NO_TOKEN. */
static uint32_t guard_open(const struct token *list, uint32_t open)
{
	uint32_t first;

	if (!open || list[open - 1].kind != ')')
		return NO_TOKEN;
	first = list[open - 1].match;
	if (!first || first >= open || list[first - 1].kind != TOKEN_WORD ||
	    is_keyword(&list[first - 1]))
		return NO_TOKEN;
	return first;
}

static void in_call(const struct locktab *locktab, const struct token *list,
		    uint32_t callee, struct use *use)
{
	const struct token *name = &list[callee];
	const struct lock_api *row;

	use->callee = callee;
	use->name_end = callee + 1;
	row = locktab_find(locktab, name->at, name->len);
	if (!row && memmem(name->at, name->len, "guard", 5))
		row = guard_row(locktab, &list[use->open + 1]);
	if (!row) {
		use->kind = use_is_annotation(name) ? USE_ANNOTATION :
			    only_reads(name)	    ? USE_READ :
						      USE_CALL;
		return;
	}
	use->row = row;
	use->kind = USE_API;
	if (row->verb == VERB_GUARD || use->argument == (uint32_t)row->argument)
		return;
	/* the lock that nests this one, or no lock's argument at all */
	use->kind = (row->flavour & LOCK_NEST_LOCK) ? USE_ANNOTATION :
		    use->address		    ? USE_CALL :
						      USE_READ;
}

static void in_guard(const struct locktab *locktab, const struct token *list,
		     uint32_t first, struct use *use)
{
	use->callee = first - 1;
	use->name_end = list[first].match + 1;
	use->row = guard_row(locktab, &list[first + 1]);
	use->kind = use->row ? USE_API : USE_CALL;
}

/* In front of a '*': "spinlock_t", "typeof(x)", but not "if (x)". */
static bool ends_type(const struct token *list, uint32_t star)
{
	const struct token *last;

	if (!star)
		return false;
	last = &list[star - 1];
	if (last->kind == ')' && last->match && last->match < star)
		return memmem(list[last->match - 1].at,
			      list[last->match - 1].len, "typeof", 6);
	return last->kind == TOKEN_WORD;
}

/* The assignment whose right side begins at @from: its left side. */
static void assigned(const struct token *list, uint32_t from, struct use *use)
{
	uint32_t last = from - 2, start;

	if (from < 2) {
		use->kind = USE_STORED;
		return;
	}
	start = expr_start(list, last, 0);
	/* "{ .field =" begins no expression at its brace */
	if (start < last &&
	    (list[start].kind == '{' || list[start].kind == ',' ||
	     list[start].kind == ';'))
		start++;
	use->left = start;
	use->left_end = last + 1;
	use->kind = USE_STORED;
	if (start != last || list[last].kind != TOKEN_WORD)
		return;
	if (start &&
	    (list[start - 1].kind == '.' ||
	     (list[start - 1].kind == '*' && !ends_type(list, start - 1))))
		return; /* ".field =", "*p =" */
	use->kind = USE_LOCAL;
}

/* Widen over a conditional's other parts: a ? &x : &y. */
static bool in_conditional(const struct token *list, uint32_t *from,
			   uint32_t *to, uint32_t count)
{
	uint32_t i = *from, open;

	open = enclosing(list, i, 0);
	while (i > 0 && i - 1 != open && list[i - 1].kind != ',' &&
	       list[i - 1].kind != ';' && list[i - 1].kind != '=' &&
	       list[i - 1].kind != '{' && list[i - 1].kind != '}' &&
	       !token_is(&list[i - 1], "return")) {
		i--;
		if ((list[i].kind == ')' || list[i].kind == ']') &&
		    list[i].match < i)
			i = list[i].match;
	}
	if (i == *from)
		return false;
	*from = i;
	for (i = *to;
	     i < count && list[i].kind != ',' && list[i].kind != ';' &&
	     list[i].kind != ')' && list[i].kind != '}' && list[i].kind != ']';
	     i = behind(list, i))
		;
	*to = i;
	return true;
}

/* Members behind the lock's own expression. */
static uint32_t skip_members(const struct token *list, uint32_t to,
			     struct use *use)
{
	while (list[to].kind == '.' || list[to].kind == TOKEN_ARROW) {
		if (list[to + 1].kind != TOKEN_WORD)
			break;
		use->inner = true;
		use->last = &list[to + 1];
		to += 2;
	}
	return to;
}

/* A parenthesis around it: "(&b->lock)", "(i, &b->lock)". */
static bool in_parenthesis(const struct token *list, uint32_t open,
			   struct use *use)
{
	if (use->close != use->to)
		return false; /* "(&b->lock, i)" */
	if (open && list[open - 1].kind == ')' && open > 1 &&
	    list[open - 1].match < open) {
		use->kind = USE_CALL; /* (*f)(&x->lock) */
		use->callee = NO_TOKEN;
		return false;
	}
	use->from = open;
	use->to = use->close + 1;
	return true;
}

/*
 * READ_ONCE(p): what comes out is the pointer that went in; of per_cpu(v, cpu)
 * a variable like the one that is named, whose address can be taken.
 */
static bool handed_on(const struct token *list, uint32_t callee,
		      struct use *use)
{
	bool variable = token_is(&list[callee], "per_cpu") ||
			token_is(&list[callee], "get_cpu_var");
	bool follows;

	if (use->argument || !expr_hands_on(&list[callee], &follows) ||
	    (!variable && use->level < (follows ? 2u : 1u)))
		return false;
	use->level -= follows;
	use->from = callee;
	use->to = use->close + 1;
	return true;
}

/* WRITE_ONCE(p->lock, &b->lock) is an assignment, too. */
static bool put_by_call(const struct token *list, uint32_t open,
			struct use *use)
{
	static const char *const words[] = { "WRITE_ONCE", "rcu_assign_pointer",
					     "RCU_INIT_POINTER",
					     "smp_store_release",
					     "smp_store_mb" };
	uint32_t number;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (token_is(&list[open - 1], words[i]))
			break;
	if (i == sizeof(words) / sizeof(words[0]))
		return false;
	if (!use->argument) {
		use->kind = USE_READ;
	} else {
		use->kind = use->level ? USE_STORED : USE_READ;
		argument_of(list, open, open + 1, &use->left, &use->left_end,
			    &number);
	}
	return true;
}

/*
 * It is an element of a row in parentheses or braces: a call's argument, an
 * initialiser's value, or alone in a parenthesis. False when it is decided.
 */
static bool in_list(const struct locktab *locktab, const struct token *list,
		    struct use *use)
{
	uint32_t open, first;

	open = enclosing(list, use->from, 0);
	if (open == NO_TOKEN)
		return false;
	if (list[open].kind == '{') {
		use->kind = USE_STORED;
		return false;
	}
	if (list[open].kind != '(') {
		use->kind = use->level ? USE_ODD : USE_READ;
		return false;
	}
	argument_of(list, open, use->from, &first, &use->to, &use->argument);
	use->from = first;
	use->open = open;
	use->close = list[open].match;
	first = guard_open(list, open);
	if (first != NO_TOKEN) {
		in_guard(locktab, list, first, use);
		return false;
	}
	if (!open || list[open - 1].kind != TOKEN_WORD ||
	    is_keyword(&list[open - 1]))
		return in_parenthesis(list, open, use);
	if (handed_on(list, open - 1, use))
		return true;
	if (put_by_call(list, open, use))
		return false;
	in_call(locktab, list, open - 1, use);
	if (use->kind == USE_API && use->level > 1)
		use->kind = USE_CALL;
	return false;
}

static bool ends_operand(const struct token *t)
{
	return (t->kind == TOKEN_WORD && !token_is(t, "return") &&
		!token_is(t, "case")) ||
	       t->kind == TOKEN_NUMBER || t->kind == TOKEN_STRING ||
	       t->kind == TOKEN_CHAR || t->kind == ')' || t->kind == ']' ||
	       t->kind == '}';
}

static bool is_adding(const struct token *list, uint32_t i)
{
	return i && (list[i].kind == '+' || list[i].kind == '-') &&
	       ends_operand(&list[i - 1]);
}

/* What may stand in a sum, brackets with all that is in them. */
static bool in_sum(const struct token *t, uint32_t i)
{
	return t->match > i || t->kind == TOKEN_WORD ||
	       t->kind == TOKEN_NUMBER || t->kind == '+' || t->kind == '-' ||
	       t->kind == '*' || t->kind == '/' || t->kind == '.' ||
	       t->kind == TOKEN_ARROW || t->kind == TOKEN_STEP;
}

/* "r->row + i - 1", "i + r->row": widen over the sum. */
static void over_sum(const struct token *list, uint32_t count, struct use *use)
{
	uint32_t i;

	while (use->from > 1 && is_adding(list, use->from - 1)) {
		use->from = expr_start(list, use->from - 2, 0);
		while (use->from > 1 &&
		       (list[use->from - 1].kind == '*' ||
			list[use->from - 1].kind == '/') &&
		       ends_operand(&list[use->from - 2]))
			use->from = expr_start(list, use->from - 2, 0);
	}
	for (i = use->to; i < count && in_sum(&list[i], i); i = behind(list, i))
		;
	use->to = i;
}

static bool is_step(const struct token *t)
{
	return t->kind == TOKEN_STEP;
}

/* Operators that leave a pointer one: false when there is none around it. */
static bool over_operators(const struct token *list, uint32_t count,
			   struct use *use)
{
	const struct token *prev = &list[use->from - 1];
	const struct token *next = use->to < count ? &list[use->to] : NULL;

	if (next && (next->kind == '.' || next->kind == TOKEN_ARROW) &&
	    next[1].kind == TOKEN_WORD) {
		use->to = skip_members(list, use->to, use); /* (&l)->dep_map */
		use->level = 0;
	} else if (next && next->kind == '[' && use->level &&
		   next->match > use->to) {
		use->level--; /* (&b->lock)[0], p[1] */
		use->to = next->match + 1;
	} else if (next && use->level && is_step(next)) {
		use->to++;
	} else if (use->level && is_step(prev)) {
		use->from--;
	} else if (prev->kind == '&') {
		use->level++;
		use->from--;
	} else if (prev->kind == '*' && use->level &&
		   (use->from < 2 || !ends_operand(&list[use->from - 2]))) {
		use->level--;
		use->from--;
	} else if (use->level && prev->kind == ')' && prev->match < use->from &&
		   (!prev->match || list[prev->match - 1].kind != TOKEN_WORD ||
		    token_is(&list[prev->match - 1], "return"))) {
		use->from = prev->match; /* a cast */
	} else if (use->level && (is_adding(list, use->from - 1) ||
				  (next && is_adding(list, use->to)))) {
		over_sum(list, count, use);
	} else {
		return false;
	}
	return true;
}

/* Nothing comes of a pointer there: "p == &b->lock", "if (p)", "p++;". */
static bool is_harmless(const struct token *prev, uint8_t next)
{
	static const uint8_t kinds[] = { TOKEN_EQUAL, TOKEN_COMPARE,
					 TOKEN_LOGIC, '<', '>' };
	size_t i;

	for (i = 0; i < sizeof(kinds); i++)
		if (prev->kind == kinds[i] || next == kinds[i])
			return true;
	return prev->kind == '!' || prev->kind == TOKEN_WORD || next == '?' ||
	       next == TOKEN_ASSIGN || prev->kind == ';' || prev->kind == '{' ||
	       prev->kind == '}' || prev->kind == ')' || prev->kind == ':' ||
	       (prev->kind == '(' && next == ';');
}

/* "({ ...; &b->lock; })": is it what the block yields? */
static bool is_value(const struct token *list, const struct use *use)
{
	const struct token *prev = &list[use->from - 1], *next = &list[use->to];

	return use->level && next->kind == ';' && next[1].kind == '}' &&
	       next[2].kind == ')' && next[2].match + 1 == next[1].match &&
	       (prev->kind == ';' || prev->kind == '{' || prev->kind == '}');
}

/* One step outward; false when it is decided. */
static bool step(const struct locktab *locktab, const struct token *list,
		 uint32_t count, struct use *use)
{
	const struct token *prev = use->from ? &list[use->from - 1] : NULL;
	uint8_t next;

	use->kind = USE_READ;
	if (!prev)
		return false;
	if (over_operators(list, count, use))
		return true;
	next = use->to < count ? list[use->to].kind : ';';
	if (next == '=') {
		use->kind = USE_SET;
		return false;
	}
	if (prev->kind == '=' &&
	    (next == ';' || next == ',' || next == ')' || next == '}')) {
		assigned(list, use->from, use);
		return false;
	}
	if (is_value(list, use)) {
		use->from = list[use->to + 1].match - 1;
		use->to += 3;
		return true;
	}
	if (token_is(prev, "return") && next == ';') {
		use->kind = USE_RETURNED;
		return false;
	}
	if (prev->kind == '?' || prev->kind == ':' ||
	    (next == '?' && use->to + 1 < count &&
	     list[use->to + 1].kind == ':'))
		return in_conditional(list, &use->from, &use->to, count);
	if ((prev->kind == '(' || prev->kind == ',' || prev->kind == '{') &&
	    (next == ')' || next == ',' || next == '}'))
		return in_list(locktab, list, use);
	if (use->level && !is_harmless(prev, next))
		use->kind = USE_ODD;
	return false;
}

void use_of(const struct locktab *locktab, const struct token *list,
	    uint32_t count, uint32_t from, uint32_t to, uint32_t level,
	    struct use *use)
{
	uint32_t steps = 0;

	memset(use, 0, sizeof(*use));
	use->callee = NO_TOKEN;
	use->level = level;
	use->address = level != 0;
	use->from = from;
	use->to = skip_members(list, to, use);
	while (steps++ < 64 && step(locktab, list, count, use))
		use->address = use->level != 0;
}
