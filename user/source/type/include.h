/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which file does an #include mean? The kernel's include paths are tried
 * first, then any header whose path ends that way, the nearest one.
 */
#ifndef SOURCE_INCLUDE_H
#define SOURCE_INCLUDE_H

#include "source/type/unit.h"

struct includes;

struct includes *includes_new(struct tree *tree, const char *arch);
void includes_free(struct includes *includes);

/*
 * @arch: for <asm/...>; NULL: the configured one. @dirs: directories to look in
 * behind the kernel's own, as includes_dirs() has them, or NULL. @afar: it is
 * neither on the kernel's path nor beside @from. A file's id, or -1.
 */
int64_t includes_resolve(struct includes *includes, uint32_t from,
			 const struct include *include, const char *arch,
			 const char *const *dirs, bool *afar);
/* Where a file's Makefiles have headers looked for; see incdirs.h. */
const char *const *includes_dirs(struct includes *includes, uint32_t file);
/* Take "x/../" and "./" out of a path, in place. */
void include_tidy(char *path);
/* The arch of a file under arch/ if it is another than the configured one. */
const char *includes_arch(struct includes *includes, uint32_t file);

#endif
