// SPDX-License-Identifier: GPL-2.0
/*
 * Types and member names in, members out: typedefs are resolved, definitions
 * found and their fields read.
 */
#include <stdlib.h>

#include "source/type/expr.h"
#include "source/text/macro.h"

#define DEEPEST 24

static pthread_mutex_t installing = PTHREAD_MUTEX_INITIALIZER;

struct body_scan {
	struct view *view;
	struct body *body;
	struct decl_env env;
	struct fields *fields;
};

static void add_field(struct body_scan *s, const struct token *name,
		      const struct type *type)
{
	struct fields *fields = s->fields;
	struct field *field;

	field = ARRAY_ADD(fields->list, fields->count, fields->capacity);
	memset(field, 0, sizeof(*field));
	field->name = name ? name->at : NULL;
	field->len = name ? name->len : 0;
	field->type = *type;
	if (s->env.expanded) { /* an expansion's words may be short-lived */
		if (name)
			field->name =
				arena_text(s->env.arena, name->at, name->len);
		if (type->len)
			field->type.name =
				arena_text(s->env.arena, type->name, type->len);
	}
	if (type->base == TYPE_BODY && !type->body->tag) {
		type->body->outer = s->body;
		type->body->member = field->name;
		type->body->member_len = field->len;
	}
}

static void read_members(struct body_scan *s, const struct token *list,
			 uint32_t i, uint32_t end, int depth);

static uint32_t behind(const struct token *list, uint32_t i)
{
	return list[i].match > i ? list[i].match + 1 : i + 1;
}

/* The members once more, in one that has a name. */
static void add_group(struct body_scan *s, const struct token *name,
		      const struct token *list, uint32_t from, uint32_t to)
{
	struct type type = { .base = TYPE_BODY };
	struct body *body;

	if (s->env.expanded || name->kind != TOKEN_WORD || from >= to)
		return;
	body = arena_alloc(s->env.arena, sizeof(*body));
	body->text = list[from].at;
	body->size = (uint32_t)(list[to].at - body->text);
	body->file = s->env.file;
	body->home = s->env.home;
	body->offset = (uint32_t)(body->text - s->env.text);
	type.body = body;
	add_field(s, name, &type);
}

/*
 * struct_group(name, members): the members are there twice, plain and in
 * name. Which argument is the name, and which the first member, is told by
 * the macro's own name.
 */
static bool read_group(struct body_scan *s, const struct token *list,
		       uint32_t word, int depth)
{
	static const struct {
		const char *name;
		int skip;
	} groups[] = {
		{ "struct_group", 1 },	       { "struct_group_attr", 2 },
		{ "struct_group_tagged", 2 },  { "__struct_group", 3 },
		{ "DECLARE_STRUCT_GROUP", 1 },
	};
	uint32_t i, close = list[word + 1].match, from = word + 2;
	int skip = -1, before;
	size_t k;

	for (k = 0; k < sizeof(groups) / sizeof(groups[0]); k++)
		if (token_is(&list[word], groups[k].name))
			skip = groups[k].skip;
	if (skip < 0)
		return false;
	/* the name comes first, but behind a tag */
	before = token_is(&list[word], "struct_group_tagged") ||
		 token_is(&list[word], "__struct_group");
	for (i = word + 2; i < close && skip; i = behind(list, i)) {
		if (list[i].kind != ',')
			continue;
		skip--;
		if (before-- == 1)
			from = i + 1;
	}
	read_members(s, list, i, close, depth + 1);
	add_group(s, &list[from], list, i, close);
	return true;
}

/* Does "DARRAY(struct box)" make a type, whose member's name follows? */
static bool is_type(const struct tokens *out)
{
	const struct token *last = &out->list[out->count - 1];

	return out->count > 1 &&
	       (token_is(out->list, "struct") ||
		token_is(out->list, "union")) &&
	       (last->kind == '}' || last->kind == TOKEN_WORD ||
		last->kind == '*');
}

/* "struct STRUCT_KFIFO(type, 4)": the body is a macro's, too. */
static void expand_body(struct view *view, struct tokens *out)
{
	struct tokens all;

	if (out->count < 4 || out->list[2].kind != '(' ||
	    !(token_is(out->list, "struct") || token_is(out->list, "union")) ||
	    !macro_of(view, &out->list[1]))
		return;
	macro_expand_all(view, out->list, 0, out->count, &all);
	*out = all;
}

/* Put list[from ...], up to its ';', behind an expansion. */
static uint32_t append_declarators(struct body_scan *s, struct tokens *out,
				   const struct token *list, uint32_t from,
				   uint32_t end)
{
	uint32_t to = from, n = out->count;
	struct token *all;

	while (to < end && list[to].kind != ';' && list[to].kind != '}')
		to = behind(list, to);
	all = arena_alloc(&s->view->arena, (n + to - from + 2) * sizeof(*all));
	memcpy(all, out->list, n * sizeof(*all));
	memcpy(all + n, list + from, (to - from) * sizeof(*all));
	n += to - from;
	all[n] = (struct token){ .at = ";", .len = 1, .kind = ';', .match = n };
	all[n + 1].at = "";
	lex_match(all, 0, n + 1);
	out->list = all;
	out->count = n + 1;
	return to;
}

static uint32_t read_macro_member(struct body_scan *s, const struct token *list,
				  uint32_t i, uint32_t end, int depth)
{
	struct symbol *found[FIND_MAX];
	const struct macro *macro;
	struct tokens out;
	uint32_t after;
	bool expanded;

	if (i + 1 < end && list[i + 1].kind == '(' && list[i + 1].match < end &&
	    read_group(s, list, i, depth))
		return list[i + 1].match + 1;
	macro = depth < DEEPEST ? macro_of(s->view, &list[i]) : NULL;
	if (!macro && i + 1 < end && list[i + 1].kind == ';' &&
	    view_find(s->view, list[i].at, list[i].len, SYMBOL_TYPEDEF, found))
		add_field(s, NULL,
			  &(struct type){ .base = TYPE_NAME,
					  .name = list[i].at,
					  .len = list[i].len });
	if (!macro || !macro_expand(s->view, macro, list, i, &out, &after))
		return behind(list, i);
	expand_body(s->view, &out);
	if (is_type(&out) && after < end &&
	    (list[after].kind == TOKEN_WORD || list[after].kind == '*'))
		after = append_declarators(s, &out, list, after, end);
	expanded = s->env.expanded;
	s->env.expanded = true;
	read_members(s, out.list, 0, out.count, depth + 1);
	s->env.expanded = expanded;
	return after;
}

static uint32_t read_declaration(struct body_scan *s, const struct token *list,
				 uint32_t i, uint32_t end,
				 const struct type *base)
{
	struct declarator d;
	uint32_t next;

	for (;;) {
		next = decl_declarator(list, i, end, base, &d);
		if (d.name)
			add_field(s, d.name, &d.type);
		else if (base->base == TYPE_BODY || base->base == TYPE_TAG ||
			 base->base == TYPE_NAME)
			add_field(s, NULL, base);
		next = decl_skip_attributes(list, next, end);
		if (next >= end || list[next].kind != ',')
			return next;
		i = next + 1;
	}
}

/* "struct COMMON;" where COMMON is a macro: { members } */
static void read_made_body(struct body_scan *s, const struct type *type,
			   int depth)
{
	struct token tag = { .at = type->name,
			     .len = type->len,
			     .kind = TOKEN_WORD };
	const struct macro *macro;
	bool expanded = s->env.expanded;

	macro = type->len && depth < DEEPEST ? macro_of(s->view, &tag) : NULL;
	if (!macro || macro->function || macro->body.count < 2 ||
	    macro->body.list[0].kind != '{')
		return;
	s->env.expanded = true;
	read_members(s, macro->body.list, 1, macro->body.count - 1, depth + 1);
	s->env.expanded = expanded;
}

/* "int a; u8 b; MORE(u8 c)": the last member's end is the other macro's. */
static bool ends_by_macro(struct view *view, const struct tokens *body)
{
	uint32_t last = body->count - 1, open = body->list[last].match, i;

	if (body->list[last].kind != ')' || !open ||
	    !macro_of(view, &body->list[open - 1]))
		return false;
	for (i = 0; i < open; i = behind(body->list, i))
		if (body->list[i].kind == ';')
			return true;
	return false;
}

/* "COMMON_HEADER" that ends its members itself: what follows is another. */
static bool is_whole(struct view *view, const struct token *list, uint32_t i,
		     uint32_t end)
{
	const struct macro *macro;

	if (*list[i].at < 'A' || *list[i].at > 'Z' ||
	    (i + 1 < end && list[i + 1].kind != TOKEN_WORD))
		return false;
	macro = macro_of(view, &list[i]);
	return macro && !macro->function && macro->body.count > 1 &&
	       (macro->body.list[macro->body.count - 1].kind == ';' ||
		ends_by_macro(view, &macro->body));
}

static void read_members(struct body_scan *s, const struct token *list,
			 uint32_t i, uint32_t end, int depth)
{
	struct type base;
	uint32_t next;

	while (i < end) {
		if (list[i].kind != TOKEN_WORD) {
			i++;
			continue;
		}
		if (is_whole(s->view, list, i, end)) {
			i = read_macro_member(s, list, i, end, depth);
			continue;
		}
		next = decl_specs(&s->env, list, i, end, &base, NULL);
		if (next == NO_TOKEN ||
		    (next == i + 1 && base.base == TYPE_NAME && next < end &&
		     (list[next].kind == ';' ||
		      (list[next].kind == '(' &&
		       !decl_is_pointer(list, next, end))))) {
			i = read_macro_member(s, list, i, end, depth);
			continue;
		}
		if (base.base == TYPE_TAG && next < end &&
		    list[next].kind == ';')
			read_made_body(s, &base, depth);
		next = read_declaration(s, list, next, end, &base);
		i = next > i ? next : i + 1;
	}
}

/* "#include <core/layout.h>" among the members: what is listed there. */
static void read_included(struct body_scan *s, const struct body *body)
{
	const struct unit *unit = view_home(s->view, body);
	struct lexed lexed = { 0 };
	struct text text;
	uint32_t i, at;

	s->env.expanded = true;
	for (i = 0; unit && i < unit->include_count; i++) {
		at = (uint32_t)(unit->includes[i].name - unit->text.data);
		if (at < body->offset || at >= body->offset + body->size)
			continue;
		if (index_included(s->view->index, unit, &unit->includes[i],
				   &text))
			continue;
		lex_text(&lexed, text);
		read_members(s, lexed.tokens.list, 0, lexed.tokens.count, 0);
		lexed_free(&lexed);
	}
}

const struct fields *body_fields(struct view *view, struct body *body)
{
	struct fields *fields = atomic_load(&body->fields);
	struct lexed lexed = { 0 };
	struct arena arena = { 0 };
	struct body_scan s = { .view = view, .body = body };
	const struct body *outer = view->body;
	uint32_t before = view->before;
	struct fields made = { 0 };

	if (fields)
		return fields;
	/* macros in it mean what they did there, whoever asks */
	view->before = body->file == view->here->id ? body->offset : 0;
	view->body = body;
	lex_text(&lexed, (struct text){ body->text, body->size });
	s.env = (struct decl_env){ .arena = &arena,
				   .home = body->home,
				   .text = body->text - body->offset,
				   .file = body->file,
				   .members = true };
	s.fields = &made;
	read_members(&s, lexed.tokens.list, 0, lexed.tokens.count, 0);
	if (body->offset)
		read_included(&s, body);
	lexed_free(&lexed);
	view->before = before;
	view->body = outer;
	pthread_mutex_lock(&installing);
	fields = atomic_load(&body->fields);
	if (!fields) {
		fields = arena_alloc(body->home, sizeof(*fields));
		fields->count = made.count;
		fields->list = arena_keep(body->home, made.list,
					  made.count * sizeof(*made.list));
		arena_join(body->home, &arena);
		atomic_store(&body->fields, fields);
	} else {
		arena_free(&arena);
		free(made.list);
	}
	pthread_mutex_unlock(&installing);
	return fields;
}

/* "#define ddb_output ddb_input": a tag that is another one. */
static bool renamed_tag(struct view *view, struct type *type)
{
	struct token word = { .at = type->name,
			      .len = type->len,
			      .kind = TOKEN_WORD };
	const struct macro *macro = macro_of(view, &word);

	if (!macro || macro->function || macro->body.count != 1 ||
	    macro->body.list[0].kind != TOKEN_WORD)
		return false;
	type->name = macro->body.list[0].at;
	type->len = macro->body.list[0].len;
	return true;
}

uint32_t expr_bodies(const struct place *place, struct type type,
		     struct body *out[FIND_MAX])
{
	struct symbol *found[FIND_MAX];
	uint32_t i, n;

	type = expr_resolve(place, type);
	if (type.base == TYPE_BODY) {
		out[0] = type.body;
		return 1;
	}
	if (type.base != TYPE_TAG || !type.len)
		return 0;
	n = view_find(place->view, type.name, type.len, SYMBOL_STRUCT, found);
	if (!n && renamed_tag(place->view, &type))
		n = view_find(place->view, type.name, type.len, SYMBOL_STRUCT,
			      found);
	for (i = 0; i < n; i++)
		out[i] = found[i]->body;
	return n;
}

static bool find_in(const struct place *place, struct body *body,
		    const char *name, size_t len, int depth, struct member *out)
{
	const struct fields *fields = body_fields(place->view, body);
	struct body *inner[FIND_MAX];
	const struct field *field;
	uint32_t i, k, n;

	for (i = 0; i < fields->count; i++) {
		field = &fields->list[i];
		if (field->name && field->len == len &&
		    !memcmp(field->name, name, len)) {
			out->field = field;
			out->body = body;
			return true;
		}
	}
	for (i = 0; i < fields->count && depth < DEEPEST; i++) {
		field = &fields->list[i];
		if (field->name || field->type.depth)
			continue;
		n = expr_bodies(place, field->type, inner);
		for (k = 0; k < n; k++)
			if (find_in(place, inner[k], name, len, depth + 1, out))
				return true;
	}
	return false;
}

bool body_member(struct view *view, struct body *body, const char *name,
		 size_t len, struct member *out)
{
	struct place place = { .view = view };

	return find_in(&place, body, name, len, 0, out);
}

bool expr_member(const struct place *place, struct type type, const char *name,
		 size_t len, struct member *out)
{
	struct body *bodies[FIND_MAX];
	uint32_t i, n = expr_bodies(place, type, bodies);

	for (i = 0; i < n; i++)
		if (find_in(place, bodies[i], name, len, 0, out))
			return true;
	return false;
}
