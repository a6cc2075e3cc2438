/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "struct tag;" among a struct's members: where the kernel is built with
 * -fms-extensions, tag's members are that struct's, too.
 */
#ifndef SOURCE_EMBED_H
#define SOURCE_EMBED_H

#include "source/tree/tree.h"

/* Is the tree built so? */
bool embed_allowed(const struct tree *tree);
/* May a text hold a struct with "struct @tag;" as a member? */
bool embed_in(const struct text *text, const char *tag);
/* May a header do so? */
bool embed_in_headers(struct tree *tree, const char *tag);

#endif
