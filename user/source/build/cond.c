// SPDX-License-Identifier: GPL-2.0
/*
 * Directive lines of one file come in, top to bottom; whether the text behind
 * the last of them is compiled, and under which condition, goes out. Nothing
 * of a line is copied but the condition's text: names and macro bodies point
 * into the file's own text.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/condexpr.h"
#include "source/build/condknown.h"

/* A #define or #undef of the file itself. */
struct macro {
	const char *name;
	size_t len;
	unsigned int file; /* the walk's file count: older ones are free slots */
	struct cond_macro is;
};

/* One open #if. Its text is "!(earlier) && ... && (this)". */
struct level {
	enum truth outer; /* the state around it */
	enum truth taken; /* was an earlier branch of it taken? */
	enum truth here; /* is this branch taken? */
	const char *guard; /* the macro whose #define would make a guard */
	size_t guard_len;
	bool is_guard;
	char *text;
	size_t len, room;
	size_t negated; /* the part of text that negates earlier branches */
};

struct cond {
	struct cond_env env;
	struct level *levels;
	size_t depth, room;
	struct macro *macros;
	size_t mask, used;
	unsigned int file;
	char version[24];
};

static void resolve_env(void *arg, const char *name, size_t len,
			struct cond_macro *macro)
{
	const struct cond_env *env = arg;

	if (!condknown_resolve(env, name, len, macro) && env->lookup)
		env->lookup(env->arg, name, len, macro);
}

static uint32_t hash(const char *name, size_t len)
{
	uint32_t h = 2166136261u;

	while (len--)
		h = (h ^ (unsigned char)*name++) * 16777619u;
	return h ^ h >> 15;
}

static struct macro *slot(const struct cond *cond, const char *name, size_t len)
{
	size_t i = hash(name, len) & cond->mask;
	struct macro *m;

	for (;; i = (i + 1) & cond->mask) {
		m = &cond->macros[i];
		if (m->file != cond->file ||
		    (m->len == len && !memcmp(m->name, name, len)))
			return m;
	}
}

static int grow_macros(struct cond *cond)
{
	struct macro *old = cond->macros;
	size_t n = old ? cond->mask + 1 : 0, i;

	cond->macros = calloc(n ? n * 2 : 64, sizeof(*old));
	if (!cond->macros) {
		cond->macros = old;
		return -ENOMEM;
	}
	cond->mask = (n ? n * 2 : 64) - 1;
	for (i = 0; i < n; i++)
		if (old[i].file == cond->file)
			*slot(cond, old[i].name, old[i].len) = old[i];
	free(old);
	return 0;
}

static void resolve_walk(void *arg, const char *name, size_t len,
			 struct cond_macro *macro)
{
	struct cond *cond = arg;
	struct macro *m;

	if (cond->macros) {
		m = slot(cond, name, len);
		if (m->file == cond->file) {
			*macro = m->is;
			return;
		}
	}
	if (condexpr_is(name, len, "LINUX_VERSION_CODE") && *cond->version)
		*macro = (struct cond_macro){ TRUTH_YES, cond->version,
					      strlen(cond->version) };
	else
		resolve_env(&cond->env, name, len, macro);
}

static enum truth eval(struct cond *cond, const char *text, size_t len)
{
	return condexpr_eval(text, len, resolve_walk, cond);
}

enum truth cond_eval(const struct cond_env *env, const char *expr, size_t len)
{
	return condexpr_eval(expr, len, resolve_env, (void *)env);
}

struct cond *cond_new(const struct cond_env *env)
{
	struct cond *cond = calloc(1, sizeof(*cond));

	if (cond)
		cond_reset(cond, env);
	return cond;
}

void cond_reset(struct cond *cond, const struct cond_env *env)
{
	unsigned long version = config_version(env->config);

	cond->env = *env;
	cond->depth = 0;
	cond->used = 0;
	cond->file++;
	*cond->version = '\0';
	if (version)
		snprintf(cond->version, sizeof(cond->version), "%lu", version);
}

void cond_free(struct cond *cond)
{
	size_t i;

	if (!cond)
		return;
	for (i = 0; i < cond->room; i++)
		free(cond->levels[i].text);
	free(cond->levels);
	free(cond->macros);
	free(cond);
}

static int put(struct level *level, const char *text, size_t len)
{
	char *grown;

	if (level->len + len > level->room) {
		grown = realloc(level->text, 2 * (level->len + len));
		if (!grown)
			return -ENOMEM;
		level->text = grown;
		level->room = 2 * (level->len + len);
	}
	memcpy(level->text + level->len, text, len);
	level->len += len;
	return 0;
}

/* Append @expr without its comments, each run of blanks as one space. */
static int put_expr(struct level *level, const char *expr, size_t len)
{
	const char *p = expr, *end = expr + len, *next;
	bool first = true;
	int err = 0;

	while (!err) {
		next = condexpr_skip(p, end);
		if (next == end)
			break;
		if (next != p && !first)
			err = put(level, " ", 1);
		first = false;
		for (p = next + 1; p < end && condexpr_skip(p, end) == p;)
			p++;
		if (!err)
			err = put(level, next, p - next);
	}
	return err;
}

static int put_term(struct level *level, const char *before, const char *expr,
		    size_t len, const char *after)
{
	int err = 0;

	if (level->len)
		err = put(level, " && ", 4);
	if (!err)
		err = put(level, before, strlen(before));
	if (!err)
		err = put_expr(level, expr, len);
	return err ?: put(level, after, strlen(after));
}

static struct level *push(struct cond *cond)
{
	size_t room = cond->room ? 2 * cond->room : 16;
	struct level *grown, *level;
	enum truth outer = cond_state(cond);

	if (cond->depth == cond->room) {
		grown = realloc(cond->levels, room * sizeof(*grown));
		if (!grown)
			return NULL;
		memset(grown + cond->room, 0,
		       (room - cond->room) * sizeof(*grown));
		cond->levels = grown;
		cond->room = room;
	}
	level = &cond->levels[cond->depth++];
	level->outer = outer;
	level->taken = TRUTH_NO;
	level->guard = NULL;
	level->is_guard = false;
	level->len = level->negated = 0;
	return level;
}

static void branch(struct level *level, enum truth value)
{
	level->here = truth_and(truth_not(level->taken), value);
	level->taken = truth_or(level->taken, value);
}

/* The name a header guard would define: after "ifndef" or "if !defined". */
static void guard_of(struct cond *cond, struct level *level, const char *expr,
		     size_t len, bool ifndef)
{
	const char *p = condexpr_skip(expr, expr + len), *end = expr + len;
	struct cond_macro macro = { TRUTH_UNKNOWN, NULL, 0 };

	if (!ifndef) {
		if (p == end || *p != '!')
			return;
		p = condexpr_skip(p + 1, end);
		if (!condexpr_is(p, condexpr_name(p, end), "defined"))
			return;
		p = condexpr_skip(p + strlen("defined"), end);
		if (p < end && *p == '(')
			p = condexpr_skip(p + 1, end);
	}
	if (cond->depth != 1 || (end - p > 7 && !memcmp(p, "CONFIG_", 7)))
		return;
	if (!condknown_resolve(&cond->env, p, condexpr_name(p, end), &macro)) {
		level->guard = p;
		level->guard_len = condexpr_name(p, end);
	}
}

static int open_if(struct cond *cond, const char *how, const char *expr,
		   size_t len)
{
	bool ifdef = !strcmp(how, "ifdef"), ifndef = !strcmp(how, "ifndef");
	struct cond_macro macro = { TRUTH_UNKNOWN, NULL, 0 };
	struct level *level = push(cond);
	const char *name;
	size_t name_len;
	enum truth value;

	if (!level)
		return -ENOMEM;
	if (!ifdef)
		guard_of(cond, level, expr, len, ifndef);
	if (!ifdef && !ifndef) {
		branch(level, level->outer == TRUTH_NO ? TRUTH_UNKNOWN :
							 eval(cond, expr, len));
		return put_expr(level, expr, len);
	}
	name = condexpr_skip(expr, expr + len);
	name_len = condexpr_name(name, expr + len);
	resolve_walk(cond, name, name_len, &macro);
	value = ifdef ? macro.defined : truth_not(macro.defined);
	branch(level, value);
	return put_term(level, ifdef ? "defined(" : "!defined(", name, name_len,
			")");
}

/*
 * The text of a level's last branch negated: "A" becomes "!(A)", and
 * "!(A) && (B)" becomes "!(A) && !(B)". Behind an #else there is none.
 */
static int negate_last(struct level *level)
{
	size_t join = level->negated ? strlen(" && ") : 0;
	size_t len = level->len - level->negated;
	char *last;
	int err;

	if (len <= join)
		return 0;
	len -= join;
	last = malloc(len);
	if (!last)
		return -ENOMEM;
	memcpy(last, level->text + level->negated + join, len);
	level->len = level->negated;
	if (join)
		err = put_term(level, "!", last, len, "");
	else
		err = put_term(level, "!(", last, len, ")");
	free(last);
	level->negated = level->len;
	return err;
}

static int next_branch(struct cond *cond, const char *how, const char *expr,
		       size_t len)
{
	struct cond_macro macro = { TRUTH_UNKNOWN, NULL, 0 };
	enum truth value = TRUTH_YES;
	struct level *level;
	int err;

	if (!cond->depth)
		return -EBADMSG;
	level = &cond->levels[cond->depth - 1];
	level->guard = NULL;
	level->is_guard = false;
	err = negate_last(level);
	if (err == -ENOMEM)
		return err;
	if (!strcmp(how, "elifdef") || !strcmp(how, "elifndef")) {
		expr = condexpr_skip(expr, expr + len);
		len = condexpr_name(expr, expr + len);
		resolve_walk(cond, expr, len, &macro);
		value = how[4] == 'd' ? macro.defined :
					truth_not(macro.defined);
		err = err   ?:
			      put_term(level,
				       how[4] == 'd' ? "(defined(" :
						       "(!defined(",
				       expr, len, "))");
	} else if (!strcmp(how, "elif")) {
		value = eval(cond, expr, len);
		err = err ?: put_term(level, "(", expr, len, ")");
	}
	branch(level, value);
	return err;
}

/* Is this #define the second half of a header guard? */
static void close_guard(struct cond *cond, const char *name, size_t len,
			size_t body_len)
{
	struct level *level;

	if (cond->depth != 1)
		return;
	level = &cond->levels[0];
	if (!level->guard || body_len || level->guard_len != len ||
	    memcmp(level->guard, name, len))
		return;
	level->is_guard = true;
	level->taken = level->here = TRUTH_YES;
}

static int take_define(struct cond *cond, const char *p, const char *end,
		       bool undef)
{
	enum truth state;
	const char *name = condexpr_skip(p, end), *body;
	size_t len = condexpr_name(name, end);
	struct macro *m;

	body = name + len;
	if (!undef)
		close_guard(cond, name, len, end - condexpr_skip(body, end));
	state = cond_state(cond);
	if (!len || state == TRUTH_NO)
		return 0;
	if ((!cond->macros || 2 * cond->used > cond->mask) && grow_macros(cond))
		return -ENOMEM;
	m = slot(cond, name, len);
	if (m->file != cond->file) {
		m->is = (struct cond_macro){ TRUTH_UNKNOWN, NULL, 0 };
		if (state == TRUTH_UNKNOWN)
			resolve_env(&cond->env, name, len, &m->is);
		m->name = name;
		m->len = len;
		m->file = cond->file;
		cond->used++;
	}
	if (state == TRUTH_UNKNOWN) {
		if (m->is.defined != (undef ? TRUTH_NO : TRUTH_YES))
			m->is.defined = TRUTH_UNKNOWN;
		m->is.body = NULL;
	} else if (undef) {
		m->is = (struct cond_macro){ TRUTH_NO, NULL, 0 };
	} else {
		m->is = (struct cond_macro){ TRUTH_YES, body, end - body };
		if (body < end && *body == '(')
			m->is.body = NULL;
	}
	return 0;
}

int cond_line(struct cond *cond, const char *line, size_t len)
{
	static const char *const ifs[] = { "if", "ifdef", "ifndef" };
	static const char *const elifs[] = { "elif", "elifdef", "elifndef",
					     "else" };
	const char *end = line + len, *p = condexpr_skip(line, end), *rest;
	size_t n = condexpr_name(p, end), i;

	rest = p + n;
	for (i = 0; i < sizeof(ifs) / sizeof(ifs[0]); i++)
		if (condexpr_is(p, n, ifs[i]))
			return open_if(cond, ifs[i], rest, end - rest);
	for (i = 0; i < sizeof(elifs) / sizeof(elifs[0]); i++)
		if (condexpr_is(p, n, elifs[i]))
			return next_branch(cond, elifs[i], rest, end - rest);
	if (condexpr_is(p, n, "endif")) {
		if (!cond->depth)
			return -EBADMSG;
		cond->depth--;
		return 0;
	}
	if (condexpr_is(p, n, "define") || condexpr_is(p, n, "undef"))
		return take_define(cond, rest, end, n == strlen("undef"));
	return 0;
}

enum truth cond_state(const struct cond *cond)
{
	const struct level *level;

	if (!cond->depth)
		return TRUTH_YES;
	level = &cond->levels[cond->depth - 1];
	return truth_and(level->outer, level->here);
}

size_t cond_depth(const struct cond *cond)
{
	return cond->depth;
}

/* Append to a bounded buffer as snprintf() would; @at counts what is wanted. */
static void emit(char *buf, size_t size, size_t *at, const char *text,
		 size_t len)
{
	size_t room = *at + 1 < size ? size - 1 - *at : 0;

	if (size) {
		memcpy(buf + (*at < size ? *at : size - 1), text,
		       len < room ? len : room);
		buf[*at + len < size ? *at + len : size - 1] = '\0';
	}
	*at += len;
}

static bool is_compound(const struct level *level)
{
	size_t i;

	if (level->negated)
		return false;
	for (i = 0; i + 1 < level->len; i++)
		if (!memcmp(level->text + i, "||", 2) || level->text[i] == '?')
			return true;
	return false;
}

size_t cond_text(const struct cond *cond, char *buf, size_t size)
{
	const struct level *level;
	size_t at = 0, i;

	if (size)
		*buf = '\0';
	for (i = 0; i < cond->depth; i++) {
		level = &cond->levels[i];
		if (level->is_guard)
			continue;
		if (at)
			emit(buf, size, &at, " && ", 4);
		if (is_compound(level))
			emit(buf, size, &at, "(", 1);
		emit(buf, size, &at, level->text, level->len);
		if (is_compound(level))
			emit(buf, size, &at, ")", 1);
	}
	return at;
}
