// SPDX-License-Identifier: GPL-2.0
/*
 * Names and texts come in, the variables of a Makefile are kept, and
 * references to them are replaced. One thread an interpreter.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/makefile_inside.h"

int buf_put(struct buf *buf, const char *text, size_t len)
{
	size_t room = buf->room ? buf->room : 64;
	char *grown;

	if (buf->len + len + 1 > buf->room) {
		while (room < buf->len + len + 1)
			room *= 2;
		grown = realloc(buf->s, room);
		if (!grown)
			return -ENOMEM;
		buf->s = grown;
		buf->room = room;
	}
	memcpy(buf->s + buf->len, text, len);
	buf->len += len;
	buf->s[buf->len] = '\0';
	return 0;
}

int buf_puts(struct buf *buf, const char *text)
{
	return buf_put(buf, text, strlen(text));
}

const char *word_next(const char **at, size_t *len)
{
	const char *p = *at;

	while (isspace((unsigned char)*p))
		p++;
	for (*len = 0; p[*len] && !isspace((unsigned char)p[*len]);)
		++*len;
	*at = p + *len;
	return *len ? p : NULL;
}

struct makefile *makefile_new(const char *root, const struct makefile *base,
			      const struct config *config)
{
	struct makefile *mk = calloc(1, sizeof(*mk));

	if (mk) {
		mk->root = root;
		mk->base = base;
		mk->config = config;
	}
	return mk;
}

void makefile_free(struct makefile *mk)
{
	struct variable *v, *next;

	if (!mk)
		return;
	HASH_ITER(hh, mk->variables, v, next) {
		HASH_DEL(mk->variables, v);
		free(v->name);
		free(v->value);
		free(v);
	}
	free(mk);
}

const struct variable *makefile_find(const struct makefile *mk,
				     const char *name, size_t len)
{
	struct variable *v = NULL;

	for (; mk && !v; mk = mk->base)
		HASH_FIND(hh, mk->variables, name, len, v);
	return v;
}

int makefile_assign(struct makefile *mk, const char *name, size_t len,
		    char *value, bool simple)
{
	struct variable *v = NULL;

	if (!value)
		return -ENOMEM;
	HASH_FIND(hh, mk->variables, name, len, v);
	if (!v) {
		v = calloc(1, sizeof(*v));
		if (v)
			v->name = strndup(name, len);
		if (!v || !v->name) {
			free(v);
			free(value);
			return -ENOMEM;
		}
		HASH_ADD_KEYPTR(hh, mk->variables, v->name, len, v);
	}
	free(v->value);
	v->value = value;
	v->simple = simple;
	return 0;
}

int makefile_set(struct makefile *mk, const char *name, const char *value)
{
	return makefile_assign(mk, name, strlen(name), strdup(value), true);
}

static int put_variable(struct makefile *mk, const char *name, size_t len,
			struct buf *out)
{
	const struct variable *v;
	const char *text;

	if (len == 1 && isdigit((unsigned char)*name))
		return buf_puts(out, mk->args[*name - '0'] ?: "");
	v = makefile_find(mk, name, len);
	if (v && v->simple)
		return buf_puts(out, v->value);
	if (v)
		return makefile_expand(mk, v->value, strlen(v->value), out);
	text = config_text(mk->config, name, len);
	return text ? buf_puts(out, text) : 0;
}

/* "VAR" or "VAR:a=b", already expanded. */
static int put_reference(struct makefile *mk, char *name, struct buf *out)
{
	char *colon = strchr(name, ':'), *equals, *from = NULL, *to = NULL;
	struct buf value = { 0 };
	int err;

	equals = colon ? strchr(colon, '=') : NULL;
	if (!equals)
		return put_variable(mk, name, strlen(name), out);
	*equals = '\0';
	err = buf_put(&value, "", 0);
	if (!err)
		err = put_variable(mk, name, colon - name, &value);
	if (!err && !strchr(colon + 1, '%')) {
		if (asprintf(&from, "%%%s", colon + 1) < 0 ||
		    asprintf(&to, "%%%s", equals + 1) < 0)
			err = -ENOMEM;
	}
	if (!err)
		err = makefile_patsubst(from ?: colon + 1, to ?: equals + 1,
					value.s, out);
	free(value.s);
	free(from);
	free(to);
	return err;
}

/* The text between the parentheses of a reference. */
static int put_inside(struct makefile *mk, const char *p, size_t len,
		      struct buf *out)
{
	struct buf name = { 0 };
	size_t n = 0;
	int err;

	while (n < len && (islower((unsigned char)p[n]) || p[n] == '-'))
		n++;
	if (n && n < len && isspace((unsigned char)p[n])) {
		err = makefile_call(mk, p, n, p + n + 1, len - n - 1, out);
		if (err)
			return err < 0 ? err : 0;
	}
	err = buf_put(&name, "", 0);
	if (!err)
		err = makefile_expand(mk, p, len, &name);
	if (!err)
		err = put_reference(mk, name.s, out);
	free(name.s);
	return err;
}

/* The closing parenthesis of the reference that opens before @p. */
static const char *closing(const char *p, const char *end, char open)
{
	char close = open == '(' ? ')' : '}';
	int depth = 1;

	for (; p < end; p++) {
		depth += *p == open;
		depth -= *p == close;
		if (!depth)
			return p;
	}
	return NULL;
}

int makefile_expand(struct makefile *mk, const char *text, size_t len,
		    struct buf *out)
{
	const char *p = text, *end = text + len, *stop;
	int err = 0;

	if (mk->depth > MAKEFILE_DEPTH)
		return 0;
	mk->depth++;
	while (!err && p < end) {
		stop = memchr(p, '$', end - p) ?: end;
		err = buf_put(out, p, stop - p);
		p = stop + 1;
		if (err || stop == end || p == end)
			break;
		if (*p == '$') {
			err = buf_put(out, p++, 1);
		} else if (*p == '(' || *p == '{') {
			stop = closing(p + 1, end, *p);
			if (!stop)
				break;
			err = put_inside(mk, p + 1, stop - p - 1, out);
			p = stop + 1;
		} else {
			err = put_variable(mk, p++, 1, out);
		}
	}
	mk->depth--;
	return err;
}

int makefile_value(struct makefile *mk, const char *name, struct buf *out)
{
	int err = buf_put(out, "", 0);

	return err ? err : put_variable(mk, name, strlen(name), out);
}

bool makefile_has(struct makefile *mk, const char *name)
{
	struct buf value = { 0 };
	bool has;

	has = !makefile_value(mk, name, &value) &&
	      value.s[strspn(value.s, " \t\n")];
	free(value.s);
	return has;
}
