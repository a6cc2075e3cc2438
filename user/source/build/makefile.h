/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Just enough of GNU make to learn what a kbuild Makefile puts into its lists:
 * variables of both flavours, conditionals, include, define, eval and the text
 * functions. Rules and recipes are stepped over, $(shell ...) is empty. An
 * interpreter belongs to one thread; its base is only read.
 */
#ifndef SOURCE_MAKEFILE_H
#define SOURCE_MAKEFILE_H

#include <stddef.h>

#include "source/build/config.h"

struct makefile;

/* A text that grows; all zero is an empty one, free(buf.s) ends it. */
struct buf {
	char *s; /* NUL-terminated once something was put */
	size_t len, room;
};

/*
 * @root: the tree, for include and wildcard; @base: variables to fall back on,
 * or NULL; @config: the CONFIG_ variables, or NULL. All borrowed. NULL when
 * out of memory.
 */
struct makefile *makefile_new(const char *root, const struct makefile *base,
			      const struct config *config);
void makefile_free(struct makefile *mk);

/* Set a variable to a text that is not expanded any more. */
int makefile_set(struct makefile *mk, const char *name, const char *value);

/*
 * Read and obey @path (relative to the root). -ENOENT, or -errno; what make
 * itself would refuse is stepped over.
 */
int makefile_read(struct makefile *mk, const char *path);

/* A variable, expanded, behind what is in @out. */
int makefile_value(struct makefile *mk, const char *name, struct buf *out);

/* Is it set to anything but blanks? */
bool makefile_has(struct makefile *mk, const char *name);

/* The next word of *@at, its length in @len; NULL at the end. */
const char *word_next(const char **at, size_t *len);

int buf_put(struct buf *buf, const char *text, size_t len);
int buf_puts(struct buf *buf, const char *text);

#endif
