/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names that a lock's search looks for, and what it finds in a file.
 */
#ifndef SOURCE_WORD_H
#define SOURCE_WORD_H

#include "source/text/lex.h"
#include "source/site/sites.h"
#include "source/site/target.h"

struct file_search;

enum word_kind {
	WORD_FIELD, /* the target's first part */
	WORD_ALIAS, /* a macro that is a path of members: d_lock */
	WORD_MACRO, /* a macro in which the field is used */
	WORD_HELPER, /* a function or macro that takes the lock */
	WORD_ACCESSOR, /* a function that returns the lock's address */
	WORD_GUARD, /* NAME of a DEFINE_GUARD(NAME, ...) that takes it */
};

/* Where a name is defined, in the order of the files. */
struct definition {
	struct lock_helper helper;
	uint32_t file;
	struct definition *next;
};

/* A name to look for. What it means is settled before the round begins. */
struct word {
	const char *name;
	enum word_kind kind;
	bool local; /* of one .c file */
	bool locks, asserts; /* of a helper */
	struct definition *definitions; /* of all but a field or alias */
	struct word *twin; /* of the same name, in this round */
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
/* What @word stands for, if the name means that here. */
struct lock_helper *word_helper(struct file_search *f, const struct token *name,
				struct word *word);
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
void verdict_add(struct file_search *f, const char *at, enum match match,
		 const char *other);

#endif
