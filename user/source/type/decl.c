// SPDX-License-Identifier: GPL-2.0
/*
 * Tokens in, types and declared names out. Kernel declarations are full of
 * attribute macros, which look like type names: a word is told to be the one
 * or the other by what follows it.
 */
#include "source/type/decl.h"

enum word_class {
	WORD_OTHER,
	WORD_STORAGE,
	WORD_QUALIFIER,
	WORD_STRUCT,
	WORD_ENUM,
	WORD_BUILTIN,
	WORD_TYPEOF,
};

static enum word_class word_class(const struct token *t)
{
	static const struct {
		const char *word;
		enum word_class class;
	} known[] = {
		{ "auto", WORD_STORAGE },
		{ "bool", WORD_BUILTIN },
		{ "char", WORD_BUILTIN },
		{ "const", WORD_QUALIFIER },
		{ "double", WORD_BUILTIN },
		{ "enum", WORD_ENUM },
		{ "extern", WORD_STORAGE },
		{ "float", WORD_BUILTIN },
		{ "inline", WORD_STORAGE },
		{ "int", WORD_BUILTIN },
		{ "long", WORD_BUILTIN },
		{ "register", WORD_STORAGE },
		{ "restrict", WORD_QUALIFIER },
		{ "short", WORD_BUILTIN },
		{ "signed", WORD_BUILTIN },
		{ "static", WORD_STORAGE },
		{ "struct", WORD_STRUCT },
		{ "typedef", WORD_STORAGE },
		{ "typeof", WORD_TYPEOF },
		{ "typeof_unqual", WORD_TYPEOF },
		{ "union", WORD_STRUCT },
		{ "unsigned", WORD_BUILTIN },
		{ "void", WORD_BUILTIN },
		{ "volatile", WORD_QUALIFIER },
		{ "_Bool", WORD_BUILTIN },
		{ "_Noreturn", WORD_STORAGE },
		{ "_Thread_local", WORD_STORAGE },
		{ "__auto_type", WORD_OTHER },
		{ "__const", WORD_QUALIFIER },
		{ "__const__", WORD_QUALIFIER },
		{ "__extension__", WORD_STORAGE },
		{ "__inline", WORD_STORAGE },
		{ "__inline__", WORD_STORAGE },
		{ "__int128", WORD_BUILTIN },
		{ "__restrict", WORD_QUALIFIER },
		{ "__restrict__", WORD_QUALIFIER },
		{ "__signed__", WORD_BUILTIN },
		{ "__thread", WORD_STORAGE },
		{ "__typeof", WORD_TYPEOF },
		{ "__typeof__", WORD_TYPEOF },
		{ "__typeof_unqual__", WORD_TYPEOF },
		{ "__unqual_scalar_typeof", WORD_TYPEOF },
		{ "TYPEOF_UNQUAL", WORD_TYPEOF },
		{ "__volatile__", WORD_QUALIFIER },
	};
	size_t i;

	if (t->kind != TOKEN_WORD || t->len < 3 || t->len > 22)
		return WORD_OTHER;
	if (!memchr("abcdefilrstuv_T", t->at[0], 15))
		return WORD_OTHER;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].word[0] == t->at[0] && token_is(t, known[i].word))
			return known[i].class;
	return WORD_OTHER;
}

/* Attribute macros begin with two underscores; so do some typedefs. */
static bool attribute_like(const struct token *t)
{
	return t->kind == TOKEN_WORD && t->len > 2 && t->at[0] == '_' &&
	       t->at[1] == '_';
}

/* The token behind the group that opens at i. */
static uint32_t behind(const struct token *list, uint32_t i, uint32_t end)
{
	uint32_t match = list[i].match;

	return match > i && match < end ? match + 1 : i + 1;
}

static bool starts_type(const struct token *t)
{
	enum word_class class = word_class(t);

	return class == WORD_STRUCT || class == WORD_ENUM ||
	       class == WORD_BUILTIN || class == WORD_TYPEOF ||
	       class == WORD_STORAGE;
}

/* Between "struct" and its tag; tags may begin with underscores, too. */
static bool struct_attribute(const struct token *t)
{
	static const char *const known[] = {
		"__attribute__",
		"__attribute",
		"__packed",
		"__aligned",
		"__designated_init",
		"__randomize_layout",
		"__no_randomize_layout",
		"__visible",
		"__counted_by",
		"__section",
		"__guarded_by",
		"__pt_guarded_by",
		"__printf",
		"__acquires",
		"__releases",
		"__must_hold",
	};
	size_t i;

	if (!attribute_like(t))
		return false;
	if (t->len > 13 && !memcmp(t->at, "____cacheline", 13))
		return true;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (token_is(t, known[i]))
			return true;
	return false;
}

/* Is the word at i an attribute, the type still to come? */
static bool is_leading_attribute(const struct token *list, uint32_t i,
				 uint32_t end)
{
	const struct token *next = &list[i + 1], *third;

	if (i + 1 >= end || next->kind != TOKEN_WORD)
		return false;
	if (starts_type(next))
		return true;
	if (word_class(next) == WORD_QUALIFIER)
		return attribute_like(&list[i]) && i + 2 < end &&
		       starts_type(&list[i + 2]);
	if (i + 2 >= end || attribute_like(next))
		return i + 2 < end && attribute_like(&list[i]) &&
		       is_leading_attribute(list, i + 1, end);
	third = &list[i + 2];
	if (third->kind == '*')
		return true;
	/* "__always_inline u64 __get(...)" */
	if (attribute_like(&list[i]) && attribute_like(third) && i + 3 < end &&
	    list[i + 3].kind == '(' && !struct_attribute(third))
		return true;
	return third->kind == TOKEN_WORD && !attribute_like(third) &&
	       word_class(third) != WORD_QUALIFIER;
}

/* Does a plain word come among the words behind @i? It is the name, then. */
static bool name_follows(const struct token *list, uint32_t i, uint32_t end)
{
	for (i++;
	     i < end && (list[i].kind == TOKEN_WORD || list[i].kind == '*');
	     i++)
		if (list[i].kind == '*' ||
		    (i + 1 < end && list[i + 1].kind == '(' &&
		     !struct_attribute(&list[i])) ||
		    (!attribute_like(&list[i]) &&
		     word_class(&list[i]) == WORD_OTHER))
			return true;
	return false;
}

/* A base is there: is the word at i still a specifier, not the name? */
static bool is_trailing_attribute(const struct token *list, uint32_t i,
				  uint32_t end)
{
	const struct token *next = &list[i + 1];

	if (i + 1 >= end)
		return false;
	if (next->kind == '*')
		return true;
	if (next->kind == '(')
		return attribute_like(&list[i]) && next->match > i + 1 &&
		       next->match + 1 < end &&
		       ((list[next->match + 1].kind == TOKEN_WORD &&
			 !attribute_like(&list[next->match + 1])) ||
			list[next->match + 1].kind == '*');
	if (next->kind != TOKEN_WORD)
		return false;
	if (attribute_like(&list[i]))
		return name_follows(list, i, end);
	/* "long noinline __copy(...) {", but "long name __aligned(8);" */
	return !attribute_like(next) ||
	       (i + 2 < end && list[i + 2].kind == '(' &&
		list[i + 2].match > i + 2 && list[i + 2].match + 1 < end &&
		list[list[i + 2].match + 1].kind == '{');
}

/* Join tokens of several texts to one. */
static const char *join(struct arena *arena, const struct token *list,
			uint32_t from, uint32_t to, uint32_t *len)
{
	size_t size = 0;
	uint32_t i;
	char *text;

	for (i = from; i < to; i++)
		size += list[i].len + 1;
	text = arena_alloc(arena, size + 1);
	size = 0;
	for (i = from; i < to; i++) {
		memcpy(text + size, list[i].at, list[i].len);
		size += list[i].len;
		text[size++] = ' ';
	}
	*len = (uint32_t)size;
	return text;
}

/* The text strictly between the brackets at i and its partner. */
static const char *inside(const struct decl_env *env, const struct token *list,
			  uint32_t i, uint32_t *len)
{
	const struct token *open = &list[i], *close = &list[open->match];

	if (env->expanded)
		return join(env->arena, list, i + 1, open->match, len);
	*len = (uint32_t)(close->at - open->at - open->len);
	return open->at + open->len;
}

static struct body *new_body(const struct decl_env *env,
			     const struct token *list, uint32_t i)
{
	struct body *body = arena_alloc(env->arena, sizeof(*body));

	body->text = inside(env, list, i, &body->size);
	body->file = env->file;
	body->home = env->home;
	body->offset = env->expanded ? 0 : (uint32_t)(body->text - env->text);
	return body;
}

/* "__name(...)" behind "struct tag": a function, not an attribute? */
static bool is_function_name(const struct token *list, uint32_t i, uint32_t end)
{
	uint32_t close = list[i + 1].match;

	return !struct_attribute(&list[i]) && close > i + 1 &&
	       close + 1 < end &&
	       (list[close + 1].kind == '{' || list[close + 1].kind == ';') &&
	       (close > i + 3 || token_is(&list[i + 2], "void"));
}

static uint32_t struct_spec(const struct decl_env *env,
			    const struct token *list, uint32_t i, uint32_t end,
			    struct type *base)
{
	const struct token *tag = NULL;

	for (i++; i < end && list[i].kind == TOKEN_WORD; i++) {
		if (i + 1 < end && list[i + 1].kind == '(' &&
		    attribute_like(&list[i])) {
			if (tag && is_function_name(list, i, end))
				break;
			i = behind(list, i + 1, end) - 1;
			continue;
		}
		if (tag && (i + 1 >= end || list[i + 1].kind != '{'))
			break;
		/* "struct MARK tag {", "struct tag __mark {" */
		if (tag && !attribute_like(&list[i]))
			tag = NULL;
		if (!tag && !struct_attribute(&list[i]))
			tag = &list[i];
	}
	base->base = TYPE_TAG;
	base->name = tag ? tag->at : NULL;
	base->len = tag ? tag->len : 0;
	if (i < end && list[i].kind == '{' && list[i].match > i) {
		if (!tag) {
			base->base = TYPE_BODY;
			base->body = new_body(env, list, i);
		}
		return list[i].match + 1;
	}
	return i;
}

static uint32_t enum_spec(const struct token *list, uint32_t i, uint32_t end,
			  struct type *base)
{
	base->base = TYPE_SCALAR;
	for (i++; i < end && list[i].kind == TOKEN_WORD; i++) {
		if (attribute_like(&list[i]))
			continue;
		i++;
		break;
	}
	if (i + 1 < end && list[i].kind == ':' &&
	    list[i + 1].kind == TOKEN_WORD) {
		while (i < end && list[i].kind != '{' && list[i].kind != ';')
			i++;
	}
	return i < end && list[i].kind == '{' ? behind(list, i, end) : i;
}

static uint32_t typeof_spec(const struct decl_env *env,
			    const struct token *list, uint32_t i, uint32_t end,
			    struct type *base)
{
	if (i + 1 >= end || list[i + 1].kind != '(' ||
	    list[i + 1].match <= i + 1)
		return NO_TOKEN;
	base->base = TYPE_EXPR;
	base->name = inside(env, list, i + 1, &base->len);
	return behind(list, i + 1, end);
}

static void note_storage(const struct token *t, uint32_t *storage)
{
	if (token_is(t, "typedef"))
		*storage |= STORAGE_TYPEDEF;
	else if (token_is(t, "static"))
		*storage |= STORAGE_STATIC;
	else if (token_is(t, "extern"))
		*storage |= STORAGE_EXTERN;
	else if (memmem(t->at, t->len, "inline", 6) &&
		 !(t->len >= 8 && !memcmp(t->at, "noinline", 8)))
		*storage |= STORAGE_INLINE;
}

bool decl_is_pointer(const struct token *list, uint32_t i, uint32_t end)
{
	uint32_t close = list[i].match;

	return list[i].kind == '(' && close > i + 2 && close + 1 < end &&
	       (list[i + 1].kind == '*' || list[i + 1].kind == '^') &&
	       (list[close + 1].kind == '(' || list[close + 1].kind == '[' ||
		(list[close + 1].kind == ';' && close == i + 3));
}

/* A word that is no keyword: the next token, or NO_TOKEN to stop before it. */
static uint32_t other_word(const struct decl_env *env, const struct token *list,
			   uint32_t i, uint32_t end, struct type *base,
			   uint32_t *storage)
{
	if (base->base != TYPE_UNKNOWN) {
		if (!is_trailing_attribute(list, i, end))
			return NO_TOKEN;
		note_storage(&list[i], storage);
		if (list[i + 1].kind == '(')
			return behind(list, i + 1, end);
		return i + 1;
	}
	if (i + 1 < end && list[i + 1].kind == '(' &&
	    !(env->members && decl_is_pointer(list, i + 1, end))) {
		if (!attribute_like(&list[i]))
			return NO_TOKEN;
		return behind(list, i + 1, end);
	}
	note_storage(&list[i], storage);
	if (is_leading_attribute(list, i, end))
		return i + 1;
	base->base = token_is(&list[i], "__auto_type") ? TYPE_SCALAR :
							 TYPE_NAME;
	base->name = list[i].at;
	base->len = list[i].len;
	return i + 1;
}

uint32_t decl_specs(const struct decl_env *env, const struct token *list,
		    uint32_t i, uint32_t end, struct type *base,
		    uint32_t *storage)
{
	uint32_t next, unused;

	memset(base, 0, sizeof(*base));
	if (!storage)
		storage = &unused;
	*storage = 0;
	for (; i < end && list[i].kind == TOKEN_WORD; i = next) {
		next = i + 1;
		switch (word_class(&list[i])) {
		case WORD_STORAGE:
			note_storage(&list[i], storage);
			if (!token_is(&list[i], "auto") || i + 2 >= end ||
			    list[i + 1].kind != TOKEN_WORD ||
			    list[i + 2].kind != '=')
				break;
			base->base = TYPE_SCALAR; /* "auto x = " */
			return i + 1;
		case WORD_QUALIFIER:
			break;
		case WORD_STRUCT:
			if (base->base != TYPE_UNKNOWN)
				return i;
			next = struct_spec(env, list, i, end, base);
			break;
		case WORD_ENUM:
			if (base->base != TYPE_UNKNOWN)
				return i;
			next = enum_spec(list, i, end, base);
			break;
		case WORD_BUILTIN:
			base->base = TYPE_SCALAR;
			break;
		case WORD_TYPEOF:
			if (base->base != TYPE_UNKNOWN)
				return i;
			next = typeof_spec(env, list, i, end, base);
			if (next == NO_TOKEN)
				return NO_TOKEN;
			break;
		case WORD_OTHER:
			next = other_word(env, list, i, end, base, storage);
			if (next == NO_TOKEN)
				return base->base == TYPE_UNKNOWN ? NO_TOKEN :
								    i;
			break;
		}
	}
	return base->base == TYPE_UNKNOWN ? NO_TOKEN : i;
}

struct type type_wrap(struct type type, char mod)
{
	if (type.depth >= TYPE_DEPTH) {
		type.base = TYPE_UNKNOWN;
		return type;
	}
	memmove(type.mods + 1, type.mods, type.depth);
	type.mods[0] = mod;
	type.depth++;
	return type;
}

struct type type_unwrap(struct type type)
{
	if (!type.depth) {
		type.base = TYPE_UNKNOWN;
		return type;
	}
	type.depth--;
	memmove(type.mods, type.mods + 1, type.depth);
	return type;
}

/* What one declarator, and the ones nested in it, apply: outermost first. */
struct mods {
	char list[TYPE_DEPTH * 2];
	uint32_t n;
};

static void add_mod(struct mods *mods, char mod)
{
	if (mods->n < sizeof(mods->list))
		mods->list[mods->n++] = mod;
}

static bool opens_nested(const struct token *list, uint32_t i, uint32_t end)
{
	uint32_t close = list[i].match;

	if (close <= i || close >= end)
		return false;
	for (i++; i < close; i++) {
		if (list[i].kind == '*' || list[i].kind == '^')
			return true;
		if (list[i].kind != TOKEN_WORD)
			return false;
		if (i + 1 == close)
			return list[i - 1].kind == '(' && close + 1 < end &&
			       (list[close + 1].kind == '(' ||
				list[close + 1].kind == '=') &&
			       word_class(&list[i]) == WORD_OTHER;
		if (word_class(&list[i]) != WORD_OTHER ||
		    list[i + 1].kind != '*')
			return false;
		if (close + 1 >= end || (list[close + 1].kind != '(' &&
					 list[close + 1].kind != '['))
			return false;
	}
	return false;
}

static uint32_t suffixes(const struct token *list, uint32_t i, uint32_t end,
			 struct mods *mods, uint32_t *params)
{
	while (i < end && (list[i].kind == '[' || list[i].kind == '(')) {
		/* "FNAME(fetch)(...)": the first one belongs to the name */
		if (list[i].kind == '(' && i && list[i - 1].kind == ')' &&
		    list[i - 1].match == *params) {
			*params = i;
			i = behind(list, i, end);
			continue;
		}
		if (list[i].kind == '(' && *params == NO_TOKEN)
			*params = i;
		add_mod(mods, (char)list[i].kind);
		i = behind(list, i, end);
	}
	return i;
}

static uint32_t declarator(const struct token *list, uint32_t i, uint32_t end,
			   struct mods *mods, struct declarator *out, int depth)
{
	uint32_t pointers = 0;

	for (; i < end; i++) {
		if (list[i].kind == '*' || list[i].kind == '^')
			pointers++;
		else if (list[i].kind == TOKEN_WORD &&
			 (word_class(&list[i]) == WORD_QUALIFIER ||
			  (attribute_like(&list[i]) &&
			   name_follows(list, i, end))))
			continue;
		else if (struct_attribute(&list[i]))
			i = i + 1 < end && list[i + 1].kind == '(' ?
				    behind(list, i + 1, end) - 1 :
				    i;
		else if (attribute_like(&list[i]) && i + 1 < end &&
			 list[i + 1].kind == '(' &&
			 list[i + 1].match + 1 < end && list[i + 1].match > i &&
			 list[list[i + 1].match + 1].kind == TOKEN_WORD &&
			 !attribute_like(&list[list[i + 1].match + 1]))
			i = list[i + 1].match;
		else
			break;
	}
	if (i < end && list[i].kind == '(' && depth < 8 &&
	    opens_nested(list, i, end)) {
		declarator(list, i + 1, list[i].match, mods, out, depth + 1);
		i = list[i].match + 1;
	} else if (i < end && list[i].kind == TOKEN_WORD) {
		if (i + 1 < end && list[i + 1].kind == TOKEN_WORD &&
		    !attribute_like(&list[i + 1]) && pointers &&
		    !token_is(&list[i + 1], "asm") &&
		    word_class(&list[i + 1]) == WORD_OTHER)
			i++; /* "*noinline_attr name" */
		out->name = &list[i++];
	}
	i = suffixes(list, i, end, mods, &out->params);
	while (pointers--)
		add_mod(mods, '*');
	return i;
}

uint32_t decl_declarator(const struct token *list, uint32_t i, uint32_t end,
			 const struct type *base, struct declarator *out)
{
	struct mods mods = { .n = 0 };

	memset(out, 0, sizeof(*out));
	out->params = NO_TOKEN;
	i = declarator(list, i, end, &mods, out, 0);
	out->type = *base;
	while (mods.n)
		out->type = type_wrap(out->type, mods.list[--mods.n]);
	return i;
}

uint32_t decl_skip_attributes(const struct token *list, uint32_t i,
			      uint32_t end)
{
	if (i < end && list[i].kind == ':')
		while (i < end && list[i].kind != ',' && list[i].kind != ';')
			i = behind(list, i, end);
	while (i < end && list[i].kind == TOKEN_WORD) {
		if (starts_type(&list[i]))
			break;
		i++;
		if (i < end && list[i].kind == '(')
			i = behind(list, i, end);
	}
	return i;
}
