/* SPDX-License-Identifier: GPL-2.0 */
/* Paths in fixed buffers. */
#ifndef LIVEPATCH_PATH_H
#define LIVEPATCH_PATH_H

#include <limits.h>
#include <stdbool.h>

/*
 * sprintf() a path. One that does not fit becomes "", which no file has: the
 * next open() says so.
 */
void path_set(char path[PATH_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Is the disk that holds @dir full? */
bool path_disk_full(const char *dir);

#endif
