/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A word's occurrence in a file being searched: is it the target's, and what is
 * recorded of it. A private header of the search, like search.h.
 */
#ifndef SOURCE_SPOT_H
#define SOURCE_SPOT_H

#include "source/search/search.h"

/* An occurrence in code, or in an expansion of code. */
struct spot {
	const struct token *list;
	uint32_t count, token; /* of the word */
	const struct place *place;
	uint32_t lock_from, lock_to; /* the lock's expression, when matched */
	uint32_t parts; /* how many of the target's parts it has */
	bool pointer; /* the expression is the lock's address */
	bool derived; /* the word is not the field's: a local, a function */
	uint32_t hops; /* from local to local */
	const struct lock_helper *accessor; /* where the address is from */
};

static inline bool is_member(const struct token *list, uint32_t i)
{
	return i &&
	       (list[i - 1].kind == '.' || list[i - 1].kind == TOKEN_ARROW);
}

/* code.c */
void code_word(struct file_search *f, uint32_t token, struct word *word);
struct function_scope *function_at(struct file_search *f, uint32_t token);
/* spot.c */
/* Is the member at spot->token the target's? */
enum match spot_match(struct file_search *f, struct spot *spot,
		      const struct word *word, const char **other);
/* How many of parts[1 ...] stand behind the first; *end is set behind them. */
uint32_t more_parts(const struct target *target, const struct token *list,
		    uint32_t i, uint32_t *end);
/* "x->dev.parent": a member that is not on the way to dev.mutex follows. */
bool spot_turns_off(const struct file_search *f, const struct spot *spot);
/* What is done with the lock there. */
void spot_use(struct file_search *f, const struct spot *spot, struct use *use);
/* field.c */
void bare_field(struct file_search *f, uint32_t token, struct word *word,
		const struct place *place);
bool in_struct_body(struct file_search *f, uint32_t token);
/* In braces that are no struct's: code, though of no function that is known. */
bool in_some_block(struct file_search *f, uint32_t token);
/*
 * The call whose macro may make a member of the bare word list[i], or NO_TOKEN.
 * @strangers: so may what nobody here declares.
 */
uint32_t member_maker(struct file_search *f, const struct token *list,
		      uint32_t i, bool strangers);
/* In front of or behind it stands what makes it no lock's name, or NULL. */
const char *plain_name(const struct token *list, uint32_t i);
/* The outermost macro's call around a token, or NO_TOKEN. */
uint32_t macro_around(struct file_search *f, uint32_t token);
/* define.c */
void define_word(struct file_search *f, uint32_t offset,
		 const struct directive *directive, struct word *word);
/* In offsetof() or an annotation: nothing is done to a lock there. */
bool only_named(const struct token *list, uint32_t i);
/* callmacro.c */
/* @named: the field's word among its arguments, or NO_TOKEN. */
void call_macro(struct file_search *f, uint32_t token, uint32_t named,
		struct word *word, const struct place *place);
/* record.c */
void record_occurrence(struct file_search *f, uint32_t offset, enum why why,
		       const char *detail);
struct site *record_site(struct file_search *f, const struct token *list,
			 const struct use *use, const struct spot *spot,
			 const char *function);
/* A matched spot in the file's own text: its site, and its helper. */
void record_match(struct file_search *f, struct spot *spot);
/* What a matched spot's occurrence is; a derived one has none. */
void record_why(struct file_search *f, const struct spot *spot, enum why why,
		const char *detail);
void record_escape(struct file_search *f, const struct spot *spot,
		   const struct use *use, const char *function,
		   const char *goes);
const char *spelt(struct file_search *f, const struct token *list,
		  uint32_t from, uint32_t to);
/* through.c */
/* What a macro that is no lock function does with the lock it is handed. */
struct inside {
	const struct lock_api *row; /* its lock function: any but a check */
	bool seen, takes, gives;
	bool yields; /* its value is the lock's address again */
	bool escapes;
	bool more; /* it is not just a call of @row, with the same arguments */
};

/* False: what @use calls is no macro, or the lock escapes into it. */
bool through_macro(struct file_search *f, const struct spot *spot,
		   struct use *use, struct inside *in);
/* A macro that both takes and releases: for its caller it does neither. */
const struct lock_api *wrapping_row(struct file_search *f,
				    const struct token *name,
				    const struct lock_api *row);

#endif
