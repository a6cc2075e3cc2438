/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a patch file touches, read with libgit2.
 */
#ifndef SOURCE_PATCHREAD_H
#define SOURCE_PATCHREAD_H

#include <stdbool.h>
#include <stddef.h>

struct patched_file {
	char *path;
	bool added; /* the patch makes the file */
	bool deleted;
};

struct patch_list {
	struct patched_file *files; /* in the patch's order */
	size_t nr;
	char *text; /* the whole patch file, NUL-terminated */
	size_t len;
	char lock[192]; /* that it puts under a policy; "" if none */
	char prefix[256]; /* of the variants' names; "" if none */
};

/* -errno after an error(): cannot be read, or is no patch (-EBADMSG). */
int patch_read(const char *path, struct patch_list *list);
void patch_list_free(struct patch_list *list);

#endif
