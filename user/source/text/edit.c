// SPDX-License-Identifier: GPL-2.0
/*
 * Byte-range edits go in, in any order; the edited text comes out. Runs in
 * any one thread; nothing is shared.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/text/edit.h"

static int edit_cmp(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	/* an insertion comes before what it is put in front of */
	return x->len < y->len ? -1 : x->len > y->len;
}

static int overlaps(const struct edit *e, size_t off, size_t len)
{
	if (!len || !e->len)
		return off > e->off && off < e->off + e->len;
	return off < e->off + e->len && e->off < off + len;
}

int edit_add(struct edit_list *list, size_t off, size_t len, const char *text)
{
	struct edit *more;
	char *copy;
	size_t i;

	for (i = 0; i < list->nr; i++) {
		const struct edit *e = &list->edits[i];

		if (e->off == off && e->len == len && !strcmp(e->text, text))
			return 0;
		if (overlaps(e, off, len))
			return -EEXIST;
	}
	if (list->nr == list->room) {
		size_t room = list->room ? 2 * list->room : 16;

		more = realloc(list->edits, room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		list->edits = more;
		list->room = room;
	}
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	list->edits[list->nr++] = (struct edit){ off, len, copy };
	return 0;
}

char *edit_apply(struct edit_list *list, const char *old, size_t old_len,
		 size_t *new_len)
{
	size_t size = old_len + 1, from = 0, to = 0, i;
	char *text;

	if (list->nr)
		qsort(list->edits, list->nr, sizeof(*list->edits), edit_cmp);
	for (i = 0; i < list->nr; i++) {
		if (list->edits[i].off + list->edits[i].len > old_len)
			return NULL;
		size += strlen(list->edits[i].text);
	}
	text = malloc(size);
	if (!text)
		return NULL;
	for (i = 0; i < list->nr; i++) {
		const struct edit *e = &list->edits[i];
		size_t len = strlen(e->text);

		memcpy(text + to, old + from, e->off - from);
		to += e->off - from;
		memcpy(text + to, e->text, len);
		to += len;
		from = e->off + e->len;
	}
	memcpy(text + to, old + from, old_len - from);
	to += old_len - from;
	text[to] = '\0';
	*new_len = to;
	return text;
}

void edit_free(struct edit_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		free(list->edits[i].text);
	free(list->edits);
	*list = (struct edit_list){ 0 };
}
