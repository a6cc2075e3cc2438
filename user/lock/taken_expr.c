// SPDX-License-Identifier: GPL-2.0
/*
 * Lock expressions: the tokens of a call of a lock API in, which lock it is
 * out. "&dentry->d_lockref.lock" is the path behind the last arrow, in the
 * struct that the pointer before it has.
 */
#include <stdio.h>
#include <string.h>

#include "capture/record.h"
#include "source/text/macro.h"
#include "lock/taken_expr.h"

static const uint8_t kinds[] = {
	[FAMILY_SPIN] = LOCKPROBE_KIND_SPINLOCK,
	[FAMILY_RAW_SPIN] = LOCKPROBE_KIND_RAW_SPINLOCK,
	[FAMILY_RWLOCK] = LOCKPROBE_KIND_RWLOCK,
	[FAMILY_MUTEX] = LOCKPROBE_KIND_MUTEX,
	[FAMILY_RWSEM] = LOCKPROBE_KIND_RWSEM,
	[FAMILY_SEQLOCK] = LOCKPROBE_KIND_SEQLOCK,
	[FAMILY_PERCPU_RWSEM] = LOCKPROBE_KIND_PERCPU_RWSEM,
	[FAMILY_RT_MUTEX] = LOCKPROBE_KIND_RTMUTEX,
	[FAMILY_WW_MUTEX] = LOCKPROBE_KIND_MUTEX,
	[FAMILY_LOCKREF] = LOCKPROBE_KIND_SPINLOCK,
	[FAMILY_XARRAY] = LOCKPROBE_KIND_SPINLOCK,
	[FAMILY_ANY] = LOCKPROBE_KIND_UNKNOWN,
};

static void set_verb(const struct lock_api *row, struct taken_call *out)
{
	switch (row->verb) {
	case VERB_ACQUIRE:
	case VERB_TRY:
		out->takes = true;
		break;
	case VERB_RELEASE:
	case VERB_DOWNGRADE:
		out->releases = true;
		break;
	case VERB_GUARD:
	case VERB_WRAP:
		out->takes = out->releases = true;
		break;
	default:
		break;
	}
}

static uint32_t behind(const struct token *list, uint32_t i)
{
	return list[i].match > i ? list[i].match + 1 : i + 1;
}

/* Argument @number of the call whose '(' is list[open]. */
static bool nth_argument(const struct token *list, uint32_t open, int number,
			 uint32_t *from, uint32_t *to)
{
	uint32_t close = list[open].match, k;

	if (close <= open || number < 0)
		return false;
	*from = open + 1;
	for (k = open + 1; k < close && number; k = behind(list, k)) {
		if (list[k].kind != ',')
			continue;
		*from = k + 1;
		number--;
	}
	if (number)
		return false;
	for (k = *from; k < close && list[k].kind != ','; k = behind(list, k))
		;
	*to = k;
	return *from < *to;
}

/* guard(spinlock)(&lock), scoped_guard(spinlock, &lock) */
static bool guard_call(const struct locktab *locktab, const struct token *list,
		       uint32_t i, struct taken_call *out)
{
	const struct token *kind = &list[i + 2];
	uint32_t close = list[i + 1].match;
	bool scoped = token_is(&list[i], "scoped_guard") ||
		      token_is(&list[i], "scoped_cond_guard");
	char name[96];
	int n;

	if ((!scoped && !token_is(&list[i], "guard")) || close <= i + 1)
		return false;
	n = snprintf(name, sizeof(name), "guard(%.*s)", (int)kind->len,
		     kind->at);
	if (n < 0 || (size_t)n >= sizeof(name))
		return false;
	out->row = locktab_find(locktab, name, n);
	if (!out->row)
		return false;
	if (scoped)
		return nth_argument(list, i + 1, 1, &out->from, &out->to);
	return list[close + 1].kind == '(' &&
	       nth_argument(list, close + 1, 0, &out->from, &out->to);
}

bool taken_call(const struct locktab *locktab, const struct token *list,
		uint32_t i, struct taken_call *out)
{
	*out = (struct taken_call){ 0 };
	out->row = locktab_find(locktab, list[i].at, list[i].len);
	if (!out->row) {
		if (!guard_call(locktab, list, i, out))
			return false;
	} else if (!nth_argument(list, i + 1, out->row->argument, &out->from,
				 &out->to)) {
		return true; /* a lock API, and no lock to be seen in it */
	}
	set_verb(out->row, out);
	return true;
}

/* Take "&" and parentheses off both ends. */
static void strip(const struct token *list, uint32_t *from, uint32_t *to)
{
	for (;;) {
		if (*from < *to && list[*from].kind == '&')
			++*from;
		else if (*from < *to && list[*from].kind == '(' &&
			 list[*from].match == *to - 1) {
			++*from;
			--*to;
		} else
			return;
	}
}

/*
 * A member's name as it is meant: d_lock is a macro for d_lockref.lock. False
 * when the macro is more than a path.
 */
static bool spell(const struct place *place, const struct token *word,
		  char *out, size_t size)
{
	const struct macro *macro = macro_of(place->view, word);
	size_t n = 0;
	uint32_t i;

	if (!macro || macro->function || !macro->body.count)
		return (size_t)snprintf(out, size, "%.*s", (int)word->len,
					word->at) < size;
	*out = '\0';
	for (i = 0; i < macro->body.count && n < size; i++) {
		const struct token *t = &macro->body.list[i];

		if (t->kind != TOKEN_WORD && t->kind != '.')
			return false;
		n += snprintf(out + n, size - n, "%.*s", (int)t->len, t->at);
	}
	return n < size;
}

static bool put_front(const struct place *place, char *path, size_t size,
		      const struct token *word)
{
	char rest[128], name[128];

	snprintf(rest, sizeof(rest), "%s", path);
	return spell(place, word, name, sizeof(name)) &&
	       (size_t)snprintf(path, size, "%s%s%s", name, *rest ? "." : "",
				rest) < size;
}

/* What the API itself goes into: xa_lock(xa) takes xa->xa_lock. */
static void set_tail(const struct lock_api *row, struct taken_lock *out)
{
	if (row->family == FAMILY_XARRAY)
		snprintf(out->path, sizeof(out->path), "xa_lock");
	else if (row->family == FAMILY_LOCKREF)
		snprintf(out->path, sizeof(out->path), "lock");
}

static bool set_struct(const struct place *place, const struct token *list,
		       uint32_t from, uint32_t to, struct taken_lock *out)
{
	struct type type = expr_type(place, list, from, to);
	const char *name = NULL;
	uint32_t len = 0;

	type = expr_resolve(place, type);
	if (type.base == TYPE_TAG || type.base == TYPE_NAME) {
		name = type.name;
		len = type.len;
	} else if (type.base == TYPE_BODY && type.body && type.body->tag) {
		name = type.body->tag;
		len = type.body->tag_len;
	}
	if (!name || !len || len >= sizeof(out->strct))
		return false;
	memcpy(out->strct, name, len);
	out->strct[len] = '\0';
	return true;
}

/* A word alone: a lock of its own, unless it is a local or a pointer. */
static bool set_variable(const struct place *place, const struct token *word,
			 struct taken_lock *out)
{
	const struct symbol *symbol = NULL;
	struct type type;

	if (place_local(place, word, NULL))
		return false;
	type = expr_name_type(place, word, &symbol);
	if (!symbol || type.depth)
		return false;
	return put_front(place, out->path, sizeof(out->path), word);
}

bool taken_expr(const struct place *place, const struct token *list,
		const struct taken_call *call, struct taken_lock *out)
{
	uint32_t from = call->from, to = call->to;

	*out = (struct taken_lock){ .takes = call->takes,
				    .releases = call->releases };
	if (call->row->family < sizeof(kinds))
		out->kind = kinds[call->row->family];
	set_tail(call->row, out);
	strip(list, &from, &to);
	if (from >= to)
		return false;
	if (to - from == 1 && *out->path) /* xa_lock(xa): a pointer's xa_lock */
		return set_struct(place, list, from, to, out);
	while (to - from > 2 && list[to - 1].kind == TOKEN_WORD) {
		uint8_t before = list[to - 2].kind;

		if (before != '.' && before != TOKEN_ARROW)
			break;
		if (!put_front(place, out->path, sizeof(out->path),
			       &list[to - 1]))
			return false;
		to -= 2;
		if (before == TOKEN_ARROW)
			return set_struct(place, list, from, to, out);
	}
	if (to - from != 1 || list[from].kind != TOKEN_WORD)
		return false;
	if (*out->path && set_struct(place, list, from, to, out))
		return true; /* a variable that is a struct: rq.lock */
	return set_variable(place, &list[from], out);
}
