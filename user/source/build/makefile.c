// SPDX-License-Identifier: GPL-2.0
/*
 * Lines of a Makefile come in; assignments, conditionals and includes are
 * obeyed, and variables go out. One thread an interpreter.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/build/makefile_inside.h"

/* Where the reader stands between ifeq and endif. */
struct block {
	bool outer; /* were the lines around it obeyed? */
	bool taken; /* has one of its branches been? */
	bool here;
};

struct reader {
	struct makefile *mk;
	const char *p, *end;
	struct block blocks[64];
	size_t depth;
	bool in_rule; /* lines that begin with a tab are a recipe's */
};

static const char *trim(const char *p, const char **end)
{
	while (p < *end && isspace((unsigned char)*p))
		p++;
	while (*end > p && isspace((unsigned char)(*end)[-1]))
		--*end;
	return p;
}

static bool is(const char *p, size_t len, const char *what)
{
	return strlen(what) == len && !memcmp(p, what, len);
}

static char *expand_dup(struct makefile *mk, const char *p, size_t len)
{
	struct buf buf = { 0 };

	if (buf_put(&buf, "", 0) || makefile_expand(mk, p, len, &buf)) {
		free(buf.s);
		return NULL;
	}
	return buf.s;
}

/*
 * The next logical line, its continuations joined by one blank and its comment
 * gone, into @line. False at the end.
 */
static bool next_line(struct reader *r, struct buf *line, bool recipe)
{
	const char *p = r->p, *end = r->end;
	bool comment = false;

	line->len = 0;
	buf_put(line, "", 0);
	if (p >= end)
		return false;
	for (; p < end && *p != '\n'; p++) {
		if (*p == '\\' && p + 1 < end && p[1] == '\n') {
			while (line->len && isblank(line->s[line->len - 1]))
				line->len--;
			for (p += 1; p + 1 < end && isblank(p[1]);)
				p++;
			if (!comment)
				buf_put(line, " ", 1);
			continue;
		}
		if (*p == '\\' && p + 1 < end && p[1] == '#' && !recipe) {
			if (!comment)
				buf_put(line, "#", 1);
			p++;
			continue;
		}
		if (*p == '#' && !recipe)
			comment = true;
		if (!comment && *p != '\r')
			buf_put(line, p, 1);
	}
	r->p = p < end ? p + 1 : end;
	return true;
}

/* The two texts of ifeq: (a,b), "a" "b" or 'a' 'b'. */
static bool compare(struct makefile *mk, const char *p, const char *end)
{
	const char *a = p, *a_end = NULL, *b = NULL, *b_end = end;
	char *left, *right;
	int depth = 0;
	bool same;

	p = a = trim(p, &b_end);
	if (p < b_end && *p == '(') {
		for (a = ++p; p < b_end; p++) {
			depth += *p == '(';
			if (*p == ')' && !depth--)
				break;
			if (*p == ',' && !depth && !b)
				a_end = p, b = p + 1;
		}
		b_end = p;
	} else if (p < b_end && (*p == '"' || *p == '\'')) {
		a = p + 1;
		a_end = memchr(a, *p, b_end - a);
		b = a_end ? memchr(a_end + 1, *p, b_end - a_end - 1) : NULL;
		if (!b) /* the quotes may be of two kinds */
			b = a_end ? strpbrk(a_end + 1, "'\"") : NULL;
		b = b ? b + 1 : NULL;
		b_end--;
	}
	if (!b || !a_end || b > b_end)
		return false;
	a = trim(a, &a_end);
	b = trim(b, &b_end);
	left = expand_dup(mk, a, a_end - a);
	right = expand_dup(mk, b, b_end - b);
	same = left && right && !strcmp(left, right);
	free(left);
	free(right);
	return same;
}

static bool is_set(struct makefile *mk, const char *p, const char *end)
{
	const struct variable *v;
	char *name;
	bool set;

	p = trim(p, &end);
	name = expand_dup(mk, p, end - p);
	if (!name)
		return false;
	v = makefile_find(mk, name, strlen(name));
	set = v ? *v->value :
		  config_text(mk->config, name, strlen(name)) != NULL;
	free(name);
	return set;
}

static bool active(const struct reader *r)
{
	return !r->depth || r->blocks[r->depth - 1].here;
}

static bool test(struct reader *r, const char *word, size_t len, const char *p,
		 const char *end)
{
	bool value = is(word, len, "ifeq") || is(word, len, "ifneq") ?
			     compare(r->mk, p, end) :
			     is_set(r->mk, p, end);

	return len > 3 && word[2] == 'n' ? !value : value;
}

static bool is_test(const char *word, size_t len)
{
	return is(word, len, "ifeq") || is(word, len, "ifneq") ||
	       is(word, len, "ifdef") || is(word, len, "ifndef");
}

static void take_else(struct reader *r, const char *p, const char *end)
{
	struct block *b = &r->blocks[r->depth - 1];
	const char *word = trim(p, &end);
	size_t len = 0;

	while (word + len < end && isalpha((unsigned char)word[len]))
		len++;
	b->here = b->outer && !b->taken &&
		  (!is_test(word, len) || test(r, word, len, word + len, end));
	b->taken |= b->here;
}

/* ifeq, else, endif and kin. True: it was one. */
static bool take_condition(struct reader *r, const char *p, const char *end)
{
	struct block *b;
	size_t len = 0;

	while (p + len < end && isalpha((unsigned char)p[len]))
		len++;
	if (is_test(p, len)) {
		if (r->depth == sizeof(r->blocks) / sizeof(r->blocks[0]))
			return true;
		b = &r->blocks[r->depth];
		b->outer = active(r);
		b->here = b->taken = b->outer && test(r, p, len, p + len, end);
		r->depth++;
		return true;
	}
	if (is(p, len, "else")) {
		if (r->depth)
			take_else(r, p + len, end);
		return true;
	}
	if (is(p, len, "endif")) {
		r->depth -= r->depth > 0;
		return true;
	}
	return false;
}

static int append(struct makefile *mk, const char *name, size_t len,
		  const char *text, size_t text_len)
{
	const struct variable *old = makefile_find(mk, name, len);
	bool simple = old && old->simple;
	struct buf buf = { 0 };
	int err;

	err = buf_puts(&buf, old ? old->value : "");
	if (!err && old && *old->value)
		err = buf_put(&buf, " ", 1);
	if (!err && simple)
		err = makefile_expand(mk, text, text_len, &buf);
	else if (!err)
		err = buf_put(&buf, text, text_len);
	if (err) {
		free(buf.s);
		return err;
	}
	return makefile_assign(mk, name, len, buf.s, simple);
}

/* @how: the operator's first character. */
static int assign(struct makefile *mk, const char *p, const char *op, char how,
		  const char *text, const char *end)
{
	const char *name_end = op;
	char *name, *value;
	size_t len;
	int err = 0;

	p = trim(p, &name_end);
	name = expand_dup(mk, p, name_end - p);
	if (!name)
		return -ENOMEM;
	len = strlen(name);
	text = trim(text, &end);
	if (!len || (how == '?' && makefile_find(mk, name, len))) {
		free(name);
		return 0;
	}
	if (how == '+') {
		err = append(mk, name, len, text, end - text);
	} else if (how == '!') {
		err = makefile_assign(mk, name, len, strdup(""), true);
	} else {
		value = how == ':' ? expand_dup(mk, text, end - text) :
				     strndup(text, end - text);
		err = value ? makefile_assign(mk, name, len, value,
					      how == ':') :
			      -ENOMEM;
	}
	free(name);
	return err;
}

/* Where the line's operator stands; a rule's colon counts as one. */
static const char *find_operator(const char *p, const char *end)
{
	int depth = 0;

	for (; p < end; p++) {
		if (*p == '$' && p + 1 < end && p[1] == '$')
			p++;
		else if (*p == '(' || *p == '{')
			depth++;
		else if (*p == ')' || *p == '}')
			depth--;
		else if (depth <= 0 && (*p == '=' || *p == ':'))
			return p;
		else if (depth <= 0 && p + 1 < end && p[1] == '=' &&
			 (*p == '+' || *p == '?' || *p == '!'))
			return p;
	}
	return NULL;
}

/* define NAME ... endef; the reader stands behind its first line. */
static int take_define(struct reader *r, const char *p, const char *end,
		       bool obey)
{
	const char *start = r->p, *line, *stop;
	int depth = 1;

	p = trim(p, &end);
	while (end > p && (end[-1] == '=' || end[-1] == ':'))
		end--;
	p = trim(p, &end);
	for (line = r->p; line < r->end; line = r->p) {
		stop = memchr(line, '\n', r->end - line) ?: r->end;
		r->p = stop < r->end ? stop + 1 : r->end;
		line = trim(line, &stop);
		if (stop - line >= 7 && !memcmp(line, "define ", 7))
			depth++;
		if (stop - line >= 5 && !memcmp(line, "endef", 5) && !--depth)
			break;
	}
	if (!obey)
		return 0;
	stop = line;
	while (stop > start && stop[-1] != '\n')
		stop--;
	stop -= stop > start;
	return makefile_assign(r->mk, p, end - p, strndup(start, stop - start),
			       false);
}

static int take_include(struct makefile *mk, const char *p, size_t len)
{
	char *paths = expand_dup(mk, p, len), path[PATH_MAX];
	const char *at = paths, *word;
	int err = 0;

	if (!paths)
		return -ENOMEM;
	while (!err && (word = word_next(&at, &len))) {
		snprintf(path, sizeof(path), "%.*s", (int)len, word);
		err = makefile_read(mk, path);
		if (err == -ENOENT || err == -ELOOP)
			err = 0;
	}
	free(paths);
	return err;
}

/* Keywords that stand before an assignment and mean nothing here. */
static const char *skip_modifiers(const char *p, const char *end)
{
	static const char *const words[] = { "export ", "override ", "private ",
					     "unexport " };
	size_t i, len;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		len = strlen(words[i]);
		if ((size_t)(end - p) > len && !memcmp(p, words[i], len))
			return skip_modifiers(trim(p + len, &end), end);
	}
	return p;
}

static int take_statement(struct reader *r, const char *p, const char *end)
{
	const char *op, *text;
	char *ignored;

	if (!strncmp(p, "include ", 8) || !strncmp(p, "include\t", 8))
		return take_include(r->mk, p + 8, end - p - 8);
	if (!strncmp(p, "-include ", 9) || !strncmp(p, "sinclude ", 9))
		return take_include(r->mk, p + 9, end - p - 9);
	p = skip_modifiers(p, end);
	op = find_operator(p, end);
	if (op) {
		text = op + strspn(op, ":+?!");
		if (*text == '=') {
			r->in_rule = false;
			return assign(r->mk, p, op, *op, text + 1, end);
		}
		r->in_rule = true;
		return 0;
	}
	/* $(eval ...), $(foreach ...) by themselves: for what they do */
	r->in_rule = false;
	ignored = expand_dup(r->mk, p, end - p);
	free(ignored);
	return ignored ? 0 : -ENOMEM;
}

int makefile_obey(struct makefile *mk, const char *text, size_t len)
{
	struct reader r = { .mk = mk, .p = text, .end = text + len };
	struct buf line = { 0 };
	const char *p, *end;
	bool recipe;
	int err = 0;

	while (!err) {
		recipe = r.in_rule && r.p < r.end && *r.p == '\t';
		if (!next_line(&r, &line, recipe))
			break;
		end = line.s + line.len;
		p = trim(line.s, &end);
		if (p == end || recipe || take_condition(&r, p, end))
			continue;
		if (end - p > 7 && !memcmp(p, "define ", 7)) {
			err = take_define(&r, p + 7, end, active(&r));
			continue;
		}
		if (!active(&r))
			continue;
		*(char *)end = '\0';
		err = take_statement(&r, p, end);
	}
	free(line.s);
	return err;
}

int makefile_read(struct makefile *mk, const char *path)
{
	char name[PATH_MAX], *text;
	struct stat st;
	ssize_t got;
	int fd, err;

	if (++mk->depth > MAKEFILE_DEPTH) {
		mk->depth--;
		return -ELOOP;
	}
	snprintf(name, sizeof(name), "%.2000s/%.2000s", mk->root, path);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	err = fd < 0 ? -errno : fstat(fd, &st) ? -errno : 0;
	if (!err && !S_ISREG(st.st_mode))
		err = -EINVAL;
	text = err ? NULL : malloc(st.st_size + 1);
	if (!err && !text)
		err = -ENOMEM;
	if (!err) {
		got = read(fd, text, st.st_size);
		err = got < 0 ? -errno : makefile_obey(mk, text, got);
	}
	free(text);
	if (fd >= 0)
		close(fd);
	mk->depth--;
	return err;
}
