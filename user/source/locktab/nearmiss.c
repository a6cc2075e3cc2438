// SPDX-License-Identifier: GPL-2.0
/*
 * A name that was not found in, a sentence with the nearest names out. This
 * may read the tree once more: nobody waits for a wrong answer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "source/locktab/lockname.h"
#include "source/locktab/nearmiss.h"
#include "source/text/macro.h"
#include "source/type/expr.h"

#define NEAR_MAX 5

struct near {
	char names[NEAR_MAX][64];
	uint32_t scores[NEAR_MAX];
	uint32_t count;
};

/* Edit distance, capped; both names are short. */
static uint32_t edits(const char *a, size_t n, const char *b, size_t m)
{
	uint32_t row[64], i, j, above, left, cost;

	if (n > 63 || m > 63)
		return 99;
	for (j = 0; j <= m; j++)
		row[j] = j;
	for (i = 1; i <= n; i++) {
		above = row[0];
		row[0] = i;
		for (j = 1; j <= m; j++) {
			left = row[j];
			cost = above + (a[i - 1] != b[j - 1]);
			if (row[j] + 1 < cost)
				cost = row[j] + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			row[j] = cost;
			above = left;
		}
	}
	return row[m];
}

static void consider(struct near *near, const char *name, uint32_t len,
		     uint32_t score)
{
	uint32_t i;

	if (len > 63)
		return;
	for (i = 0; i < near->count; i++)
		if (!strncmp(near->names[i], name, len) && !near->names[i][len])
			return;
	if (near->count < NEAR_MAX)
		near->count++;
	else if (near->scores[NEAR_MAX - 1] <= score)
		return;
	for (i = near->count - 1; i && near->scores[i - 1] > score; i--) {
		memcpy(near->names[i], near->names[i - 1], 64);
		near->scores[i] = near->scores[i - 1];
	}
	memcpy(near->names[i], name, len);
	near->names[i][len] = '\0';
	near->scores[i] = score;
}

/* "d_lock" of a dentry, where "#define d_lock d_lockref.lock": a sentence. */
static bool say_alias(struct view *view, struct body *body, const char *tag,
		      const char *field)
{
	struct token word = { .at = field,
			      .len = strlen(field),
			      .kind = TOKEN_WORD };
	const struct macro *macro = macro_of(view, &word);
	struct member member;
	char path[256];
	uint32_t i, used = 0;

	if (!macro || macro->function || !macro->body.count ||
	    !body_member(view, body, macro->body.list[0].at,
			 macro->body.list[0].len, &member))
		return false;
	for (i = 0; i < macro->body.count && used < sizeof(path); i++)
		used += snprintf(path + used, sizeof(path) - used, "%.*s",
				 (int)macro->body.list[i].len,
				 macro->body.list[i].at);
	error("%s.%s is a macro's name for a path: give %s.%s", tag, field, tag,
	      path);
	return true;
}

static void say_near(const struct near *near, const char *what)
{
	uint32_t i;

	for (i = 0; i < near->count; i++)
		notice("  did you mean the %s %s?", what, near->names[i]);
}

static void collect(struct near *near, const struct unit *unit, uint32_t kinds,
		    const char *name)
{
	size_t len = strlen(name);
	const struct symbol *symbol;
	uint32_t i, score;

	for (i = 0; i < unit->count; i++) {
		symbol = &unit->symbols[i];
		if (!(symbol->kind & kinds))
			continue;
		score = edits(name, len, symbol->name, symbol->len);
		if (score <= len / 3 + 1)
			consider(near, symbol->name, symbol->len, score);
	}
}

static void collect_headers(struct index *index, struct near *near,
			    uint32_t kinds, const char *name)
{
	struct tree *tree = index_tree(index);
	struct unit *unit;
	uint32_t i;

	for (i = 0; i < tree_count(tree); i++) {
		if (strncmp(tree_path(tree, i), "include/linux/", 14) &&
		    strncmp(tree_path(tree, i), "include/net/", 12))
			continue;
		unit = index_unit(index, i);
		if (unit)
			collect(near, unit, kinds, name);
	}
}

/* Is it a lock, and no pointer to one? */
static bool is_lock(const struct field *field)
{
	const struct type *type = &field->type;

	return (!type->depth || type->mods[0] == '[') &&
	       (type->base == TYPE_NAME || type->base == TYPE_TAG) &&
	       lockname_type(type->name, type->len, type->base == TYPE_TAG) !=
		       FAMILY_NONE;
}

/* The names of a struct's fields, and @prefix: locks are rather meant. */
static void list_fields(struct view *view, struct body *body,
			const char *prefix, const char *field,
			struct near *near)
{
	const struct fields *fields = body_fields(view, body);
	struct place place = { .view = view };
	struct body *inner[FIND_MAX];
	uint32_t i, k, n, score;
	char path[64];

	for (i = 0; i < fields->count; i++) {
		const struct field *f = &fields->list[i];

		if (snprintf(path, sizeof(path), "%s%.*s", prefix, (int)f->len,
			     f->name ? f->name : "") >= (int)sizeof(path) - 1)
			continue;
		if (f->name) {
			score = edits(field, strlen(field), f->name, f->len);
			if (is_lock(f) || score <= strlen(field) / 3)
				consider(near, path, strlen(path),
					 score + (is_lock(f) ? 0 : 3));
		}
		if (f->name && f->type.base != TYPE_BODY)
			continue;
		if (f->name)
			strcat(path, ".");
		n = expr_bodies(&place, f->type, inner);
		for (k = 0; k < n; k++)
			list_fields(view, inner[k], path, field, near);
	}
}

/* The body of a struct called that, or of what a typedef calls so. */
static struct body *body_of(const struct unit *unit, const char *tag)
{
	struct symbol *symbol;

	symbol = unit_find(unit, tag, strlen(tag), SYMBOL_STRUCT, NULL);
	if (symbol)
		return symbol->body;
	symbol = unit_find(unit, tag, strlen(tag),
			   SYMBOL_TYPEDEF | SYMBOL_VARIABLE, NULL);
	return symbol && symbol->type.base == TYPE_BODY ? symbol->type.body :
							  NULL;
}

/* "#define carton box": a tag that is another one. A sentence, if so. */
static bool say_renamed(const struct unit *unit, const char *tag,
			const char *field)
{
	struct symbol *symbol =
		unit_find(unit, tag, strlen(tag), SYMBOL_MACRO, NULL);
	const struct macro *macro = symbol ? macro_get(symbol) : NULL;

	if (!macro || macro->function || macro->body.count != 1 ||
	    macro->body.list[0].kind != TOKEN_WORD)
		return false;
	error("%s is a macro's name for a struct: give %.*s%s%s", tag,
	      (int)macro->body.list[0].len, macro->body.list[0].at,
	      *field ? "." : "", field);
	return true;
}

int nearmiss_say(struct index *index, const char *tag, const char *field)
{
	struct tree *tree = index_tree(index);
	struct near near = { .count = 0 };
	const char *words[] = { tag };
	uint32_t *ids = NULL, i;
	struct body *body;
	bool seen = false, said = false;
	struct view view;
	int64_t n;

	view_init(&view, index);
	n = tree_grep(tree, words, 1, GREP_ALL, &ids);
	for (i = 0; i < n; i++) {
		struct unit *unit = index_unit(index, ids[i]);

		if (!unit)
			continue;
		view_enter(&view, unit);
		body = body_of(unit, tag);
		if (!body) {
			said = said || (!seen && say_renamed(unit, tag, field));
			continue;
		}
		seen = true;
		said = said || say_alias(&view, body, tag, field);
		list_fields(&view, body, "", field, &near);
	}
	free(n < 0 ? NULL : ids);
	if (said) {
		/* that was all there is to say */
	} else if (seen) {
		error("struct %s has no field '%s'", tag, field);
		say_near(&near, "field");
	} else {
		error("there is no struct %s in %s", tag, tree_where(tree));
		collect_headers(index, &near, SYMBOL_STRUCT | SYMBOL_TYPEDEF,
				tag);
		say_near(&near, "struct");
	}
	view_free(&view);
	return -ENOENT;
}

/* Structs that have a lock of that name. */
static void collect_owners(struct index *index, const char *name,
			   struct near *near)
{
	size_t len = strlen(name);
	struct member member;
	uint32_t *ids = NULL, i, k;
	struct view view;
	char path[64];
	int64_t n;

	view_init(&view, index);
	n = tree_grep(index_tree(index), &name, 1, GREP_HEADERS, &ids);
	for (i = 0; i < n; i++) {
		struct unit *unit = index_unit(index, ids[i]);

		if (!unit)
			continue;
		view_enter(&view, unit);
		for (k = 0; k < unit->count; k++) {
			struct symbol *s = &unit->symbols[k];

			if (s->kind == SYMBOL_STRUCT &&
			    body_member(&view, s->body, name, len, &member) &&
			    is_lock(member.field) &&
			    snprintf(path, sizeof(path), "%.*s.%s", (int)s->len,
				     s->name, name) < (int)sizeof(path))
				consider(near, path, strlen(path), 0);
		}
	}
	free(n < 0 ? NULL : ids);
	view_free(&view);
}

int nearmiss_global(struct index *index, const char *name)
{
	struct near near = { .count = 0 }, owners = { .count = 0 };

	error("there is no lock '%s' at file scope in %s; a struct's lock is "
	      "struct.field",
	      name, tree_where(index_tree(index)));
	collect_owners(index, name, &owners);
	say_near(&owners, "field");
	if (owners.count)
		return -ENOENT;
	collect_headers(index, &near, SYMBOL_VARIABLE, name);
	say_near(&near, "lock");
	return -ENOENT;
}
