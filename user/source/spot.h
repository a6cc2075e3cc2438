/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A word's occurrence in a file being searched: is it the target's, and what is
 * recorded of it. A private header of the search, like search.h.
 */
#ifndef SOURCE_SPOT_H
#define SOURCE_SPOT_H

#include "source/search.h"

/* An occurrence in code, or in an expansion of code. */
struct spot {
	const struct token *list;
	uint32_t count, token; /* of the word */
	const struct place *place;
	uint32_t lock_from, lock_to; /* the lock's expression, when matched */
	uint32_t parts; /* how many of the target's parts it has */
};

/* code.c */
void code_word(struct file_search *f, uint32_t token, struct word *word);
struct function_scope *function_at(struct file_search *f, uint32_t token);
/* Is the member at spot->token the target's? */
enum match spot_match(struct file_search *f, struct spot *spot,
		      const struct word *word, const char **other);
/* define.c */
void define_word(struct file_search *f, uint32_t offset,
		 const struct directive *directive, struct word *word);
void call_macro(struct file_search *f, uint32_t token, struct word *word,
		const struct place *place);
/* record.c */
void record_occurrence(struct file_search *f, uint32_t offset, enum why why,
		       const char *detail);
struct site *record_site(struct file_search *f, const struct token *list,
			 const struct use *use, const struct spot *spot,
			 const char *function);
/* A matched spot in the file's own text: its site, and its helper. */
void record_match(struct file_search *f, struct spot *spot);
void record_aliases(struct file_search *f, const struct spot *spot,
		    const struct use *use);
/* May @fn's (a macro's) calls be reported, which only asserts? */
bool only_asserts(struct file_search *f, const struct token *list,
		  uint32_t from, uint32_t to);
bool verb_locks(enum lock_verb verb);
bool verb_asserts(enum lock_verb verb);
bool asks_about(const struct token *callee);
/* Is it ".lock = value" in an initialiser? */
bool is_designator(const struct token *list, uint32_t i);
/* "struct.field.path" as far as the spot has it, in the worker's arena. */
const char *target_path(struct file_search *f, const struct use *use,
			uint32_t parts);

#endif
