/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One place in a tree that takes, releases, checks or hands on a lock, and the
 * helper it may do so by. Strings belong to the site_set (or its tree).
 */
#ifndef SOURCE_SITE_H
#define SOURCE_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "source/locktab/locktab.h"

enum site_class {
	SITE_DIRECT, /* a lock API on &base.field */
	SITE_HELPER, /* a call of something that does it for its caller */
	SITE_BODY, /* inside the definition of such a helper in a header */
	SITE_ASSERT, /* lockdep, held, init, annotation */
	SITE_ESCAPE, /* the address leaves */
	SITE_OTHER_CONFIG, /* .config compiles it out, or does not build it */
};

/* Bytes [start, end) of a file. */
struct span {
	uint32_t start, end;
};

struct lock_helper {
	const char *name, *file; /* defined where */
	uint32_t line;
	struct span body; /* the whole definition in that file */
	bool macro, header;
	int8_t parameter; /* which one leads to the lock; -1: none (a global) */
	const char *via; /* the lock as the body spells it: "mm->mmap_lock" */
	const struct lock_api *api; /* the API at the end; NULL: several */
	const struct lock_helper *next; /* the helper it calls, or NULL */
};

struct site {
	const char *file, *function; /* "" at file scope, the macro in one */
	const char *api, *argument; /* as spelt; argument on one line */
	const char *path; /* struct.field.path */
	uint32_t id; /* the file's id in the tree */
	uint32_t line, col; /* 1-based */
	enum site_class class;
	enum site_class within; /* class if the config did build it */
	struct span name; /* the API's name */
	struct span args; /* between the parentheses */
	struct span lock; /* the argument that is the lock: "&f->file_lock" */
	struct span call; /* name up to and with the ')' */
	const struct lock_api *row; /* NULL for most escapes */
	const struct lock_helper *helper; /* of class helper; else NULL */
	const struct lock_helper *accessor; /* returns its address; or NULL */
	const char *condition; /* "defined(A) && !(B)" or "" */
	const char *goes; /* escape: where to; else NULL */
	const char *rest; /* escape: members from what leaves to the lock; NULL:
			     as @path tells */
	const char *settled; /* escape: why it is in nobody's way; or NULL */
	bool in_macro; /* inside a #define */
	bool more; /* calls a macro that does more than @row on the lock */
	bool alias; /* through a local pointer to the lock */
};

/* Does it take the lock, or give it back? */
bool site_moves(const struct site *site);
const char *site_class_name(enum site_class class); /* "other-config" */

#endif
