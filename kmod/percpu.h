/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own per-CPU variables by the names that kallsyms has for them,
 * for kernels whose BTF does not tell.
 */
#ifndef LP_PERCPU_H
#define LP_PERCPU_H

#include <linux/types.h>

/* Process context, at load; @start, @end: of the per-CPU section. */
int lp_percpu_init(unsigned long start, unsigned long end);
void lp_percpu_exit(void);
/*
 * Name of the variable over @addr (in the section, as linked), its offset in
 * it, and how far it is to the next one; NULL: not known.
 */
const char *lp_percpu_find(unsigned long addr, u32 *offset, u32 *size);

#endif
