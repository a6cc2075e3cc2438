/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A whole file as one string.
 */
#ifndef SOURCE_SLURP_H
#define SOURCE_SLURP_H

#include <stddef.h>

/*
 * Read @path below @dir into a malloc'ed text with a NUL behind it, the
 * caller's to free. -errno, without a message; -EINVAL: no plain file. With
 * NULL for @dir, @path alone is read, and may be a pipe.
 */
int slurp(const char *dir, const char *path, char **text, size_t *len);

#endif
