/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the reader, the variables and the functions of the Makefile interpreter
 * share with each other; everyone else uses makefile.h.
 */
#ifndef SOURCE_MAKEFILE_INSIDE_H
#define SOURCE_MAKEFILE_INSIDE_H

#include <uthash.h>

#include "source/build/makefile.h"

/* References that nest deeper than this turn in circles. */
#define MAKEFILE_DEPTH 64

struct variable {
	char *name, *value;
	bool simple; /* set by ':=': its value is not expanded again */
	UT_hash_handle hh;
};

struct makefile {
	const char *root;
	const struct makefile *base;
	const struct config *config;
	struct variable *variables;
	const char *args[10]; /* $(0) to $(9) inside a $(call) */
	int depth;
};

/* The variable, in this interpreter or its base; NULL. */
const struct variable *makefile_find(const struct makefile *mk,
				     const char *name, size_t len);

/* @value is taken over (freed in the end, or at once on failure). */
int makefile_assign(struct makefile *mk, const char *name, size_t len,
		    char *value, bool simple);

/* Behind what is in @out, put @text with its references replaced. */
int makefile_expand(struct makefile *mk, const char *text, size_t len,
		    struct buf *out);

/* Obey lines of a Makefile. */
int makefile_obey(struct makefile *mk, const char *text, size_t len);

/*
 * Call the function @name, if it is one; @args is its text after the name,
 * not expanded. 1: it was called, 0: no such function, -errno.
 */
int makefile_call(struct makefile *mk, const char *name, size_t name_len,
		  const char *args, size_t len, struct buf *out);

/* $(text:a=b): the words that match @from become @to; '%' is any text. */
int makefile_patsubst(const char *from, const char *to, const char *text,
		      struct buf *out);

#endif
