// SPDX-License-Identifier: GPL-2.0
/* Parts of a path go in, a path that fits its buffer, or none, comes out. */
#include <stdarg.h>
#include <stdio.h>

#include "livepatch/path.h"

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
