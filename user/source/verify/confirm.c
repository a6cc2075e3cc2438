// SPDX-License-Identifier: GPL-2.0
/*
 * A patched file and the compiler's "is deprecated" warnings in it go in,
 * figures and complaints come out. The compiler names an access by line and
 * column; a call's own span in the text says which call that is.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/verify/confirm.h"

/* One call of a variant in the text. */
struct call {
	size_t start, end; /* of the name; behind the closing parenthesis */
	size_t name_len;
	bool in_define, seen;
};

struct scan {
	struct confirm *confirm;
	const char *path, *text;
	size_t len;
	const char *member; /* the lock's first member, or "" */
	size_t *lines; /* offset of each line's start; lines[0] is line 1 */
	size_t nr_lines;
	struct call *calls;
	size_t nr, room;
};

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static int index_lines(struct scan *scan)
{
	size_t i, n = 1;

	for (i = 0; i < scan->len; i++)
		n += scan->text[i] == '\n';
	scan->lines = malloc(n * sizeof(*scan->lines));
	if (!scan->lines)
		return -ENOMEM;
	scan->lines[scan->nr_lines++] = 0;
	for (i = 0; i < scan->len; i++)
		if (scan->text[i] == '\n')
			scan->lines[scan->nr_lines++] = i + 1;
	return 0;
}

/* gcc counts columns from 1 and expands tabs to 8. */
static size_t offset_of(const struct scan *scan, unsigned int line,
			unsigned int col)
{
	size_t at, shown = 1;

	if (!line || line > scan->nr_lines)
		return 0;
	for (at = scan->lines[line - 1]; at < scan->len; at++) {
		if (shown >= col || scan->text[at] == '\n')
			return at;
		if (scan->text[at] == '\t')
			shown = ((shown - 1) | 7) + 2;
		else
			shown++;
	}
	return at;
}

static unsigned int line_of(const struct scan *scan, size_t off)
{
	unsigned int line = 0;

	while (line < scan->nr_lines && scan->lines[line] <= off)
		line++;
	return line;
}

/* Behind the ')' that closes the '(' at @at. */
static size_t close_of(const struct scan *scan, size_t at)
{
	int depth = 0;

	for (; at < scan->len; at++) {
		depth += (scan->text[at] == '(') - (scan->text[at] == ')');
		if (!depth)
			return at + 1;
	}
	return at;
}

/* The same, and behind the second pair of "guard(class)(lock)". */
static size_t args_end(const struct scan *scan, size_t at)
{
	at = close_of(scan, at);
	return scan->text[at] == '(' ? close_of(scan, at) : at;
}

/* Is @off on a line of a #define (or on one it continues)? */
static bool in_define(const struct scan *scan, size_t off)
{
	unsigned int line = line_of(scan, off) - 1;
	const char *p;

	while (line > 0 && scan->lines[line] >= 2 &&
	       scan->text[scan->lines[line] - 2] == '\\')
		line--;
	for (p = scan->text + scan->lines[line]; *p == ' ' || *p == '\t'; p++)
		;
	return *p == '#';
}

/*
 * Behind the call whose name is [start, end): NAME(...), or a guard's class,
 * guard(NAME)(...), scoped_guard(NAME, ...) and ACQUIRE(NAME, var)(...).
 */
static size_t call_end(const struct scan *scan, size_t start, size_t end)
{
	if (scan->text[end] == '(')
		return close_of(scan, end);
	if (scan->text[end] == ')' && scan->text[end + 1] == '(')
		return close_of(scan, end + 1);
	while (start > 0 && isspace((unsigned char)scan->text[start - 1]))
		start--;
	if (scan->text[end] != ',' || !start || scan->text[start - 1] != '(')
		return end;
	return args_end(scan, start - 1);
}

static int find_calls(struct scan *scan)
{
	const char *prefix = scan->confirm->patch->prefix, *p = scan->text;
	size_t plen = strlen(prefix);

	while (plen && (p = strstr(p, prefix)) != NULL) {
		size_t start = p - scan->text, end = start + plen;

		p += plen;
		if (start && word_char(scan->text[start - 1]))
			continue;
		while (end < scan->len && word_char(scan->text[end]))
			end++;
		if (scan->nr == scan->room) {
			size_t room = scan->room ? 2 * scan->room : 64;
			struct call *more =
				realloc(scan->calls, room * sizeof(*more));

			if (!more)
				return -ENOMEM;
			scan->calls = more;
			scan->room = room;
		}
		scan->calls[scan->nr++] = (struct call){
			.start = start,
			.name_len = end - start,
			.end = call_end(scan, start, end),
			.in_define = in_define(scan, start),
		};
	}
	return 0;
}

static struct call *call_at(struct scan *scan, size_t off)
{
	size_t i;

	for (i = 0; i < scan->nr; i++)
		if (scan->calls[i].start <= off && off < scan->calls[i].end)
			return &scan->calls[i];
	return NULL;
}

/* The name of the call whose arguments @off is in, or that starts there. */
static size_t enclosing(const struct scan *scan, size_t off, char *name,
			size_t size)
{
	size_t at = off, end;
	int depth = 0;

	name[0] = '\0';
	if (word_char(scan->text[at])) {
		for (end = at; word_char(scan->text[end]); end++)
			;
		if (scan->text[end] == '(') {
			snprintf(name, size, "%.*s", (int)(end - at),
				 scan->text + at);
			return at;
		}
	}
	for (; at > 0 && scan->text[at] != ';' && scan->text[at] != '{'; at--) {
		depth += (scan->text[at] == ')') - (scan->text[at] == '(');
		if (depth >= 0)
			continue;
		if (at > 1 && scan->text[at - 1] == ')') { /* guard(X)(...) */
			while (at > 1 && scan->text[--at] != '(')
				;
		}
		for (end = at; at > 0 && word_char(scan->text[at - 1]); at--)
			;
		snprintf(name, size, "%.*s", (int)(end - at), scan->text + at);
		return at;
	}
	return off;
}

/* Does the patch's message list a stock call of @api in this file? */
static bool is_listed(const struct scan *scan, const char *api)
{
	const char *p = scan->confirm->patch->text;
	const char *end = strstr(p, "\n---\n");
	char start[512], call[256];

	snprintf(start, sizeof(start), "\n  %s:", scan->path);
	snprintf(call, sizeof(call), ": %s(", api);
	while (end && (p = strstr(p, start)) != NULL && p < end) {
		const char *eol = strchrnul(p + 1, '\n');
		const char *hit = strstr(p, call);

		if (hit && hit < eol)
			return true;
		p = eol;
	}
	return false;
}

/* A guard is known by its class: "guard(mutex)", wherever that stands. */
static const struct lock_api *guard_row(const struct scan *scan, size_t off,
					char *name, size_t size)
{
	const char *p = scan->text + off;
	char row[160];
	size_t len;

	p += strcspn(p, "(");
	p += *p == '(';
	len = strcspn(p, " ,)\t\n");
	snprintf(row, sizeof(row), "guard(%.*s)", (int)(len < 100 ? len : 100),
		 p);
	snprintf(name, size, "%.*s", (int)size - 1, row);
	return locktab_find(scan->confirm->tab, row, strlen(row));
}

/* A word in front of a guard's class. */
static bool is_guard(const char *name)
{
	return strstr(name, "guard") || !strcmp(name, "ACQUIRE") ||
	       !strcmp(name, "CLASS");
}

/* Is the member named as one, after '.' or "->", in text [from, to)? */
static bool names_member(const struct scan *scan, size_t from, size_t to)
{
	const char *p = scan->text + from, *end = scan->text + to;
	size_t len = strlen(scan->member);

	while (len && p < end &&
	       (p = memmem(p, end - p, scan->member, len)) != NULL) {
		if (p > scan->text && (p[-1] == '.' || p[-1] == '>') &&
		    !word_char(p[len]))
			return true;
		p += len;
	}
	return false;
}

/* Behind the statement, or the condition, that begins at @off. */
static size_t statement_end(const struct scan *scan, size_t off)
{
	int depth = 0;

	if (off < scan->len && scan->text[off] == '}')
		off++; /* "} else if (x)" */
	for (; off < scan->len; off++) {
		char c = scan->text[off];

		depth += (c == '(') - (c == ')');
		if (depth < 0 || (!depth && (c == ';' || c == '{' || c == '}')))
			break;
	}
	return off;
}

/* A stock call on the member in text [from, to): its row, name and place. */
static const struct lock_api *stock_call(const struct scan *scan, size_t from,
					 size_t to, char *name, size_t size)
{
	const struct lock_api *api;
	size_t end;

	for (; from < to; from = end + 1) {
		for (end = from; word_char(scan->text[end]); end++)
			;
		if (end == from || scan->text[end] != '(' ||
		    !names_member(scan, end, args_end(scan, end)))
			continue;
		api = locktab_find(scan->confirm->tab, scan->text + from,
				   end - from);
		snprintf(name, size, "%.*s", (int)(end - from),
			 scan->text + from);
		if (!api && is_guard(name))
			api = guard_row(scan, from, name, size);
		if (api && api->verb <= VERB_GUARD &&
		    api->family != FAMILY_LOCKREF)
			return api;
	}
	return NULL;
}

/*
 * The compiler tells where the statement begins that the access is in, or the
 * access: a converted call there is confirmed, a stock one must be listed.
 */
static void see_access(struct scan *scan, const struct warning *w)
{
	struct confirm *c = scan->confirm;
	size_t off = offset_of(scan, w->line, w->col), end, i;
	struct call *call = call_at(scan, off);
	const struct lock_api *api;
	char name[128];

	if (call) {
		call->seen = true;
		return;
	}
	end = statement_end(scan, off);
	for (i = 0; i < scan->nr; i++) {
		call = &scan->calls[i];
		if (call->seen || call->start < off || call->start >= end ||
		    !names_member(scan, call->start, call->end))
			continue;
		call->seen = true;
		return;
	}
	api = stock_call(scan, off, end, name, sizeof(name));
	if (!api) {
		off = enclosing(scan, off, name, sizeof(name));
		api = locktab_find(c->tab, name, strlen(name));
		if (!api && is_guard(name))
			api = guard_row(scan, off, name, sizeof(name));
	}
	if (!api || api->verb > VERB_GUARD || api->family == FAMILY_LOCKREF) {
		c->left++;
	} else if (is_listed(scan, name)) {
		c->listed++;
	} else {
		error("%s:%u:%u: %s() on %s was left as it is, and the patch "
		      "does not list it",
		      scan->path, w->line, w->col, name, c->patch->lock);
		c->wrong++;
	}
}

static void judge_calls(struct scan *scan)
{
	struct confirm *c = scan->confirm;
	size_t i;

	for (i = 0; i < scan->nr; i++) {
		const struct call *call = &scan->calls[i];

		if (call->seen) {
			c->direct++;
		} else if (call->in_define ||
			   !names_member(scan, call->start + call->name_len,
					 call->end)) {
			c->indirect++;
		} else {
			error("%s:%u: %.*s: the compiler does not see %s there",
			      scan->path, line_of(scan, call->start),
			      (int)(call->end - call->start),
			      scan->text + call->start, c->patch->lock);
			c->wrong++;
		}
	}
}

int confirm_file(struct confirm *confirm, const char *path, const char *text,
		 size_t len, const struct warning_list *accesses)
{
	struct scan scan = {
		.confirm = confirm, .path = path, .text = text, .len = len
	};
	const char *dot = strchr(confirm->patch->lock, '.');
	char member[128] = "";
	size_t i;
	int ret;

	if (dot)
		snprintf(member, sizeof(member), "%.*s",
			 (int)strcspn(dot + 1, ".["), dot + 1);
	scan.member = member;
	ret = index_lines(&scan);
	if (!ret)
		ret = find_calls(&scan);
	for (i = 0; i < accesses->nr && !ret; i++)
		if (!strcmp(accesses->list[i].file, path))
			see_access(&scan, &accesses->list[i]);
	if (!ret)
		judge_calls(&scan);
	free(scan.lines);
	free(scan.calls);
	return ret;
}
