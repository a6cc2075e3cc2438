// SPDX-License-Identifier: GPL-2.0
/*
 * GNU make's text functions: a name and unexpanded arguments come in, the
 * result goes behind the caller's text. What asks the machine ($(shell),
 * $(call cc-option)) is empty. One thread an interpreter.
 */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/makefile_inside.h"

#define MAX_ARGS 10

/* A call in the making: each argument as written, and expanded. */
struct call {
	struct makefile *mk;
	const char *raw[MAX_ARGS];
	size_t raw_len[MAX_ARGS];
	char *arg[MAX_ARGS];
	int n;
	struct buf *out;
	size_t start; /* of this call's words in out: for the blank between */
};

static int put_word(struct call *c, const char *word, size_t len)
{
	int err = 0;

	if (!len)
		return 0;
	if (c->out->len > c->start)
		err = buf_put(c->out, " ", 1);
	return err ?: buf_put(c->out, word, len);
}

static const char *arg(const struct call *c, int i)
{
	return i < c->n && c->arg[i] ? c->arg[i] : "";
}

/* Does @word match @pattern? The text that '%' stands for goes to @stem. */
static bool matches(const char *pattern, size_t pattern_len, const char *word,
		    size_t len, const char **stem, size_t *stem_len)
{
	const char *percent = memchr(pattern, '%', pattern_len);
	size_t head, tail;

	*stem_len = 0;
	if (!percent)
		return pattern_len == len && !memcmp(pattern, word, len);
	head = percent - pattern;
	tail = pattern_len - head - 1;
	if (len < head + tail || memcmp(pattern, word, head) ||
	    memcmp(percent + 1, word + len - tail, tail))
		return false;
	*stem = word + head;
	*stem_len = len - head - tail;
	return true;
}

int makefile_patsubst(const char *from, const char *to, const char *text,
		      struct buf *out)
{
	struct call c = { .out = out, .start = out->len };
	const char *word, *stem, *percent = strchr(to, '%');
	struct buf made = { 0 };
	size_t len, stem_len;
	int err = 0;

	while (!err && (word = word_next(&text, &len))) {
		if (!matches(from, strlen(from), word, len, &stem, &stem_len)) {
			err = put_word(&c, word, len);
			continue;
		}
		made.len = 0;
		err = buf_put(&made, to,
			      percent ? (size_t)(percent - to) : strlen(to));
		if (!err && percent && strchr(from, '%'))
			err = buf_put(&made, stem, stem_len);
		if (!err && percent)
			err = buf_puts(&made, percent + 1);
		if (!err)
			err = put_word(&c, made.s, made.len);
	}
	free(made.s);
	return err;
}

static int do_patsubst(struct call *c)
{
	return makefile_patsubst(arg(c, 0), arg(c, 1), arg(c, 2), c->out);
}

static int do_subst(struct call *c)
{
	const char *from = arg(c, 0), *p = arg(c, 2), *hit;
	size_t len = strlen(from);
	int err = 0;

	while (!err && len && (hit = strstr(p, from))) {
		err = buf_put(c->out, p, hit - p);
		if (!err)
			err = buf_puts(c->out, arg(c, 1));
		p = hit + len;
	}
	return err ?: buf_puts(c->out, p);
}

static int filter(struct call *c, bool want)
{
	const char *at = arg(c, 1), *word, *patterns, *pattern, *stem;
	size_t len, pattern_len, stem_len;
	bool hit;
	int err = 0;

	while (!err && (word = word_next(&at, &len))) {
		patterns = arg(c, 0);
		hit = false;
		while (!hit && (pattern = word_next(&patterns, &pattern_len)))
			hit = matches(pattern, pattern_len, word, len, &stem,
				      &stem_len);
		if (hit == want)
			err = put_word(c, word, len);
	}
	return err;
}

static int do_filter(struct call *c)
{
	return filter(c, true);
}

static int do_filter_out(struct call *c)
{
	return filter(c, false);
}

/* One of the functions that change each word by itself. */
static int each_word(struct call *c, const char *text, const char *before,
		     const char *after, char part)
{
	struct buf made = { 0 };
	const char *word, *slash, *dot;
	size_t len;
	int err = 0;

	while (!err && (word = word_next(&text, &len))) {
		slash = memrchr(word, '/', len);
		dot = memrchr(slash ? slash : word, '.',
			      word + len - (slash ? slash : word));
		made.len = 0;
		err = buf_puts(&made, before);
		if (part == 'd' && !slash)
			err = err ?: buf_puts(&made, "./");
		else if (part == 'd')
			err = err ?: buf_put(&made, word, slash + 1 - word);
		else if (part == 'n' && slash)
			err = err   ?:
				      buf_put(&made, slash + 1,
					      word + len - slash - 1);
		else if (part == 'b' && dot)
			err = err ?: buf_put(&made, word, dot - word);
		else if (part == 's')
			err = err   ?:
				      buf_put(&made, dot ?: word,
					      dot ? word + len - dot : 0);
		else
			err = err ?: buf_put(&made, word, len);
		err = err ?: buf_puts(&made, after);
		if (!err)
			err = put_word(c, made.s, made.len);
	}
	free(made.s);
	return err;
}

static int do_addprefix(struct call *c)
{
	return each_word(c, arg(c, 1), arg(c, 0), "", 0);
}

static int do_addsuffix(struct call *c)
{
	return each_word(c, arg(c, 1), "", arg(c, 0), 0);
}

static int do_dir(struct call *c)
{
	return each_word(c, arg(c, 0), "", "", 'd');
}

static int do_notdir(struct call *c)
{
	return each_word(c, arg(c, 0), "", "", 'n');
}

static int do_basename(struct call *c)
{
	return each_word(c, arg(c, 0), "", "", 'b');
}

static int do_suffix(struct call *c)
{
	return each_word(c, arg(c, 0), "", "", 's');
}

/* strip; and the names of files, which are as good relative as absolute. */
static int do_strip(struct call *c)
{
	return each_word(c, arg(c, 0), "", "", 0);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int do_sort(struct call *c)
{
	const char *at = arg(c, 0), *word;
	size_t n = 0, i, len, room = strlen(at) / 2 + 1;
	char **words = calloc(room, sizeof(*words));
	int err = words ? 0 : -ENOMEM;

	while (!err && (word = word_next(&at, &len))) {
		words[n] = strndup(word, len);
		err = words[n++] ? 0 : -ENOMEM;
	}
	if (!err)
		qsort(words, n, sizeof(*words), compare_words);
	for (i = 0; !err && i < n; i++)
		if (!i || strcmp(words[i], words[i - 1]))
			err = put_word(c, words[i], strlen(words[i]));
	for (i = 0; i < n; i++)
		free(words[i]);
	free(words);
	return err;
}

/* Words number @first to @last of @text, counted from 1. */
static int pick(struct call *c, const char *text, long first, long last)
{
	const char *word;
	size_t len;
	long i = 0;
	int err = 0;

	while (!err && (word = word_next(&text, &len)))
		if (++i >= first && i <= last)
			err = put_word(c, word, len);
	return err;
}

static long count(const char *text)
{
	size_t len;
	long n = 0;

	while (word_next(&text, &len))
		n++;
	return n;
}

static int do_word(struct call *c)
{
	long n = atol(arg(c, 0));

	return pick(c, arg(c, 1), n, n);
}

static int do_wordlist(struct call *c)
{
	return pick(c, arg(c, 2), atol(arg(c, 0)), atol(arg(c, 1)));
}

static int do_words(struct call *c)
{
	char number[24];

	snprintf(number, sizeof(number), "%ld", count(arg(c, 0)));
	return buf_puts(c->out, number);
}

static int do_firstword(struct call *c)
{
	return pick(c, arg(c, 0), 1, 1);
}

static int do_lastword(struct call *c)
{
	long n = count(arg(c, 0));

	return pick(c, arg(c, 0), n, n);
}

static int do_findstring(struct call *c)
{
	return strstr(arg(c, 1), arg(c, 0)) ? buf_puts(c->out, arg(c, 0)) : 0;
}

static int do_wildcard(struct call *c)
{
	const char *at = arg(c, 0), *word;
	char path[PATH_MAX];
	size_t len, i, skip;
	glob_t found;
	int err = 0;

	while (!err && (word = word_next(&at, &len))) {
		skip = snprintf(path, sizeof(path), "%.2000s/%.*s", c->mk->root,
				(int)(len > 1000 ? 1000 : len), word) -
		       len;
		if (glob(path, 0, NULL, &found))
			continue;
		for (i = 0; !err && i < found.gl_pathc; i++)
			err = put_word(c, found.gl_pathv[i] + skip,
				       strlen(found.gl_pathv[i] + skip));
		globfree(&found);
	}
	return err;
}

static int do_join(struct call *c)
{
	const char *a = arg(c, 0), *b = arg(c, 1), *left, *right;
	struct buf made = { 0 };
	size_t n, m;
	int err = 0;

	for (;;) {
		left = word_next(&a, &n);
		right = word_next(&b, &m);
		if (err || (!left && !right))
			break;
		made.len = 0;
		err = left ? buf_put(&made, left, n) : 0;
		if (!err && right)
			err = buf_put(&made, right, m);
		if (!err)
			err = put_word(c, made.s, made.len);
	}
	free(made.s);
	return err;
}

static int do_origin(struct call *c)
{
	const char *name = arg(c, 0);

	return buf_puts(c->out, makefile_find(c->mk, name, strlen(name)) ?
					"file" :
					"undefined");
}

static int do_eval(struct call *c)
{
	return makefile_obey(c->mk, arg(c, 0), strlen(arg(c, 0)));
}

static int do_nothing(struct call *c)
{
	(void)c;
	return 0;
}

static int do_call(struct call *c)
{
	const char *saved[10];
	const struct variable *v;
	int i, err = 0;

	v = makefile_find(c->mk, arg(c, 0), strlen(arg(c, 0)));
	if (!v)
		return 0;
	memcpy(saved, c->mk->args, sizeof(saved));
	for (i = 0; i < 10; i++)
		c->mk->args[i] = arg(c, i);
	err = makefile_expand(c->mk, v->value, strlen(v->value), c->out);
	memcpy(c->mk->args, saved, sizeof(saved));
	return err;
}

/* Expand argument @i; the functions below only want some of theirs. */
static int expand_arg(struct call *c, int i)
{
	struct buf buf = { 0 };
	int err;

	if (i >= c->n || c->arg[i])
		return 0;
	err = buf_put(&buf, "", 0);
	if (!err)
		err = makefile_expand(c->mk, c->raw[i], c->raw_len[i], &buf);
	c->arg[i] = buf.s;
	return err;
}

static int do_if(struct call *c)
{
	int err = expand_arg(c, 0), i;

	if (err)
		return err;
	i = arg(c, 0)[strspn(arg(c, 0), " \t\n")] ? 1 : 2;
	err = expand_arg(c, i);
	return err ?: buf_puts(c->out, arg(c, i));
}

static int do_or(struct call *c)
{
	int i, err;

	for (i = 0; i < c->n; i++) {
		err = expand_arg(c, i);
		if (err || *arg(c, i))
			return err ?: buf_puts(c->out, arg(c, i));
	}
	return 0;
}

static int do_and(struct call *c)
{
	int i, err;

	for (i = 0; i < c->n; i++) {
		err = expand_arg(c, i);
		if (err || !*arg(c, i))
			return err;
	}
	return c->n ? buf_puts(c->out, arg(c, c->n - 1)) : 0;
}

static int do_foreach(struct call *c)
{
	int err = expand_arg(c, 0) ?: expand_arg(c, 1);
	const char *at = arg(c, 1), *word;
	struct buf made = { 0 };
	size_t len;

	if (!err && c->n < 3)
		return 0;
	while (!err && (word = word_next(&at, &len))) {
		made.len = 0;
		err = makefile_assign(c->mk, arg(c, 0), strlen(arg(c, 0)),
				      strndup(word, len), true);
		if (!err)
			err = makefile_expand(c->mk, c->raw[2], c->raw_len[2],
					      &made);
		if (!err && made.len)
			err = put_word(c, made.s, made.len);
	}
	free(made.s);
	return err;
}

static const struct function {
	const char *name;
	int (*call)(struct call *c);
	int args; /* the last one keeps its commas; 0: any number */
	bool lazy; /* it expands its arguments itself */
} functions[] = {
	{ "abspath", do_strip, 1, false },
	{ "addprefix", do_addprefix, 2, false },
	{ "addsuffix", do_addsuffix, 2, false },
	{ "and", do_and, 0, true },
	{ "basename", do_basename, 1, false },
	{ "call", do_call, 0, false },
	{ "dir", do_dir, 1, false },
	{ "error", do_nothing, 1, false },
	{ "eval", do_eval, 1, false },
	{ "file", do_nothing, 1, false },
	{ "filter", do_filter, 2, false },
	{ "filter-out", do_filter_out, 2, false },
	{ "findstring", do_findstring, 2, false },
	{ "firstword", do_firstword, 1, false },
	{ "flavor", do_nothing, 1, false },
	{ "foreach", do_foreach, 3, true },
	{ "if", do_if, 3, true },
	{ "info", do_nothing, 1, false },
	{ "join", do_join, 2, false },
	{ "lastword", do_lastword, 1, false },
	{ "notdir", do_notdir, 1, false },
	{ "or", do_or, 0, true },
	{ "origin", do_origin, 1, false },
	{ "patsubst", do_patsubst, 3, false },
	{ "realpath", do_strip, 1, false },
	{ "shell", do_nothing, 1, false },
	{ "sort", do_sort, 1, false },
	{ "strip", do_strip, 1, false },
	{ "subst", do_subst, 3, false },
	{ "suffix", do_suffix, 1, false },
	{ "value", do_nothing, 1, false },
	{ "warning", do_nothing, 1, false },
	{ "wildcard", do_wildcard, 1, false },
	{ "word", do_word, 2, false },
	{ "wordlist", do_wordlist, 3, false },
	{ "words", do_words, 1, false },
};

static void split(struct call *c, const char *p, size_t len, int max)
{
	const char *end = p + len;
	int depth = 0;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	c->raw[0] = p;
	c->n = 1;
	for (; p < end; p++) {
		depth += *p == '(' || *p == '{';
		depth -= *p == ')' || *p == '}';
		if (*p != ',' || depth || c->n == (max ? max : MAX_ARGS))
			continue;
		c->raw_len[c->n - 1] = p - c->raw[c->n - 1];
		c->raw[c->n++] = p + 1;
	}
	c->raw_len[c->n - 1] = end - c->raw[c->n - 1];
}

int makefile_call(struct makefile *mk, const char *name, size_t name_len,
		  const char *args, size_t len, struct buf *out)
{
	struct call c = { .mk = mk, .out = out, .start = out->len };
	const struct function *f = functions, *end;
	int i, err = 0;

	end = f + sizeof(functions) / sizeof(functions[0]);
	while (f < end &&
	       (strlen(f->name) != name_len || memcmp(f->name, name, name_len)))
		f++;
	if (f == end)
		return 0;
	split(&c, args, len, f->args);
	for (i = 0; !f->lazy && !err && i < c.n; i++)
		err = expand_arg(&c, i);
	if (!err)
		err = f->call(&c);
	for (i = 0; i < c.n; i++)
		free(c.arg[i]);
	return err ?: 1;
}
