/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The search for one lock's sites: what its parts share with each other only.
 */
#ifndef SOURCE_SEARCH_H
#define SOURCE_SEARCH_H

#include "source/text/finder.h"
#include "source/text/macro.h"
#include "source/site/target.h"
#include "source/tree/treestore.h"
#include "source/site/use.h"
#include "source/search/word.h"

struct search {
	struct tree *tree;
	struct index *index;
	struct locktab *locktab;
	struct target target;
	struct word **words; /* all so far */
	uint32_t word_count, word_capacity;
	struct finder *finder; /* of this round's words ... */
	const char **names; /* ... their names, each once ... */
	struct word **heads; /* ... and the words, by the finder's numbers */
	uint32_t name_count;
	const uint32_t *ids; /* this round's files */
	pthread_mutex_t lock; /* of words found, and of the results of macros */
	struct word **found; /* for the next round */
	uint32_t found_count, found_capacity;
	struct result *results; /* one a file of the tree */
	struct worker *workers;
	struct wanted wanted;
	bool everywhere, has_aliases;
	bool may_embed, embeds; /* "struct tag;" is a member; the target's is */
	bool headers_only; /* no .c file was asked for the struct ... */
	atomic_bool rival; /* ... but one defines it, too */
	struct verdict *verdicts; /* about places in headers' macros */
};

/* One thread's. */
struct worker {
	struct view view;
	struct reader reader;
	struct lexed lexed; /* memory for the next file's tokens */
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

/* searchfile.c; @text: of a .c file, if at hand */
void search_file(struct search *search, struct worker *worker, uint32_t id,
		 const struct text *text);
/* gather.c: what the calls of headers' macros told of their bodies' places */
void search_settle(struct search *search);
/* Names that lead to the lock are left over: that is unexplained. */
void search_stopped(struct search *search);
void search_gather(struct search *search, struct site_set *set);
/* wanted.c; @neighbours: .c files may declare what is wanted, too */
int search_wanted(struct search *search, bool neighbours);

#endif
