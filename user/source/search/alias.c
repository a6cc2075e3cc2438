// SPDX-License-Identifier: GPL-2.0
/*
 * A lock's address that is kept in a local, or handed out by a function: the
 * uses of the local and the calls of the function are uses of the lock.
 */
#include "source/search/derived.h"

#define MOST_HOPS 6 /* from local to local */

void rest_of_path(const struct file_search *f, struct spot *spot)
{
	const struct target *target = &f->search->target;
	const struct token *list = spot->list;
	uint32_t i = spot->lock_to;

	while (spot->parts < target->count &&
	       (list[i].kind == '.' || list[i].kind == TOKEN_ARROW) &&
	       token_is(&list[i + 1], target->parts[spot->parts])) {
		spot->parts++;
		spot->pointer = false;
		i += 2;
		while (list[i].kind == '[' && list[i].match > i)
			i = list[i].match + 1;
	}
	spot->lock_to = i;
}

bool names_local(const struct token *list, uint32_t i, const struct token *name)
{
	return list[i].kind == TOKEN_WORD && list[i].len == name->len &&
	       !memcmp(list[i].at, name->at, name->len) &&
	       (!i ||
		(list[i - 1].kind != '.' && list[i - 1].kind != TOKEN_ARROW));
}

void record_aliases(struct file_search *f, const struct spot *spot,
		    const struct use *use)
{
	const struct token *list = spot->list, *name = &list[use->left];
	struct function_scope *fn = function_at(f, spot->token);
	const struct local *local;
	uint32_t i, before;

	local = fn ? scope_find(&fn->scope, use->left_end, name->at,
				name->len) :
		     NULL;
	if (!local) {
		record_escape(f, spot, use, fn ? fn->name : "",
			      spelt(f, list, use->left, use->left_end));
		record_why(f, spot, WHY_SITE, "");
		return;
	}
	before = f->result->site_count;
	for (i = local->from; i <= local->to && spot->hops < MOST_HOPS; i++) {
		struct spot inner = *spot;

		if (i == use->left || list[i].at == local->name->at ||
		    !names_local(list, i, name) ||
		    scope_find(&fn->scope, i, name->at, name->len) != local)
			continue;
		inner.token = inner.lock_from = i;
		inner.lock_to = i + 1;
		inner.pointer = inner.derived = true;
		inner.hops++;
		rest_of_path(f, &inner);
		record_match(f, &inner);
	}
	record_why(f, spot, f->result->site_count > before ? WHY_SITE : WHY_USE,
		   "");
}

/* Does the function around the spot return this lock only, or nothing? */
static bool returns_only_it(const struct spot *spot,
			    const struct function_scope *fn)
{
	const struct token *list = spot->list, *value;
	uint32_t i, others = 0;

	for (i = fn->symbol->open; i < fn->symbol->close; i++) {
		if (!token_is(&list[i], "return"))
			continue;
		value = &list[i + 1];
		others += !token_is(value, "NULL") && !token_is(value, "0") &&
			  !token_is(value, "ERR_PTR");
	}
	return others <= 1;
}

/* "return &b->lock;": who calls this function has the lock. */
void record_returned(struct file_search *f, const struct spot *spot,
		     const struct use *use, struct function_scope *fn)
{
	const struct symbol *symbol = fn ? fn->symbol : NULL;
	struct token name;
	struct lock_helper helper;
	struct site *site;
	uint32_t i;

	record_escape(f, spot, use, fn ? fn->name : "",
		      "returned to the caller");
	record_why(f, spot, WHY_SITE, "");
	if (!symbol || symbol->type.base == TYPE_UNKNOWN ||
	    spot->parts < f->search->target.count)
		return;
	/* whoever may call it from elsewhere is not known */
	if ((f->header || symbol->storage & STORAGE_STATIC) &&
	    returns_only_it(spot, fn)) {
		site = &f->result->sites[f->result->site_count - 1];
		site->class = SITE_BODY;
	}
	name = (struct token){ .at = symbol->name, .len = symbol->len };
	helper = (struct lock_helper){
		.file = tree_path(f->search->tree, f->id),
		.body = { symbol->start, symbol->end },
		.line = 1,
		.header = f->header,
		.via = spelt(f, spot->list, spot->lock_from, spot->lock_to),
	};
	for (i = 0; i < symbol->at; i++)
		helper.line += f->unit->text.data[i] == '\n';
	word_add(f, &name, WORD_ACCESSOR, &helper, false, false,
		 !f->header && (symbol->storage & STORAGE_STATIC));
}

/* A call of a function that returns the lock's address. */
void accessor_word(struct file_search *f, uint32_t token, struct word *word,
		   const struct place *place)
{
	const struct token *list = f->unit->lexed.tokens.list;
	struct function_scope *fn = function_at(f, token);
	struct spot spot = { .list = list,
			     .count = f->unit->lexed.tokens.count,
			     .token = token,
			     .lock_from = token,
			     .place = place,
			     .parts = f->search->target.count,
			     .pointer = true,
			     .derived = true };

	if ((fn ? token < fn->symbol->open : !in_some_block(f, token)) ||
	    list[token + 1].kind != '(' || list[token + 1].match <= token + 1 ||
	    (token && (list[token - 1].kind == '.' ||
		       list[token - 1].kind == TOKEN_ARROW)) ||
	    place_local(place, &list[token], NULL))
		return;
	spot.accessor = word_helper(f, &list[token], word);
	if (!spot.accessor)
		return;
	spot.lock_to = list[token + 1].match + 1;
	record_match(f, &spot);
}
