/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patches that have verified before, by all that decides it: the patch, the
 * tree's configuration, every source file's size and time, and the compiler.
 */
#ifndef SOURCE_VERIFIED_H
#define SOURCE_VERIFIED_H

#include <stdbool.h>

#include "source/tree/tree.h"
#include "source/verify/verify.h"

#define VERIFIED_KEY 48

/* The key of @patch (its text) for @tree; false: it cannot be told. */
bool verified_key(struct tree *tree, const char *patch, size_t len, bool sparse,
		  char key[VERIFIED_KEY]);

/* Did it verify before? Fills in what was counted then. */
bool verified_read(const char *key, struct verify_result *result);

/* Remember it; that there is no room is no error. */
void verified_write(const char *key, const struct verify_result *result);

#endif
