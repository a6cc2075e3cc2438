// SPDX-License-Identifier: GPL-2.0
/*
 * A word in a file's own code in; what it is there goes to the records: a
 * member of some struct, a call, or only the same name.
 */
#include "source/search/derived.h"

/* The head of SYSCALL_DEFINE3(...) { }, expanded: name and parameters. */
static void read_macro_head(struct file_search *f, struct function_scope *fn)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t i = fn->symbol->params_token - 1;
	struct tokens out;

	fn->name = arena_text(&f->worker->arena, fn->symbol->name,
			      fn->symbol->len);
	macro_expand_all(f->view, list, i, list[i + 1].match + 1, &out);
	for (i = out.count; i-- > 1;)
		if (out.list[i].kind == ')' && out.list[i].match < i &&
		    out.list[i].match &&
		    out.list[out.list[i].match - 1].kind == TOKEN_WORD)
			break;
	if (!i || i >= out.count || out.count < 4)
		return;
	i = out.list[i].match;
	fn->name = arena_text(&f->worker->arena, out.list[i - 1].at,
			      out.list[i - 1].len);
	scope_read(f->view, out.list, i, out.list[i].match,
		   out.list[i].match + 1, true, &fn->params);
	fn->has_params = fn->params.count != 0;
}

/* "start", or of "FNAME(start)(...)" what stands there. */
static const char *own_name(struct file_search *f, const struct symbol *symbol)
{
	const struct token *list = f->unit->lexed.tokens.list, *last;
	uint32_t len = symbol->len;

	last = symbol->params_token && symbol->params_token != NO_TOKEN ?
		       &list[symbol->params_token - 1] :
		       NULL;
	if (last && last->kind == ')' && last->at > symbol->name &&
	    list[last->match].at == symbol->name + symbol->len)
		len = (uint32_t)(last->at + 1 - symbol->name);
	return arena_text(&f->worker->arena, symbol->name, len);
}

struct function_scope *function_at(struct file_search *f, uint32_t token)
{
	const struct symbol *symbol = unit_function(f->unit, token);
	const struct token *list = f->unit->lexed.tokens.list;
	struct function_scope *fn;
	bool made;

	if (!symbol)
		return NULL;
	for (fn = f->functions; fn; fn = fn->next)
		if (fn->symbol == symbol)
			return fn;
	fn = arena_alloc(&f->view->arena, sizeof(*fn));
	fn->symbol = symbol;
	fn->next = f->functions;
	f->functions = fn;
	made = symbol->type.base == TYPE_UNKNOWN;
	if (made)
		read_macro_head(f, fn);
	else
		fn->name = own_name(f, symbol);
	scope_read(f->view, list, made ? NO_TOKEN : symbol->params_token,
		   symbol->open, symbol->close, false, &fn->scope);
	fn->place = (struct place){ .view = f->view, .scope = &fn->scope };
	if (fn->has_params) {
		fn->outer = (struct place){ .view = f->view,
					    .scope = &fn->params,
					    .at = UINT32_MAX };
		fn->outer.at = fn->params.locals[0].to;
		fn->place.outer = &fn->outer;
	}
	return fn;
}

bool outside_kernel(struct file_search *f)
{
	const char *path = tree_path(f->search->tree, f->id);
	const char *ours = tree_path(f->search->tree, f->search->target.file);

	return strncmp(ours, "tools/", 6) != 0 &&
	       (!strncmp(path, "tools/", 6) || !strncmp(path, "usr/", 4) ||
		!strncmp(path, "scripts/", 8) ||
		!strncmp(path, "Documentation/", 14) ||
		!strncmp(path, "samples/bpf/", 12));
}

bool in_annotation(const struct token *list, uint32_t token)
{
	uint32_t open = enclosing(list, token, 0);

	return open != NO_TOKEN && open && list[open].kind == '(' &&
	       use_is_annotation(&list[open - 1]);
}

/* At file scope: what the arguments of the macro's call around it declare. */
static bool call_scope(struct file_search *f, uint32_t token,
		       struct place *place)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t i = token, open = NO_TOKEN;
	struct scope *scope;

	while ((i = enclosing(list, i, 0)) != NO_TOKEN)
		open = i;
	if (open == NO_TOKEN || !open || list[open].kind != '(' ||
	    list[open - 1].kind != TOKEN_WORD)
		return false;
	scope = arena_alloc(&f->view->arena, sizeof(*scope));
	scope_read_call(f->view, list, open, scope);
	place->scope = scope;
	return scope->count != 0;
}

/*
 * "SEQCNT_ZERO(base.seq)" of a struct without such a member: what initialises
 * a lock names it for lockdep alone.
 */
static bool in_initialiser(const struct file_search *f, uint32_t token)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t open = enclosing(list, token, 0);
	const struct lock_api *row;

	if (open == NO_TOKEN || !open || list[open].kind != '(' ||
	    list[open - 1].kind != TOKEN_WORD)
		return false;
	row = locktab_find(f->search->locktab, list[open - 1].at,
			   list[open - 1].len);
	return row && row->verb == VERB_INIT;
}

/* With what a macro's arguments declare, and with numbers, if need be. */
static enum match whose(struct file_search *f, struct spot *spot,
			const struct word *word, struct place *in,
			const char **other)
{
	enum match match;

	f->view->constant_met = false;
	match = spot_match(f, spot, word, other);
	if (match == MATCH_UNKNOWN && !in->scope &&
	    call_scope(f, spot->token, in))
		match = spot_match(f, spot, word, other);
	if (match != MATCH_UNKNOWN || !f->view->constant_met)
		return match;
	f->view->constants = true;
	match = spot_match(f, spot, word, other);
	f->view->constants = false;
	return match;
}

static void member_word(struct file_search *f, uint32_t token,
			const struct word *word, const struct place *where)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t offset = (uint32_t)(list[token].at - f->unit->text.data);
	struct place in = *where;
	struct spot spot = { .list = list,
			     .count = f->unit->lexed.tokens.count,
			     .token = token,
			     .place = &in };
	enum match match;
	const char *other;

	if (f->search->target.tag == NULL) {
		record_occurrence(f, offset, WHY_OTHER, "a member's name");
		return;
	}
	match = whose(f, &spot, word, &in, &other);
	switch (match) {
	case MATCH_YES:
		record_match(f, &spot);
		break;
	case MATCH_NO:
		record_occurrence(f, offset, WHY_OTHER,
				  arena_printf(&f->worker->arena, "%s.%.*s",
					       other, (int)list[token].len,
					       list[token].at));
		break;
	case MATCH_UNKNOWN:
		if (list[token + 1].kind == '(') {
			record_occurrence(f, offset, WHY_OTHER,
					  "a member that is called");
			break;
		}
		if (outside_kernel(f)) {
			record_occurrence(f, offset, WHY_OTHER,
					  "a program outside the kernel");
			break;
		}
		if (in_annotation(list, token) ||
		    (*other && in_initialiser(f, token))) {
			record_occurrence(f, offset, WHY_ANNOTATION, "");
			break;
		}
		if (macro_around(f, token) != NO_TOKEN) {
			call_macro(f, macro_around(f, token), token,
				   f->search->words[0], where);
			break;
		}
		record_occurrence(f, offset, WHY_UNEXPLAINED,
				  *other ? arena_text(&f->worker->arena, other,
						      strlen(other)) :
					   "the struct in front of it is not "
					   "known");
		break;
	}
}

/*
 * At file scope: is it a value, "= { .lock = &it }", and not what is declared
 * there, "DEFINE_SPINLOCK(it)", "EXPORT_SYMBOL(it)"?
 */
static bool is_value(const struct token *list, uint32_t token)
{
	uint32_t i = token, open = NO_TOKEN;

	while ((i = enclosing(list, i, 0)) != NO_TOKEN)
		open = i;
	return token &&
	       (list[token - 1].kind == '&' || list[token - 1].kind == '=' ||
		(open != NO_TOKEN && list[open].kind == '{'));
}

/* A lock at file scope: every bare word that means it. */
static void global_word(struct file_search *f, uint32_t token,
			const struct place *place)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t offset = (uint32_t)(list[token].at - f->unit->text.data);
	const struct target *target = &f->search->target;
	const char *what = plain_name(list, token);
	struct spot spot = { .list = list,
			     .count = f->unit->lexed.tokens.count,
			     .token = token,
			     .lock_from = token,
			     .lock_to = token + 1,
			     .place = place };
	const struct symbol *own;

	if (!what && place->scope && place_local(place, &list[token], NULL))
		what = "a local variable";
	if (!what && in_struct_body(f, token))
		what = "a member, declared";
	own = unit_find(f->unit, list[token].at, list[token].len,
			SYMBOL_VARIABLE | SYMBOL_MAKER, NULL);
	if (!what && f->id != target->file &&
	    (target->is_static || (own && !(own->storage & STORAGE_EXTERN) &&
				   (own->storage & STORAGE_STATIC))))
		what = "another file's own";
	if (what) {
		record_occurrence(f, offset, WHY_OTHER, what);
		return;
	}
	if (!place->scope && guard_definition(list, token) == NO_TOKEN &&
	    !is_value(list, token)) {
		record_occurrence(f, offset, WHY_DECLARATION, "");
		return;
	}
	spot.parts = more_parts(target, list, token + 1, &spot.lock_to);
	record_match(f, &spot);
}

void header_helper(struct file_search *f, const struct function_scope *fn,
		   struct lock_helper *inner, const char *via, bool locks,
		   bool asserts)
{
	struct token name = { .at = fn->symbol->name, .len = fn->symbol->len };
	struct lock_helper outer = {
		.file = tree_path(f->search->tree, f->id),
		.line = 0,
		.body = { fn->symbol->start, fn->symbol->end },
		.header = true,
		.parameter = 0,
		.via = via,
		.api = inner->api,
		.next = inner,
	};

	word_add(f, &name, WORD_HELPER, &outer, locks, asserts, false);
}

/* A call of something that takes the lock for its caller. */
static void helper_word(struct file_search *f, uint32_t token,
			struct word *word, const struct place *place)
{
	const struct token *list = f->unit->lexed.tokens.list;
	struct function_scope *fn = function_at(f, token);
	struct use use = { .kind = USE_CALL,
			   .callee = token,
			   .name_end = token + 1 };
	struct spot spot = { .list = list,
			     .token = token,
			     .place = place,
			     .count = f->unit->lexed.tokens.count };
	struct lock_helper *helper;
	struct site *site;
	uint32_t n, argument, guard;

	guard = fn ? NO_TOKEN : guard_definition(list, token);
	if ((!fn && guard == NO_TOKEN && !in_some_block(f, token)) ||
	    (fn && token < fn->symbol->open) || list[token + 1].kind != '(' ||
	    list[token + 1].match <= token + 1 || is_member(list, token) ||
	    place_local(place, &list[token], NULL))
		return;
	helper = word_helper(f, &list[token], word);
	if (!helper)
		return;
	use.open = token + 1;
	use.close = list[token + 1].match;
	argument_of(list, use.open, use.open + 1, &use.from, &use.to,
		    &argument);
	for (n = 0; (int)n < helper->parameter && use.to < use.close; n++)
		argument_of(list, use.open, use.to + 1, &use.from, &use.to,
			    &argument);
	use.row = helper->api;
	spot.lock_from = use.from;
	spot.lock_to = use.to;
	spot.parts = f->search->target.count;
	site = record_site(f, list, &use, &spot, fn ? fn->name : "");
	site->class = word->locks ? SITE_HELPER : SITE_ASSERT;
	site->helper = helper;
	if (f->header && word->locks)
		site->class = SITE_BODY;
	if (guard != NO_TOKEN && word->locks)
		guard_add(f, guard);
	if (!fn)
		return;
	if (f->header &&
	    (word->locks ||
	     only_asserts(f, list, fn->symbol->open + 1, fn->symbol->close)))
		header_helper(f, fn, helper, site->argument, word->locks,
			      word->asserts);
}

/* One architecture's macro is another's function or local, declared here. */
static bool is_declared(struct file_search *f, uint32_t token)
{
	const struct token *t = &f->unit->lexed.tokens.list[token];
	struct function_scope *fn = function_at(f, token);
	const struct symbol *symbol = NULL;
	uint32_t i;

	/* what stands in a guard's definition is looked at by itself */
	if (!fn && t[1].kind == '(' &&
	    guard_definition(t - token, token + 2) == token)
		return true;
	while ((symbol = unit_find(f->unit, t->at, t->len, SYMBOL_FUNCTION,
				   symbol)))
		if (symbol->at == (uint32_t)(t->at - f->unit->text.data))
			return true;
	for (i = 0; fn && t[1].kind != '(' && i < fn->scope.count; i++)
		if (!fn->scope.locals[i].maker &&
		    fn->scope.locals[i].name->len == t->len &&
		    !memcmp(fn->scope.locals[i].name->at, t->at, t->len))
			return true;
	return false;
}

void code_word(struct file_search *f, uint32_t token, struct word *word)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t offset = (uint32_t)(list[token].at - f->unit->text.data);
	struct function_scope *fn = function_at(f, token);
	struct place place = { .view = f->view };

	if (fn)
		place = fn->place;
	place.at = token;
	f->view->before = offset;
	if (!fn && guard_definition(list, token) != NO_TOKEN)
		guard_scope(f, guard_definition(list, token), &place);
	switch (word->kind) {
	case WORD_FIELD:
	case WORD_ALIAS:
		if (is_designator(list, token))
			record_occurrence(f, offset, WHY_INITIALISER, "");
		else if (is_member(list, token))
			member_word(f, token, word, &place);
		else if (!f->search->target.tag)
			global_word(f, token, &place);
		else
			bare_field(f, token, word, &place);
		break;
	case WORD_MACRO:
		if (!place.scope)
			call_scope(f, token, &place);
		if (!is_member(list, token) && !is_declared(f, token))
			call_macro(f, token, NO_TOKEN, word, &place);
		break;
	case WORD_HELPER:
		helper_word(f, token, word, &place);
		break;
	case WORD_ACCESSOR:
		accessor_word(f, token, word, &place);
		break;
	case WORD_GUARD:
		guard_word(f, token, word, &place);
		break;
	}
	f->view->before = 0;
}
