// SPDX-License-Identifier: GPL-2.0
/*
 * A text and names in, whether one of them may be declared there out: brackets
 * are counted, comments, strings and the bodies of macros stepped over, and
 * nothing is read as C.
 */
#include <string.h>

#include "source/type/definer.h"

struct scan {
	const char *start, *at, *end;
	int braces, parens;
	bool odd; /* brackets that do not match, or extern "C": no scope */
};

static const uint8_t stops[256] = {
	['{'] = 1, ['}'] = 1,  ['('] = 1, [')'] = 1,
	['"'] = 1, ['\''] = 1, ['/'] = 1, ['#'] = 1,
};

static const char *behind(const char *at, const char *end, const char *mark)
{
	const char *p = memmem(at, end - at, mark, strlen(mark));

	return p ? p + strlen(mark) : end;
}

static const char *behind_quoted(const char *at, const char *end)
{
	char quote = *at++;

	for (; at < end && *at != quote && *at != '\n'; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
	return at < end ? at + 1 : end;
}

/* Behind a directive's last line. */
static const char *behind_directive(const char *at, const char *end)
{
	const char *p;

	for (; at < end; at = p + 1) {
		p = memchr(at, '\n', end - at);
		if (!p)
			return end;
		if (p[-1] != '\\' && (p[-1] != '\r' || p[-2] != '\\'))
			return p;
	}
	return end;
}

static bool starts_line(const struct scan *s)
{
	const char *p = s->at;

	while (p > s->start && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	return p == s->start || p[-1] == '\n';
}

/* Over one byte of those that matter. */
static void step(struct scan *s)
{
	switch (*s->at) {
	case '{':
		s->braces++;
		break;
	case '}':
		s->odd |= --s->braces < 0;
		s->parens = 0;
		break;
	case '(':
		s->parens++;
		break;
	case ')':
		s->odd |= --s->parens < 0;
		break;
	case '"':
	case '\'':
		s->odd |= s->end - s->at > 2 && s->at[1] == 'C' &&
			  s->at[2] == '"';
		s->at = behind_quoted(s->at, s->end);
		return;
	case '/':
		if (s->at[1] == '*')
			s->at = behind(s->at + 2, s->end, "*/");
		else if (s->at[1] == '/')
			s->at = behind(s->at, s->end, "\n");
		else
			s->at++;
		return;
	case '#':
		s->at = starts_line(s) ? behind_directive(s->at, s->end) :
					 s->at + 1;
		return;
	}
	s->at++;
}

/* Go on to @to; false if it lies in what was stepped over. */
static bool advance(struct scan *s, const char *to)
{
	for (;;) {
		while (s->at < to && !stops[(unsigned char)*s->at])
			s->at++;
		if (s->at >= to)
			return s->at == to;
		step(s);
	}
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Is the word at @at the name in "#define NAME"? */
static bool is_macro(const struct scan *s, const char *at)
{
	const char *p = at;

	while (p > s->start && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	if (p == at || p - s->start < 7 || memcmp(p - 6, "define", 6))
		return false;
	for (p -= 6; p > s->start && (p[-1] == ' ' || p[-1] == '\t'); p--)
		;
	return p > s->start && p[-1] == '#';
}

static bool is_tag(const struct scan *s, const char *before)
{
	static const char *const words[] = { "struct", "union", "enum" };
	size_t i, len;

	for (i = 0; i < 3; i++) {
		len = strlen(words[i]);
		if ((size_t)(before - s->start) >= len &&
		    !memcmp(before - len, words[i], len))
			return true;
	}
	return false;
}

/* The word at @at, in code: does a declaration of it look like that? */
static bool declares(const struct scan *s, const char *at)
{
	const char *next = at, *before = at;

	while (is_word_byte(*next))
		next++;
	while (is_space(*next))
		next++;
	while (before > s->start && is_space(before[-1]))
		before--;
	if (*next == '{')
		return true;
	if (before < at && is_tag(s, before))
		return *next == '_' || *next == '/' || *next == '\\';
	if (s->braces)
		return false;
	if (!s->parens)
		return true;
	/* DEFINE_SPINLOCK(name), but not a parameter's name */
	return before > s->start && strchr("(,", before[-1]) && *next &&
	       strchr(",)[", *next);
}

bool may_define(const struct text *text, const struct finder *words)
{
	struct scan s = { .start = text->data,
			  .at = text->data,
			  .end = text->data + text->size };
	uint32_t which;
	int64_t at;

	for (at = 0;; at++) {
		at = finder_next(words, text->data, text->size, at, &which);
		if (at < 0)
			break;
		if (is_macro(&s, text->data + at) ||
		    (advance(&s, text->data + at) &&
		     declares(&s, text->data + at)))
			return true;
	}
	advance(&s, s.end);
	return s.odd || s.braces || s.parens;
}
