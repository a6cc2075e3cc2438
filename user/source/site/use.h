/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done with an expression that is a lock: which call it is an argument
 * of, or what else happens to it.
 */
#ifndef SOURCE_USE_H
#define SOURCE_USE_H

#include "source/type/expr.h"
#include "source/locktab/locktab.h"

enum use_kind {
	USE_API, /* an argument of a function of the lock table */
	USE_ANNOTATION, /* __releases() and kin: for checkers only */
	USE_CALL, /* an argument of some other function or macro */
	USE_LOCAL, /* put into a local variable */
	USE_STORED, /* put anywhere else */
	USE_RETURNED,
	USE_SET, /* = initial value */
	USE_READ, /* compared, sizeof, a member of the lock, ... */
	USE_ODD, /* its address, in an expression that nobody foresaw */
};

struct use {
	enum use_kind kind;
	const struct lock_api *row;
	uint32_t callee; /* tokens; NO_TOKEN without a call */
	uint32_t open, close; /* of the call's argument list */
	uint32_t name_end; /* behind the API's name: "guard(mutex)" */
	uint32_t argument; /* number of the argument */
	uint32_t from, to; /* the argument's tokens */
	uint32_t left; /* USE_LOCAL, USE_STORED: first token of where to */
	uint32_t left_end;
	uint32_t level; /* 0: the lock itself, 1: a pointer to it, 2: to that */
	bool address; /* the level is 1 or more */
	bool inner; /* a member of the lock is meant */
	const struct token *last; /* that member */
};

/*
 * The expression is list[from .. to). @level: how often it is to be followed to
 * come to the lock; an array of locks is a pointer to its first.
 */
void use_of(const struct locktab *locktab, const struct token *list,
	    uint32_t count, uint32_t from, uint32_t to, uint32_t level,
	    struct use *use);

/* Is this call one of __acquires(x) and kin? */
bool use_is_annotation(const struct token *callee);
/*
 * Do tokens [from, to) do nothing but assert, ask or initialise: are they calls
 * of such functions only, or "return" one's answer?
 */
bool use_only_asserts(const struct locktab *locktab, const struct token *list,
		      uint32_t from, uint32_t to,
		      bool (*known)(void *arg, const struct token *name),
		      void *arg);

/* The start and end of the argument around token @i inside list[open]. */
void argument_of(const struct token *list, uint32_t open, uint32_t i,
		 uint32_t *from, uint32_t *to, uint32_t *number);

/* The bracket that encloses token @i, not before @low; or NO_TOKEN. */
uint32_t enclosing(const struct token *list, uint32_t i, uint32_t low);

#endif
