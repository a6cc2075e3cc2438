// SPDX-License-Identifier: GPL-2.0
/*
 * A struct's and a member's name go in, marked declarations in the scratch
 * copy come out. A member's declaration is told from its uses by where it
 * stands: inside the struct's own braces, in front of what may follow a
 * declarator.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/verify/deprecate.h"
#include "source/text/edit.h"
#include "source/text/slurp.h"

#define MARK " __attribute__((deprecated(\"lockprobe\")))"
#define MAX_MARKS 8

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The next token's start at or after @p: comments and blanks are skipped. */
static const char *skip_space(const char *p, const char *end)
{
	while (p < end) {
		const char *q;

		if (isspace((unsigned char)*p)) {
			p++;
		} else if (p + 1 < end && p[0] == '/' && p[1] == '*') {
			q = memmem(p + 2, end - p - 2, "*/", 2);
			p = q ? q + 2 : end;
		} else if (p + 1 < end && p[0] == '/' && p[1] == '/') {
			q = memchr(p, '\n', end - p);
			p = q ? q + 1 : end;
		} else {
			break;
		}
	}
	return p;
}

static const char *word_end(const char *p, const char *end)
{
	while (p < end && word_char(*p))
		p++;
	return p;
}

static bool is_word(const char *p, const char *q, const char *word)
{
	return (size_t)(q - p) == strlen(word) && !memcmp(p, word, q - p);
}

/* May this follow a member's declarator? An attribute macro is a word. */
static bool ends_declarator(const char *p, const char *end)
{
	return p < end && (*p == ';' || *p == ',' || *p == '[' || *p == ':' ||
			   word_char(*p));
}

/* Behind "[N]"s, where an attribute may stand. */
static const char *skip_arrays(const char *p, const char *end)
{
	for (p = skip_space(p, end); p < end && *p == '[';
	     p = skip_space(p, end)) {
		while (p < end && *p != ']')
			p++;
		if (p < end)
			p++;
	}
	return p;
}

/* Look for the member between the braces; @p is behind the opening one. */
static const char *find_in_body(const char *p, const char *end,
				const char *member, const char **at)
{
	int depth = 1;

	*at = NULL;
	while ((p = skip_space(p, end)) < end) {
		const char *q = word_end(p, end);

		if (q == p) {
			depth += (*p == '{') - (*p == '}');
			p++;
			if (!depth)
				break;
			continue;
		}
		if (!*at && is_word(p, q, member) && p[-1] != '.' &&
		    p[-1] != '>' && p[-1] != '(' &&
		    ends_declarator(skip_space(q, end), end))
			*at = *skip_space(q, end) == '[' ? skip_arrays(q, end) :
							   q;
		p = q;
	}
	return p;
}

size_t deprecate_find(const char *text, size_t len, const char *owner,
		      const char *member, size_t *at, size_t max)
{
	const char *end = text + len, *p = text, *q, *found;
	size_t nr = 0;

	while (nr < max && (p = skip_space(p, end)) < end) {
		q = word_end(p, end);
		if (q == p) {
			p++;
			continue;
		}
		if (!is_word(p, q, "struct") && !is_word(p, q, "union")) {
			p = q;
			continue;
		}
		p = skip_space(q, end);
		q = word_end(p, end);
		if (!is_word(p, q, owner))
			continue;
		p = skip_space(q, end);
		if (p >= end || *p != '{')
			continue;
		p = find_in_body(p + 1, end, member, &found);
		if (found)
			at[nr++] = found - text;
	}
	return nr;
}

/* The copy's text is what is marked: a patch may have changed it. */
static int mark_file(struct scratch *scratch, const char *path,
		     const char *owner, const char *member)
{
	size_t at[MAX_MARKS], nr, i, size, len;
	struct edit_list edits = { 0 };
	char *text, *new;
	int ret;

	ret = slurp(scratch_dir(scratch), path, &text, &size);
	if (ret)
		return ret;
	nr = deprecate_find(text, size, owner, member, at, MAX_MARKS);
	for (i = 0; i < nr && !ret; i++)
		ret = edit_add(&edits, at[i], 0, MARK);
	new = nr && !ret ? edit_apply(&edits, text, size, &len) : NULL;
	edit_free(&edits);
	free(text);
	if (!nr || ret)
		return ret;
	if (!new)
		return -ENOMEM;
	ret = scratch_write(scratch, path, new, len);
	free(new);
	return ret ? ret : (int)nr;
}

static int mark_headers(struct tree *tree, struct scratch *scratch,
			const char *owner, const char *member)
{
	const char *words[1] = { member };
	uint32_t *ids = NULL;
	int total = 0, ret = 0;
	int64_t n, i;

	n = tree_grep(tree, words, 1, GREP_HEADERS, &ids);
	for (i = 0; i < n && ret >= 0; i++) {
		ret = mark_file(scratch, tree_path(tree, ids[i]), owner,
				member);
		if (ret > 0)
			total += ret;
	}
	free(ids);
	if (n < 0)
		return n;
	return ret < 0 ? ret : total;
}

int deprecate_member(struct tree *tree, struct scratch *scratch,
		     const char *lock, const char *const *files, size_t nr)
{
	const char *dot = strchr(lock, '.');
	char owner[128], member[128];
	int total, ret = 0;
	size_t i;

	if (!dot)
		return 0;
	snprintf(owner, sizeof(owner), "%.*s", (int)(dot - lock), lock);
	snprintf(member, sizeof(member), "%.*s", (int)strcspn(dot + 1, ".["),
		 dot + 1);
	total = mark_headers(tree, scratch, owner, member);
	for (i = 0; i < nr && total >= 0; i++) {
		ret = mark_file(scratch, files[i], owner, member);
		if (ret < 0)
			return ret;
		total += ret;
	}
	return total;
}
