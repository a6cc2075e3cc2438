/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C declarations: specifiers and declarators as types. Names in them are not
 * looked up here.
 */
#ifndef SOURCE_DECL_H
#define SOURCE_DECL_H

#include "source/text/arena.h"
#include "source/text/lex.h"
#include "source/type/type.h"

/* Where a declaration's pieces live. */
struct decl_env {
	struct arena *arena; /* for what is made now ... */
	struct arena *home; /* ... and, later, for the fields of structs */
	const char *text; /* the file's start, for offsets */
	uint32_t file;
	bool expanded; /* the tokens come from several texts */
	bool members; /* of a struct: "word (*name)(" is no call */
};

enum storage {
	STORAGE_TYPEDEF = 1,
	STORAGE_STATIC = 2,
	STORAGE_EXTERN = 4,
	STORAGE_INLINE = 8,
};

/*
 * Specifiers at list[i .. end): the next token's number, or NO_TOKEN when no
 * type stands here. @storage may be NULL.
 */
uint32_t decl_specs(const struct decl_env *env, const struct token *list,
		    uint32_t i, uint32_t end, struct type *base,
		    uint32_t *storage);

/* Does the '(' at @i open "(*name)(...)", "(*name)[...]" or "(*name);"? */
bool decl_is_pointer(const struct token *list, uint32_t i, uint32_t end);

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

#endif
