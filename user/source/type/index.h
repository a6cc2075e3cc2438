/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What names mean in which file. Headers are read when an #include leads to
 * them; nothing is written to disk. The index is shared by threads; a view is
 * one thread's, for one file.
 */
#ifndef SOURCE_INDEX_H
#define SOURCE_INDEX_H

#include <pthread.h>

#include "source/type/unit.h"

struct index;
struct locktab;

/* @arch: the directory under arch/ for <asm/...>; NULL: x86. */
int index_open(struct tree *tree, const char *arch, struct index **out);
void index_close(struct index *index);
struct tree *index_tree(const struct index *index);

/* A file as the index keeps it (without tokens); NULL if unreadable. */
struct unit *index_unit(struct index *index, uint32_t id);
/* The text that an #include of @unit stands for; -errno. */
int index_included(struct index *index, const struct unit *unit,
		   const struct include *include, struct text *out);
bool index_has(struct index *index, uint32_t id);

/*
 * One more unit of a file whose text, malloc()ed, was made: both are the
 * index's from here.
 */
void index_hang(struct index *index, struct unit *unit);
/* Is this the first time that a file is asked for? */
bool index_first_made(struct index *index, uint32_t id);

struct view {
	struct index *index;
	struct unit *here; /* its tokens are there */
	uint64_t *visible; /* a bit for each file; valid if computed */
	uint32_t *queue; /* room for the walk of includes */
	bool computed;
	bool embeds; /* a struct may have another's members without a name */
	uint32_t before; /* of macros defined anew, what holds there; or 0 */
	const struct body *body; /* whose members are being read; or NULL */
	bool everywhere; /* look in all files that are loaded, nearest first */
	const struct locktab *locktab; /* its names are not expanded; or NULL */
	struct wanted *wanted; /* names that were not found go here; or NULL */
	struct arena arena; /* of what typing makes; freed with the file */
	uint32_t work; /* expansions so far: hostile sources end */
	bool cut; /* an expansion did */
	bool constants; /* names of numbers count: it takes long ... */
	bool constant_met; /* ... and is in vain if an expansion met none */
	struct made_types *made; /* valid if made_known; see expr_name.c */
	bool made_known;
};

void view_init(struct view *view, struct index *index);
/* Start on another file; @unit is borrowed. */
void view_enter(struct view *view, struct unit *unit);
void view_free(struct view *view);
bool view_sees(struct view *view, uint32_t file);
/* The file that a struct's body stands in, as a unit; NULL if unreadable. */
const struct unit *view_home(struct view *view, const struct body *body);
/* The next file, from *@id on, that it sees, itself among them; or NULL. */
const struct unit *view_unit(struct view *view, uint32_t *id);

#define FIND_MAX 8

/*
 * The symbols that @name means here: of the file itself first, then of what it
 * includes, in file order. Returns how many of them are in @out.
 */
uint32_t view_find(struct view *view, const char *name, size_t len,
		   uint32_t kinds, struct symbol *out[FIND_MAX]);

/* The fields of a definition, read on first use. */
const struct fields *body_fields(struct view *view, struct body *body);

/* Names still to be found, from many threads. */
struct wanted {
	pthread_mutex_t lock;
	char **names;
	uint32_t count, capacity;
};

void wanted_add(struct wanted *wanted, const char *name, size_t len);
void wanted_free(struct wanted *wanted);

#endif
