/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Of a function's definitions between #ifdef and #else: which are compiled?
 */
#ifndef SOURCE_PRESENT_H
#define SOURCE_PRESENT_H

#include "source/lent/lent.h"
#include "source/type/unit.h"

/*
 * Is the text at byte @at of @unit in what @book's configuration builds? Its
 * tokens are kept. TRUTH_UNKNOWN without a configuration, in an #if.
 */
enum truth present_at(const struct lent_book *book, const struct unit *unit,
		      uint32_t at);

#endif
