// SPDX-License-Identifier: GPL-2.0
/*
 * A word and the place where it stands in, the macro that it is there out:
 * names are defined, taken back and defined anew in one file.
 */
#include "source/locktab/locktab.h"
#include "source/text/finder.h"
#include "source/text/macro.h"

/* Where @word was last taken back by #undef in front of @before, or 0. */
static uint32_t undefined_at(const struct unit *unit, const struct token *word,
			     uint32_t before)
{
	const struct directive *d;
	const char *p, *end;
	uint32_t i, at = 0;

	for (i = 0; i < unit->lexed.directive_count; i++) {
		d = &unit->lexed.directives[i];
		if (d->start >= before)
			break;
		if (d->kind != DIRECTIVE_UNDEF || d->end > unit->text.size)
			continue;
		end = unit->text.data + d->end;
		p = memmem(unit->text.data + d->start, d->end - d->start,
			   "undef", 5);
		for (p = p ? p + 5 : end; p < end && (*p == ' ' || *p == '\t');)
			p++;
		if ((size_t)(end - p) >= word->len &&
		    !memcmp(p, word->at, word->len) &&
		    (p + word->len == end || !is_word_byte(p[word->len])))
			at = d->start;
	}
	return at;
}

/*
 * Of @found, the file's own first: the one that is defined in front of
 * view->before and was not taken back there; NULL if all come behind it.
 */
static struct symbol *defined_there(const struct view *view,
				    const struct token *word,
				    struct symbol *const *found, uint32_t n)
{
	struct symbol *last = NULL;
	uint32_t after, i, own;

	for (own = 0; own < n && found[own]->unit == view->here;)
		own++;
	if (!view->before || !own)
		return found[0];
	after = own > 1 ? undefined_at(view->here, word, view->before) : 0;
	for (i = 0; i < own && found[i]->start < view->before; i++) {
		last = found[i];
		if (last->start >= after)
			break;
	}
	if (last) /* if taken back since: it was there for what stands before */
		return last;
	return own < n ? found[own] : NULL;
}

/* Does an "#undef WORD" stand between two bytes of the text? */
static bool taken_back(const struct unit *unit, const struct token *word,
		       uint32_t from, uint32_t to)
{
	const char *p = unit->text.data + from, *end = unit->text.data + to;

	while ((p = memmem(p, end - p, "undef", 5))) {
		for (p += 5; p < end && (*p == ' ' || *p == '\t'); p++)
			;
		if ((size_t)(end - p) > word->len &&
		    !memcmp(p, word->at, word->len) &&
		    !is_word_byte(p[word->len]))
			return true;
	}
	return false;
}

/*
 * In a struct's body "x(a)" is what x was last defined as there: in the body
 * itself, or in front of it, anew. NULL: it is defined once, or elsewhere.
 */
static struct symbol *defined_for_body(struct view *view,
				       const struct token *word)
{
	const struct body *body = view->body;
	struct symbol *symbol = NULL, *last = NULL, *inside = NULL;
	const struct unit *unit;

	if (!body || !body->offset)
		return NULL;
	unit = view_home(view, body);
	while (unit && (symbol = unit_find(unit, word->at, word->len,
					   SYMBOL_MACRO, symbol))) {
		if (symbol->start >= body->offset + body->size)
			continue;
		if (symbol->start < body->offset) {
			if (!last || last->start < symbol->start)
				last = symbol;
		} else if (!inside || symbol->start < inside->start) {
			inside = symbol;
		}
	}
	if (inside || !last)
		return inside;
	return taken_back(unit, word, 0, last->start) ? last : NULL;
}

const struct macro *macro_of(struct view *view, const struct token *word)
{
	struct symbol *found[FIND_MAX], *there;
	struct wanted *wanted = view->wanted;
	uint32_t n;

	if (word->kind != TOKEN_WORD || (word->flags & TOKEN_BLUE) ||
	    token_is(word, "__cond_lock")) /* it says what is taken */
		return NULL;
	if (view->locktab && locktab_find(view->locktab, word->at, word->len))
		return NULL;
	there = defined_for_body(view, word);
	if (there)
		return macro_get(there);
	view->wanted = NULL;
	n = view_find(view, word->at, word->len, SYMBOL_MACRO, found);
	view->wanted = wanted;
	there = n ? defined_there(view, word, found, n) : NULL;
	return there ? macro_get(there) : NULL;
}
