/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compiler's list of accesses to a lock's member against the calls that a
 * patch made: is each rewritten call really on that struct's member, and was
 * no lock call on it forgotten in the files that were touched?
 */
#ifndef SOURCE_CONFIRM_H
#define SOURCE_CONFIRM_H

#include "source/locktab/locktab.h"
#include "source/patch/patchread.h"
#include "source/verify/warnings.h"

struct confirm {
	const struct patch_list *patch;
	const struct locktab *tab;
	/* out */
	size_t direct; /* rewritten calls that the compiler saw the member in */
	size_t indirect; /* through a helper, a macro or a local pointer: the
			    variant's own prototype checks those */
	size_t left; /* accesses that take nothing */
	size_t listed; /* stock calls that the patch's message lists */
	size_t wrong; /* what was said: not that member, or forgotten */
};

/*
 * Compare one file of the patched tree, @text, with those of @accesses that
 * are in it. Says each thing that is wrong on stderr. -errno.
 */
int confirm_file(struct confirm *confirm, const char *path, const char *text,
		 size_t len, const struct warning_list *accesses);

#endif
