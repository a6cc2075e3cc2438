/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The touched objects, compiled before and after the patch by the tree's own
 * kbuild, each function and variable in a section of its own.
 */
#ifndef LIVEPATCH_OBJECTS_H
#define LIVEPATCH_OBJECTS_H

#include "livepatch/target.h"
#include "livepatch/touched.h"
#include "source/verify/scratch.h"

/*
 * Fill WORK/before/ and WORK/after/ with the objects of @list, whose object
 * and modfile are set on the way. The patch is applied to @scratch when this
 * returns 0. Return: 0, or -errno after an error message with the compiler's
 * words.
 */
int objects_build(struct scratch *scratch, const struct target *target,
		  const char *patch, const char *work,
		  struct touched_list *list);

/*
 * Compile one object of the patched tree again, with @flags added (" -D..."),
 * into WORK/after/; @kbuild is that of its list.
 */
int objects_again(struct scratch *scratch, const struct target *target,
		  const char *work, struct touched *item, struct kbuild *kbuild,
		  const char *flags);

/*
 * Variables for make, NULL-terminated, that objects and the module need alike:
 * the compiler, and objtool's work where the kernel leaves it to the link.
 */
#define OBJECTS_VARS 5
void objects_vars(const struct target *target, const char **vars, char *cc,
		  size_t size);

/* mkdir -p of @path's directory part. */
int objects_mkdirs(const char *path);

#endif
