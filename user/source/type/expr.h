/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The type of a C expression, as it stands in a kernel source: names are
 * looked up, macros expanded, members found, one step at a time and only as
 * far as it is needed.
 */
#ifndef SOURCE_EXPR_H
#define SOURCE_EXPR_H

#include "source/type/scope.h"

/* Where an expression stands. */
struct place {
	struct view *view;
	const struct scope *scope; /* NULL: at file scope */
	const struct place *outer; /* around an expansion */
	uint32_t at; /* the token of scope->list */
	int depth;
};

struct type expr_type(const struct place *place, const struct token *list,
		      uint32_t from, uint32_t to);

/* A member, in the struct, union or anonymous part that declares it. */
struct member {
	const struct field *field;
	const struct body *body;
};

/* A type without its typedefs and typeofs. */
struct type expr_resolve(const struct place *place, struct type type);
/* A member of what @type is or points to; false when there is none. */
bool expr_member(const struct place *place, struct type type, const char *name,
		 size_t len, struct member *out);
/* Definitions of struct @name as seen from here. */
uint32_t expr_bodies(const struct place *place, struct type type,
		     struct body *out[FIND_MAX]);
bool body_member(struct view *view, struct body *body, const char *name,
		 size_t len, struct member *out);
/* The type of a name, and the symbol if it is no local's. */
struct type expr_name_type(const struct place *place, const struct token *word,
			   const struct symbol **symbol);
/* The local that a name is here, or NULL. */
const struct local *place_local(const struct place *place,
				const struct token *word,
				const struct place **where);

/*
 * A call of this has the value of its first argument, as READ_ONCE(p) has, or
 * (@follows) of what that points to, as smp_load_acquire(&p) has.
 */
bool expr_hands_on(const struct token *callee, bool *follows);

/* The first token of the postfix expression that ends with token @last. */
uint32_t expr_start(const struct token *list, uint32_t last, uint32_t low);

#endif
