// SPDX-License-Identifier: GPL-2.0
/*
 * A text in, its comments out, one after another. Strings and characters are
 * skipped, for what looks like a comment in them.
 */
#include <stdbool.h>
#include <string.h>

#include "source/text/comment.h"

bool comment_likely(const struct text *text, const char *at)
{
	const char *start = at, *p;

	while (start > text->data && start[-1] != '\n')
		start--;
	for (p = start; p < at && (*p == ' ' || *p == '\t');)
		p++;
	return *p == '*' || memmem(start, at - start, "/*", 2) ||
	       memmem(start, at - start, "//", 2);
}

void comments_begin(struct comments *c, const struct text *text)
{
	c->at = text->data;
	c->end = text->data + text->size;
	c->from = c->to = c->at;
}

/* Behind the string or character that begins at @p: at its line's end at most. */
static const char *skip_quoted(const char *p, const char *end)
{
	char quote = *p;

	for (p++; p < end && *p != quote && *p != '\n'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : end;
}

/* Behind "// ...", with the lines that a backslash joins to it. */
static const char *skip_line(const char *p, const char *end)
{
	const char *next;

	for (;; p = next + 1) {
		next = memchr(p, '\n', end - p);
		if (!next)
			return end;
		if (next[-1] != '\\' && (next[-1] != '\r' || next[-2] != '\\'))
			return next;
	}
}

static bool next_comment(struct comments *c)
{
	const char *p = c->at, *end = c->end;

	while (p < end) {
		if (*p == '"' || *p == '\'') {
			p = skip_quoted(p, end);
			continue;
		}
		if (*p++ != '/' || p >= end || (*p != '*' && *p != '/'))
			continue;
		c->from = p - 1;
		if (*p == '*') {
			p = memmem(p + 1, end - p - 1, "*/", 2);
			p = p ? p + 2 : end;
		} else {
			p = skip_line(p, end);
		}
		c->at = c->to = p;
		return true;
	}
	c->at = end;
	return false;
}

bool comments_hold(struct comments *c, const char *at)
{
	while (at >= c->to)
		if (!next_comment(c))
			return false;
	return at >= c->from;
}
