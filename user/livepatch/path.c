// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of a path go in, a path that fits its buffer, or none, comes out; and
 * whether there is room where a path leads.
 */
#include <stdarg.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "livepatch/path.h"

#define RESERVE (64 << 10) /* less than this is a full disk */

void path_set(char path[PATH_MAX], const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(path, PATH_MAX, format, args);
	va_end(args);
	if (len < 0 || len >= PATH_MAX)
		path[0] = '\0';
}

bool path_disk_full(const char *dir)
{
	struct statvfs disk;

	return !statvfs(dir, &disk) && disk.f_bavail * disk.f_frsize < RESERVE;
}
