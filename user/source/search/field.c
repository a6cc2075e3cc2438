// SPDX-License-Identifier: GPL-2.0
/*
 * The field's name without a base in front in: a declaration, some other thing
 * of that name, or a member all the same, which the macro around it makes of it.
 */
#include "source/search/derived.h"

uint32_t macro_around(struct file_search *f, uint32_t token)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t open = token, found = NO_TOKEN;

	while ((open = enclosing(list, open, 0)) != NO_TOKEN) {
		/* at file scope, an event's TP_fast_assign() has blocks, too */
		if (list[open].kind == '{' && function_at(f, token))
			break;
		if (list[open].kind == '(' && open &&
		    list[open - 1].kind == TOKEN_WORD &&
		    macro_of(f->view, &list[open - 1]))
			found = open - 1;
	}
	return found;
}

uint32_t member_maker(struct file_search *f, const struct token *list,
		      uint32_t i, bool strangers)
{
	struct symbol *found[FIND_MAX];
	const struct macro *macro;
	const struct token *callee;
	uint32_t open, from, to, number;

	for (open = enclosing(list, i, 0);; open = enclosing(list, open, 0)) {
		if (open == NO_TOKEN || !open || list[open].kind != '(')
			return NO_TOKEN;
		if (list[open - 1].kind == TOKEN_WORD)
			break;
	}
	callee = &list[open - 1];
	if (asks_about(callee))
		return NO_TOKEN;
	macro = macro_of(f->view, callee);
	if (!macro)
		return strangers &&
				       !locktab_find(f->search->locktab,
						     callee->at, callee->len) &&
				       !view_find(f->view, callee->at,
						  callee->len, SYMBOL_FUNCTION,
						  found) ?
			       open - 1 :
			       NO_TOKEN;
	argument_of(list, open, i, &from, &to, &number);
	return from == i && macro_makes_member(macro, number) ? open - 1 :
								NO_TOKEN;
}

/* The struct in whose body a token stands, if any: "" if it has no tag. */
static const struct symbol *struct_around(struct file_search *f,
					  uint32_t offset)
{
	const struct symbol *symbol, *best = NULL;
	uint32_t i;

	for (i = 0; i < f->unit->count; i++) {
		symbol = &f->unit->symbols[i];
		if (symbol->kind == SYMBOL_STRUCT &&
		    offset >= symbol->body->offset && offset < symbol->end &&
		    (!best || symbol->start > best->start))
			best = symbol;
	}
	return best;
}

bool in_struct_body(struct file_search *f, uint32_t token)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t open = enclosing(list, token, 0), i;

	while (open != NO_TOKEN && list[open].kind != '{')
		open = enclosing(list, open, 0);
	if (open == NO_TOKEN)
		return false;
	for (i = open; i-- > 0 && open - i < 10;) {
		if (token_is(&list[i], "struct") || token_is(&list[i], "union"))
			return true;
		if (list[i].kind == ')' && list[i].match < i)
			i = list[i].match;
		else if (list[i].kind != TOKEN_WORD)
			return false;
	}
	return false;
}

bool in_some_block(struct file_search *f, uint32_t token)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t open = token;

	while ((open = enclosing(list, open, 0)) != NO_TOKEN)
		if (list[open].kind == '{')
			return !in_struct_body(f, token);
	return false;
}

const char *plain_name(const struct token *list, uint32_t i)
{
	if (i &&
	    (token_is(&list[i - 1], "struct") ||
	     token_is(&list[i - 1], "union") || token_is(&list[i - 1], "enum")))
		return "a tag";
	if (i && token_is(&list[i - 1], "goto"))
		return "a label";
	if (list[i + 1].kind == ':' && i &&
	    (list[i - 1].kind == ';' || list[i - 1].kind == '{' ||
	     list[i - 1].kind == '}'))
		return "a label";
	return guard_names(list, i) ? "a guard's class" : NULL;
}

bool asks_about(const struct token *t)
{
	return token_is(t, "offsetof") || token_is(t, "container_of") ||
	       token_is(t, "sizeof_field") || token_is(t, "list_entry") ||
	       token_is(t, "offsetofend") || token_is(t, "typeof_member") ||
	       token_is(t, "__builtin_offsetof");
}

/*
 * A bare word that is no variable: a member's name all the same if a macro
 * around it makes it one.
 */
static void bare_in_macro(struct file_search *f, uint32_t token,
			  struct word *word, const struct place *place)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t offset = (uint32_t)(list[token].at - f->unit->text.data);
	uint32_t open = enclosing(list, token, 0);
	uint32_t call;

	if (open != NO_TOKEN && open && list[open].kind == '(' &&
	    asks_about(&list[open - 1])) {
		record_occurrence(f, offset, WHY_USE, "");
		return;
	}
	call = macro_around(f, token);
	if (call == NO_TOKEN) {
		record_occurrence(f, offset, WHY_OTHER, "another name");
		return;
	}
	call_macro(f, call, token, word, place);
}

static const char *variable_name(struct file_search *f,
				 const struct token *word,
				 const struct place *place)
{
	const struct symbol *symbol;

	if (place && place_local(place, word, NULL))
		return "a local variable";
	symbol = unit_find(f->unit, word->at, word->len,
			   SYMBOL_FUNCTION | SYMBOL_VARIABLE | SYMBOL_TYPEDEF,
			   NULL);
	if (!symbol)
		return NULL;
	return symbol->kind == SYMBOL_FUNCTION ? "a function" :
	       symbol->kind == SYMBOL_TYPEDEF  ? "a type" :
						 "a variable";
}

void bare_field(struct file_search *f, uint32_t token, struct word *word,
		const struct place *place)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t offset = (uint32_t)(list[token].at - f->unit->text.data);
	const char *what = plain_name(list, token);
	const struct symbol *owner;

	if (!what && (in_struct_body(f, token) ||
		      (!function_at(f, token) && struct_around(f, offset)))) {
		owner = struct_around(f, offset);
		if (owner && f->id == f->search->target.file &&
		    f->search->target.tag &&
		    owner->len == strlen(f->search->target.tag) &&
		    !memcmp(owner->name, f->search->target.tag, owner->len)) {
			record_occurrence(f, offset, WHY_DECLARATION, "");
			return;
		}
		record_occurrence(f, offset, WHY_OTHER,
				  owner ? arena_printf(&f->worker->arena,
						       "%.*s.%s, declared",
						       (int)owner->len,
						       owner->name,
						       word->name) :
					  "another struct's, declared");
		return;
	}
	if (!what)
		what = variable_name(f, &list[token], place);
	if (!what && list[token + 1].kind == '(')
		what = "a function";
	if (!what || (function_at(f, token) && !guard_names(list, token) &&
		      member_maker(f, list, token, false) != NO_TOKEN))
		bare_in_macro(f, token, word, place);
	else
		record_occurrence(f, offset, WHY_OTHER, what);
}
