/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a macro that an #if asks for is worth here, by the headers that the file
 * includes: USE_SPLIT_PTE_PTLOCKS is (NR_CPUS >= CONFIG_SPLIT_PTLOCK_CPUS).
 */
#ifndef SOURCE_HEADMACRO_H
#define SOURCE_HEADMACRO_H

#include "source/build/cond.h"
#include "source/build/kbuild.h"
#include "source/type/index.h"

struct headmacro;

/* All are borrowed; @kbuild may be NULL. NULL: no memory. One thread's. */
struct headmacro *headmacro_new(struct index *index,
				const struct config *config,
				struct kbuild *kbuild);
void headmacro_free(struct headmacro *h);
/* The file whose conditions are asked about from here. */
void headmacro_enter(struct headmacro *h, uint32_t file);
/*
 * For struct cond_env: the body, if exactly one definition can be meant. That
 * it is defined is not claimed: which #include lines count is not looked at.
 * Not defined is what nothing can define for the .c file that was entered.
 */
void headmacro_lookup(void *arg, const char *name, size_t len,
		      struct cond_macro *macro);

#endif
