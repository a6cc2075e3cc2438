/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text that no configuration compiles: "#if 0" and the like.
 */
#ifndef SOURCE_NEVER_H
#define SOURCE_NEVER_H

#include "source/tree/tree.h"

bool never_compiled(struct tree *tree, uint32_t id, uint32_t offset);

#endif
