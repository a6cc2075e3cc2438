/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What leads to the lock by another name: a local that points to it, a function
 * that returns its address, a guard. A private header of the search.
 */
#ifndef SOURCE_DERIVED_H
#define SOURCE_DERIVED_H

#include "source/search/spot.h"

/* alias.c */
/* Behind what points to a part of the path: the rest of the path. */
void rest_of_path(const struct file_search *f, struct spot *spot);
/* Is list[i] the local @name? */
bool names_local(const struct token *list, uint32_t i,
		 const struct token *name);
void record_aliases(struct file_search *f, const struct spot *spot,
		    const struct use *use);
void record_returned(struct file_search *f, const struct spot *spot,
		     const struct use *use, struct function_scope *fn);
void accessor_word(struct file_search *f, uint32_t token, struct word *word,
		   const struct place *place);
/* guard.c */
/* The DEFINE_GUARD (and kin) at file scope around a token, or NO_TOKEN. */
uint32_t guard_definition(const struct token *list, uint32_t token);
/* Is it the class of a guard(NAME) or scoped_guard(NAME, ...)? */
bool guard_names(const struct token *list, uint32_t token);
/* What stands in its arguments is typed as if it stood in its functions. */
void guard_scope(struct file_search *f, uint32_t callee, struct place *place);
void guard_add(struct file_search *f, uint32_t callee);
void guard_word(struct file_search *f, uint32_t token, struct word *word,
		const struct place *place);
/* define.c: the macro's name is looked for, too; @use: the helper's, or NULL */
void macro_word_add(struct file_search *f, struct symbol *symbol,
		    enum word_kind kind, const struct use *use, bool locks,
		    bool asserts);
/* pasted.c: the macros of a file that may make the field's name by ## */
void pasted_words(struct file_search *f);
/* code.c; programs that come with the kernel have structs of their own */
bool outside_kernel(struct file_search *f);
/* A prototype's parameters are in no scope; checkers alone read these. */
bool in_annotation(const struct token *list, uint32_t token);
/* A header's function that calls @inner. */
void header_helper(struct file_search *f, const struct function_scope *fn,
		   struct lock_helper *inner, const char *via, bool locks,
		   bool asserts);

#endif
