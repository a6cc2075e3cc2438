/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names that a function's parameters and blocks declare, and where each is
 * visible.
 */
#ifndef SOURCE_SCOPE_H
#define SOURCE_SCOPE_H

#include "source/type/index.h"

struct local {
	const struct token *name;
	struct type type;
	uint32_t from, to; /* tokens of the list in which it is visible */
	uint32_t init, init_end; /* "= expression", or 0 */
	uint32_t maker; /* a macro that may declare it, or 0 */
	bool parameter, is_auto, is_typedef;
};

struct scope {
	const struct token *list;
	struct local *locals;
	uint32_t count, capacity;
};

/*
 * Read the parameters at list[params] ('(' or NO_TOKEN) and the block between
 * list[open] and list[close] into @scope, whose memory is the view's arena's.
 * @expanded: the tokens come from several texts.
 */
void scope_read(struct view *view, const struct token *list, uint32_t params,
		uint32_t open, uint32_t close, bool expanded,
		struct scope *scope);

/*
 * Of a macro's call at file scope, list[open] its parenthesis: what its
 * arguments declare, as "TP_PROTO(struct inode *inode)" does, for all of them.
 */
void scope_read_call(struct view *view, const struct token *list, uint32_t open,
		     struct scope *scope);

/* The innermost local of that name at token @at, or NULL. */
const struct local *scope_find(const struct scope *scope, uint32_t at,
			       const char *name, size_t len);
/*
 * A macro in a block around @at that has the name as an argument (any macro,
 * if @name is NULL), the next one before local number *@next (at first:
 * scope->count); NULL when none is left.
 */
const struct local *scope_maker(const struct scope *scope, uint32_t at,
				const char *name, size_t len, uint32_t *next);
/* A typedef of that name anywhere in the scope, or NULL. */
const struct local *scope_typedef(const struct scope *scope, const char *name,
				  size_t len);

#endif
