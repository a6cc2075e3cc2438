// SPDX-License-Identifier: GPL-2.0
/*
 * A guard's row of the lock table goes in; the DEFINE_GUARD() that it was read
 * from, with the class and the lock functions renamed, comes out.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/variant/guardclass.h"
#include "source/text/lex.h"

/* A definition in its header's text. */
struct definition {
	struct tokens tokens;
	const char *text;
	size_t len;
	bool cond;
};

/* "DEFINE_..." up to its ')'; the class's name stands on line @api->line. */
static int find(struct tree *tree, const struct lock_api *api,
		struct definition *def)
{
	const char *p, *start = NULL;
	struct text text;
	uint32_t line;
	int64_t id;

	*def = (struct definition){ 0 };
	id = api->file ? tree_find(tree, api->file) : -1;
	if (id < 0 || tree_text(tree, id, &text))
		return -ENOTSUP;
	for (p = text.data, line = 1; line < api->line && *p; p++)
		line += *p == '\n';
	for (start = p; strncmp(start, "DEFINE_", 7); start--)
		if (start == text.data)
			return -ENOTSUP;
	lex_piece(&def->tokens, start,
		  strcspn(start, ";{") < 2000 ? strcspn(start, ";{") : 2000);
	def->text = start;
	if (def->tokens.count < 6 || def->tokens.list[1].kind != '(')
		return -ENOTSUP;
	lex_match(def->tokens.list, 0, def->tokens.count);
	def->tokens.count = def->tokens.list[1].match + 1;
	if (def->tokens.count < 6)
		return -ENOTSUP;
	def->len = def->tokens.list[def->tokens.count - 1].at + 1 - start;
	def->cond = memmem(def->tokens.list[0].at, def->tokens.list[0].len,
			   "COND", 4);
	return 0;
}

static const struct lock_api *call_in(const struct locktab *tab,
				      const struct token *t)
{
	const struct lock_api *row;

	if (t->kind != TOKEN_WORD || t[1].kind != '(')
		return NULL;
	row = locktab_find(tab, t->at, t->len);
	return row && row->verb != VERB_ASSERT && row->verb != VERB_QUERY &&
			       row->verb != VERB_INIT ?
		       row :
		       NULL;
}

/* The class that a conditional one extends: guard(mutex) of mutex, _try. */
static const struct lock_api *base_of(const struct locktab *tab,
				      const struct definition *def)
{
	char name[128];

	snprintf(name, sizeof(name), "guard(%.*s)",
		 (int)def->tokens.list[2].len, def->tokens.list[2].at);
	return locktab_find(tab, name, strlen(name));
}

static int want_base(struct variant_set *set, const struct definition *def)
{
	const struct lock_api *base = base_of(set->tab, def);

	return base ? variant_want(set, base) : -ENOTSUP;
}

int guard_calls(struct tree *tree, const struct locktab *tab,
		const struct lock_api *api, const struct lock_api *calls[2])
{
	const struct lock_api *row, *base = NULL, *of_base[2];
	struct definition def;
	uint32_t i;
	int ret;

	calls[0] = calls[1] = NULL;
	ret = find(tree, api, &def);
	for (i = 3; !ret && i + 1 < def.tokens.count; i++) {
		row = call_in(tab, &def.tokens.list[i]);
		if (row && !calls[row->verb == VERB_RELEASE])
			calls[row->verb == VERB_RELEASE] = row;
	}
	if (!ret && def.cond)
		base = base_of(tab, &def);
	free(def.tokens.list);
	if (base && !guard_calls(tree, tab, base, of_base))
		calls[1] = of_base[1];
	return ret;
}

int guard_want(struct variant_set *set, const struct lock_api *api)
{
	const struct lock_api *row;
	struct definition def;
	uint32_t i, calls = 0;
	int ret;

	ret = find(set->tree, api, &def);
	if (!ret && def.cond)
		ret = want_base(set, &def);
	for (i = 3; i + 1 < def.tokens.count && !ret; i++) {
		row = call_in(set->tab, &def.tokens.list[i]);
		if (!row)
			continue;
		ret = variant_want(set, row);
		calls++;
	}
	free(def.tokens.list);
	return ret ? ret : calls ? 0 : -ENOTSUP;
}

int guard_write(const struct variant_set *set, const struct lock_api *api,
		FILE *out)
{
	const char *prefix = set->naming->prefix;
	struct edit_list edits = { 0 };
	struct definition def;
	char *text = NULL;
	size_t len;
	uint32_t i;
	int ret;

	ret = find(set->tree, api, &def);
	for (i = 2; i + 1 < def.tokens.count && !ret; i++)
		if (i == 2 || call_in(set->tab, &def.tokens.list[i]))
			ret = edit_add(&edits, def.tokens.list[i].at - def.text,
				       0, prefix);
	if (!ret)
		text = edit_apply(&edits, def.text, def.len, &len);
	if (text)
		fprintf(out, "\n%s\n", text);
	else
		ret = ret ? ret : -ENOMEM;
	free(text);
	edit_free(&edits);
	free(def.tokens.list);
	return ret;
}

/* "DEFINE_GUARD(name," and kin, with the class's name in @text. */
static bool defines_class(const struct text *text, const char *name, size_t len)
{
	const char *p = text->data, *open;

	while ((p = strstr(p, "DEFINE_")) != NULL) {
		open = p + strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
		if (*open == '(' && memmem(p, open - p, "GUARD", 5) &&
		    !strncmp(open + 1, name, len) &&
		    (open[1 + len] == ',' || open[1 + len] == ' '))
			return true;
		p = open;
	}
	return false;
}

bool guard_is_class(struct tree *tree, const char *call)
{
	const char *p = call + strcspn(call, "("), *names[1];
	size_t len;
	char name[128];
	uint32_t *ids = NULL;
	bool found = false;
	struct text text;
	int64_t n, i;

	if (strncmp(call, "guard", 5) && strncmp(call, "scoped_guard", 12))
		return false;
	p += 1 + strspn(p + 1, " \t");
	len = strspn(p, "abcdefghijklmnopqrstuvwxyz_0123456789");
	snprintf(name, sizeof(name), "%.*s", (int)len, p);
	names[0] = name;
	n = tree_grep(tree, names, 1, GREP_ALL, &ids);
	for (i = 0; i < n && !found; i++)
		found = !tree_text(tree, ids[i], &text) &&
			defines_class(&text, name, len);
	free(ids);
	return found;
}

long guard_class(const char *text, size_t len)
{
	const char *p = memchr(text, '(', len), *end = text + len;

	if (!p)
		return -1;
	for (p++; p < end && isspace((unsigned char)*p); p++)
		;
	return p < end && (isalpha((unsigned char)*p) || *p == '_') ? p - text :
								      -1;
}

static bool same(const struct token *a, const struct token *b)
{
	return a->len == b->len && !memcmp(a->at, b->at, a->len);
}

/* At list[i]: "ACQUIRE_ERR(class, &var)" or "__guard_ptr(class)(&var)"? */
static bool asks(const struct token *list, uint32_t i, const struct token *call)
{
	const struct token *t = &list[i];

	if (t[0].kind != TOKEN_WORD || t[1].kind != '(' ||
	    !same(&t[2], &call[2]))
		return false;
	t += 3;
	if (t[0].kind == ')' && t[1].kind == '(')
		t += 2;
	else if (t[0].kind == ',')
		t++;
	return t[0].kind == '&' && same(&t[1], &call[4]) && t[2].kind == ')';
}

/*
 * ACQUIRE(class, var)(lock): to the end of the block, "var" is of that class,
 * and is asked by it.
 */
static int edit_variable(const struct text *text, const struct site *site,
			 const char *prefix, struct edit_list *edits)
{
	const char *start = text->data + site->name.start;
	struct tokens tokens = { 0 };
	struct token *list;
	int depth = 0, ret = 0;
	uint32_t i;

	lex_piece(&tokens, start, text->size - site->name.start);
	list = tokens.list;
	if (tokens.count < 8 || list[1].kind != '(' || list[3].kind != ',' ||
	    list[4].kind != TOKEN_WORD || list[5].kind != ')' ||
	    list[6].kind != '(')
		goto out;
	for (i = 7; i + 7 < tokens.count && depth >= 0 && !ret; i++) {
		depth += (list[i].kind == '{') - (list[i].kind == '}');
		if (asks(list, i, list))
			ret = edit_add(edits, list[i + 2].at - text->data, 0,
				       prefix);
	}
out:
	free(list);
	return ret;
}

int guard_edit(const struct text *text, const struct site *site,
	       const char *prefix, struct edit_list *edits)
{
	long at = guard_class(text->data + site->name.start,
			      site->call.end - site->name.start);
	int ret;

	if (at < 0)
		return -ENOTSUP;
	ret = edit_add(edits, site->name.start + at, 0, prefix);
	return ret ? ret : edit_variable(text, site, prefix, edits);
}
