/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One #if expression comes in, with someone who knows macros; its value goes
 * out: no, yes, or unknown when it hangs on a macro nobody knows. Unknown does
 * not spread further than it must: 0 && unknown is no, 1 || unknown is yes.
 */
#ifndef SOURCE_CONDEXPR_H
#define SOURCE_CONDEXPR_H

#include <string.h>

#include "source/build/cond.h"

typedef void (*condexpr_resolve)(void *arg, const char *name, size_t len,
				 struct cond_macro *macro);

/* Comments and line splices may be in @text. Bad syntax is unknown. */
enum truth condexpr_eval(const char *text, size_t len, condexpr_resolve resolve,
			 void *arg);

/*
 * Step over blanks, comments and splices of a directive line: the first byte
 * at or after @p that is none, or @end.
 */
const char *condexpr_skip(const char *p, const char *end);

/* The length of the identifier at @p; 0: none is there. */
size_t condexpr_name(const char *p, const char *end);

static inline bool condexpr_is(const char *name, size_t len, const char *what)
{
	return strlen(what) == len && !memcmp(name, what, len);
}

#endif
