// SPDX-License-Identifier: GPL-2.0
/*
 * A function's tokens in, its declarations out. A statement is a declaration
 * if it can be read as one: "a * b;" as an expression does not occur in
 * kernel code.
 */
#include <stdlib.h>

#include "source/type/scope.h"

#define DEEPEST 400 /* brackets in each other: hostile sources end */

struct scan {
	struct decl_env env;
	uint32_t depth;
	const struct token *list;
	struct scope *scope;
};

static struct local *add(struct scan *s, const struct token *name,
			 const struct type *type, uint32_t from, uint32_t to)
{
	struct scope *scope = s->scope;
	struct local *local;

	local = ARRAY_ADD(scope->locals, scope->count, scope->capacity);
	memset(local, 0, sizeof(*local));
	local->name = name;
	local->type = *type;
	local->from = from;
	local->to = to;
	return local;
}

static uint32_t behind(const struct scan *s, uint32_t i)
{
	return s->list[i].match > i ? s->list[i].match + 1 : i + 1;
}

/* A word that may be a macro and declare something: "VALIDATE_ARGS". */
static struct local *add_word(struct scan *s, uint32_t word, uint32_t from,
			      uint32_t to)
{
	struct type none = { .base = TYPE_UNKNOWN };
	struct local *local = add(s, &s->list[word], &none, from, to);

	local->maker = word;
	return local;
}

static void read_params(struct scan *s, uint32_t open, uint32_t to)
{
	uint32_t close = s->list[open].match, i, end, next;
	struct declarator d;
	struct type base;

	for (i = open + 1; i < close; i = end + 1) {
		for (end = i; end < close && s->list[end].kind != ',';)
			end = behind(s, end);
		next = decl_specs(&s->env, s->list, i, end, &base, NULL);
		if (next == NO_TOKEN)
			continue;
		decl_declarator(s->list, next, end, &base, &d);
		if (d.name)
			add(s, d.name, &d.type, open, to)->parameter = true;
		else if (end == i + 1 && base.base == TYPE_NAME)
			add_word(s, i, open, to)->parameter = true;
	}
}

/* Does what follows a declarator fit one? */
static bool fits(const struct scan *s, uint32_t i, uint32_t end)
{
	uint8_t kind = i < end ? s->list[i].kind : ';';

	return kind == ';' || kind == ',' || kind == '=' || kind == ')' ||
	       kind == TOKEN_END || kind == '}' || kind == '{';
}

static uint32_t statement_end(const struct scan *s, uint32_t i, uint32_t end)
{
	while (i < end && s->list[i].kind != ';' && s->list[i].kind != '}')
		i = behind(s, i);
	return i;
}

/* A word alone is no declaration: "x = 1;", "f(x);", "label:", "a->b = c;". */
static bool may_declare(const struct scan *s, uint32_t i, uint32_t end)
{
	const struct token *t = &s->list[i], *next = t + 1;
	static const char *const never[] = {
		"return",   "goto",    "if",	 "while",  "for",
		"do",	    "else",    "case",	 "switch", "break",
		"continue", "default", "sizeof", "asm",	   "__asm__",
	};
	size_t k;

	if (t->kind != TOKEN_WORD || i + 1 >= end)
		return false;
	if (next->kind != TOKEN_WORD && next->kind != '*' &&
	    next->kind != '(' &&
	    !(next->kind == '{' &&
	      (token_is(t, "struct") || token_is(t, "union"))))
		return false;
	for (k = 0; k < sizeof(never) / sizeof(never[0]); k++)
		if (token_is(t, never[k]))
			return false;
	return true;
}

/*
 * The declaration that begins at @i, if one does: its names are visible up to
 * @to. Returns the token that ends it, or NO_TOKEN.
 */
static uint32_t declaration(struct scan *s, uint32_t i, uint32_t end,
			    uint32_t to)
{
	uint32_t next, first = s->scope->count, storage;
	struct declarator d;
	struct local *local;
	struct type base;

	if (!may_declare(s, i, end))
		return NO_TOKEN;
	next = decl_specs(&s->env, s->list, i, end, &base, &storage);
	if (next == NO_TOKEN)
		return NO_TOKEN;
	for (;;) {
		next = decl_declarator(s->list, next, end, &base, &d);
		if (!d.name)
			break;
		next = decl_skip_attributes(s->list, next, end);
		if (!fits(s, next, end) ||
		    (d.type.base == TYPE_NAME && s->list[next].kind == '{')) {
			s->scope->count = first;
			return NO_TOKEN;
		}
		/* "f(x);" is a call unless a type stands before the name */
		if (d.name == &s->list[i]) {
			s->scope->count = first;
			return NO_TOKEN;
		}
		local = add(s, d.name, &d.type, next, to);
		local->is_auto = token_is(&s->list[i], "__auto_type") ||
				 token_is(&s->list[i], "auto");
		local->is_typedef = (storage & STORAGE_TYPEDEF) != 0;
		if (next < end && s->list[next].kind == '=') {
			local->init = next + 1;
			while (next < end && s->list[next].kind != ',' &&
			       s->list[next].kind != ';' &&
			       s->list[next].kind != ')')
				next = behind(s, next);
			local->init_end = next;
		}
		if (next >= end || s->list[next].kind != ',')
			break;
		next++;
	}
	return next;
}

static void add_makers(struct scan *s, uint32_t word, uint32_t to)
{
	uint32_t close = s->list[word + 1].match, i;
	struct type none = { .base = TYPE_UNKNOWN };

	add_word(s, word, close, to);
	for (i = word + 2; i < close; i = behind(s, i))
		if (s->list[i].kind == TOKEN_WORD &&
		    (s->list[i - 1].kind == '(' || s->list[i - 1].kind == ','))
			add(s, &s->list[i], &none, close, to)->maker = word;
}

/* A block's end is its brace; a for's declaration lives to its body's end. */
static uint32_t for_end(const struct scan *s, uint32_t open, uint32_t end)
{
	uint32_t i = behind(s, open);

	while (i < end && s->list[i].kind == TOKEN_WORD) {
		i++;
		if (i < end && s->list[i].kind == '(')
			i = behind(s, i);
	}
	return i < end && s->list[i].kind == '{' ? behind(s, i) :
						   statement_end(s, i, end);
}

static bool is_control(const struct token *t)
{
	return token_is(t, "if") || token_is(t, "for") ||
	       token_is(t, "while") || token_is(t, "switch");
}

/* "f(...) __must_hold(x) {" */
static uint32_t behind_attributes(const struct scan *s, uint32_t i,
				  uint32_t end)
{
	while (i < end && s->list[i].kind == TOKEN_WORD && s->list[i].len > 2 &&
	       !memcmp(s->list[i].at, "__", 2)) {
		i++;
		if (i < end && s->list[i].kind == '(')
			i = behind(s, i);
	}
	return i;
}

/* "CGS_FUNC_ADEV;" */
static bool is_macro_alone(const struct scan *s, uint32_t i)
{
	const struct token *t = &s->list[i];

	return t->kind == TOKEN_WORD && t[1].kind == ';' &&
	       !token_is(t, "break") && !token_is(t, "continue") &&
	       !token_is(t, "return");
}

/* "LIST_HEAD", "static DEFINE_ROW": a word at @i behind no other. */
static bool begins_statement(const struct scan *s, uint32_t from, uint32_t i)
{
	if (s->list[i].kind != TOKEN_WORD)
		return false;
	if (i > from && token_is(&s->list[i - 1], "static"))
		i--;
	return i <= from || strchr(";{}", s->list[i - 1].kind);
}

static void read_block(struct scan *s, uint32_t from, uint32_t end, bool start)
{
	uint32_t i, next, to = end, questions = 0, declared = from;

	if (s->depth >= DEEPEST)
		return;
	s->depth++;
	for (i = from; i < end; i++) {
		uint8_t kind = s->list[i].kind;

		if (kind == '{' && s->list[i].match > i &&
		    s->list[i].match <= end) {
			read_block(s, i + 1, s->list[i].match, true);
			i = s->list[i].match;
			start = i >= declared; /* not in "struct { } x;" */
			continue;
		}
		if (kind == '(' && s->list[i].match > i &&
		    s->list[i].match <= end) {
			if (i && token_is(&s->list[i - 1], "for")) {
				declaration(s, i + 1, s->list[i].match,
					    for_end(s, i, end));
			} else if (start == false && i > from &&
				   begins_statement(s, from, i - 1)) {
				add_makers(s, i - 1, to);
			}
			/* a function's head, in what a macro made */
			next = behind_attributes(s, s->list[i].match + 1, end);
			if (s->list[next].kind == '{' && i &&
			    s->list[i - 1].kind == TOKEN_WORD &&
			    !is_control(&s->list[i - 1]))
				read_params(s, i, behind(s, next));
			/* statement expressions hide in parentheses */
			read_block(s, i + 1, s->list[i].match, false);
			i = s->list[i].match;
			start = true; /* if (x) statement */
			continue;
		}
		if (start) {
			next = declaration(s, i, end, to);
			if (next != NO_TOKEN && next > i) {
				/* look into the initialisers again */
				declared = next;
				start = false;
				continue;
			}
			if (is_macro_alone(s, i))
				add_word(s, i, i, to);
		}
		if (kind == '?')
			questions++;
		start = kind == ';' || kind == '}' || kind == '{' ||
			(kind == ':' && (!questions || !questions--)) ||
			token_is(&s->list[i], "else") ||
			token_is(&s->list[i], "do");
	}
	s->depth--;
}

/* Between the head and the body: they live as long as the parameters. */
static void read_old_params(struct scan *s, uint32_t from, uint32_t open,
			    uint32_t close)
{
	uint32_t i = s->scope->count;

	read_block(s, from, open, true);
	for (; i < s->scope->count; i++) {
		s->scope->locals[i].parameter = true;
		s->scope->locals[i].to = close;
	}
}

static struct scan begin(struct view *view, const struct token *list,
			 bool expanded, struct scope *scope)
{
	struct scan s = {
		.env = { .arena = &view->arena,
			 .home = &view->arena,
			 .text = view->here->text.data,
			 .file = view->here->id,
			 .expanded = expanded },
		.list = list,
		.scope = scope,
	};

	memset(scope, 0, sizeof(*scope));
	scope->list = list;
	return s;
}

/* The locals become the view's arena's. */
static void finish(struct view *view, struct scope *scope)
{
	size_t size = scope->count * sizeof(*scope->locals);
	struct local *copy = arena_alloc(&view->arena, size);

	if (size)
		memcpy(copy, scope->locals, size);
	free(scope->locals);
	scope->locals = copy;
}

void scope_read(struct view *view, const struct token *list, uint32_t params,
		uint32_t open, uint32_t close, bool expanded,
		struct scope *scope)
{
	struct scan s = begin(view, list, expanded, scope);

	if (params != NO_TOKEN && list[params].match > params) {
		read_params(&s, params, close);
		if (list[params].match + 1 < open) /* K&R declarations */
			read_old_params(&s, list[params].match + 1, open,
					close);
	}
	read_block(&s, open + 1, close, true);
	finish(view, scope);
}

/* Tokens [from, to) as one parameter, visible up to @last. */
static bool declares(struct scan *s, uint32_t from, uint32_t to, uint32_t last)
{
	struct declarator d;
	struct type base;
	uint32_t next;

	next = decl_specs(&s->env, s->list, from, to, &base, NULL);
	if (next == NO_TOKEN)
		return false;
	next = decl_declarator(s->list, next, to, &base, &d);
	if (!d.name || d.name == &s->list[from] ||
	    decl_skip_attributes(s->list, next, to) != to)
		return false;
	add(s, d.name, &d.type, from, last)->parameter = true;
	return true;
}

/* Do all parts of a list in parentheses declare something? */
static bool all_declare(struct scan *s, uint32_t open, uint32_t last)
{
	uint32_t close = s->list[open].match, i, end;
	uint32_t before = s->scope->count;

	for (i = open + 1; i < close; i = end + 1) {
		for (end = i; end < close && s->list[end].kind != ',';)
			end = behind(s, end);
		if (declares(s, i, end, last))
			continue;
		s->scope->count = before;
		return false;
	}
	return s->scope->count > before;
}

void scope_read_call(struct view *view, const struct token *list, uint32_t open,
		     struct scope *scope)
{
	struct scan s = begin(view, list, false, scope);
	uint32_t close = list[open].match, i, end;

	for (i = open + 1; i < close; i = end + 1) {
		for (end = i; end < close && list[end].kind != ',';)
			end = behind(&s, end);
		if (list[i].kind == TOKEN_WORD && list[i + 1].kind == '(' &&
		    list[i + 1].match == end - 1) {
			if (!all_declare(&s, i + 1, close))
				read_block(&s, i + 2, end - 1, true);
		} else if (!declares(&s, i, end, close)) {
			read_block(&s, i, end, true);
		}
	}
	finish(view, scope);
}

const struct local *scope_find(const struct scope *scope, uint32_t at,
			       const char *name, size_t len)
{
	const struct local *local, *best = NULL;
	uint32_t i;

	for (i = 0; i < scope->count; i++) {
		local = &scope->locals[i];
		if (local->maker || local->is_typedef ||
		    local->name->len != len || at < local->from ||
		    at > local->to || memcmp(local->name->at, name, len))
			continue;
		if (!best || local->to <= best->to)
			best = local;
	}
	return best;
}

const struct local *scope_maker(const struct scope *scope, uint32_t at,
				const char *name, size_t len, uint32_t *next)
{
	const struct local *local;
	uint32_t i;

	for (i = *next; i--;) {
		local = &scope->locals[i];
		if (!local->maker || at < local->from || at > local->to ||
		    (name && (local->name->len != len ||
			      memcmp(local->name->at, name, len))))
			continue;
		*next = i;
		return local;
	}
	return NULL;
}

const struct local *scope_typedef(const struct scope *scope, const char *name,
				  size_t len)
{
	const struct local *local;
	uint32_t i;

	for (i = 0; i < scope->count; i++) {
		local = &scope->locals[i];
		if (local->is_typedef && local->name->len == len &&
		    !memcmp(local->name->at, name, len))
			return local;
	}
	return NULL;
}
