// SPDX-License-Identifier: GPL-2.0
/*
 * A name and the place where it stands in, its type out: a local's, a
 * symbol's, what a macro declares; and a type without its typedefs.
 */
#include "source/expr_inside.h"
#include "source/macro.h"

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

/* Declarations in an expansion of list[word ...]: the one of @name. */
static struct type made_by_macro(const struct place *place,
				 const struct token *list, uint32_t word,
				 uint32_t end, const struct token *name)
{
	struct place inner = deeper(place);
	const struct local *local;
	struct tokens out;
	struct scope scope;

	if (inner.depth >= DEEPEST || !macro_of(place->view, &list[word]))
		return unknown;
	macro_expand_all(place->view, list, word, end, &out);
	scope_read(place->view, out.list, NO_TOKEN, NO_TOKEN, out.count, true,
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
	return made_by_macro(place, list, i, tokens.count, name);
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

static struct type from_makers(const struct place *place,
			       const struct token *word)
{
	const struct place *where;
	const struct local *local;
	struct type type;
	uint32_t end, next;

	for (where = place; where; where = where->outer) {
		if (!where->scope)
			continue;
		next = where->scope->count;
		while ((local = scope_maker(where->scope, where->at, word->at,
					    word->len, &next))) {
			end = where->scope->list[local->maker + 1].match + 1;
			type = made_by_macro(place, where->scope->list,
					     local->maker, end, word);
			if (is_known(type))
				return type;
		}
	}
	return unknown;
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
	type = from_makers(place, word);
	if (is_known(type))
		return type;
	n = view_find(place->view, word->at, word->len,
		      SYMBOL_FUNCTION | SYMBOL_VARIABLE | SYMBOL_MAKER, found);
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
