/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The macros that the kernel's build defines (or never defines) for every
 * file, by configuration and object: CONFIG_X, MODULE, __KERNEL__, the
 * compiler's own names for the architecture, word size and byte order.
 */
#ifndef SOURCE_CONDKNOWN_H
#define SOURCE_CONDKNOWN_H

#include "source/build/cond.h"

/* Fill @macro for @name; false: this is not one of them. Any thread. */
bool condknown_resolve(const struct cond_env *env, const char *name, size_t len,
		       struct cond_macro *macro);

#endif
