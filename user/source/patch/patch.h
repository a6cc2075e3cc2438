/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A patch in the making: files with their old and new bytes, and what is said
 * about them; out comes one mail that `git am`, `git apply` and `patch -p1`
 * take. Same input, same bytes: no clock, no host, no user name goes in.
 */
#ifndef SOURCE_PATCH_H
#define SOURCE_PATCH_H

#include <stddef.h>
#include <stdio.h>

struct patch_file {
	char *path; /* in the tree, "fs/file.c" */
	char *old; /* NULL: the patch adds the file */
	size_t old_len;
	char *new;
	size_t new_len;
	size_t added, removed; /* lines; set by patch_write() */
};

struct patch {
	struct patch_file *files;
	size_t nr, room;
};

/*
 * Take over @old and @new (malloc'ed, also on failure) as the two states of
 * @path. -EEXIST: the path is there already.
 */
int patch_add(struct patch *patch, const char *path, char *old, size_t old_len,
	      char *new, size_t new_len);

/*
 * Write the mail to @out: @subject in one line, @body (may be long; ends with
 * a newline), the diffstat and the diffs, by path. -errno; -EIO when libgit2
 * refuses, after an error() with its words.
 */
int patch_write(struct patch *patch, const char *subject, const char *body,
		FILE *out);

void patch_free(struct patch *patch);

#endif
