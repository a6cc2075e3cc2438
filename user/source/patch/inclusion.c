// SPDX-License-Identifier: GPL-2.0
/*
 * A file's text goes in, the offset for a new #include comes out. Only whole
 * lines at #if depth 0 and outside all braces are looked at, up to the first
 * function's; comments are skipped, so that an #include in one is none.
 */
#include <ctype.h>
#include <string.h>

#include "source/patch/inclusion.h"

struct line {
	const char *text, *name; /* name: what follows the '<' or '"' */
	size_t name_len, end; /* offset behind the newline */
	bool include, angle, inside; /* inside: of braces */
	bool branch; /* #else or #elif */
};

struct walk {
	const char *text;
	size_t len, at;
	int depth, braces;
	bool comment, directive; /* still open at the line's start */
};

static const char *skip_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

static bool starts(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - p) >= len && !memcmp(p, word, len);
}

/* Behind the string or character constant that begins at @p. */
static const char *skip_quoted(const char *p, const char *end)
{
	const char quote = *p++;

	while (p < end && *p != quote)
		p += *p == '\\' && p + 1 < end ? 2 : 1;
	return p < end ? p + 1 : end;
}

/* Follow comments over a line, and braces where it is no directive's. */
static void scan(struct walk *w, const char *p, const char *end)
{
	while (p < end) {
		const char next = p + 1 < end ? p[1] : '\0';

		if (w->comment) {
			w->comment = p[0] != '*' || next != '/';
			p += w->comment ? 1 : 2;
		} else if (p[0] == '/' && next == '*') {
			w->comment = true;
			p += 2;
		} else if (p[0] == '/' && next == '/') {
			return;
		} else if (w->directive) {
			p++; /* an apostrophe of an #error opens nothing */
		} else if (*p == '"' || *p == '\'') {
			p = skip_quoted(p, end);
		} else {
			w->braces += (*p == '{') - (*p == '}');
			p++;
		}
	}
}

static void read_directive(struct walk *w, const char *p, const char *end,
			   struct line *line)
{
	const char *close;

	p = skip_blank(p, end);
	if (starts(p, end, "if"))
		w->depth++;
	else if (starts(p, end, "endif"))
		w->depth--;
	line->branch = starts(p, end, "el");
	if (!starts(p, end, "include"))
		return;
	p = skip_blank(p + strlen("include"), end);
	if (p == end || (*p != '<' && *p != '"'))
		return;
	line->angle = *p == '<';
	close = memchr(p + 1, line->angle ? '>' : '"', end - p - 1);
	if (!close)
		return;
	line->include = true;
	line->name = p + 1;
	line->name_len = close - p - 1;
}

static bool next_line(struct walk *w, struct line *line)
{
	const char *start = w->text + w->at, *end, *p;

	if (w->at >= w->len)
		return false;
	end = memchr(start, '\n', w->len - w->at);
	if (!end)
		end = w->text + w->len;
	*line = (struct line){ .text = start, .inside = w->braces > 0 };
	p = skip_blank(start, end);
	if (!w->comment && !w->directive && p < end && *p == '#') {
		w->directive = true;
		read_directive(w, p + 1, end, line);
	}
	scan(w, start, end);
	if (end == start || end[-1] != '\\')
		w->directive = false;
	w->at = end - w->text + (end < w->text + w->len);
	line->end = w->at;
	return true;
}

static int name_cmp(const char *a, size_t alen, const char *b, size_t blen)
{
	int ret = memcmp(a, b, alen < blen ? alen : blen);

	return ret ? ret : (alen > blen) - (alen < blen);
}

struct places {
	size_t first; /* before the first #include */
	size_t last; /* behind the last one */
	size_t linux_last; /* behind the last <linux/...> one */
	size_t sorted; /* where the order of <linux/...> wants it */
	bool any, any_linux, in_order;
	const char *prev;
	size_t prev_len;
};

static void see(struct places *pl, const struct walk *w,
		const struct line *line, const char *header)
{
	size_t start = line->text - w->text;

	if (!pl->any)
		pl->first = start;
	pl->any = true;
	pl->last = line->end;
	if (!line->angle || line->name_len < 6 ||
	    memcmp(line->name, "linux/", 6))
		return;
	if (!pl->any_linux)
		pl->sorted = start;
	else if (name_cmp(pl->prev, pl->prev_len, line->name, line->name_len) >
		 0)
		pl->in_order = false;
	if (name_cmp(line->name, line->name_len, header, strlen(header)) < 0)
		pl->sorted = line->end;
	pl->any_linux = true;
	pl->linux_last = line->end;
	pl->prev = line->name;
	pl->prev_len = line->name_len;
}

/* The first line that is neither blank nor comment. */
static size_t first_code(const char *text, size_t len)
{
	struct walk w = { .text = text, .len = len };
	struct line line;
	size_t at = 0;

	while (next_line(&w, &line)) {
		const char *p = skip_blank(line.text, text + line.end);

		if (!starts(p, text + len, "/*") && *p != '*' && *p != '\n' &&
		    !starts(p, text + len, "//") && !w.comment)
			return at;
		at = line.end;
	}
	return 0;
}

size_t inclusion_place(const char *text, size_t len, const char *header,
		       bool last)
{
	struct walk w = { .text = text, .len = len };
	struct places pl = { .in_order = true };
	struct line line;

	while (next_line(&w, &line) && *line.text != '{')
		if (line.include && !line.inside && w.depth == 0)
			see(&pl, &w, &line, header);
	if (!pl.any)
		return first_code(text, len);
	if (last)
		return pl.last;
	if (!pl.any_linux)
		return pl.first;
	return pl.in_order ? pl.sorted : pl.linux_last;
}

size_t inclusion_before(const char *text, size_t len, size_t at)
{
	struct walk w = { .text = text, .len = len };
	size_t place = 0, seen[64] = { 0 }; /* by the depth they are at */
	struct line line;
	int depth;

	while (w.at < at && next_line(&w, &line)) {
		depth = w.depth < 0 ? 0 : w.depth > 62 ? 62 : w.depth;
		seen[depth + 1] = 0; /* it has ended */
		if (line.branch)
			seen[depth] = 0;
		if (line.include && !line.inside)
			seen[depth] = line.end;
	}
	for (depth = 0; depth < 64; depth++)
		if (seen[depth] > place)
			place = seen[depth];
	return place;
}

bool inclusion_has(const char *text, size_t len, const char *header)
{
	struct walk w = { .text = text, .len = len };
	struct line line;

	while (next_line(&w, &line))
		if (line.include &&
		    !name_cmp(line.name, line.name_len, header, strlen(header)))
			return true;
	return false;
}
