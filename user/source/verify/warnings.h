/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What compilers and sparse complained about in a build's log, and which of
 * it is new in another build's.
 */
#ifndef SOURCE_WARNINGS_H
#define SOURCE_WARNINGS_H

#include <stdbool.h>
#include <stddef.h>

struct warning {
	char *file; /* owned; relative to the tree */
	unsigned int line, col;
	const char *text; /* behind "warning: " or "error: ", one line */
	const char *whole; /* the line as it was logged */
	size_t whole_len, text_len;
	bool error;
};

struct warning_list {
	struct warning *list;
	size_t nr, room;
};

/* @log is borrowed for the list's life; @root: the build's directory, which
 * is cut from paths. -ENOMEM. */
int warnings_parse(struct warning_list *list, const char *log,
		   const char *root);

/*
 * Mark those of @after that @before does not have, whatever their line
 * numbers, in @fresh (after->nr entries); returns their number. What a copy of
 * a function, with @prefix ("": none) before its name, has of it is not new.
 */
size_t warnings_new(const struct warning_list *before,
		    const struct warning_list *after, const char *prefix,
		    bool *fresh);

void warnings_free(struct warning_list *list);

#endif
