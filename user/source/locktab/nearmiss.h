/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a person may have meant by a name that the tree does not have.
 */
#ifndef SOURCE_NEARMISS_H
#define SOURCE_NEARMISS_H

#include "source/type/index.h"

/* Says that @tag, or its @field, is not there, and the near ones: -ENOENT. */
int nearmiss_say(struct index *index, const char *tag, const char *field);
/* The same for a lock at file scope. */
int nearmiss_global(struct index *index, const char *name);

#endif
