// SPDX-License-Identifier: GPL-2.0
/*
 * An expression's tokens in, its type out. Operators are found from the
 * weakest to the strongest; what yields no struct or pointer is a number.
 */
#include "source/type/expr_inside.h"
#include "source/text/macro.h"

/* What a macro's call, or name, expands to at list[i]. */
static struct type type_of_macro(const struct place *place,
				 const struct macro *macro,
				 const struct token *list, uint32_t i,
				 uint32_t *after)
{
	struct place inner = { .view = place->view,
			       .outer = place,
			       .depth = place->depth + 1 };
	struct tokens out;

	if (!macro_expand(place->view, macro, list, i, &out, after))
		return unknown;
	if (inner.depth >= DEEPEST)
		return unknown;
	return expr_type(&inner, out.list, 0, out.count);
}

/* The last statement, "enable_warnings()": a macro that has no value. */
static bool only_tells(const struct place *place, const struct token *list,
		       uint32_t i, uint32_t close)
{
	return i + 3 == close && list[i].kind == TOKEN_WORD &&
	       list[i + 1].kind == '(' && list[i + 2].kind == ')' &&
	       macro_of(place->view, &list[i]);
}

/* ({ ... }): the type of its last statement. */
static struct type statement_expr(const struct place *place,
				  const struct token *list, uint32_t open)
{
	uint32_t close = list[open].match, from = open + 1, i, last, end;
	struct scope *scope = arena_alloc(&place->view->arena, sizeof(*scope));
	struct place inner = { .view = place->view,
			       .scope = scope,
			       .outer = place,
			       .depth = place->depth + 1 };

	if (close <= open || inner.depth >= DEEPEST)
		return unknown;
	scope_read(place->view, list, NO_TOKEN, open, close, true, scope);
	last = from;
	end = close;
	for (i = from; i < close; i = behind(list, i, close)) {
		if (list[i].kind != ';')
			continue;
		if (i + 1 < close && !only_tells(place, list, i + 1, close)) {
			last = i + 1;
			continue;
		}
		end = i;
		break;
	}
	/* a block may stand before it: "if (x) { } value;" */
	for (i = last; i < end; i = behind(list, i, end))
		if (list[i].kind == '{' && list[i].match > i &&
		    list[i].match + 1 < end)
			last = list[i].match + 1;
	inner.at = end;
	return expr_type(&inner, list, last, end);
}

/* Is the parenthesis at list[open] a cast's (or a compound literal's)? */
static bool is_cast(const struct place *place, const struct token *list,
		    uint32_t open, uint32_t to)
{
	uint32_t close = list[open].match, i, words = 0, stars = 0;
	const struct token *t = &list[open + 1], *next;
	struct symbol *found[FIND_MAX];
	struct decl_env env = env_of(place);
	struct type type;

	if (close <= open + 1 || close + 1 >= to)
		return false;
	next = &list[close + 1];
	if (t->kind != TOKEN_WORD ||
	    (next->kind != TOKEN_WORD && next->kind != TOKEN_NUMBER &&
	     next->kind != TOKEN_STRING && next->kind != TOKEN_CHAR &&
	     next->kind != TOKEN_STEP && next->kind != TOKEN_LOGIC &&
	     !strchr("({*&~!-+", next->kind)))
		return false;
	for (i = open + 1; i < close; i = behind(list, i, close)) {
		if (list[i].kind == TOKEN_WORD)
			words++;
		else if (list[i].kind == '*')
			stars++;
		else if (list[i].kind != '(' && list[i].kind != '{' &&
			 list[i].kind != '[')
			return false;
	}
	i = decl_specs(&env, list, open + 1, close, &type, NULL);
	if (i == NO_TOKEN)
		return false;
	if (type.base != TYPE_NAME)
		return true;
	if (words > 1 || (stars && list[close - 1].kind == '*'))
		return true;
	if (stars || place_local(place, t, NULL))
		return false;
	if (next->kind == TOKEN_WORD || next->kind == TOKEN_NUMBER ||
	    next->kind == '{')
		return true;
	return view_find(place->view, t->at, t->len, SYMBOL_TYPEDEF, found);
}

static struct type cast_type(const struct place *place,
			     const struct token *list, uint32_t open)
{
	struct decl_env env = env_of(place);
	struct declarator d;
	struct type base;
	uint32_t i;

	i = decl_specs(&env, list, open + 1, list[open].match, &base, NULL);
	if (i == NO_TOKEN)
		return unknown;
	decl_declarator(list, i, list[open].match, &base, &d);
	return d.type;
}

/* Macros and built-ins whose meaning needs no expansion: the first argument's
 * type comes out, or that of the type which is their second. */
enum shortcut {
	SHORTCUT_NONE,
	SHORTCUT_SAME, /* f(x): x */
	SHORTCUT_DEREF, /* f(p): *p's value, f(&x) */
	SHORTCUT_TYPE, /* f(p, TYPE, member): TYPE * */
	SHORTCUT_NUMBER,
};

static enum shortcut shortcut_of(const struct token *word)
{
	static const struct {
		const char *name;
		enum shortcut what;
	} known[] = {
		{ "READ_ONCE", SHORTCUT_SAME },
		{ "ACCESS_ONCE", SHORTCUT_SAME },
		{ "unlikely", SHORTCUT_SAME },
		{ "likely", SHORTCUT_SAME },
		{ "rcu_dereference", SHORTCUT_SAME },
		{ "rcu_dereference_check", SHORTCUT_SAME },
		{ "rcu_dereference_protected", SHORTCUT_SAME },
		{ "rcu_dereference_raw", SHORTCUT_SAME },
		{ "rcu_access_pointer", SHORTCUT_SAME },
		{ "rtnl_dereference", SHORTCUT_SAME },
		{ "per_cpu_ptr", SHORTCUT_SAME },
		{ "this_cpu_ptr", SHORTCUT_SAME },
		{ "raw_cpu_ptr", SHORTCUT_SAME },
		{ "get_cpu_ptr", SHORTCUT_SAME },
		{ "per_cpu", SHORTCUT_SAME },
		{ "get_cpu_var", SHORTCUT_SAME },
		{ "smp_load_acquire", SHORTCUT_DEREF },
		{ "container_of", SHORTCUT_TYPE },
		{ "container_of_const", SHORTCUT_TYPE },
		{ "list_entry", SHORTCUT_TYPE },
		{ "list_first_entry", SHORTCUT_TYPE },
		{ "list_last_entry", SHORTCUT_TYPE },
		{ "list_first_entry_or_null", SHORTCUT_TYPE },
		{ "hlist_entry", SHORTCUT_TYPE },
		{ "rb_entry", SHORTCUT_TYPE },
		{ "sizeof", SHORTCUT_NUMBER },
		{ "offsetof", SHORTCUT_NUMBER },
		{ "ARRAY_SIZE", SHORTCUT_NUMBER },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (token_is(word, known[i].name))
			return known[i].what;
	return SHORTCUT_NONE;
}

bool expr_hands_on(const struct token *callee, bool *follows)
{
	enum shortcut what = shortcut_of(callee);

	*follows = what == SHORTCUT_DEREF;
	return *follows || what == SHORTCUT_SAME;
}

static struct type take_shortcut(const struct place *place,
				 const struct token *list, uint32_t i,
				 enum shortcut what)
{
	uint32_t open = i + 1, close = list[open].match, from = open + 1, end;
	struct decl_env env = env_of(place);
	struct declarator d;
	struct type type;

	for (end = from; end < close && list[end].kind != ',';)
		end = behind(list, end, close);
	if (what == SHORTCUT_NUMBER)
		return scalar;
	if (what != SHORTCUT_TYPE) {
		type = expr_type(place, list, from, end);
		return what == SHORTCUT_DEREF ? type_unwrap(type) : type;
	}
	from = end + 1;
	for (end = from; end < close && list[end].kind != ',';)
		end = behind(list, end, close);
	if (from >= close)
		return unknown;
	i = decl_specs(&env, list, from, end, &type, NULL);
	if (i == NO_TOKEN)
		return unknown;
	decl_declarator(list, i, end, &type, &d);
	return type_wrap(d.type, '*');
}

/* The type that a name's call returns. */
static struct type called(struct type type)
{
	if (type.depth && type.mods[0] == '*')
		type = type_unwrap(type);
	return type.depth && type.mods[0] == '(' ? type_unwrap(type) : unknown;
}

static struct type first_known(const struct place *place,
			       const struct token *list, uint32_t from,
			       uint32_t close)
{
	struct type type = unknown;
	uint32_t end;

	/* _Generic(x, T: a, ...), __builtin_choose_expr(c, a, b) */
	for (; from < close && !is_known(type); from = end + 1) {
		for (end = from; end < close && list[end].kind != ',';) {
			if (list[end].kind == ':')
				from = end + 1;
			end = behind(list, end, close);
		}
		type = expr_type(place, list, from, end);
		if (type.base == TYPE_SCALAR && !type.depth)
			type = unknown;
	}
	return type;
}

/*
 * Between #if and #else a header has a function and a macro of one name; the
 * macro is a stub, or for another program (EXT4_SB(sb) is sb outside the
 * kernel), and only the function says what the call leads to.
 */
static struct type function_beside(const struct place *place,
				   const struct macro *macro)
{
	const struct symbol *s = macro->symbol;
	struct type type;

	s = unit_find(s->unit, s->name, s->len, SYMBOL_FUNCTION, NULL);
	if (!s)
		return unknown;
	type = called(expr_resolve(place, s->type));
	return type.base == TYPE_SCALAR ? unknown : type;
}

static struct type call_of_word(const struct place *place,
				const struct token *list, uint32_t i,
				uint32_t *after)
{
	enum shortcut shortcut = shortcut_of(&list[i]);
	uint32_t close = list[i + 1].match, skip;
	const struct symbol *symbol;
	const struct macro *macro;
	struct type type;

	*after = close + 1;
	if (shortcut != SHORTCUT_NONE)
		return take_shortcut(place, list, i, shortcut);
	if (token_is(&list[i], "_Generic") ||
	    token_is(&list[i], "__builtin_choose_expr")) {
		for (skip = i + 2; skip < close && list[skip].kind != ',';)
			skip = behind(list, skip, close);
		return first_known(place, list, skip + 1, close);
	}
	if (!place_local(place, &list[i], NULL)) {
		macro = macro_of(place->view, &list[i]);
		if (macro && macro->function) {
			type = function_beside(place, macro);
			return is_known(type) ? type :
						type_of_macro(place, macro,
							      list, i, after);
		}
	}
	if (list[i].len > 10 && !memcmp(list[i].at, "__builtin_", 10))
		return scalar;
	return called(
		expr_resolve(place, expr_name_type(place, &list[i], &symbol)));
}

static struct type primary(const struct place *place, const struct token *list,
			   uint32_t i, uint32_t to, uint32_t *after)
{
	const struct symbol *symbol;
	const struct macro *macro;

	*after = i + 1;
	if (i >= to)
		return unknown;
	switch (list[i].kind) {
	case TOKEN_NUMBER:
	case TOKEN_CHAR:
		return scalar;
	case TOKEN_STRING:
		while (*after < to && list[*after].kind == TOKEN_STRING)
			++*after;
		return type_wrap(scalar, '*');
	case '(':
		*after = behind(list, i, to);
		if (list[i].match <= i || list[i].match >= to)
			return unknown;
		if (list[i + 1].kind == '{')
			return statement_expr(place, list, i + 1);
		return expr_type(place, list, i + 1, list[i].match);
	case TOKEN_WORD:
		break;
	default:
		return unknown;
	}
	if (i + 1 < to && list[i + 1].kind == '(' && list[i + 1].match > i + 1)
		return call_of_word(place, list, i, after);
	if (!place_local(place, &list[i], NULL)) {
		macro = macro_of(place->view, &list[i]);
		if (macro && !macro->function)
			return type_of_macro(place, macro, list, i, after);
	}
	return expr_name_type(place, &list[i], &symbol);
}

/* A member that is a macro: d_lock is d_lockref.lock. */
static struct type member_by_macro(const struct place *place, struct type type,
				   const struct token *name)
{
	const struct macro *macro = macro_of(place->view, name);
	struct member member;
	uint32_t i;

	if (!macro || macro->function || !macro->body.count)
		return unknown;
	for (i = 0; i < macro->body.count; i++) {
		if (macro->body.list[i].kind != TOKEN_WORD)
			continue;
		if (!expr_member(place, type, macro->body.list[i].at,
				 macro->body.list[i].len, &member))
			return unknown;
		type = member.field->type;
	}
	return type;
}

static struct type member_type(const struct place *place, struct type type,
			       const struct token *name)
{
	struct member member;

	if (expr_member(place, type, name->at, name->len, &member))
		return member.field->type;
	return member_by_macro(place, type, name);
}

static struct type postfix(const struct place *place, const struct token *list,
			   uint32_t i, uint32_t to)
{
	struct type type = primary(place, list, i, to, &i);

	while (i < to) {
		if (list[i].kind == '[') {
			if (type.base == TYPE_SCALAR && !type.depth) /* i[p] */
				type = expr_type(place, list, i + 1,
						 behind(list, i, to) - 1);
			type = type_unwrap(expr_resolve(place, type));
			i = behind(list, i, to);
		} else if (list[i].kind == '(') {
			type = called(expr_resolve(place, type));
			i = behind(list, i, to);
		} else if ((list[i].kind == '.' ||
			    list[i].kind == TOKEN_ARROW) &&
			   i + 1 < to && list[i + 1].kind == TOKEN_WORD) {
			type = member_type(place, type, &list[i + 1]);
			i += 2;
		} else if (list[i].kind == TOKEN_STEP) {
			i++;
		} else {
			break;
		}
	}
	return type;
}

static struct type unary(const struct place *place, const struct token *list,
			 uint32_t i, uint32_t to)
{
	struct place inner = deeper(place);
	uint32_t next;

	if (i >= to || inner.depth >= DEEPEST)
		return unknown;
	switch (list[i].kind) {
	case '&':
		return type_wrap(unary(&inner, list, i + 1, to), '*');
	case '*':
		return type_unwrap(
			expr_resolve(place, unary(&inner, list, i + 1, to)));
	case '!':
	case '~':
	case '-':
	case '+':
		return scalar;
	case TOKEN_STEP:
		return unary(&inner, list, i + 1, to);
	case '(':
		if (!is_cast(place, list, i, to))
			break;
		next = list[i].match + 1;
		if (list[next].kind == '{' && behind(list, next, to) < to)
			break;
		return cast_type(place, list, i);
	default:
		break;
	}
	if (token_is(&list[i], "__extension__"))
		return unary(&inner, list, i + 1, to);
	return postfix(&inner, list, i, to);
}

/* Where a binary operator can stand: behind an operand. */
static bool ends_operand(const struct token *t)
{
	return t->kind == TOKEN_WORD || t->kind == TOKEN_NUMBER ||
	       t->kind == TOKEN_STRING || t->kind == TOKEN_CHAR ||
	       t->kind == ')' || t->kind == ']' || t->kind == '}' ||
	       t->kind == TOKEN_STEP;
}

/* The weakest operators of an expression: where they stand, or NO_TOKEN. */
struct operators {
	uint32_t comma, assign, question, colon, logic, add;
};

static void find_operators(const struct token *list, uint32_t from, uint32_t to,
			   struct operators *o)
{
	uint32_t i, nested = 0;

	memset(o, 0xff, sizeof(*o));
	for (i = from; i < to; i = behind(list, i, to)) {
		uint8_t kind = list[i].kind;

		if (kind == ',') {
			o->comma = i;
		} else if (kind == '?') {
			if (o->question == NO_TOKEN)
				o->question = i;
			else
				nested++;
		} else if (kind == ':') {
			if (nested)
				nested--;
			else if (o->colon == NO_TOKEN)
				o->colon = i;
		} else if (i == from || !ends_operand(&list[i - 1])) {
			continue;
		} else if (kind == '=' || kind == TOKEN_ASSIGN) {
			if (o->assign == NO_TOKEN)
				o->assign = i;
		} else if (kind == TOKEN_LOGIC || kind == TOKEN_EQUAL ||
			   kind == TOKEN_COMPARE || kind == '<' ||
			   kind == '>') {
			o->logic = i;
		} else if (kind == '+' || kind == '-') {
			o->add = i;
		} else if (kind == '|' || kind == '^' || kind == '%' ||
			   kind == '/' || kind == TOKEN_SHIFT) {
			o->logic = i;
		} else if ((kind == '*' || kind == '&') &&
			   list[i - 1].kind != ')') {
			o->logic = i;
		}
	}
}

static bool is_nothing(struct type type)
{
	return !is_known(type) || type.base == TYPE_SCALAR;
}

struct type expr_type(const struct place *place, const struct token *list,
		      uint32_t from, uint32_t to)
{
	struct place inner = deeper(place);
	struct operators o;
	struct type type;

	if (from >= to || inner.depth >= DEEPEST)
		return unknown;
	find_operators(list, from, to, &o);
	if (o.comma != NO_TOKEN)
		return expr_type(&inner, list, o.comma + 1, to);
	if (o.assign != NO_TOKEN &&
	    (o.question == NO_TOKEN || o.assign < o.question))
		return expr_type(&inner, list, from, o.assign);
	if (o.question != NO_TOKEN && o.colon != NO_TOKEN &&
	    o.colon > o.question) {
		/* "a ?: b" takes its type from a */
		type = o.colon == o.question + 1 ?
			       expr_type(&inner, list, from, o.question) :
			       expr_type(&inner, list, o.question + 1, o.colon);
		return is_nothing(type) ?
			       expr_type(&inner, list, o.colon + 1, to) :
			       type;
	}
	if (o.logic != NO_TOKEN)
		return scalar;
	if (o.add != NO_TOKEN) {
		type = expr_type(&inner, list, from, o.add);
		return is_nothing(type) && !type.depth ?
			       expr_type(&inner, list, o.add + 1, to) :
			       type;
	}
	return unary(&inner, list, from, to);
}

/* Does what stands before the bracket at @i belong to it: f(x), a[i]? */
static bool continues(const struct token *list, uint32_t i)
{
	static const char *const never[] = { "return", "case", "else",	"if",
					     "while",  "do",   "sizeof" };
	const struct token *prev = &list[i - 1];
	uint32_t open = prev->match;
	size_t k;

	if (prev->kind == TOKEN_WORD) {
		for (k = 0; k < sizeof(never) / sizeof(never[0]); k++)
			if (token_is(prev, never[k]))
				return false;
		return true;
	}
	if (prev->kind == ']' || list[i].kind == '[')
		return prev->kind == ']' || prev->kind == ')';
	/* "(*f)(x)", "guard(mutex)(x)", but not "(cast)(x)" or "if (x) (y)" */
	return prev->kind == ')' && open < i - 1 &&
	       (list[open + 1].kind == '*' ||
		(open && list[open - 1].kind == TOKEN_WORD &&
		 continues(list, open)));
}

uint32_t expr_start(const struct token *list, uint32_t last, uint32_t low)
{
	uint32_t i = last;

	for (;;) {
		if ((list[i].kind == ']' || list[i].kind == ')') &&
		    list[i].match < i && list[i].match >= low) {
			i = list[i].match;
			if (i > low && continues(list, i)) {
				i--;
				continue;
			}
		} else if (list[i].kind == TOKEN_STEP && i > low) {
			i--;
			continue;
		}
		if (i > low + 1 && (list[i - 1].kind == '.' ||
				    list[i - 1].kind == TOKEN_ARROW)) {
			i -= 2;
			continue;
		}
		return i;
	}
}
