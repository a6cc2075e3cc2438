/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does a patch hold what it says? The tree's own build compiles every touched
 * object before and after it, in a scratch copy, and the compiler is asked
 * about every rewritten call.
 */
#ifndef SOURCE_VERIFY_H
#define SOURCE_VERIFY_H

#include <stddef.h>

#include "source/verify/confirm.h"

struct verify_result {
	size_t objects; /* compiled, before and after */
	size_t unbuilt; /* touched files that this .config does not build */
	size_t warnings; /* new ones, by the compiler or by sparse */
	struct confirm calls;
	int sparse; /* was it there? */
	bool known; /* it verified before, and nothing was built now */
};

/*
 * @dir: a configured tree, never written to. @again: build even if this patch
 * has verified before, in a tree like this. What is wrong is said on stderr
 * with the compiler's words. 0: all is well. -EBADMSG: the patch does not
 * apply. -EILSEQ: it applies, and does not verify. Else another -errno.
 */
int verify_patch(const char *dir, const char *patch, int jobs, bool again,
		 struct verify_result *result);

#endif
