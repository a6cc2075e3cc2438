/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names that a lock's search looks for, and what a file's search finds.
 * A private header of the search, like search.h.
 */
#ifndef SOURCE_WORD_H
#define SOURCE_WORD_H

#include "source/lex.h"
#include "source/sites.h"
#include "source/target.h"

struct file_search;

enum word_kind {
	WORD_FIELD, /* the target's first part */
	WORD_ALIAS, /* a macro that is a path of members: d_lock */
	WORD_MACRO, /* a macro in which the field is used */
	WORD_HELPER, /* a function or macro that takes the lock */
};

/* A name to look for. What it means is settled before the round begins. */
struct word {
	const char *name;
	enum word_kind kind;
	bool local; /* of one .c file */
	bool locks, asserts; /* of a helper */
	struct lock_helper helper;
	uint32_t file; /* where it is defined */
};

/* A place in a macro's body: whose field it is, its calls tell. */
struct pending {
	const char *at; /* in the file's text */
	uint32_t site; /* in the result, or NO_TOKEN */
	uint32_t occurrence;
	bool yes, no, unknown;
	const char *other;
};

struct result {
	struct site *sites;
	uint32_t site_count, site_capacity;
	struct occurrence *occurrences;
	uint32_t occurrence_count, occurrence_capacity;
	struct pending *pending;
	uint32_t pending_count, pending_capacity;
};

struct word *word_find(struct file_search *f, const char *name, size_t len,
		       enum word_kind kind);
void word_add(struct file_search *f, const struct token *name,
	      enum word_kind kind, const struct lock_helper *helper, bool locks,
	      bool asserts, bool local);
void verdict_add(struct file_search *f, const char *at, enum match match,
		 const char *other);

#endif
