// SPDX-License-Identifier: GPL-2.0
/*
 * A member among tokens in, out comes: is it the target's, how much of the
 * target's path stands there, and how far the lock is from that expression.
 */
#include "source/search/derived.h"

bool is_designator(const struct token *list, uint32_t i)
{
	uint32_t before;

	/* ".cfg.lock = ", ".rows[0].lock = " */
	while (i > 2 && list[i - 1].kind == '.') {
		before = i - 2;
		if (list[before].kind == ']' && list[before].match > 1 &&
		    list[before].match < before)
			before = list[before].match - 1;
		if (!before || list[before].kind != TOKEN_WORD ||
		    list[before - 1].kind != '.')
			break;
		i = before;
	}
	if (i < 2 || list[i - 1].kind != '.')
		return false;
	i -= 2;
	if (list[i].kind == ')' && list[i].match > 1 && list[i].match < i &&
	    list[list[i].match - 1].kind == TOKEN_WORD)
		i = list[i].match - 2; /* "INIT_TIMERS(x) .lock = " */
	if (list[i].kind == ']' && list[i].match < i && list[i].match)
		i = list[i].match - 1; /* "[1].lock = " */
	return list[i].kind == '{' || list[i].kind == ',' ||
	       list[i].kind == ';' || list[i].kind == '(';
}

/* Behind "[i]", if that stands at @i: one lock of an array of them. */
static uint32_t behind_elements(const struct token *list, uint32_t i)
{
	while (list[i].kind == '[' && list[i].match > i)
		i = list[i].match + 1;
	return i;
}

uint32_t more_parts(const struct target *target, const struct token *list,
		    uint32_t i, uint32_t *end)
{
	uint32_t n = 1;

	i = behind_elements(list, i);
	while (n < target->count &&
	       (list[i].kind == '.' || list[i].kind == TOKEN_ARROW) &&
	       token_is(&list[i + 1], target->parts[n])) {
		i = behind_elements(list, i + 2);
		n++;
	}
	*end = i;
	return n;
}

/* A path of members by a macro: does it go through the target's parts? */
static enum match match_alias(struct file_search *f, struct spot *spot,
			      const struct word *word, struct type type,
			      const char **other)
{
	const struct target *target = &f->search->target;
	const struct token *t = &spot->list[spot->token];
	const struct macro *macro = macro_of(f->view, t);
	enum match match = MATCH_NO;
	uint32_t i, parts = 0;
	struct member member;

	(void)word;
	if (!macro || macro->function)
		return MATCH_NO;
	for (i = 0; i < macro->body.count; i++) {
		t = &macro->body.list[i];
		if (t->kind != TOKEN_WORD)
			continue;
		if (parts && parts < target->count &&
		    token_is(t, target->parts[parts])) {
			parts++;
			continue;
		}
		if (parts && parts < target->count) { /* a member beside it */
			*other = target->tag ? target->tag : "";
			return MATCH_NO;
		}
		if (token_is(t, target->parts[0])) {
			match = target_match(target, spot->place, type, other);
			if (match == MATCH_YES)
				parts = 1;
		}
		if (!expr_member(spot->place, type, t->at, t->len, &member))
			break;
		type = member.field->type;
	}
	if (!parts)
		return match;
	spot->parts = parts;
	spot->lock_to = spot->token + 1;
	if (parts < target->count)
		spot->parts += more_parts(target, spot->list, spot->lock_to,
					  &spot->lock_to) -
			       1;
	return MATCH_YES;
}

enum match spot_match(struct file_search *f, struct spot *spot,
		      const struct word *word, const char **other)
{
	uint32_t start, i = spot->token;
	enum match match;
	struct type type;

	*other = "";
	start = expr_start(spot->list, i - 2, 0);
	spot->lock_from = start;
	type = expr_type(spot->place, spot->list, start, i - 1);
	if (word->kind == WORD_ALIAS)
		return match_alias(f, spot, word, type, other);
	match = target_match(&f->search->target, spot->place, type, other);
	if (match == MATCH_YES)
		spot->parts = more_parts(&f->search->target, spot->list, i + 1,
					 &spot->lock_to);
	return match;
}

/* How often the spot's expression is to be followed to come to the lock. */
static uint32_t spot_level(const struct file_search *f, const struct spot *spot)
{
	const struct target *target = &f->search->target;
	uint32_t level = target->dimensions, i = spot->lock_to;

	if (spot->pointer)
		return 1;
	if (spot->parts < target->count)
		return 0;
	if (target->pointer)
		return 1;
	/* elements are taken: x->row[1] */
	for (; level && i > spot->lock_from && spot->list[i - 1].kind == ']' &&
	       spot->list[i - 1].match < i - 1;
	     level--)
		i = spot->list[i - 1].match;
	return level;
}

bool spot_turns_off(const struct file_search *f, const struct spot *spot)
{
	const struct target *target = &f->search->target;
	const struct token *next = &spot->list[spot->lock_to];

	return spot->parts < target->count && spot->lock_to + 1 < spot->count &&
	       (next[0].kind == '.' || next[0].kind == TOKEN_ARROW) &&
	       next[1].kind == TOKEN_WORD &&
	       !token_is(&next[1], target->parts[spot->parts]);
}

void spot_use(struct file_search *f, const struct spot *spot, struct use *use)
{
	use_of(f->search->locktab, spot->list, spot->count, spot->lock_from,
	       spot->lock_to, spot_level(f, spot), use);
}
