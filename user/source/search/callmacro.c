// SPDX-License-Identifier: GPL-2.0
/*
 * A call of a macro in whose body the field is used in: its expansion tells
 * whose field is meant, and what is done to it.
 */
#include "source/search/derived.h"

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
	bool mixed; /* not only by lock functions */
	bool takes, gives; /* by lock functions */
	bool whole, pointer; /* the expansion is the lock, or its address */
	uint32_t parts;
};

static bool does_nothing(const struct use *use)
{
	return use->kind == USE_READ || use->kind == USE_ANNOTATION ||
	       use->kind == USE_SET;
}

static void merge_use(struct call_result *result, const struct use *use,
		      const struct token *base)
{
	bool api = use->kind == USE_API;

	if (api) {
		result->takes |= use->row->verb == VERB_ACQUIRE ||
				 use->row->verb == VERB_TRY;
		result->gives |= use->row->verb == VERB_RELEASE;
	}
	if (!result->base) {
		result->use = *use;
		result->base = base;
	} else if (use->kind != result->use.kind) {
		result->mixed = true;
	} else if (api && verb_asserts(result->use.row->verb)) {
		result->use =
			*use; /* what it does counts, not what it checks */
	}
}

/* A local of the expansion points to the lock: its uses are the lock's. */
static void take_alias(struct file_search *f, struct call_result *result,
		       const struct spot *spot, const struct use *set)
{
	const struct token *list = spot->list, *name = &list[set->left];
	struct use use;
	uint32_t i;

	for (i = set->to; i < spot->count; i++) {
		if (!names_local(list, i, name))
			continue;
		use_of(f->search->locktab, list, spot->count, i, i + 1, 1,
		       &use);
		if (!does_nothing(&use) && !use.inner)
			merge_use(result, &use, &list[spot->lock_from]);
	}
}

/* "__cond_lock(&p->lock, ...)": what it is said to do. */
static const struct lock_api *maybe_row(struct file_search *f)
{
	struct lock_api *row = arena_alloc(&f->worker->arena, sizeof(*row));

	*row = (struct lock_api){ .name = "__cond_lock",
				  .family = f->search->target.family,
				  .verb = VERB_TRY,
				  .flags = -1,
				  .macro = true,
				  .file = "" };
	return row;
}

static void take_use(struct file_search *f, struct call_result *result,
		     const struct spot *spot)
{
	struct use use;

	if (spot_turns_off(f, spot))
		return;
	spot_use(f, spot, &use);
	if (use.kind == USE_READ && !use.from && use.to == spot->count &&
	    !use.inner) {
		result->whole = true;
		result->pointer = use.address;
		result->parts = spot->parts;
	}
	if (does_nothing(&use))
		return;
	if (use.kind == USE_CALL && use.callee != NO_TOKEN &&
	    token_is(&spot->list[use.callee], "__cond_lock")) {
		use.kind = USE_API;
		use.row = maybe_row(f);
	}
	if (use.kind == USE_LOCAL && use.address)
		take_alias(f, result, spot, &use);
	else
		merge_use(result, &use, &spot->list[spot->lock_from]);
}

/* Does the expansion have the word itself, and not only what is made of it? */
static bool keeps(const struct tokens *out, const struct token *word)
{
	uint32_t i;

	for (i = 0; i < out->count; i++)
		if (out->list[i].at == word->at)
			return true;
	return false;
}

/*
 * @named: the argument that is asked about: if it is still there, nothing else
 * counts. NULL: what is not among the arguments counts, they are looked at by
 * themselves.
 */
static void look_once(struct file_search *f, const struct token *list,
		      uint32_t from, uint32_t to, const struct place *place,
		      const struct token *named, struct call_result *result)
{
	struct place inner = { .view = f->view, .outer = place };
	struct scope scope;
	struct tokens out;
	struct word *word;
	const char *other;
	enum match match;
	uint32_t i;
	bool only;

	memset(result, 0, sizeof(*result));
	f->view->cut = false;
	macro_expand_all(f->view, list, from, to, &out);
	result->unknown = f->view->cut;
	only = named && keeps(&out, named);
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
		if (!word || (only && out.list[i].at != named->at))
			continue;
		inner.at = i;
		if (f->search->target.tag) {
			if (i < 2 || !is_member(out.list, i) ||
			    is_designator(out.list, i) ||
			    only_named(out.list, i))
				continue;
			if (!named && out.list[i].at >= list[from].at &&
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
		if (match == MATCH_UNKNOWN && !f->view->constants)
			return; /* it is looked at once more */
		if (match == MATCH_NO)
			result->other = other;
		if (match == MATCH_YES)
			take_use(f, result, &spot);
		verdict_add(f, out.list[i].at, match, other);
	}
}

/* What cannot be told may be a word that ## makes of a constant's number. */
static void look_into(struct file_search *f, const struct token *list,
		      uint32_t from, uint32_t to, const struct place *place,
		      const struct token *named, struct call_result *result)
{
	f->view->constant_met = false;
	look_once(f, list, from, to, place, named, result);
	if (!result->unknown || !f->view->constant_met)
		return;
	f->view->constants = true;
	look_once(f, list, from, to, place, named, result);
	f->view->constants = false;
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

static struct lock_helper *
helper_of(struct file_search *f, const struct token *name, struct word *word)
{
	struct lock_helper *helper = word_helper(f, name, word);

	return helper ? helper : &word->definitions->helper;
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
		site->helper = helper_of(f, &list[token], word);
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
		.next = word->definitions ? &word->definitions->helper : NULL,
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

/* The macro's call is the lock itself, or its address. */
static void is_the_lock(struct file_search *f, const struct place *place,
			uint32_t token, uint32_t end, uint32_t named,
			const struct call_result *result)
{
	struct spot spot = { .list = f->unit->lexed.tokens.list,
			     .count = f->unit->lexed.tokens.count,
			     .token = named != NO_TOKEN ? named : token,
			     .lock_from = token,
			     .lock_to = end,
			     .place = place,
			     .parts = result->parts,
			     .pointer = result->pointer,
			     .derived = named == NO_TOKEN };

	rest_of_path(f, &spot);
	record_match(f, &spot);
}

static void macro_occurrence(struct file_search *f, uint32_t token,
			     const struct call_result *result)
{
	const struct token *t = &f->unit->lexed.tokens.list[token];
	const char *detail = "a macro's argument";

	if (result->yes)
		detail = "";
	else if (result->no)
		detail = arena_text(&f->worker->arena, result->other,
				    strlen(result->other));
	record_occurrence(f, (uint32_t)(t->at - f->unit->text.data),
			  result->yes	  ? WHY_SITE :
			  result->unknown ? WHY_UNEXPLAINED :
					    WHY_OTHER,
			  detail);
}

/*
 * At file scope, as in a trace event: what its tracer's macros do with the
 * token is another's, and the macro around it keeps none of it here.
 */
static bool is_dropped(struct file_search *f, uint32_t token,
		       const struct function_scope *fn)
{
	const struct token *list = f->unit->lexed.tokens.list;
	uint32_t around = token;
	struct tokens out;

	if (fn)
		return false;
	while ((around = enclosing(list, around, 0)) != NO_TOKEN && around) {
		if (list[around].kind != '(' ||
		    list[around - 1].kind != TOKEN_WORD ||
		    !macro_of(f->view, &list[around - 1]))
			continue;
		macro_expand_all(f->view, list, around - 1,
				 list[around].match + 1, &out);
		if (!keeps(&out, &list[token]))
			return true;
	}
	return false;
}

void call_macro(struct file_search *f, uint32_t token, uint32_t named,
		struct word *word, const struct place *place)
{
	const struct token *list = f->unit->lexed.tokens.list;
	const struct macro *macro = macro_of(f->view, &list[token]);
	struct function_scope *fn = function_at(f, token);
	bool field = named != NO_TOKEN;
	struct call_result result;
	uint32_t end = token + 1;
	struct site *site;

	if (!macro || (macro->function && (list[token + 1].kind != '(' ||
					   list[token + 1].match <= token)))
		return;
	if (macro->function)
		end = list[token + 1].match + 1;
	look_into(f, list, token, end, place, field ? &list[named] : NULL,
		  &result);
	if (result.yes && !result.base && result.whole) {
		is_the_lock(f, place, token, end, named, &result);
		return;
	}
	if (result.yes && result.base && result.use.kind == USE_API &&
	    verb_asserts(result.use.row->verb) && !macro_asserts(f, macro))
		result.base = NULL; /* it only carries a check */
	if (result.takes && result.gives && result.use.kind == USE_API)
		result.use.row = wrapping_row(f, &list[token], result.use.row);
	if (result.yes && result.base) {
		macro_site(f, token, word, &result, fn ? fn->name : "");
		site = &f->result->sites[f->result->site_count - 1];
		if (!fn && result.use.kind == USE_API &&
		    guard_definition(list, token) != NO_TOKEN) {
			if (f->header && site->class == SITE_HELPER)
				site->class = SITE_BODY;
			guard_add(f, guard_definition(list, token));
		}
		if (fn && f->header && result.use.kind == USE_API) {
			if (site->class == SITE_HELPER)
				site->class = SITE_BODY;
			header_caller(f, fn, word, &result);
		}
	}
	if (field)
		macro_occurrence(f, named, &result);
	else if (!result.yes && result.unknown && !outside_kernel(f) &&
		 !in_annotation(list, token) && !is_dropped(f, token, fn))
		record_occurrence(
			f, (uint32_t)(list[token].at - f->unit->text.data),
			WHY_UNEXPLAINED,
			"a macro's call whose struct is not known");
}
