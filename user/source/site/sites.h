/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every place in a tree that takes, releases, checks or hands on one lock, and
 * an explanation of every occurrence of its name. All strings and arrays of a
 * site_set belong to the set (or its tree, which must outlive it).
 */
#ifndef SOURCE_SITES_H
#define SOURCE_SITES_H

#include "source/site/site.h"
#include "source/tree/tree.h"

enum why {
	WHY_SITE,
	WHY_BODY, /* part of a helper's or wrapper macro's definition */
	WHY_DECLARATION, /* the field itself, or a variable */
	WHY_INITIALISER,
	WHY_ANNOTATION, /* __guarded_by(), @field of a struct */
	WHY_COMMENT,
	WHY_STRING,
	WHY_OTHER, /* another struct's field, another name: see detail */
	WHY_USE, /* read or copied, not locked: sizeof, offsetof, ... */
	WHY_DIRECTIVE, /* #include <.../lock.h>, #ifdef */
	WHY_UNEXPLAINED,
};

struct occurrence {
	const char *file;
	uint32_t id, line, col, offset;
	enum why why;
	const char *detail; /* "genwqe_file.file_lock"; may be "" */
};

struct site_set {
	struct site *sites; /* sorted by file, line, column */
	uint32_t count;
	struct occurrence *occurrences; /* same order */
	uint32_t occurrence_count, unexplained;
	struct lock_helper *helpers;
	uint32_t helper_count;
	const char *lock, *file; /* canonical name; where it is declared */
	uint32_t line;
	enum lock_family family;
	void *arena; /* owns the above */
};

struct sites_opts {
	int threads; /* 0: as many as there are CPUs */
	bool no_config; /* report every branch, even with a .config */
};

/*
 * @lock: "struct.field.path", or a file-scope lock's name, "rename_lock" or
 * "fs/dcache.c:rename_lock". @opts may be NULL. Errors are said by error().
 * Returns 0, -ENOENT (no such struct, field or lock), -EEXIST (ambiguous),
 * -EINVAL (the name cannot be one) or another -errno. Free with sites_free().
 */
int sites_find(struct tree *tree, const char *lock,
	       const struct sites_opts *opts, struct site_set *set);
/*
 * All lock sites in one function, of any lock, path typed as far as it can be
 * ("files_struct.file_lock", "jiffies_lock"; "" when unknown). @function may
 * be "fs/file.c:alloc_fd". No accounting of occurrences. -ENOENT: no such
 * function.
 */
int sites_in_function(struct tree *tree, const char *function,
		      struct site_set *set);
void sites_free(struct site_set *set);

/* In the helper's definition? A guard's has no function's name. */
bool site_in_helper(const struct site *s, const struct lock_helper *helper);

const char *why_name(enum why why);

#endif
