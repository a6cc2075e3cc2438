/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that names something, or text that declares it?
 */
#ifndef SOURCE_DEFINER_H
#define SOURCE_DEFINER_H

#include "source/text/finder.h"
#include "source/tree/tree.h"

/*
 * May one of the finder's words be declared or defined in @text, at file scope
 * or as a struct's tag? Where in doubt, yes.
 */
bool may_define(const struct text *text, const struct finder *words);

#endif
