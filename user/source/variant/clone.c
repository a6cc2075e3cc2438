// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers with edits for their bodies go in, their edited text comes out. A
 * clone is taken from the header as it stands: comments, attributes and
 * layout are its author's.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/variant/clone.h"
#include "source/variant/guardclass.h"
#include "source/type/unit.h"
#include "source/patch/lint.h"

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Offset of the identifier @word in @text within @span; -1: not there. */
static long find_word(const struct text *text, struct span span,
		      const char *word)
{
	size_t len = strlen(word), at;

	for (at = span.start; at + len <= span.end; at++)
		if (!memcmp(text->data + at, word, len) &&
		    (at == 0 || !word_char(text->data[at - 1])) &&
		    !word_char(text->data[at + len]))
			return at;
	return -1;
}

/* "#define NAME(...)" with the lines it goes on in. */
static struct span find_define(const struct text *text, const char *name)
{
	const char *p = text->data, *q;
	size_t len = strlen(name);

	while ((p = strstr(p, "define")) != NULL) {
		for (q = p + strlen("define"); *q == ' ' || *q == '\t'; q++)
			;
		if (!strncmp(q, name, len) && !word_char(q[len]))
			break;
		p = q;
	}
	if (!p)
		return (struct span){ 0, 0 };
	while (p > text->data && p[-1] != '\n')
		p--;
	for (q = p; *q && !(*q == '\n' && q[-1] != '\\'); q++)
		;
	return (struct span){ p - text->data, q - text->data };
}

/* DEFINE_GUARD(...) and kin define a class, and stand by themselves. */
static bool is_guard(const struct text *text, struct span body)
{
	return body.end > body.start && body.end <= text->size &&
	       !strncmp(text->data + body.start, "DEFINE_", 7);
}

struct span clone_span(struct tree *tree, const struct lock_helper *helper)
{
	int64_t id = tree_find(tree, helper->file);
	struct text text;

	if (helper->body.end > helper->body.start && !helper->macro)
		return helper->body;
	if (id < 0 || tree_text(tree, id, &text))
		return (struct span){ 0, 0 };
	if (is_guard(&text, helper->body))
		return helper->body;
	return find_define(&text, helper->name);
}

const struct lock_helper *clone_around(struct tree *tree,
				       const struct site_set *set,
				       const struct site *site)
{
	struct span body;
	uint32_t i;

	for (i = 0; i < set->helper_count; i++) {
		const struct lock_helper *h = &set->helpers[i];

		if (strcmp(h->file, site->file))
			continue;
		body = clone_span(tree, h);
		if (body.start <= site->name.start &&
		    site->name.end <= body.end)
			return h;
	}
	/* a macro's record hangs on its calls alone */
	for (i = 0; i < set->count; i++) {
		const struct lock_helper *h = set->sites[i].helper;

		if (!h || strcmp(h->file, site->file))
			continue;
		body = h->body;
		if (!strcmp(h->name, site->function) ||
		    (body.start <= site->name.start &&
		     site->name.end <= body.end))
			return h;
	}
	return NULL;
}

/* --abi syncord: one more parameter, behind the last. */
static int add_parameter(struct clone *clone, const struct text *text,
			 size_t at)
{
	const struct lock_helper *h = clone->helper;
	const char *p = text->data + at + strlen(h->name), *open = p;
	const char *type = text->data[clone->body.start] == '#' ? "" : "int ";
	char param[32];
	int depth = 0;
	size_t off;
	bool none;

	for (; p < text->data + clone->body.end; p++) {
		depth += (*p == '(') - (*p == ')');
		if (!depth)
			break;
	}
	off = p - text->data;
	none = p - open == 1;
	if (p - open == 5 && !memcmp(open, "(void", 5)) {
		snprintf(param, sizeof(param), "%spolicy", type);
		return edit_add(&clone->edits, off - 4, 4, param);
	}
	snprintf(param, sizeof(param), "%s%spolicy", none ? "" : ", ", type);
	return edit_add(&clone->edits, off, 0, param);
}

/* The new name, and an inline that the compiler may not put out of line. */
static int rename_clone(struct clone_list *list, struct clone *clone,
			const struct text *text)
{
	const struct lock_helper *h = clone->helper;
	char name[384];
	long at;
	int ret;

	/* a conditional class is the name of another one, and more */
	if (clone->guard)
		return edit_add(
			&clone->edits,
			clone->body.start +
				guard_class(text->data + clone->body.start,
					    clone->body.end -
						    clone->body.start),
			0, list->naming->call);
	at = find_word(text, clone->body, h->name);
	if (at < 0)
		return -ENOENT;
	snprintf(name, sizeof(name), "%s%s", list->naming->call, h->name);
	ret = edit_add(&clone->edits, at, strlen(h->name), name);
	if (!ret && *list->naming->policy)
		ret = add_parameter(clone, text, at);
	if (ret || text->data[clone->body.start] == '#')
		return ret;
	at = find_word(text, (struct span){ clone->body.start, at }, "inline");
	if (at < 0)
		return 0;
	return edit_add(&clone->edits, at, strlen("inline"), "__always_inline");
}

static bool public(const char *file)
{
	return !strncmp(file, "include/", 8);
}

struct clone *clone_get(struct clone_list *list,
			const struct lock_helper *helper)
{
	struct clone *clone;
	struct span body;
	struct text text;
	int64_t id;
	bool guard;
	size_t i;

	id = tree_find(list->tree, helper->file);
	if (id < 0 || tree_text(list->tree, id, &text))
		return NULL;
	body = clone_span(list->tree, helper);
	guard = is_guard(&text, body);
	/* a class may have the name of the function that it calls */
	for (i = 0; i < list->nr; i++)
		if (list->clones[i].id == id &&
		    list->clones[i].guard == guard &&
		    !strcmp(list->clones[i].helper->name, helper->name))
			return &list->clones[i];
	if (list->nr == list->room) {
		size_t room = list->room ? 2 * list->room : 32;
		struct clone *more;

		more = realloc(list->clones, room * sizeof(*more));
		if (!more)
			return NULL;
		list->clones = more;
		list->room = room;
	}
	clone = &list->clones[list->nr++];
	*clone = (struct clone){
		.helper = helper, .id = id, .body = body, .guard = guard
	};
	if (rename_clone(list, clone, &text))
		return NULL;
	list->private |= !public(helper->file);
	list->static_keys |=
		lint_static_key(text.data + helper->body.start,
				helper->body.end - helper->body.start);
	return clone;
}

/* The include guard's name of a header, or "" when it has none. */
static void guard_of(const struct text *text, char *guard, size_t size)
{
	const char *p = strstr(text->data, "#ifndef"), *q, *next;

	guard[0] = '\0';
	if (!p)
		return;
	for (p += 7; *p == ' ' || *p == '\t'; p++)
		;
	for (q = p; word_char(*q); q++)
		;
	next = q + strspn(q, " \t\r\n");
	if (strncmp(next, "#define", 7))
		return; /* it asks about something else */
	next += 7 + strspn(next + 7, " \t");
	if (!strncmp(next, p, q - p) && !word_char(next[q - p]))
		snprintf(guard, size, "%.*s", (int)(q - p), p);
}

static bool defines(struct tree *tree, uint32_t id, const char *name)
{
	struct unit unit = { 0 };
	struct text text;
	bool found;

	if (tree_text(tree, id, &text))
		return true;
	unit_read(&unit, id, text, true);
	found = unit_find(&unit, name, strlen(name), SYMBOL_MACRO, NULL);
	unit_free(&unit);
	return found;
}

/* Is @name a macro of this one file? */
static bool is_only_here(struct tree *tree, int64_t id, const char *name)
{
	const char *names[1] = { name };
	bool only = true;
	uint32_t *ids = NULL;
	int64_t n, i;

	n = tree_grep(tree, names, 1, GREP_ALL, &ids);
	for (i = 0; i < n && only; i++)
		only = ids[i] == id || !defines(tree, ids[i], name);
	free(ids);
	return n > 0 && only;
}

/* A macro that says that the header was read: none but it defines that. */
static void mark_of(struct tree *tree, int64_t id, const struct text *text,
		    char *mark, size_t size)
{
	const char *p = text->data, *end;
	unsigned int depth = 0, tries = 0;

	guard_of(text, mark, size);
	for (; !*mark && *p && tries < 8; p = *end ? end + 1 : end) {
		end = strchrnul(p, '\n');
		if (*p != '#')
			continue;
		p += 1 + strspn(p + 1, " \t");
		depth += !strncmp(p, "if", 2);
		depth -= !strncmp(p, "endif", 5);
		if (depth || strncmp(p, "define", 6))
			continue;
		p += 6 + strspn(p + 6, " \t");
		snprintf(mark, size, "%.*s", (int)strcspn(p, " \t(\n"), p);
		if (!is_only_here(tree, id, mark))
			*mark = '\0';
		tries++;
	}
}

bool clone_fits(struct tree *tree, const char *file)
{
	int64_t id = tree_find(tree, file);
	char guard[128] = "";
	struct text text;

	if (public(file) || id < 0 || tree_text(tree, id, &text))
		return public(file);
	mark_of(tree, id, &text, guard, sizeof(guard));
	return *guard;
}

static bool is_named(const struct clone *clone, const char *text, size_t len)
{
	return strlen(clone->helper->name) == len &&
	       !memcmp(clone->helper->name, text, len);
}

static int write_one(struct clone_list *list, struct clone *clone, FILE *out);

/* What the clone calls by its new name has to stand before it. */
static int write_needs(struct clone_list *list, struct clone *clone,
		       const char *text, FILE *out)
{
	size_t plen = strlen(list->naming->call), len;
	const char *p = text;
	int ret = 0;
	size_t i;

	while (!ret && (p = strstr(p, list->naming->call)) != NULL) {
		for (p += plen, len = 0; word_char(p[len]); len++)
			;
		if (!clone->guard && is_named(clone, p, len))
			continue; /* itself */
		for (i = 0; i < list->nr && !ret; i++) {
			struct clone *other = &list->clones[i];

			if (other != clone && !other->written &&
			    is_named(other, p, len))
				ret = write_one(list, other, out);
		}
	}
	return ret;
}

static int write_one(struct clone_list *list, struct clone *clone, FILE *out)
{
	const struct lock_helper *h = clone->helper;
	char *whole, *end, guard[128] = "";
	size_t len, tail, at;
	struct text text;
	uint32_t line;
	int ret;

	clone->written = true;
	if (tree_text(list->tree, clone->id, &text))
		return -EIO;
	tail = text.size - clone->body.end;
	whole = edit_apply(&clone->edits, text.data, text.size, &len);
	if (!whole)
		return -ENOMEM;
	end = whole + len - tail;
	while (end > whole && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	ret = write_needs(list, clone, whole + clone->body.start, out);
	if (!public(h->file))
		mark_of(list->tree, clone->id, &text, guard, sizeof(guard));
	if (*guard)
		fprintf(out, "\n#ifdef %s", guard);
	for (line = 1, at = 0; at < clone->body.start; at++)
		line += text.data[at] == '\n';
	fprintf(out, "\n/* %s:%u */\n%s\n", h->file, line,
		whole + clone->body.start);
	if (*guard)
		fputs("#endif\n", out);
	free(whole);
	return ret;
}

static int by_place(const void *a, const void *b)
{
	const struct clone *x = a, *y = b;
	int ret = strcmp(x->helper->file, y->helper->file);

	if (ret)
		return ret;
	return x->body.start < y->body.start ? -1 : 1;
}

int clone_write(struct clone_list *list, FILE *out)
{
	size_t i;
	int ret = 0;

	if (list->nr)
		qsort(list->clones, list->nr, sizeof(*list->clones), by_place);
	for (i = 0; i < list->nr && !ret; i++)
		if (!list->clones[i].written)
			ret = write_one(list, &list->clones[i], out);
	return ret;
}

void clone_write_includes(struct clone_list *list, FILE *out)
{
	const char *last = "";
	size_t i;

	if (list->nr)
		qsort(list->clones, list->nr, sizeof(*list->clones), by_place);
	for (i = 0; i < list->nr; i++) {
		const char *file = list->clones[i].helper->file;

		if (!public(file) || !strcmp(file, last))
			continue;
		fprintf(out, "#include <%s>\n", file + strlen("include/"));
		last = file;
	}
}

void clone_free(struct clone_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		edit_free(&list->clones[i].edits);
	free(list->clones);
	list->clones = NULL;
	list->nr = list->room = 0;
}
