/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes the compiler report every access of one struct member: in a scratch
 * copy, the member's declaration is marked deprecated.
 */
#ifndef SOURCE_DEPRECATE_H
#define SOURCE_DEPRECATE_H

#include "source/verify/scratch.h"
#include "source/tree/tree.h"

/*
 * @lock: "struct.member.rest"; it is the member that is marked, in every
 * definition of the struct in a header or in one of @nr @files, in the copy
 * @scratch of @tree. Returns how many definitions were marked; 0 for a lock
 * that is no member; or -errno.
 */
int deprecate_member(struct tree *tree, struct scratch *scratch,
		     const char *lock, const char *const *files, size_t nr);

/*
 * The same on a text: offsets behind the declarator of @member in each
 * definition of struct @owner, at most @max of them into @at; their number.
 */
size_t deprecate_find(const char *text, size_t len, const char *owner,
		      const char *member, size_t *at, size_t max);

#endif
