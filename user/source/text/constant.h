/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that #define makes numbers. The index of macros has none of them: they
 * are many, and hardly one matters here.
 */
#ifndef SOURCE_CONSTANT_H
#define SOURCE_CONSTANT_H

#include "source/type/index.h"

/* Put the number that @word stands for into it, if any header defines one. */
bool constant_resolve(struct view *view, struct token *word);

#endif
