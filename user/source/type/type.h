/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A C type as a source writes it: a base and what is applied to reach it.
 * Names in it are not looked up here. Texts belong to the file or an arena.
 */
#ifndef SOURCE_TYPE_H
#define SOURCE_TYPE_H

#include <stdint.h>

struct arena;

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
	struct fields *_Atomic fields;
};

struct fields {
	struct field *list;
	uint32_t count, capacity;
};

/* One more (outermost) '*', '[' or '('; or one less. */
struct type type_wrap(struct type type, char mod);
struct type type_unwrap(struct type type);

#endif
