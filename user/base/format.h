/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers as people read them, and text tables. A number's text goes into the
 * caller's FORMAT_BYTES buffer, which is returned.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FORMAT_BYTES 40

/* 1234567 -> "1,234,567" */
char *format_count(char *out, uint64_t n);
/* 1234567 -> "1.23M": for narrow columns */
char *format_short(char *out, uint64_t n);
/* ns -> "1.23 us" ... "4.5 s" */
char *format_ns(char *out, uint64_t ns);
/* part of whole -> "71.3%"; "-" when the whole is 0 */
char *format_share(char *out, uint64_t part, uint64_t whole);

/*
 * Half the width of the 95% interval of a share that @part of @whole (in
 * events) has, known from @samples samples in all: 0..1.
 */
double format_error(uint64_t part, uint64_t whole, uint64_t samples);

/* Can @out (a stream) be drawn on, as a terminal can that is not dumb? */
bool format_screen(FILE *out);
/* And may it get colours: NO_COLOR is not set. */
bool format_colours(FILE *out);

/* Control characters of @text become '?': names come from captures. */
void format_put_clean(FILE *out, const char *text);

/* One field of CSV, quoted where RFC 4180 wants it. */
void format_put_csv(FILE *out, const char *text);

/* The same for what must stay one frame of a folded stack. */
void format_put_folded(FILE *out, const char *text);

#endif
