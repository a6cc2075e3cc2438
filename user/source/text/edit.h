/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Edits of a file's text by byte range: what is not named in an edit stays
 * byte for byte as its author left it. Positions are those of the old text,
 * whatever was added before; edits must not overlap.
 */
#ifndef SOURCE_EDIT_H
#define SOURCE_EDIT_H

#include <stddef.h>

struct edit {
	size_t off; /* in the old text */
	size_t len; /* bytes replaced; 0 inserts in front of @off */
	char *text; /* owned */
};

struct edit_list {
	struct edit *edits;
	size_t nr, room;
};

/*
 * Replace @len bytes at @off by a copy of @text. The same edit added twice
 * counts once. -ENOMEM, or -EEXIST when it overlaps a different one.
 */
int edit_add(struct edit_list *list, size_t off, size_t len, const char *text);

/*
 * The new text of @old, from malloc() with a NUL behind its *@new_len bytes;
 * the caller frees it. NULL: no memory, or an edit reaches past @old_len.
 */
char *edit_apply(struct edit_list *list, const char *old, size_t old_len,
		 size_t *new_len);

/* Forget all edits and free what they own; @list itself is the caller's. */
void edit_free(struct edit_list *list);

#endif
