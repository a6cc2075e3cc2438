// SPDX-License-Identifier: GPL-2.0
/*
 * A word in a macro's body, or a call of a macro in whose body the field is
 * used: what the body alone cannot tell, the calls do.
 */
#include "source/spot.h"

static struct symbol *macro_symbol(struct file_search *f,
				   const struct directive *directive)
{
	struct symbol *symbol;
	uint32_t i;

	for (i = 0; i < f->unit->count; i++) {
		symbol = &f->unit->symbols[i];
		if (symbol->kind == SYMBOL_MACRO &&
		    symbol->start == directive->start)
			return symbol;
	}
	return NULL;
}

static bool is_member(const struct token *list, uint32_t i)
{
	return i &&
	       (list[i - 1].kind == '.' || list[i - 1].kind == TOKEN_ARROW);
}

/* In offsetof() or an annotation: nothing is done to a lock there. */
static bool only_named(const struct token *list, uint32_t i)
{
	uint32_t open = i;

	while ((open = enclosing(list, open, 0)) != NO_TOKEN) {
		if (list[open].kind == '{' || !open)
			return false;
		if (list[open].kind == '(' &&
		    (asks_about(&list[open - 1]) ||
		     use_is_annotation(&list[open - 1])))
			return true;
	}
	return false;
}

/* Is the whole body a path of members, "a.b.c"? */
static bool is_path(const struct macro *macro)
{
	uint32_t i;

	if (macro->function || !macro->body.count)
		return false;
	for (i = 0; i < macro->body.count; i++)
		if (macro->body.list[i].kind != (i % 2 ? '.' : TOKEN_WORD))
			return false;
	return true;
}

static void add_macro_word(struct file_search *f, struct symbol *symbol,
			   enum word_kind kind, const struct use *use,
			   bool locks, bool asserts)
{
	struct token name = { .at = symbol->name, .len = symbol->len };
	struct lock_helper helper = {
		.file = tree_path(f->search->tree, f->id),
		.body = { symbol->start, symbol->end },
		.macro = true,
		.header = f->header,
		.parameter = 0,
		.api = use ? use->row : NULL,
		.via = "",
	};

	word_add(f, &name, kind, &helper, locks, asserts, !f->header);
}

static const char *macro_name(struct file_search *f,
			      const struct symbol *symbol)
{
	return arena_text(&f->worker->arena, symbol->name, symbol->len);
}

/* The field in a macro's body, matched or not yet: a site that may stay. */
static void body_site(struct file_search *f, const struct symbol *symbol,
		      struct spot *spot, uint32_t offset, bool certain)
{
	struct result *r = f->result;
	struct pending *pending;
	uint32_t index = NO_TOKEN;
	struct site *site;
	struct use use;

	use_of(f->search->locktab, spot->list, spot->count, spot->lock_from,
	       spot->lock_to, &use);
	if (use.kind == USE_API && use.row && use.row->family == FAMILY_XARRAY)
		spot->parts = f->search->target.count;
	if ((use.kind == USE_API && !use.inner) ||
	    (use.kind == USE_CALL && use.address && !use.inner)) {
		index = r->site_count;
		site = record_site(f, spot->list, &use, spot,
				   macro_name(f, symbol));
		site->in_macro = true;
		site->class = use.kind == USE_CALL	  ? SITE_ESCAPE :
			      verb_asserts(use.row->verb) ? SITE_ASSERT :
							    SITE_BODY;
		if (use.kind == USE_CALL)
			site->goes = use.callee == NO_TOKEN ? "a function" :
							      site->api;
	}
	record_occurrence(f, offset, WHY_BODY, macro_name(f, symbol));
	if (certain)
		return;
	pending = ARRAY_ADD(r->pending, r->pending_count, r->pending_capacity);
	memset(pending, 0, sizeof(*pending));
	pending->at = f->unit->text.data + offset;
	pending->site = index;
	pending->occurrence = r->occurrence_count - 1;
}

/* ".lock = __MUTEX_INITIALIZER(name.lock)": nothing is done to a lock. */
static bool only_initialises(struct file_search *f, const struct spot *spot)
{
	struct use use;

	use_of(f->search->locktab, spot->list, spot->count, spot->lock_from,
	       spot->lock_to, &use);
	return use.kind == USE_API && use.row->verb == VERB_INIT &&
	       (use.row->flavour & LOCK_BY_VALUE);
}

static void field_in_body(struct file_search *f, struct symbol *symbol,
			  struct spot *spot, uint32_t offset,
			  const struct word *word)
{
	struct wanted *wanted = f->view->wanted;
	const char *other;
	enum match match;

	f->view->wanted = NULL;
	match = spot_match(f, spot, word, &other);
	f->view->wanted = wanted;
	if (match == MATCH_NO) {
		record_occurrence(f, offset, WHY_OTHER,
				  arena_printf(&f->worker->arena, "%s.%s",
					       other, word->name));
		return;
	}
	if (match == MATCH_UNKNOWN) {
		spot->lock_to = spot->token + 1;
		spot->parts = 1;
		while (spot->parts < f->search->target.count &&
		       spot->list[spot->lock_to].kind == '.' &&
		       token_is(&spot->list[spot->lock_to + 1],
				f->search->target.parts[spot->parts])) {
			spot->lock_to += 2;
			spot->parts++;
		}
	}
	if (match == MATCH_UNKNOWN && only_named(spot->list, spot->token)) {
		record_occurrence(f, offset, WHY_ANNOTATION, "");
		return;
	}
	if (only_initialises(f, spot)) {
		record_occurrence(f, offset, WHY_INITIALISER,
				  macro_name(f, symbol));
		return;
	}
	if (locktab_find(f->search->locktab, symbol->name, symbol->len)) {
		record_occurrence(f, offset, WHY_OTHER,
				  "inside a lock function");
		return;
	}
	body_site(f, symbol, spot, offset, match == MATCH_YES);
	add_macro_word(f, symbol, WORD_MACRO, NULL, false, false);
}

static void helper_in_body(struct file_search *f, struct symbol *symbol,
			   struct spot *spot, const struct word *word)
{
	const struct token *list = spot->list;
	uint32_t i = spot->token, number;
	struct use use = { .kind = USE_CALL,
			   .callee = i,
			   .name_end = i + 1,
			   .row = word->helper.api };
	struct site *site;

	if (list[i + 1].kind != '(' || list[i + 1].match <= i + 1)
		return;
	use.open = i + 1;
	use.close = list[i + 1].match;
	argument_of(list, use.open, use.open + 1, &use.from, &use.to, &number);
	spot->parts = f->search->target.count;
	site = record_site(f, list, &use, spot, macro_name(f, symbol));
	site->in_macro = true;
	site->helper = &word->helper;
	site->class = word->locks ? SITE_BODY : SITE_ASSERT;
	add_macro_word(f, symbol, WORD_HELPER, &use, word->locks,
		       word->asserts);
}

static bool is_param(const struct macro *macro, const struct token *t)
{
	uint32_t i;

	for (i = 0; i < macro->count; i++)
		if (macro->params[i].len == t->len &&
		    !memcmp(macro->params[i].at, t->at, t->len))
			return true;
	return false;
}

/* Is the word an argument of another macro, which may make it a member? */
static bool passed_to_macro(struct file_search *f, const struct token *list,
			    uint32_t i)
{
	uint32_t open = enclosing(list, i, 0);

	return open != NO_TOKEN && open && list[open].kind == '(' &&
	       !asks_about(&list[open - 1]) &&
	       macro_of(f->view, &list[open - 1]);
}

/* A bare word in a body: a path of members, an argument, or nothing. */
static void bare_in_body(struct file_search *f, struct symbol *symbol,
			 const struct macro *macro, uint32_t i, uint32_t offset,
			 const struct word *word)
{
	const struct token *list = macro->body.list;

	if (!is_param(macro, &list[i]) && is_path(macro)) {
		record_occurrence(f, offset, WHY_BODY, "");
		if (macro->body.count > 1 || !f->search->target.tag)
			add_macro_word(f, symbol, WORD_ALIAS, NULL, false,
				       false);
		return;
	}
	if (is_param(macro, &list[i])) {
		record_occurrence(f, offset, WHY_OTHER, "a macro's parameter");
		return;
	}
	record_occurrence(f, offset, WHY_OTHER, "a word in a macro");
	if (i && i + 1 < macro->body.count &&
	    (list[i - 1].kind == '(' || list[i - 1].kind == ',') &&
	    (list[i + 1].kind == ')' || list[i + 1].kind == ',') &&
	    passed_to_macro(f, list, i))
		add_macro_word(f, symbol, WORD_MACRO, NULL, false, false);
	(void)word;
}

static void word_in_body(struct file_search *f, struct symbol *symbol,
			 const struct macro *macro, uint32_t i, uint32_t offset,
			 struct word *word)
{
	struct place place = { .view = f->view };
	struct spot spot = { .list = macro->body.list,
			     .count = macro->body.count,
			     .token = i,
			     .place = &place,
			     .lock_from = i,
			     .lock_to = i + 1,
			     .parts = 1 };
	struct scope scope;

	scope_read(f->view, macro->body.list, NO_TOKEN, NO_TOKEN,
		   macro->body.count, false, &scope);
	place.scope = &scope;
	place.at = i;
	switch (word->kind) {
	case WORD_FIELD:
	case WORD_ALIAS:
		if (is_designator(macro->body.list, i))
			record_occurrence(f, offset, WHY_INITIALISER, "");
		else if (is_member(macro->body.list, i) && i > 1 &&
			 f->search->target.tag)
			field_in_body(f, symbol, &spot, offset, word);
		else if (!f->search->target.tag &&
			 !is_member(macro->body.list, i) &&
			 !is_param(macro, &macro->body.list[i]) &&
			 !is_path(macro))
			body_site(f, symbol, &spot, offset, true),
				add_macro_word(f, symbol, WORD_MACRO, NULL,
					       false, false);
		else if (is_member(macro->body.list, i) && is_path(macro))
			bare_in_body(f, symbol, macro, i, offset, word);
		else if (is_member(macro->body.list, i))
			record_occurrence(f, offset, WHY_INITIALISER, "");
		else
			bare_in_body(f, symbol, macro, i, offset, word);
		break;
	case WORD_MACRO:
		/* which fields are meant, the calls of this one tell */
		if (!is_member(macro->body.list, i) &&
		    !locktab_find(f->search->locktab, symbol->name,
				  symbol->len))
			add_macro_word(f, symbol, WORD_MACRO, NULL, false,
				       false);
		break;
	case WORD_HELPER:
		helper_in_body(f, symbol, &spot, word);
		break;
	}
}

void define_word(struct file_search *f, uint32_t offset,
		 const struct directive *directive, struct word *word)
{
	struct symbol *symbol = macro_symbol(f, directive);
	const char *at = f->unit->text.data + offset;
	bool field = word->kind == WORD_FIELD || word->kind == WORD_ALIAS;
	const struct macro *macro;
	const struct token *t;
	uint32_t i;

	if (!symbol) {
		if (field)
			record_occurrence(f, offset, WHY_DIRECTIVE, "");
		return;
	}
	if (offset < symbol->at + symbol->len) {
		if (field)
			record_occurrence(f, offset, WHY_DIRECTIVE,
					  "a macro's name");
		return;
	}
	macro = macro_get(symbol);
	for (i = 0; i < macro->body.count; i++) {
		t = &macro->body.list[i];
		if (t->at <= at && at < t->at + t->len)
			break;
	}
	if (i < macro->body.count && t->kind == TOKEN_WORD)
		word_in_body(f, symbol, macro, i, offset, word);
	else if (field)
		record_occurrence(f, offset,
				  i < macro->body.count ? WHY_STRING :
				  at < macro->text	? WHY_DIRECTIVE :
							  WHY_COMMENT,
				  at < macro->text ? "a macro's parameter" :
						     "");
}

/* In the expansion: is this word the field, or an alias of it? */
static struct word *is_field(struct file_search *f, const struct token *t)
{
	const struct search *search = f->search;
	uint32_t i;

	if (t->kind != TOKEN_WORD)
		return NULL;
	if (token_is(t, search->words[0]->name))
		return search->words[0];
	for (i = 1; search->has_aliases && i < search->word_count; i++)
		if (search->words[i]->kind == WORD_ALIAS &&
		    token_is(t, search->words[i]->name))
			return search->words[i];
	for (i = 0; i < f->local_count; i++)
		if (f->local[i]->kind == WORD_ALIAS &&
		    token_is(t, f->local[i]->name))
			return f->local[i];
	return NULL;
}

struct call_result {
	bool yes, no, unknown;
	struct use use; /* in the expansion, of the first that matched */
	const struct token *base; /* where its expression begins */
	const char *other;
	bool mixed;
};

static void take_use(struct file_search *f, struct call_result *result,
		     const struct spot *spot)
{
	struct use use;

	use_of(f->search->locktab, spot->list, spot->count, spot->lock_from,
	       spot->lock_to, &use);
	if (use.kind == USE_READ || use.kind == USE_ANNOTATION ||
	    use.kind == USE_SET)
		return;
	if (!result->base) {
		result->use = use;
		result->base = &spot->list[spot->lock_from];
	} else if (use.kind != result->use.kind ||
		   (use.row && result->use.row &&
		    use.row->verb != result->use.row->verb)) {
		result->mixed = true;
	}
}

static void look_into(struct file_search *f, const struct token *list,
		      uint32_t from, uint32_t to, const struct place *place,
		      bool skip_own, struct call_result *result)
{
	struct place inner = { .view = f->view, .outer = place };
	struct scope scope;
	struct tokens out;
	struct word *word;
	const char *other;
	enum match match;
	uint32_t i;

	memset(result, 0, sizeof(*result));
	macro_expand_all(f->view, list, from, to, &out);
	scope_read(f->view, out.list, NO_TOKEN, NO_TOKEN, out.count, true,
		   &scope);
	inner.scope = &scope;
	for (i = 0; i < out.count; i++) {
		struct spot spot = { .list = out.list,
				     .count = out.count,
				     .token = i,
				     .place = &inner,
				     .lock_from = i,
				     .lock_to = i + 1,
				     .parts = 1 };

		word = is_field(f, &out.list[i]);
		if (!word)
			continue;
		inner.at = i;
		if (f->search->target.tag) {
			if (i < 2 || !is_member(out.list, i) ||
			    is_designator(out.list, i) ||
			    only_named(out.list, i))
				continue;
			if (skip_own && out.list[i].at >= list[from].at &&
			    out.list[i].at < list[to].at)
				continue; /* looked at by itself */
			match = spot_match(f, &spot, word, &other);
		} else {
			if (is_member(out.list, i) ||
			    place_local(&inner, &out.list[i], NULL))
				continue;
			match = MATCH_YES;
			other = "";
		}
		result->yes |= match == MATCH_YES;
		result->no |= match == MATCH_NO;
		result->unknown |= match == MATCH_UNKNOWN;
		if (match == MATCH_NO)
			result->other = other;
		if (match == MATCH_YES)
			take_use(f, result, &spot);
		verdict_add(f, out.list[i].at, match, other);
	}
}

/* Which of the call's arguments leads to the lock? */
static void choose_argument(const struct token *list, struct use *use,
			    const struct token *base)
{
	uint32_t number = 0, from, to, i;

	argument_of(list, use->open, use->open + 1, &use->from, &use->to,
		    &number);
	if (!base)
		return;
	for (i = use->open + 1; i < use->close; i++) {
		if (list[i].at != base->at)
			continue;
		argument_of(list, use->open, i, &from, &to, &number);
		use->from = from;
		use->to = to;
		use->argument = number;
		return;
	}
}

static void macro_site(struct file_search *f, uint32_t token, struct word *word,
		       const struct call_result *result, const char *function)
{
	const struct token *list = f->unit->lexed.tokens.list;
	struct use use = { .kind = USE_CALL,
			   .callee = token,
			   .name_end = token + 1,
			   .row = result->use.row };
	struct spot spot = { .list = list,
			     .token = token,
			     .parts = f->search->target.count };
	bool call = list[token + 1].kind == '(' &&
		    list[token + 1].match > token + 1;
	struct site *site;

	use.open = token;
	use.close = token;
	use.from = token;
	use.to = token + 1;
	if (call) {
		use.open = token + 1;
		use.close = list[token + 1].match;
		choose_argument(list, &use, result->base);
	}
	site = record_site(f, list, &use, &spot, function);
	if (word->kind == WORD_MACRO)
		site->helper = &word->helper;
	if (result->mixed || result->use.kind != USE_API) {
		site->class = SITE_ESCAPE;
		site->goes = site->api;
		site->row = NULL;
	} else {
		site->class = verb_asserts(use.row->verb) ? SITE_ASSERT :
							    SITE_HELPER;
	}
}

static void header_caller(struct file_search *f, struct function_scope *fn,
			  struct word *word, const struct call_result *result)
{
	struct token name = { .at = fn->symbol->name, .len = fn->symbol->len };
	struct lock_helper helper = {
		.file = tree_path(f->search->tree, f->id),
		.body = { fn->symbol->start, fn->symbol->end },
		.header = true,
		.parameter = 0,
		.via = "",
		.api = result->use.row,
		.next = &word->helper,
	};

	word_add(f, &name, WORD_HELPER, &helper,
		 verb_locks(result->use.row->verb),
		 verb_asserts(result->use.row->verb), false);
}

/* Is the macro's body nothing but an assertion? */
static bool macro_asserts(struct file_search *f, const struct macro *macro)
{
	uint32_t n = macro->body.count;

	return n && only_asserts(f, macro->body.list, 0, n);
}

void call_macro(struct file_search *f, uint32_t token, struct word *word,
		const struct place *place)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t offset = (uint32_t)(list[token].at - f->unit->text.data);
	const struct macro *macro = macro_of(f->view, &list[token]);
	struct function_scope *fn = function_at(f, token);
	bool field = word->kind != WORD_MACRO;
	struct call_result result;
	uint32_t end = token + 1;
	struct site *site;

	if (!macro || (macro->function && (list[token + 1].kind != '(' ||
					   list[token + 1].match <= token)))
		return;
	if (macro->function)
		end = list[token + 1].match + 1;
	look_into(f, list, token, end, place, !field, &result);
	if (result.yes && result.base && result.use.kind == USE_API &&
	    verb_asserts(result.use.row->verb) && !macro_asserts(f, macro))
		result.base = NULL; /* it only carries a check */
	if (result.yes && result.base) {
		macro_site(f, token, word, &result, fn ? fn->name : "");
		site = &f->result->sites[f->result->site_count - 1];
		if (fn && f->header && result.use.kind == USE_API) {
			if (site->class == SITE_HELPER)
				site->class = SITE_BODY;
			header_caller(f, fn, word, &result);
		}
	}
	if (!field) {
		if (!result.yes && result.unknown)
			record_occurrence(f, offset, WHY_UNEXPLAINED,
					  "a macro's call whose struct is not "
					  "known");
		return;
	}
	record_occurrence(f, offset,
			  result.yes	 ? WHY_SITE :
			  result.unknown ? WHY_UNEXPLAINED :
					   WHY_OTHER,
			  result.yes ? "" :
			  result.no  ? arena_text(&f->worker->arena,
						  result.other,
						  strlen(result.other)) :
				       "a macro's argument");
}
