/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where one more #include belongs in a C file.
 */
#ifndef SOURCE_INCLUSION_H
#define SOURCE_INCLUSION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The byte offset in @text at which a line "#include <@header>" goes: among
 * the file's <linux/...> lines where their own order wants it, or, when
 * @last, behind the file's last #include, for a header that needs what a
 * file's private headers declare. Never inside #if. @header: without its
 * brackets.
 */
size_t inclusion_place(const char *text, size_t len, const char *header,
		       bool last);

/*
 * The offset behind the last #include that the code at @at certainly gets: it
 * may be inside of an #if that the code is in, too. 0: there is none.
 */
size_t inclusion_before(const char *text, size_t len, size_t at);

/* Is it there already? */
bool inclusion_has(const char *text, size_t len, const char *header);

#endif
