/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run another program and wait for it. What it prints is kept in memory, where
 * a full disk cannot swallow why it failed; it dies with us, so that an
 * interrupted build leaves nobody behind.
 */
#ifndef LIVEPATCH_CHILD_H
#define LIVEPATCH_CHILD_H

#include <stdbool.h>

struct child {
	const char *const *argv; /* NULL-terminated; argv[0] by PATH */
	const char *const *env; /* "NAME=value"... added, or NULL */
	const char *out; /* file for stdout, or NULL: it is kept, too */
	char *said; /* what it printed, to be freed by child_free(), or NULL */
};

/*
 * Return: the exit status (0..255), 127 when there is no such program, -EINTR
 * when a signal ended it, -ENOSPC when @out could not take it all, other -errno
 * when it could not be started.
 */
int child_run(struct child *child);
void child_free(struct child *child);

/* Is there such a program in PATH? */
bool child_exists(const char *program);

/* Print the last @lines lines it printed to stderr, indented. */
void child_show(const struct child *child, int lines);

/* Did it fail because the disk that holds @dir is full? */
bool child_disk_full(const struct child *child, const char *dir);

#endif
