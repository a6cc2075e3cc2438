/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which bytes of a C text are comments, without its tokens: for files that
 * only talk about what is looked for.
 */
#ifndef SOURCE_COMMENT_H
#define SOURCE_COMMENT_H

#include "source/tree/tree.h"

/* A walk through a text, from its start on. */
struct comments {
	const char *at, *end;
	const char *from, *to; /* the last comment found */
};

/* Does what stands on its line let one think that @at is in a comment? */
bool comment_likely(const struct text *text, const char *at);
void comments_begin(struct comments *c, const struct text *text);
/* Is @at in a comment? It must not go backward from call to call. */
bool comments_hold(struct comments *c, const char *at);

#endif
