/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the walker of chains (chain.c), the finder of definitions
 * (chain_units.c) and the judge of side effects (chain_effect.c) share.
 */
#ifndef SOURCE_CHAIN_INSIDE_H
#define SOURCE_CHAIN_INSIDE_H

#include "source/chain/chain.h"
#include "source/build/config.h"
#include "source/build/kbuild.h"
#include "source/verify/scratch.h"

struct chains {
	struct scratch *scratch;
	struct config *config;
	struct kbuild *kbuild;
	char *tree;
	struct preproc **units; /* the probe of the headers first */
	char **sources; /* which file each is of */
	size_t n;
};

/* A word of a body that may matter: an identifier outside of strings. */
struct word {
	const char *p;
	size_t len;
	int depth; /* of parentheses around it that are a call's */
	bool call; /* a '(' follows */
	bool member; /* behind "." or "->" */
};

/* Call @fn for each word of @symbol's body; stop when it returns non-zero. */
int body_words(const struct symbol *symbol,
	       int (*fn)(void *arg, const struct word *word), void *arg);

/* The symbol's own words: is @p one of its macro parameters? */
bool is_parameter(const struct symbol *macro, const char *p, size_t len);

/* Is the name one that stands for a side effect? */
bool effect_kind(const char *name, size_t len, enum chain_effect_kind *kind);

/* Names that pass their arguments through: likely(), __cond_lock(). */
bool is_transparent(const char *name, size_t len);

/* Does it come to anything in this configuration? */
bool effect_active(const struct symbol *symbol, int depth);

/* Preprocess the tree's lock headers, and what @api is likely to lead to. */
int chains_probe(struct chains *chains, const char *api);

/*
 * A symbol by name, seen from @from (NULL: from the headers); one that is
 * only declared there is looked for in the .c files this configuration builds.
 */
const struct symbol *chains_lookup(struct chains *chains,
				   const struct symbol *from, const char *name,
				   size_t len);

/* Names near @api, for the message that there is no such one. */
void chains_suggest(const struct chains *chains, const char *api);

#endif
