/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path from a lock API to the primitive under it, for one configured tree,
 * with the side effects on the way. The tree's own preprocessor decides every
 * #if and every #include; nothing of it is guessed here.
 */
#ifndef SOURCE_CHAIN_H
#define SOURCE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "source/build/preproc.h"

enum chain_effect_kind {
	CHAIN_PREEMPT,
	CHAIN_IRQ,
	CHAIN_BH,
	CHAIN_LOCKDEP,
	CHAIN_LOCKSTAT,
	CHAIN_MMIOWB,
	CHAIN_SEQUENCE,
	CHAIN_MIGHT_SLEEP,
	CHAIN_ATOMIC, /* the operation of a fast path, or of the primitive */
	CHAIN_DEBUG,
	CHAIN_EFFECTS,
};

struct chain_effect {
	enum chain_effect_kind kind;
	char *name; /* what is called: "preempt_disable" */
	bool active; /* false: this configuration compiles it to nothing */
};

struct chain_step {
	const struct symbol *symbol;
	char *name;
	bool indirect; /* called through a table the kernel patches (pv_ops) */
	struct chain_effect *effects;
	size_t n_effects;
};

struct chain {
	char *api;
	struct chain_step *steps; /* the API first, the primitive last */
	size_t n;
	char *returns; /* the type of what the API hands back: "void" */
};

struct chains; /* one tree, with what was preprocessed so far */

/* Says what is wrong through error(). */
int chains_new(const char *tree, struct chains **out);
void chains_free(struct chains *chains);

/*
 * -ENOENT: no such function or macro in this tree and configuration (said,
 * with the near misses). The caller frees with chain_free(); the symbols
 * belong to @chains.
 */
int chain_find(struct chains *chains, const char *api, struct chain *chain);
void chain_free(struct chain *chain);

/* The options that decide over lock code, as "SMP=y PREEMPT_RT=n ..." */
int chains_options(const struct chains *chains,
		   int (*put)(void *arg, const char *name, const char *value),
		   void *arg);

const char *chain_effect_name(enum chain_effect_kind kind);

/* Format a chain for people, programs and Graphviz. */
int chain_print_text(const struct chains *chains, const struct chain *chain,
		     FILE *out);
int chain_print_json(const struct chains *chains, const struct chain *chain,
		     FILE *out);
int chain_print_dot(const struct chain *chain, FILE *out);

#endif
