/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What macro calls at a header's file scope define: structs and functions
 * whose names are pasted together are spelt nowhere.
 */
#ifndef SOURCE_MADE_H
#define SOURCE_MADE_H

#include "source/type/index.h"

/*
 * Expand the calls at file scope of header @id, and put what they define into
 * the index, as that header's. Once for a header; only for what nothing else
 * explains. The view is left with that file.
 */
void made_read(struct view *view, uint32_t id);

#endif
