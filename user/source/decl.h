/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C declarations: specifiers and declarators as types. A type is a base and
 * what is applied to reach it; names in it are not looked up here.
 */
#ifndef SOURCE_DECL_H
#define SOURCE_DECL_H

#include "source/arena.h"
#include "source/lex.h"

enum type_base {
	TYPE_UNKNOWN,
	TYPE_SCALAR, /* numbers, enums, void: nothing to look into */
	TYPE_TAG, /* struct or union NAME */
	TYPE_BODY, /* struct { } or union { } without a tag */
	TYPE_NAME, /* a typedef's name */
	TYPE_EXPR, /* typeof(NAME): the text between the parentheses */
};

#define TYPE_DEPTH 6

struct type {
	const char *name;
	struct body *body;
	uint32_t len;
	uint8_t base;
	uint8_t depth;
	char mods[TYPE_DEPTH]; /* from outside: '*' pointer, '[', '(' function */
};

struct field {
	const char *name; /* NULL: an anonymous struct or union */
	uint32_t len;
	struct type type;
};

/* A struct's or union's definition. Its fields are read when asked for. */
struct body {
	const char *text; /* what stands between the braces */
	uint32_t size;
	uint32_t file, offset; /* of text; file is a tree's id */
	const char *tag; /* or the typedef's or variable's name; may be NULL */
	uint32_t tag_len;
	const struct body *outer; /* it is the type of this one's ... */
	const char *member; /* ... member; NULL when anonymous */
	uint32_t member_len;
	struct arena *home; /* what its fields shall live in */
	_Atomic(struct fields *) fields;
};

struct fields {
	struct field *list;
	uint32_t count, capacity;
};

/* Where a declaration's pieces live. */
struct decl_env {
	struct arena *arena; /* for what is made now ... */
	struct arena *home; /* ... and, later, for the fields of structs */
	const char *text; /* the file's start, for offsets */
	uint32_t file;
	bool expanded; /* the tokens come from several texts */
};

enum storage {
	STORAGE_TYPEDEF = 1,
	STORAGE_STATIC = 2,
	STORAGE_EXTERN = 4,
	STORAGE_INLINE = 8,
};

#define NO_TOKEN UINT32_MAX

/*
 * Specifiers at list[i .. end): the next token's number, or NO_TOKEN when no
 * type stands here. @storage may be NULL.
 */
uint32_t decl_specs(const struct decl_env *env, const struct token *list,
		    uint32_t i, uint32_t end, struct type *base,
		    uint32_t *storage);

struct declarator {
	const struct token *name; /* NULL: abstract */
	struct type type;
	uint32_t params; /* the '(' of a function's parameters, or NO_TOKEN */
};

/* A declarator at list[i .. end), behind @base: the next token's number. */
uint32_t decl_declarator(const struct token *list, uint32_t i, uint32_t end,
			 const struct type *base, struct declarator *out);
/* Skip attributes, asm labels and bit widths behind a declarator. */
uint32_t decl_skip_attributes(const struct token *list, uint32_t i,
			      uint32_t end);

/* One more (outermost) '*', '[' or '('; or one less. */
struct type type_wrap(struct type type, char mod);
struct type type_unwrap(struct type type);

#endif
