/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies of a header's helpers (inode_lock, mmap_read_lock, ...) that call
 * variants: the header's own text, with the names changed and nothing else.
 */
#ifndef SOURCE_CLONE_H
#define SOURCE_CLONE_H

#include <stdio.h>

#include "source/text/edit.h"
#include "source/patch/naming.h"
#include "source/site/sites.h"

struct clone {
	const struct lock_helper *helper;
	uint32_t id; /* of the header in the tree */
	struct span body; /* the definition, from clone_span() */
	struct edit_list edits; /* offsets are the header's */
	bool guard; /* a class of guards, not a function or macro */
	bool written;
};

struct clone_list {
	struct tree *tree;
	const struct naming *naming;
	struct clone *clones;
	size_t nr, room;
	bool private; /* out: some come from a header outside include/ */
	bool static_keys; /* out */
};

/* The helper's whole definition in its file; empty when it is not there. */
struct span clone_span(struct tree *tree, const struct lock_helper *helper);

/* The helper in whose definition @site (in a header) lies, or NULL. */
const struct lock_helper *clone_around(struct tree *tree,
				       const struct site_set *set,
				       const struct site *site);

/*
 * Can a copy of what header @file defines tell whether that was included? By
 * its include guard, or by a macro that no other file defines; those of include/ are
 * included for it.
 */
bool clone_fits(struct tree *tree, const char *file);

/* The clone of @helper, made when it is not there; NULL: no memory, or the
 * helper's header cannot be read (said). */
struct clone *clone_get(struct clone_list *list,
			const struct lock_helper *helper);

/* All clones in an order that compiles. 0 or -errno. */
int clone_write(struct clone_list *list, FILE *out);

/* #include lines of the headers that clones come from, once each. */
void clone_write_includes(struct clone_list *list, FILE *out);

void clone_free(struct clone_list *list);

#endif
