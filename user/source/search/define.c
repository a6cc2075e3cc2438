// SPDX-License-Identifier: GPL-2.0
/*
 * A word in a macro's body in, what it is there out: what the body alone
 * cannot tell, the calls do.
 */
#include "source/search/derived.h"

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

bool only_named(const struct token *list, uint32_t i)
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

void macro_word_add(struct file_search *f, struct symbol *symbol,
		    enum word_kind kind, const struct use *use, bool locks,
		    bool asserts)
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

/* Is the function that is called made by ##, or the macro's parameter? */
static bool callee_varies(const struct macro *macro, const struct token *list,
			  const struct use *use)
{
	return use->callee != NO_TOKEN &&
	       (macro_is_param(macro, &list[use->callee]) ||
		(use->callee && list[use->callee - 1].kind == TOKEN_PASTE) ||
		list[use->callee + 1].kind == TOKEN_PASTE);
}

/* A use in a macro's body: the number of its site, or NO_TOKEN. */
static uint32_t body_use(struct file_search *f, const struct symbol *symbol,
			 const struct spot *spot, const struct use *use)
{
	const struct macro *macro = macro_get((struct symbol *)symbol);
	uint32_t index = f->result->site_count;
	struct use whole = *use;
	struct site *site;

	if (use->inner ||
	    (use->kind != USE_API &&
	     !(use->kind == USE_CALL && use->address)) ||
	    (use->callee != NO_TOKEN &&
	     token_is(&spot->list[use->callee], "__cond_lock")))
		return NO_TOKEN;
	while (whole.callee != NO_TOKEN && whole.callee > 1 &&
	       spot->list[whole.callee - 1].kind == TOKEN_PASTE)
		whole.callee -= 2;
	site = record_site(f, spot->list, &whole, spot, macro_name(f, symbol));
	site->in_macro = true;
	site->alias = spot->derived;
	site->class = SITE_BODY;
	if (use->kind == USE_API) {
		if (verb_asserts(use->row->verb))
			site->class = SITE_ASSERT;
	} else if (!callee_varies(macro, spot->list, use)) {
		site->class = SITE_ESCAPE;
		site->goes = use->callee == NO_TOKEN ? "a function" : site->api;
	}
	return index;
}

static void may_go(struct file_search *f, uint32_t offset, uint32_t site,
		   uint32_t occurrence)
{
	struct result *r = f->result;
	struct pending *pending;

	pending = ARRAY_ADD(r->pending, r->pending_count, r->pending_capacity);
	memset(pending, 0, sizeof(*pending));
	pending->at = f->unit->text.data + offset;
	pending->site = site;
	pending->occurrence = occurrence;
}

/* The uses of a local of the body that points to the lock; their API's row. */
static const struct lock_api *body_aliases(struct file_search *f,
					   const struct symbol *symbol,
					   const struct spot *spot,
					   const struct use *set,
					   uint32_t offset, bool certain)
{
	const struct token *list = spot->list, *name = &list[set->left];
	const struct lock_api *row = NULL;
	struct spot inner = *spot;
	uint32_t i, index;
	struct use use;

	inner.pointer = inner.derived = true;
	for (i = set->to; i < spot->count; i++) {
		if (!names_local(list, i, name))
			continue;
		use_of(f->search->locktab, list, spot->count, i, i + 1, 1,
		       &use);
		inner.token = i;
		index = body_use(f, symbol, &inner, &use);
		if (index == NO_TOKEN)
			continue;
		if (use.kind == USE_API && (!row || verb_asserts(row->verb)))
			row = use.row;
		if (!certain)
			may_go(f, offset, index,
			       f->result->occurrence_count - 1);
	}
	return row;
}

/* The field in a macro's body, matched or not yet: a site that may stay. */
static void body_site(struct file_search *f, const struct symbol *symbol,
		      struct spot *spot, uint32_t offset, bool certain)
{
	uint32_t index = NO_TOKEN;
	struct use use;

	spot_use(f, spot, &use);
	if (use.kind == USE_API && use.row && use.row->family == FAMILY_XARRAY)
		spot->parts = f->search->target.count;
	record_occurrence(f, offset, WHY_BODY, macro_name(f, symbol));
	if (use.kind == USE_LOCAL && use.address)
		body_aliases(f, symbol, spot, &use, offset, certain);
	else
		index = body_use(f, symbol, spot, &use);
	if (!certain)
		may_go(f, offset, index, f->result->occurrence_count - 1);
}

/* A function that returns the lock's address, called in a macro's body. */
static void accessor_in_body(struct file_search *f, struct symbol *symbol,
			     struct spot *spot, struct word *word)
{
	const struct token *list = spot->list;
	uint32_t i = spot->token;
	struct use use;

	if (list[i + 1].kind != '(' || list[i + 1].match <= i + 1)
		return;
	spot->accessor = word_helper(f, &list[i], word);
	if (!spot->accessor)
		return;
	spot->lock_to = list[i + 1].match + 1;
	spot->parts = f->search->target.count;
	spot->pointer = spot->derived = true;
	spot->lock_from = i;
	spot_use(f, spot, &use);
	if (use.kind == USE_READ && !use.from && use.to == spot->count)
		macro_word_add(f, symbol, WORD_ACCESSOR, NULL, false, false);
	if (use.kind == USE_LOCAL)
		use.row = body_aliases(f, symbol, spot, &use, 0, true);
	else
		body_use(f, symbol, spot, &use);
	if (use.row)
		macro_word_add(f, symbol, WORD_HELPER, &use,
			       verb_locks(use.row->verb),
			       verb_asserts(use.row->verb));
}

/* ".lock = __MUTEX_INITIALIZER(name.lock)": nothing is done to a lock. */
static bool only_initialises(struct file_search *f, const struct spot *spot)
{
	struct use use;

	spot_use(f, spot, &use);
	return use.kind == USE_API && use.row->verb == VERB_INIT &&
	       (use.row->flavour & LOCK_BY_VALUE);
}

/* "(p)->dev.parent", whoever's dev it is, and whatever is handed to it. */
static bool turns_off(struct file_search *f, const struct macro *macro,
		      const struct spot *spot)
{
	const struct token *next = &spot->list[spot->lock_to];

	return spot_turns_off(f, spot) && next[2].kind != TOKEN_PASTE &&
	       !macro_is_param(macro, &next[1]) && !macro_of(f->view, &next[1]);
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
	if (match == MATCH_UNKNOWN && turns_off(f, macro_get(symbol), spot)) {
		record_occurrence(f, offset, WHY_OTHER, "of another member");
		return;
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
	macro_word_add(f, symbol, WORD_MACRO, NULL, false, false);
}

static void helper_in_body(struct file_search *f, struct symbol *symbol,
			   struct spot *spot, struct word *word)
{
	const struct token *list = spot->list;
	uint32_t i = spot->token, number;
	struct use use = { .kind = USE_CALL, .callee = i, .name_end = i + 1 };
	struct lock_helper *helper = word_helper(f, &list[i], word);
	struct site *site;

	if (!helper || list[i + 1].kind != '(' || list[i + 1].match <= i + 1)
		return;
	use.row = helper->api;
	use.open = i + 1;
	use.close = list[i + 1].match;
	argument_of(list, use.open, use.open + 1, &use.from, &use.to, &number);
	spot->parts = f->search->target.count;
	site = record_site(f, list, &use, spot, macro_name(f, symbol));
	site->in_macro = true;
	site->helper = helper;
	site->class = word->locks ? SITE_BODY : SITE_ASSERT;
	macro_word_add(f, symbol, WORD_HELPER, &use, word->locks,
		       word->asserts);
}

/* "spin_lock(&ACCESS_PRIVATE(p, lock))": of what struct, the calls tell. */
static void made_in_body(struct file_search *f, struct symbol *symbol,
			 struct spot *spot, uint32_t callee, uint32_t offset)
{
	const struct token *list = spot->list;

	spot->lock_from = callee;
	spot->parts = more_parts(&f->search->target, list,
				 list[callee + 1].match + 1, &spot->lock_to);
	body_site(f, symbol, spot, offset, false);
	macro_word_add(f, symbol, WORD_MACRO, NULL, false, false);
}

/* "#define d_lock d_lockref.lock", but not "#define TRACE_SYSTEM lock" */
static bool is_alias(struct file_search *f, const struct symbol *symbol,
		     const struct macro *macro)
{
	const struct token *word = macro->body.list;
	uint32_t i;

	if (macro->body.count > 1 || !f->search->target.tag)
		return true;
	for (i = 0; f->header && i < symbol->len; i++)
		if (symbol->name[i] >= 'a' && symbol->name[i] <= 'z')
			break;
	return i < symbol->len && (symbol->len != word->len ||
				   memcmp(symbol->name, word->at, word->len));
}

/* A bare word in a body: a path of members, an argument, or nothing. */
static void bare_in_body(struct file_search *f, struct symbol *symbol,
			 const struct macro *macro, struct spot *spot,
			 uint32_t offset)
{
	const struct token *list = macro->body.list;
	uint32_t i = spot->token, maker;

	if (macro_is_param(macro, &list[i])) {
		record_occurrence(f, offset, WHY_OTHER, "a macro's parameter");
		return;
	}
	if (is_path(macro)) {
		record_occurrence(f, offset, WHY_BODY, "");
		if (is_alias(f, symbol, macro))
			macro_word_add(f, symbol, WORD_ALIAS, NULL, false,
				       false);
		return;
	}
	maker = place_local(spot->place, &list[i], NULL) ?
			NO_TOKEN :
			member_maker(f, list, i, true);
	if (maker != NO_TOKEN && !macro_is_param(macro, &list[maker]) &&
	    !locktab_find(f->search->locktab, symbol->name, symbol->len))
		made_in_body(f, symbol, spot, maker, offset);
	else
		record_occurrence(f, offset, WHY_OTHER, "a word in a macro");
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
			 !macro_is_param(macro, &macro->body.list[i]) &&
			 !is_path(macro))
			body_site(f, symbol, &spot, offset, true),
				macro_word_add(f, symbol, WORD_MACRO, NULL,
					       false, false);
		else if (is_member(macro->body.list, i) && is_path(macro))
			bare_in_body(f, symbol, macro, &spot, offset);
		else if (is_member(macro->body.list, i))
			record_occurrence(f, offset, WHY_INITIALISER, "");
		else
			bare_in_body(f, symbol, macro, &spot, offset);
		break;
	case WORD_MACRO:
		/* which fields are meant, the calls of this one tell */
		if (!is_member(macro->body.list, i) &&
		    !macro_is_param(macro, &macro->body.list[i]) &&
		    word_helper(f, &macro->body.list[i], word) &&
		    !locktab_find(f->search->locktab, symbol->name,
				  symbol->len))
			macro_word_add(f, symbol, WORD_MACRO, NULL, false,
				       false);
		break;
	case WORD_HELPER:
		helper_in_body(f, symbol, &spot, word);
		break;
	case WORD_ACCESSOR:
		accessor_in_body(f, symbol, &spot, word);
		break;
	case WORD_GUARD:
		break; /* the macro's calls are no guards of their own */
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
