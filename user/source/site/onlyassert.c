// SPDX-License-Identifier: GPL-2.0
/*
 * The tokens of a body in, out comes: does it nothing but check or initialise
 * a lock? Who calls such a function does not take the lock.
 */
#include "source/site/use.h"

static uint32_t behind(const struct token *list, uint32_t i)
{
	return list[i].match > i ? list[i].match + 1 : i + 1;
}

static bool is_assert(const struct locktab *locktab, const struct token *t,
		      bool (*known)(void *arg, const struct token *name),
		      void *arg)
{
	const struct lock_api *row;

	if (t->kind != TOKEN_WORD)
		return false;
	row = locktab_find(locktab, t->at, t->len);
	if (row)
		return row->verb == VERB_ASSERT || row->verb == VERB_QUERY ||
		       row->verb == VERB_INIT;
	return known(arg, t);
}

/* One statement: [return] [!] NAME(...), NAME an assertion or around one. */
static bool only_assert(const struct locktab *locktab, const struct token *list,
			uint32_t from, uint32_t to,
			bool (*known)(void *arg, const struct token *name),
			void *arg)
{
	bool returns = false;
	uint32_t i;

	for (; from < to &&
	       (token_is(&list[from], "return") ||
		token_is(&list[from], "do") || list[from].kind == '!' ||
		list[from].kind == '(' || list[from].kind == '{');
	     from++)
		returns |= token_is(&list[from], "return");
	if (from + 1 >= to || list[from].kind != TOKEN_WORD ||
	    list[from + 1].kind != '(')
		return false;
	if (is_assert(locktab, &list[from], known, arg))
		return true;
	if (returns || (!memmem(list[from].at, list[from].len, "BUG", 3) &&
			!memmem(list[from].at, list[from].len, "WARN", 4) &&
			!memmem(list[from].at, list[from].len, "ASSERT", 6) &&
			!memmem(list[from].at, list[from].len, "assert", 6)))
		return false;
	for (i = from + 2; i < to && i < list[from + 1].match; i++)
		if (is_assert(locktab, &list[i], known, arg))
			return true;
	return false;
}

bool use_only_asserts(const struct locktab *locktab, const struct token *list,
		      uint32_t from, uint32_t to,
		      bool (*known)(void *arg, const struct token *name),
		      void *arg)
{
	uint32_t i, start = from, seen = 0;

	for (i = from; i <= to; i = i < to ? behind(list, i) : i + 1) {
		if (i < to && list[i].kind != ';')
			continue;
		if (i > start) {
			/* the "while (0)" of a macro's do { } */
			if (token_is(&list[start], "while"))
				break;
			if (!only_assert(locktab, list, start, i, known, arg))
				return false;
			seen++;
		}
		start = i + 1;
	}
	return seen > 0;
}
