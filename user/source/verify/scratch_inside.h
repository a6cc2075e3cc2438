/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the scratch copy share with each other; everyone else
 * uses scratch.h.
 */
#ifndef SOURCE_SCRATCH_INSIDE_H
#define SOURCE_SCRATCH_INSIDE_H

#include <limits.h>
#include <stdbool.h>

#include "source/verify/scratch_guard.h"

struct scratch {
	char tree[PATH_MAX]; /* the user's, resolved */
	char dir[PATH_MAX]; /* the copy, resolved */
	char arch_dir[64]; /* "/arch/x86" */
	bool unprepared; /* make is to prepare the copy first */
	bool lenient; /* warnings in the build's own programs are no errors */
	struct janitor janitor;
};

/* @dir and @rel in one, into @out[PATH_MAX] (@dir may be @out). */
int scratch_join(char *out, const char *dir, const char *rel);

/* Relative, and does not climb out. */
bool scratch_path_ok(const char *path);

/* Make the directory @dir (relative, "" is the root) the copy's own. */
int scratch_own_dir(struct scratch *scratch, const char *dir);

/* Absolute names; replaces what is at @to, keeps the times. */
int scratch_copy(const char *from, const char *to);

#endif
