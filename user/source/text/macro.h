/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Macros, expanded one at a time and on demand. Tokens of an expansion point
 * to where they were spelt: in the macro's body, or in the caller's text.
 */
#ifndef SOURCE_MACRO_H
#define SOURCE_MACRO_H

#include "source/type/index.h"

#define MACRO_PARAMS 24

struct macro {
	struct symbol *symbol;
	struct {
		const char *at;
		uint32_t len;
	} params[MACRO_PARAMS];
	uint8_t count;
	uint32_t members; /* a bit for each parameter that may be a member */
	uint32_t pasted; /* and for each that may become part of a word */
	bool function, variadic;
	const char *text; /* of the body */
	uint32_t size;
	struct tokens body;
};

/* May argument number @n become a member's name? */
static inline bool macro_makes_member(const struct macro *macro, uint32_t n)
{
	if (n >= macro->count && macro->variadic && macro->count)
		n = macro->count - 1u;
	return n < MACRO_PARAMS && (macro->members >> n & 1);
}

/* Is the word one of the macro's parameters? */
bool macro_is_param(const struct macro *macro, const struct token *word);
/* The macro of a symbol, parsed on first use; never NULL. */
const struct macro *macro_get(struct symbol *symbol);
void macro_free(struct macro *macro);

/*
 * Expand @macro whose name stands at list[i] (i + 1 is the '(' if it takes
 * arguments) into tokens of the view's arena, with partners. Names in it are
 * not expanded further. @after: the token behind the call. False when this is
 * no call of it, or too much has been expanded already.
 */
bool macro_expand(struct view *view, const struct macro *macro,
		  const struct token *list, uint32_t i, struct tokens *out,
		  uint32_t *after);

/* Everything in list[from .. to) expanded as far as it goes, with partners. */
void macro_expand_all(struct view *view, const struct token *list,
		      uint32_t from, uint32_t to, struct tokens *out);

/* The macro that a word is here, or NULL. */
const struct macro *macro_of(struct view *view, const struct token *word);

#endif
