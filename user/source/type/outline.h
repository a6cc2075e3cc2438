/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a file declares at file scope: structs (wherever they stand), typedefs,
 * functions, variables, macros, and what it includes.
 */
#ifndef SOURCE_OUTLINE_H
#define SOURCE_OUTLINE_H

#include "source/type/unit.h"

/* unit->lexed comes in; symbols and includes go out. */
void outline_read(struct unit *unit);

#endif
