// SPDX-License-Identifier: GPL-2.0
/*
 * A name and the place where it stands in, its type out: a local's, a
 * symbol's, what a macro declares; and a type without its typedefs.
 */
#include "source/type/expr_inside.h"
#include "source/text/macro.h"

/* typeof(TEXT): an expression, else a type. */
static struct type typeof_text(const struct place *place, const char *text,
			       uint32_t len)
{
	struct decl_env env = env_of(place);
	struct tokens tokens = { 0 };
	struct type type = unknown;
	struct declarator d;
	struct token *list;
	uint32_t i;

	lex_piece(&tokens, text, len);
	list = arena_keep(&place->view->arena, tokens.list,
			  (tokens.count + 1) * sizeof(*list));
	lex_match(list, 0, tokens.count);
	if (!tokens.count)
		return unknown;
	if (!token_is(list, "struct") && !token_is(list, "union"))
		type = expr_type(place, list, 0, tokens.count);
	if (is_known(type))
		return type;
	i = decl_specs(&env, list, 0, tokens.count, &type, NULL);
	if (i == NO_TOKEN)
		return unknown;
	decl_declarator(list, i, tokens.count, &type, &d);
	return d.type;
}

static bool local_typedef(const struct place *place, const struct type *name,
			  struct type *out)
{
	const struct local *local;

	for (; place; place = place->outer) {
		if (!place->scope)
			continue;
		local = scope_typedef(place->scope, name->name, name->len);
		if (!local)
			continue;
		*out = local->type;
		return true;
	}
	return false;
}

/* Does it define types with names of its own? */
static bool makes_types(struct view *view, const struct macro *macro,
			uint32_t depth)
{
	uint32_t i;

	for (i = 0; macro && i < macro->body.count; i++)
		if (token_is(&macro->body.list[i], "typedef") ||
		    (depth && macro->body.list[i].kind == TOKEN_WORD &&
		     memmem(macro->body.list[i].at, macro->body.list[i].len,
			    "DEFINE_", 7) &&
		     makes_types(view, macro_of(view, &macro->body.list[i]),
				 depth - 1)))
			return true;
	return false;
}

/* What a call at file scope made in which there are typedefs. */
struct made_types {
	struct scope scope;
	struct made_types *next;
};

/* What the call at file scope makes, if typedefs are among it. */
static bool types_of_call(struct view *view, const struct symbol *call,
			  struct scope *scope)
{
	struct tokens tokens = { 0 }, once, made;
	const struct macro *macro;
	struct symbol *own;
	struct token *list;
	uint32_t after;

	lex_piece(&tokens, call->unit->text.data + call->start,
		  call->end - call->start);
	list = arena_keep(&view->arena, tokens.list,
			  (tokens.count + 1) * sizeof(*list));
	lex_match(list, 0, tokens.count);
	/* another file may define it anew for itself */
	own = unit_find(call->unit, list->at, list->len, SYMBOL_MACRO, NULL);
	macro = own ? macro_get(own) : macro_of(view, list);
	if (!tokens.count || !makes_types(view, macro, 3) ||
	    !macro_expand(view, macro, list, 0, &once, &after))
		return false;
	macro_expand_all(view, once.list, 0, once.count, &made);
	scope_read(view, made.list, NO_TOKEN, NO_TOKEN, made.count, true,
		   scope);
	return scope->count != 0;
}

/* Expansions take long and a file asks often: all of them once a file. */
static void read_made_types(struct view *view)
{
	struct made_types **tail = &view->made, *made = NULL;
	bool constants = view->constants;
	uint32_t id = 0, i, start;
	const struct unit *unit;

	view->made_known = true;
	view->constants = false;
	*tail = NULL;
	while ((unit = view_unit(view, &id))) {
		start = NO_TOKEN;
		for (i = 0; i < unit->count; i++) {
			const struct symbol *symbol = &unit->symbols[i];

			if (symbol->kind != SYMBOL_MAKER ||
			    symbol->start == start)
				continue;
			start = symbol->start;
			if (!made)
				made = arena_alloc(&view->arena, sizeof(*made));
			if (!types_of_call(view, symbol, &made->scope))
				continue;
			*tail = made;
			tail = &made->next;
			made = NULL;
		}
	}
	view->constants = constants;
}

/*
 * DEFINE_CLASS(fd, struct fd, ...) makes class_fd_t: a typedef that is spelt
 * nowhere. Only names that nothing else explains are looked for here.
 */
static bool typedef_by_maker(const struct place *place, const struct type *name,
			     struct type *out)
{
	struct view *view = place->view;
	const struct made_types *made;
	const struct local *local;

	if (!view->everywhere || place->depth >= DEEPEST)
		return false;
	if (!view->made_known)
		read_made_types(view);
	for (made = view->made; made; made = made->next) {
		local = scope_typedef(&made->scope, name->name, name->len);
		if (local) {
			*out = local->type;
			return true;
		}
	}
	return false;
}

/* "#define box_t struct box" */
static bool type_by_macro(const struct place *place, const struct type *name,
			  struct type *out)
{
	struct token word = { .at = name->name,
			      .len = name->len,
			      .kind = TOKEN_WORD };
	const struct macro *macro;

	if (place->depth >= DEEPEST)
		return false;
	macro = macro_of(place->view, &word);
	if (!macro || macro->function || !macro->body.count ||
	    macro->body.count > 4)
		return false;
	*out = typeof_text(place, macro->text, macro->size);
	return is_known(*out);
}

struct type expr_resolve(const struct place *place, struct type type)
{
	struct symbol *found[FIND_MAX];
	struct place inner = deeper(place);
	struct type base;
	uint32_t steps, k, n;

	for (steps = 0; steps < 32; steps++) {
		if (type.base == TYPE_NAME &&
		    local_typedef(place, &type, &base)) {
			/* in a macro's expansion */
		} else if (type.base == TYPE_NAME) {
			n = view_find(place->view, type.name, type.len,
				      SYMBOL_TYPEDEF, found);
			if (!n && (type_by_macro(&inner, &type, &base) ||
				   typedef_by_maker(&inner, &type, &base)))
				goto wrap;
			if (!n)
				return type;
			/* of several #if branches, the one with members */
			for (k = 0; k + 1 < n; k++)
				if (found[k]->type.base != TYPE_SCALAR)
					break;
			base = found[k]->type;
		} else if (type.base == TYPE_EXPR && inner.depth < DEEPEST) {
			base = typeof_text(&inner, type.name, type.len);
		} else {
			return type;
		}
wrap:
		for (k = type.depth; k--;)
			base = type_wrap(base, type.mods[k]);
		if (base.base == type.base && base.len == type.len &&
		    base.name == type.name)
			return type;
		type = base;
	}
	return unknown;
}

const struct local *place_local(const struct place *place,
				const struct token *word,
				const struct place **where)
{
	const struct local *local;

	for (; place; place = place->outer) {
		if (!place->scope)
			continue;
		local = scope_find(place->scope, place->at, word->at,
				   word->len);
		if (!local)
			continue;
		if (where)
			*where = place;
		return local;
	}
	return NULL;
}

/*
 * The declaration of @name in an expansion of list[from .. end), which has a
 * macro at @word: statements, or with its parenthesis parameters.
 */
static struct type made_by_macro(const struct place *place,
				 const struct token *list, uint32_t word,
				 uint32_t from, uint32_t end,
				 const struct token *name)
{
	uint32_t params = from == word ? NO_TOKEN : 0, open = NO_TOKEN;
	struct place inner = deeper(place);
	const struct local *local;
	struct tokens out;
	struct scope scope;

	if (inner.depth >= DEEPEST || !macro_of(place->view, &list[word]))
		return unknown;
	macro_expand_all(place->view, list, from, end, &out);
	if (!params) {
		if (!out.count || !out.list[0].match)
			return unknown;
		open = out.list[0].match;
	}
	scope_read(place->view, out.list, params, open, out.count, true,
		   &scope);
	local = scope_find(&scope, out.count, name->at, name->len);
	if (!local)
		return unknown;
	if (local->is_auto && local->init)
		return expr_type(&inner, out.list, local->init,
				 local->init_end);
	return local->type;
}

/* NAME in DEFINE_SPINLOCK(NAME) at file scope. */
static struct type type_of_maker(const struct place *place,
				 const struct symbol *symbol,
				 const struct token *name)
{
	struct tokens tokens = { 0 };
	struct token *list;
	uint32_t i;

	lex_piece(&tokens, symbol->unit->text.data + symbol->start,
		  symbol->end - symbol->start);
	list = arena_keep(&place->view->arena, tokens.list,
			  (tokens.count + 1) * sizeof(*list));
	lex_match(list, 0, tokens.count);
	for (i = 0; i + 1 < tokens.count && list[i + 1].kind != '('; i++)
		;
	return made_by_macro(place, list, i, i, tokens.count, name);
}

static struct type type_of_local(const struct place *place,
				 const struct local *local,
				 const struct place *where)
{
	struct place inner = *where;

	inner.depth = place->depth + 1;
	if (local->is_auto && local->init && inner.depth < DEEPEST)
		return expr_type(&inner, where->scope->list, local->init,
				 local->init_end);
	/* an array parameter is a pointer; both are unwrapped alike */
	return local->type;
}

static struct type from_maker(const struct place *place,
			      const struct token *list,
			      const struct local *local,
			      const struct token *word)
{
	const struct token *next = &list[local->maker + 1];
	uint32_t from = local->maker, end = from + 1;

	if (local->parameter) { /* "f(VALIDATE_ARGS)" */
		from = local->from;
		end = list[from].match + 1;
	} else if (next->kind == '(' && next->match > end) {
		end = next->match + 1;
	}
	return made_by_macro(place, list, local->maker, from, end, word);
}

/* @any: even by calls that do not spell the name; else those that do. */
static struct type from_makers(const struct place *place,
			       const struct token *word, bool any)
{
	const struct place *where;
	const struct local *local;
	struct type type;
	uint32_t next, done;

	for (where = place; where; where = where->outer) {
		if (!where->scope)
			continue;
		next = where->scope->count;
		done = NO_TOKEN;
		while ((local = scope_maker(where->scope, where->at,
					    any ? NULL : word->at, word->len,
					    &next))) {
			if (local->maker == done)
				continue;
			done = local->maker;
			type = from_maker(place, where->scope->list, local,
					  word);
			if (is_known(type))
				return type;
		}
	}
	return unknown;
}

/*
 * What is visible, else what a call in the block declares, else (the name is
 * still not explained) what any file has.
 */
static uint32_t find_nearest(const struct place *place,
			     const struct token *word, struct symbol **found,
			     struct type *made)
{
	const uint32_t kinds = SYMBOL_FUNCTION | SYMBOL_VARIABLE | SYMBOL_MAKER;
	bool everywhere = place->view->everywhere;
	uint32_t n;

	*made = unknown;
	if (everywhere) {
		place->view->everywhere = false;
		n = view_find(place->view, word->at, word->len, kinds, found);
		place->view->everywhere = true;
		if (n)
			return n;
		*made = from_makers(place, word, true);
		if (is_known(*made))
			return 0;
	}
	return view_find(place->view, word->at, word->len, kinds, found);
}

struct type expr_name_type(const struct place *place, const struct token *word,
			   const struct symbol **symbol)
{
	struct symbol *found[FIND_MAX];
	const struct place *where;
	const struct local *local;
	struct type type;
	uint32_t i, n;

	*symbol = NULL;
	local = place_local(place, word, &where);
	if (local)
		return type_of_local(place, local, where);
	type = from_makers(place, word, false);
	if (is_known(type))
		return type;
	n = find_nearest(place, word, found, &type);
	if (!n && is_known(type))
		return type;
	for (i = 0; i < n; i++) {
		type = found[i]->type;
		if (found[i]->kind == SYMBOL_MAKER)
			type = type_of_maker(place, found[i], word);
		if (is_known(type)) {
			*symbol = found[i];
			return type;
		}
	}
	return unknown;
}
