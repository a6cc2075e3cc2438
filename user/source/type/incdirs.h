/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where else than on the kernel's own include path does a file find headers?
 * Two directories may have one of the same name (xe's and i915's i915_vma.h).
 */
#ifndef SOURCE_INCDIRS_H
#define SOURCE_INCDIRS_H

#include "source/tree/tree.h"

struct incdirs;

struct incdirs *incdirs_new(struct tree *tree);
void incdirs_free(struct incdirs *incdirs);

/*
 * Directories below the tree's top, each with a '/' behind it, in the order in
 * which they are searched, NULL behind the last; or NULL when there are none.
 * They live as long as @incdirs. Any thread.
 */
const char *const *incdirs_of(struct incdirs *incdirs, uint32_t file);

#endif
