/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The search for one lock's sites: what its parts share. Only search*.c,
 * code.c, define.c, record.c and sites.c look inside.
 */
#ifndef SOURCE_SEARCH_H
#define SOURCE_SEARCH_H

#include "source/finder.h"
#include "source/macro.h"
#include "source/sites.h"
#include "source/target.h"
#include "source/treestore.h"
#include "source/use.h"

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

struct search {
	struct tree *tree;
	struct index *index;
	struct locktab *locktab;
	struct target target;
	struct word **words; /* all so far */
	uint32_t word_count, word_capacity;
	uint32_t first_new; /* words[first_new ...] are this round's */
	const struct finder *finder; /* of this round's words */
	uint32_t finder_first;
	const uint32_t *ids; /* this round's files */
	pthread_mutex_t lock; /* of words found, and of the results of macros */
	struct word **found; /* for the next round */
	uint32_t found_count, found_capacity;
	struct result *results; /* one a file of the tree */
	struct worker *workers;
	struct wanted wanted;
	bool everywhere, has_aliases;
	struct verdict *verdicts; /* about places in headers' macros */
};

/* One thread's. */
struct worker {
	struct view view;
	struct reader reader;
	struct arena arena; /* of results: lives as long as the site_set */
};

/* One file being searched. */
struct file_search {
	struct search *search;
	struct worker *worker;
	struct view *view;
	struct unit *unit;
	struct result *result;
	uint32_t id;
	bool header;
	struct word **local; /* words of this .c file only */
	uint32_t local_count, local_capacity;
	struct function_scope *functions;
	uint32_t line, line_at; /* a cursor for line numbers */
};

/* A function around a token, with its names. */
struct function_scope {
	const struct symbol *symbol;
	const char *name;
	struct scope scope, params; /* params: of a macro-made head */
	bool has_params;
	struct place place, outer;
	struct function_scope *next;
};

/* An occurrence in code, or in an expansion of code. */
struct spot {
	const struct token *list;
	uint32_t count, token; /* of the word */
	const struct place *place;
	uint32_t lock_from, lock_to; /* the lock's expression, when matched */
	uint32_t parts; /* how many of the target's parts it has */
};

/* code.c */
void code_word(struct file_search *f, uint32_t token, struct word *word);
struct function_scope *function_at(struct file_search *f, uint32_t token);
/* Is the member at spot->token the target's? */
enum match spot_match(struct file_search *f, struct spot *spot,
		      const struct word *word, const char **other);
/* define.c */
void define_word(struct file_search *f, uint32_t offset,
		 const struct directive *directive, struct word *word);
void call_macro(struct file_search *f, uint32_t token, struct word *word,
		const struct place *place);
/* record.c */
void record_occurrence(struct file_search *f, uint32_t offset, enum why why,
		       const char *detail);
struct site *record_site(struct file_search *f, const struct token *list,
			 const struct use *use, const struct spot *spot,
			 const char *function);
/* A matched spot in the file's own text: its site, and its helper. */
void record_match(struct file_search *f, struct spot *spot);
void record_aliases(struct file_search *f, const struct spot *spot,
		    const struct use *use);
/* May @fn's (a macro's) calls be reported, which only asserts? */
bool only_asserts(struct file_search *f, const struct token *list,
		  uint32_t from, uint32_t to);
bool verb_locks(enum lock_verb verb);
bool verb_asserts(enum lock_verb verb);
/* words.c */
struct word *word_find(struct file_search *f, const char *name, size_t len,
		       enum word_kind kind);
void word_add(struct file_search *f, const struct token *name,
	      enum word_kind kind, const struct lock_helper *helper,
	      bool locks, bool asserts, bool local);
void verdict_add(struct file_search *f, const char *at, enum match match,
		 const char *other);

bool asks_about(const struct token *callee);
/* Is it ".lock = value" in an initialiser? */
bool is_designator(const struct token *list, uint32_t i);
void search_file(struct search *search, struct worker *worker, uint32_t id);
/* "struct.field.path" as far as the spot has it, in the worker's arena. */
const char *target_path(struct file_search *f, const struct use *use,
			uint32_t parts);

#endif
