// SPDX-License-Identifier: GPL-2.0
/*
 * A word in, the number out that the texts of the file or its headers define
 * it as. They are searched through at each call: for what is rare.
 */
#include "source/text/constant.h"
#include "source/text/finder.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Does "#define" stand in front of @at? */
static bool is_defined_at(const struct text *text, const char *at)
{
	const char *p = at;

	while (p > text->data && is_blank(p[-1]))
		p--;
	return p < at && p - text->data > 6 && !memcmp(p - 6, "define", 6) &&
	       (p[-7] == '#' || is_blank(p[-7]));
}

static bool find_in(const struct text *text, struct token *word)
{
	const char *p = text->data, *end = p + text->size, *q;

	for (; (p = memmem(p, end - p, word->at, word->len)); p += word->len) {
		q = p + word->len;
		if (q >= end || !is_blank(*q) || !is_defined_at(text, p))
			continue;
		while (q < end && (is_blank(*q) || *q == '('))
			q++;
		if (q >= end || *q < '0' || *q > '9')
			continue;
		word->kind = TOKEN_NUMBER;
		word->at = q;
		while (q < end && is_word_byte(*q))
			q++;
		word->len = (uint32_t)(q - word->at);
		return true;
	}
	return false;
}

bool constant_resolve(struct view *view, struct token *word)
{
	const struct unit *unit;
	uint32_t id = 0;

	while ((unit = view_unit(view, &id)))
		if (find_in(&unit->text, word))
			return true;
	return false;
}
