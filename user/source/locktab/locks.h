/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock fields of a tree or of one struct, and the locks at file scope,
 * read from the declarations.
 */
#ifndef SOURCE_LOCKS_H
#define SOURCE_LOCKS_H

#include <stdint.h>

#include "source/locktab/locktab.h"
#include "source/tree/tree.h"

struct lock_field {
	const char *path; /* "inode.i_lock"; a file-scope lock's bare name */
	const char *type; /* "spinlock_t" */
	const char *file;
	uint32_t line;
	enum lock_family family;
	const char *condition; /* of the preprocessor, "" if none */
};

struct lock_list {
	struct lock_field *fields; /* sorted by file and line */
	uint32_t count;
	void *arena;
};

/* @name: a struct's tag, or NULL for all. -ENOENT: no such struct. */
int locks_list(struct tree *tree, const char *name, struct lock_list *list);
void locks_free(struct lock_list *list);

#endif
