/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A text's identifiers as a few bits: a later look for a name need not read
 * the text again to know that the name is not in it.
 */
#ifndef SOURCE_SIGNATURE_H
#define SOURCE_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct signature;

/* NULL when out of memory: nothing is known then. Free with free(). */
struct signature *signature_new(const char *text, size_t size);

/* False only if @word is no identifier of the text. */
bool signature_may_hold(const struct signature *signature, const char *word);

#endif
