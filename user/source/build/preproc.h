/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One translation unit as the compiler's own preprocessor leaves it with
 * -fdirectives-only: every #if is decided, every #include done, but no macro
 * is expanded. So both the macros and the functions of this configuration can
 * be read in their authors' words.
 */
#ifndef SOURCE_PREPROC_H
#define SOURCE_PREPROC_H

#include <stdbool.h>
#include <stddef.h>

enum symbol_kind {
	SYMBOL_MACRO,
	SYMBOL_INLINE,
	SYMBOL_FUNCTION,
	SYMBOL_DECLARED, /* its body is in another unit */
};

/* Texts point into the unit and end with it. */
struct symbol {
	enum symbol_kind kind;
	const char *name; /* not NUL-terminated */
	size_t name_len;
	const char *file; /* relative to the tree's root, NUL-terminated */
	unsigned int line;
	const char *head; /* what is before the body: type, name, parameters */
	size_t head_len;
	const char *body; /* a function's with its braces; NULL: declared */
	size_t body_len;
	const struct preproc *unit;
};

struct preproc;

/* @text is taken over (freed with the unit, also on failure). */
int preproc_new(char *text, size_t len, struct preproc **out);
void preproc_free(struct preproc *unit);

/*
 * What @name means at the end of the unit: a macro before a function, a body
 * before a declaration; NULL when the unit does not know it.
 */
const struct symbol *preproc_find(const struct preproc *unit, const char *name,
				  size_t len);

/* The same, but not the macro: what a macro of its own name refers to. */
const struct symbol *preproc_function(const struct preproc *unit,
				      const char *name, size_t len);

/* Call @fn for each name that is known, in no order. */
void preproc_each(const struct preproc *unit,
		  void (*fn)(void *arg, const struct symbol *symbol),
		  void *arg);

#endif
