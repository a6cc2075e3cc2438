// SPDX-License-Identifier: GPL-2.0
/*
 * A file's tokens in, its symbols out. Anything that is not understood is
 * stepped over, one declaration at a time.
 */
#include "source/type/outline.h"

#include "source/text/finder.h"

struct reader_state {
	struct unit *unit;
	const struct token *list;
	uint32_t end;
	struct decl_env env;
};

static uint32_t offset_of(const struct reader_state *s, uint32_t token)
{
	return (uint32_t)(s->list[token].at - s->unit->text.data);
}

static struct symbol *add_symbol(struct unit *unit, const char *name,
				 uint32_t len, enum symbol_kind kind)
{
	struct symbol *symbol;

	symbol = ARRAY_ADD(unit->symbols, unit->count, unit->capacity);
	memset(symbol, 0, sizeof(*symbol));
	symbol->name = name;
	symbol->len = len;
	symbol->hash = name_hash(name, len);
	symbol->kind = kind;
	symbol->unit = unit;
	symbol->at = (uint32_t)(name - unit->text.data);
	symbol->params = symbol->open = symbol->close = NO_TOKEN;
	symbol->params_token = NO_TOKEN;
	return symbol;
}

/* Macros that are only a number cannot lead to a lock, and are many. */
static bool is_number(const char *text, size_t len)
{
	while (len && (*text == ' ' || *text == '\t' || *text == '('))
		text++, len--;
	return len && *text >= '0' && *text <= '9';
}

static void add_macro(struct unit *unit, const struct directive *directive)
{
	const char *text = unit->text.data, *p = text + directive->body;
	const char *end = text + directive->end, *name;
	struct symbol *symbol;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	name = p;
	while (p < end && is_word_byte(*p))
		p++;
	if (p == name || (p < end && *p != '(' && is_number(p, end - p)))
		return;
	symbol = add_symbol(unit, name, (uint32_t)(p - name), SYMBOL_MACRO);
	symbol->start = directive->start;
	symbol->end = directive->end;
	if (p < end && *p == '(')
		symbol->params = (uint32_t)(p - text);
}

static void add_include(struct unit *unit, const struct directive *directive)
{
	const char *p = unit->text.data + directive->body;
	const char *end = unit->text.data + directive->end, *close;
	struct include *include;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p >= end || (*p != '"' && *p != '<'))
		return;
	close = memchr(p + 1, *p == '<' ? '>' : '"', end - p - 1);
	if (!close)
		return;
	include = ARRAY_ADD(unit->includes, unit->include_count,
			    unit->include_capacity);
	include->name = p + 1;
	include->len = (uint32_t)(close - p - 1);
	include->quoted = *p == '"';
	include->id = -1;
}

static void read_directives(struct unit *unit)
{
	const struct directive *directive;
	uint32_t i;

	for (i = 0; i < unit->lexed.directive_count; i++) {
		directive = &unit->lexed.directives[i];
		if (directive->kind == DIRECTIVE_DEFINE)
			add_macro(unit, directive);
		else if (directive->kind == DIRECTIVE_INCLUDE)
			add_include(unit, directive);
	}
}

/* A struct that begins at token @start; its members are [@text, @close). */
static void add_struct(struct reader_state *s, uint32_t start, const char *text,
		       uint32_t close, const struct token *tag)
{
	struct symbol *symbol =
		add_symbol(s->unit, tag->at, tag->len, SYMBOL_STRUCT);
	struct body *body = arena_alloc(&s->unit->arena, sizeof(*body));

	body->text = text;
	body->size = (uint32_t)(s->list[close].at - body->text);
	body->file = s->unit->id;
	body->home = &s->unit->arena;
	body->offset = (uint32_t)(body->text - s->unit->text.data);
	body->tag = tag->at;
	body->tag_len = tag->len;
	symbol->body = body;
	symbol->start = offset_of(s, start);
	symbol->end = body->offset + body->size + 1;
}

static void add_braced(struct reader_state *s, uint32_t start, uint32_t open,
		       const struct token *tag)
{
	uint32_t close = s->list[open].match > open ? s->list[open].match :
						      s->end;

	add_struct(s, start, s->list[open].at + 1, close, tag);
}

/*
 * struct_group_tagged(TAG, name, members) and __struct_group(TAG, name,
 * attributes, members) in a struct: what they make has a tag of its own.
 */
static void add_tagged_group(struct reader_state *s, uint32_t i)
{
	uint32_t close = s->list[i + 1].match, k, commas = 0;
	bool tagged = token_is(&s->list[i], "struct_group_tagged");

	if (!tagged && !token_is(&s->list[i], "__struct_group"))
		return;
	if (s->list[i + 1].kind != '(' || close <= i + 4 ||
	    s->list[i + 2].kind != TOKEN_WORD)
		return;
	for (k = i + 2; k < close && commas < (tagged ? 2 : 3);)
		if (s->list[k].kind == ',')
			commas++, k++;
		else
			k = s->list[k].match > k ? s->list[k].match + 1 : k + 1;
	if (k >= close)
		return;
	add_struct(s, i, s->list[k].at, close, &s->list[i + 2]);
}

/* context_lock_struct(mutex) { }: the '{', or NO_TOKEN. */
static uint32_t struct_by_macro(const struct reader_state *s, uint32_t i)
{
	const struct token *t = &s->list[i];

	if (t->len < 8 || memcmp(t->at + t->len - 7, "_struct", 7) ||
	    t[1].kind != '(' || t[1].match <= i + 1 ||
	    t[2].kind != TOKEN_WORD || s->list[t[1].match + 1].kind != '{')
		return NO_TOKEN;
	return t[1].match + 1;
}

static bool is_attribute(const struct token *t)
{
	return t->kind == TOKEN_WORD && t->len > 2 && !memcmp(t->at, "__", 2);
}

/* Of a struct's attributes, those that are followed by a parenthesis. */
static bool takes_argument(const struct token *t)
{
	return is_attribute(t) && (memmem(t->at, t->len, "attribute", 9) ||
				   memmem(t->at, t->len, "aligned", 7) ||
				   memmem(t->at, t->len, "section", 7));
}

/* struct TAG { }, at any depth: C puts all tags into one scope (nearly). */
static void read_structs(struct reader_state *s)
{
	struct type type;
	uint32_t i, next;

	for (i = 0; i + 2 < s->end; i++) {
		if (s->list[i].kind != TOKEN_WORD)
			continue;
		if (!token_is(&s->list[i], "struct") &&
		    !token_is(&s->list[i], "union")) {
			add_tagged_group(s, i);
			next = struct_by_macro(s, i);
			if (next != NO_TOKEN)
				add_braced(s, i, next, &s->list[i + 2]);
			continue;
		}
		/* parse no further than the brace */
		for (next = i + 1; next < s->end && next < i + 12; next++) {
			/* "struct s f(...) {" is a function */
			if (s->list[next].kind == '(' &&
			    s->list[next].match > next &&
			    takes_argument(&s->list[next - 1]))
				next = s->list[next].match;
			else if (s->list[next].kind != TOKEN_WORD)
				break;
		}
		if (next >= s->end || s->list[next].kind != '{')
			continue;
		decl_specs(&s->env, s->list, i, next + 1, &type, NULL);
		if (type.base == TYPE_TAG && type.len)
			add_braced(s, i, next,
				   &(struct token){ .at = type.name,
						    .len = type.len });
	}
}

static enum symbol_kind kind_of(const struct declarator *d, uint32_t storage)
{
	if (storage & STORAGE_TYPEDEF)
		return SYMBOL_TYPEDEF;
	return d->type.depth && d->type.mods[0] == '(' ? SYMBOL_FUNCTION :
							 SYMBOL_VARIABLE;
}

static struct symbol *add_declared(struct reader_state *s,
				   const struct declarator *d, uint32_t start,
				   uint32_t storage)
{
	struct symbol *symbol;

	symbol = add_symbol(s->unit, d->name->at, d->name->len,
			    kind_of(d, storage));
	symbol->type = d->type;
	symbol->storage = storage;
	symbol->start = offset_of(s, start);
	symbol->end = symbol->at + symbol->len;
	if (d->params != NO_TOKEN) {
		symbol->params = offset_of(s, d->params);
		symbol->params_token = d->params;
	}
	/* an unnamed struct is known by its typedef or its only variable */
	if (d->type.base == TYPE_BODY && !d->type.body->tag) {
		d->type.body->tag = d->name->at;
		d->type.body->tag_len = d->name->len;
	}
	return symbol;
}

static uint32_t skip_group(const struct reader_state *s, uint32_t i)
{
	return s->list[i].match > i ? s->list[i].match + 1 : i + 1;
}

/* Behind "name =": the ',' or ';' that ends the initialiser. */
static uint32_t skip_initialiser(const struct reader_state *s, uint32_t i)
{
	while (i < s->end && s->list[i].kind != ',' && s->list[i].kind != ';')
		i = skip_group(s, i);
	return i;
}

/* K&R parameter declarations between ')' and '{'. */
static uint32_t skip_old_style(const struct reader_state *s, uint32_t i)
{
	uint32_t from = i, limit = i + 60;

	while (i < s->end && i < limit && s->list[i].kind != '{' &&
	       s->list[i].kind != '}' && s->list[i].kind != '=' &&
	       s->list[i].kind != '(')
		i++;
	return i < s->end && s->list[i].kind == '{' && i > from &&
			       s->list[i - 1].kind == ';' ?
		       i :
		       from;
}

/* The declarators behind specifiers; returns where the next item begins. */
static uint32_t read_declarators(struct reader_state *s, uint32_t start,
				 uint32_t i, const struct type *base,
				 uint32_t storage)
{
	struct declarator d;
	struct symbol *symbol;

	for (;;) {
		i = decl_declarator(s->list, i, s->end, base, &d);
		if (!d.name)
			break;
		symbol = add_declared(s, &d, start, storage);
		i = decl_skip_attributes(s->list, i, s->end);
		if (symbol->kind == SYMBOL_FUNCTION && i < s->end) {
			if (s->list[i].kind == TOKEN_WORD)
				i = skip_old_style(s, i);
			if (s->list[i].kind == '{') {
				symbol = &s->unit->symbols[s->unit->count - 1];
				symbol->open = i;
				symbol->close = s->list[i].match > i ?
							s->list[i].match :
							s->end;
				symbol->end = offset_of(s, symbol->close) + 1;
				return symbol->close + 1;
			}
		}
		if (i < s->end && s->list[i].kind == '=')
			i = skip_initialiser(s, i + 1);
		symbol->end = offset_of(s, i);
		if (i >= s->end || s->list[i].kind != ',')
			break;
		i++;
	}
	if (i < s->end && s->list[i].kind == ';')
		return i + 1;
	return i > start ? i : start + 1;
}

/* Each word of a macro call at file scope may be a name that it declares. */
static void add_makers(struct reader_state *s, uint32_t start, uint32_t word)
{
	uint32_t i, open = word + 1, close = s->list[open].match;
	struct symbol *symbol;

	for (i = open + 1; i < close; i = skip_group(s, i)) {
		if (s->list[i].kind != TOKEN_WORD ||
		    (s->list[i - 1].kind != '(' &&
		     s->list[i - 1].kind != ',') ||
		    (i + 1 < close && s->list[i + 1].kind != ',' &&
		     s->list[i + 1].kind != '['))
			continue;
		symbol = add_symbol(s->unit, s->list[i].at, s->list[i].len,
				    SYMBOL_MAKER);
		symbol->start = offset_of(s, start);
		symbol->end = offset_of(s, close) + 1;
	}
}

/* SYSCALL_DEFINE3(...) { }: a function whose head is a macro call. */
static uint32_t macro_function(struct reader_state *s, uint32_t start,
			       uint32_t word, uint32_t open)
{
	struct symbol *symbol;

	symbol = add_symbol(s->unit, s->list[word].at, s->list[word].len,
			    SYMBOL_FUNCTION);
	symbol->start = offset_of(s, start);
	symbol->params = offset_of(s, word + 1);
	symbol->params_token = word + 1;
	symbol->type.base = TYPE_UNKNOWN;
	symbol->open = open;
	symbol->close = s->list[open].match > open ? s->list[open].match :
						     s->end;
	symbol->end = offset_of(s, symbol->close) + 1;
	return symbol->close + 1;
}

/* Between a function's head and its '{'. */
static uint32_t behind_attributes(const struct reader_state *s, uint32_t i)
{
	while (i < s->end && is_attribute(&s->list[i])) {
		i++;
		if (i < s->end && s->list[i].kind == '(')
			i = skip_group(s, i);
	}
	return i;
}

/* No type stands at @start: a macro's call, or something not understood. */
static uint32_t read_other(struct reader_state *s, uint32_t start)
{
	uint32_t i = start, next;

	while (i < s->end && s->list[i].kind == TOKEN_WORD && i + 1 < s->end &&
	       s->list[i + 1].kind != '(')
		i++;
	if (i + 1 >= s->end || s->list[i].kind != TOKEN_WORD ||
	    s->list[i + 1].kind != '(' || s->list[i + 1].match <= i + 1)
		return skip_group(s, start);
	next = behind_attributes(s, s->list[i + 1].match + 1);
	if (next < s->end && s->list[next].kind == '{')
		return macro_function(s, start, i, next);
	add_makers(s, start, i);
	next = s->list[i + 1].match + 1;
	if (next < s->end && s->list[next].kind == '=')
		next = skip_initialiser(s, next + 1);
	return next;
}

static void read_items(struct reader_state *s)
{
	uint32_t i = 0, next, storage;
	struct type base;

	while (i < s->end) {
		if (s->list[i].kind != TOKEN_WORD) {
			/* extern "C" { and stray braces: look inside */
			i = s->list[i].kind == '(' ? skip_group(s, i) : i + 1;
			continue;
		}
		next = decl_specs(&s->env, s->list, i, s->end, &base, &storage);
		if (next == NO_TOKEN) {
			i = read_other(s, i);
			continue;
		}
		if (next < s->end && s->list[next].kind == '(' &&
		    base.base == TYPE_NAME && next == i + 1) {
			i = read_other(s, i);
			continue;
		}
		i = read_declarators(s, i, next, &base, storage);
	}
}

void outline_read(struct unit *unit)
{
	struct reader_state s = {
		.unit = unit,
		.list = unit->lexed.tokens.list,
		.end = unit->lexed.tokens.count,
		.env = { .arena = &unit->arena,
			 .home = &unit->arena,
			 .text = unit->text.data,
			 .file = unit->id },
	};

	read_directives(unit);
	read_structs(&s);
	read_items(&s);
}
