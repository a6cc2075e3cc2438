// SPDX-License-Identifier: GPL-2.0
/*
 * DEFINE_GUARD(box, struct box *, box_lock(_T), box_unlock(_T)) in: whoever
 * says guard(box)(b), scoped_guard(box, b) or CLASS(box, x)(b) takes the lock.
 */
#include <stdio.h>

#include "source/search/derived.h"

static bool has(const struct token *t, const char *part)
{
	return memmem(t->at, t->len, part, strlen(part));
}

uint32_t guard_definition(const struct token *list, uint32_t token)
{
	uint32_t open = token, callee = NO_TOKEN;

	while ((open = enclosing(list, open, 0)) != NO_TOKEN) {
		if (list[open].kind == '{')
			return NO_TOKEN;
		if (list[open].kind == '(' && open)
			callee = open - 1;
	}
	if (callee == NO_TOKEN || !has(&list[callee], "DEFINE_") ||
	    list[callee + 2].kind != TOKEN_WORD ||
	    (!has(&list[callee], "GUARD") && !has(&list[callee], "CLASS") &&
	     !has(&list[callee], "FREE")))
		return NO_TOKEN;
	return callee;
}

bool guard_names(const struct token *list, uint32_t token)
{
	const struct token *callee = &list[token - 2];

	return token > 1 && list[token - 1].kind == '(' &&
	       (token_is(callee, "guard") || token_is(callee, "scoped_guard") ||
		token_is(callee, "scoped_cond_guard"));
}

/* The text of argument @n of the call at @callee; its length, 0 if none. */
static int argument_text(const struct token *list, uint32_t callee, uint32_t n,
			 const char **text)
{
	uint32_t open = callee + 1, from, to, number;

	argument_of(list, open, open + 1, &from, &to, &number);
	while (number < n && to < list[open].match)
		argument_of(list, open, to + 1, &from, &to, &number);
	if (number != n || from >= to)
		return 0;
	*text = list[from].at;
	return (int)(list[to - 1].at + list[to - 1].len - *text);
}

/* The definition that a conditional guard's extends, in the same file. */
static uint32_t extended(struct file_search *f, uint32_t callee)
{
	const struct token *list = f->unit->lexed.tokens.list;
	const struct token *name = &list[callee + 2];
	uint32_t i;

	if (!has(&list[callee], "_COND"))
		return callee;
	for (i = 0; i < callee; i++)
		if (list[i].kind == TOKEN_WORD && list[i + 1].kind == '(' &&
		    has(&list[i], "DEFINE_") && list[i + 2].len == name->len &&
		    !memcmp(list[i + 2].at, name->at, name->len) &&
		    !has(&list[i], "_COND"))
			return i;
	return callee;
}

/* What the macro declares for its arguments: _T, and a class's parameters. */
static char *declared(struct file_search *f, uint32_t callee)
{
	const struct token *list = f->unit->lexed.tokens.list;
	struct arena *arena = &f->view->arena;
	const char *type = "", *more = "";
	uint32_t n = 4;
	char *text;
	int len;

	callee = extended(f, callee);
	len = argument_text(list, callee, 1, &type);
	if (has(&list[callee], "LOCK_GUARD")) {
		n = argument_text(list, callee, 4, &more);
		return arena_printf(
			arena, "{ struct { %.*s *lock, *lock2; %.*s; } *_T; }",
			len, type, (int)n, more);
	}
	text = arena_printf(arena, "{ %.*s _T;", len, type);
	while (has(&list[callee], "CLASS") &&
	       (len = argument_text(list, callee, n++, &more)))
		text = arena_printf(arena, "%s %.*s;", text, len, more);
	return arena_printf(arena, "%s }", text);
}

void guard_scope(struct file_search *f, uint32_t callee, struct place *place)
{
	struct scope *scope = arena_alloc(&f->view->arena, sizeof(*scope));
	const char *text = declared(f, callee);
	struct tokens tokens = { 0 };
	struct token *list;

	lex_piece(&tokens, text, strlen(text));
	list = arena_keep(&f->view->arena, tokens.list,
			  (tokens.count + 1) * sizeof(*list));
	lex_match(list, 0, tokens.count);
	scope_read(f->view, list, NO_TOKEN, 0, tokens.count - 1, true, scope);
	place->scope = scope;
	place->at = tokens.count - 1;
}

/* "box", and of DEFINE_GUARD_COND(box, _try, ...) "box_try". */
static struct token guard_name(struct file_search *f, uint32_t callee)
{
	const struct token *list = f->unit->lexed.tokens.list;
	struct token name = list[callee + 2];

	if (has(&list[callee], "_COND") &&
	    list[callee + 4].kind == TOKEN_WORD) {
		name.at = arena_printf(&f->worker->arena, "%.*s%.*s",
				       (int)name.len, name.at,
				       (int)list[callee + 4].len,
				       list[callee + 4].at);
		name.len += list[callee + 4].len;
	}
	return name;
}

void guard_add(struct file_search *f, uint32_t callee)
{
	const struct token *list = f->unit->lexed.tokens.list;
	const char *text = f->unit->text.data;
	struct token name = guard_name(f, callee);
	struct lock_helper helper = {
		.file = tree_path(f->search->tree, f->id),
		.body = { (uint32_t)(list[callee].at - text),
			  (uint32_t)(list[list[callee + 1].match].at - text) +
				  1 },
		.line = 1,
		.macro = true,
		.header = f->header,
		.parameter = 0,
		.via = "",
	};
	struct lock_api *row = arena_alloc(&f->worker->arena, sizeof(*row));
	const char *p;

	for (p = text; p < list[callee].at; p++)
		helper.line += *p == '\n';
	*row = (struct lock_api){
		.name = arena_printf(&f->worker->arena, "guard(%.*s)",
				     (int)name.len, name.at),
		.family = f->search->target.family,
		.verb = VERB_GUARD,
		.flags = -1,
		.macro = true,
		.file = helper.file,
		.line = helper.line,
	};
	helper.api = row;
	word_add(f, &name, WORD_GUARD, &helper, true, false, !f->header);
}

/* The guard whose name this is, as seen from here. */
static struct lock_helper *guard_helper(struct file_search *f,
					const struct word *word)
{
	struct definition *d;

	for (d = word->definitions; d; d = d->next)
		if (d->file == f->id || view_sees(f->view, d->file))
			return &d->helper;
	return NULL;
}

/* guard(box)(b), scoped_guard(box, b), CLASS(box, x)(b): the use's tokens. */
static bool guard_use(const struct token *list, uint32_t token, struct use *use)
{
	const struct token *callee;
	uint32_t number;

	if (token < 2 || list[token - 1].kind != '(' ||
	    list[token - 2].kind != TOKEN_WORD)
		return false;
	callee = &list[token - 2];
	if (!has(callee, "guard") && !token_is(callee, "CLASS") &&
	    !token_is(callee, "ACQUIRE") && !token_is(callee, "__free"))
		return false;
	memset(use, 0, sizeof(*use));
	use->kind = USE_CALL;
	use->callee = token - 2;
	use->open = token - 1;
	use->close = list[use->open].match;
	if (use->close <= use->open)
		return false;
	use->name_end = use->close + 1;
	number = 0;
	if (list[use->close + 1].kind == '(' &&
	    list[use->close + 1].match > use->close) {
		use->open = use->close + 1;
		use->close = list[use->open].match;
		argument_of(list, use->open, use->open + 1, &use->from,
			    &use->to, &number);
	} else {
		use->name_end = token - 1;
		use->from = token;
		use->to = token + 1;
		if (list[token + 1].kind == ',')
			argument_of(list, use->open, token + 2, &use->from,
				    &use->to, &number);
	}
	return true;
}

void guard_word(struct file_search *f, uint32_t token, struct word *word,
		const struct place *place)
{
	const struct token *list = f->unit->lexed.tokens.list;
	struct function_scope *fn = function_at(f, token);
	struct spot spot = { .list = list,
			     .token = token,
			     .place = place,
			     .parts = f->search->target.count,
			     .count = f->unit->lexed.tokens.count };
	struct lock_helper *helper;
	struct site *site;
	struct use use;

	if ((!fn && !in_some_block(f, token)) || !guard_use(list, token, &use))
		return;
	helper = guard_helper(f, word);
	if (!helper)
		return;
	use.row = helper->api;
	site = record_site(f, list, &use, &spot, fn ? fn->name : "");
	site->class = f->header ? SITE_BODY : SITE_HELPER;
	site->helper = helper;
	if (f->header && fn)
		header_helper(f, fn, helper, site->argument, true, false);
}
