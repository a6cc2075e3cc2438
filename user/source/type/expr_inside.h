/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the expression typer share. Only expr*.c look inside.
 */
#ifndef SOURCE_EXPR_INSIDE_H
#define SOURCE_EXPR_INSIDE_H

#include "source/type/expr.h"

/* Expressions nest, macros expand to macros: there it is given up. */
#define DEEPEST 60

static const struct type unknown = { .base = TYPE_UNKNOWN };
static const struct type scalar = { .base = TYPE_SCALAR };

static inline bool is_known(struct type type)
{
	return type.base != TYPE_UNKNOWN;
}

static inline struct place deeper(const struct place *place)
{
	struct place next = *place;

	next.depth++;
	return next;
}

/* The token behind list[i], or behind the bracket that it opens. */
static inline uint32_t behind(const struct token *list, uint32_t i, uint32_t to)
{
	return list[i].match > i && list[i].match < to ? list[i].match + 1 :
							 i + 1;
}

static inline struct decl_env env_of(const struct place *place)
{
	return (struct decl_env){ .arena = &place->view->arena,
				  .home = &place->view->arena,
				  .text = place->view->here->text.data,
				  .file = place->view->here->id,
				  .expanded = true };
}

#endif
