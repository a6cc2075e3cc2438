/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where an address lives: symbol, per-CPU variable, slab object, vmalloc area,
 * page or stack. Facts only; what type lies there is candidate.h's question.
 * Process context, the drain thread.
 */
#ifndef LP_PLACE_H
#define LP_PLACE_H

#include <linux/kallsyms.h>
#include <linux/module.h>
#include "alias.h"
#include "btf.h"
#include "slab.h"

struct lp_place {
	u64 addr;
	u8 place; /* enum lockprobe_place */
	s32 cpu; /* of a per-CPU variable, else -1 */
	bool has_offset;
	u32 offset; /* in the object, where there is one */
	u32 size; /* of the object, 0: not known */
	u64 object;
	struct lp_slab_object slab; /* if .name is set */
	u32 nr_aliases;
	const char *aliases[LP_ALIASES]; /* of slab's cache; in alias.c */
	const struct lp_btf *btf; /* of type */
	u32 type; /* id of the variable's type, 0: not known */
	u64 symbol_offset;
	u64 symbol_size;
	char symbol[KSYM_NAME_LEN]; /* "": none */
	char module[MODULE_NAME_LEN]; /* "": the kernel proper */
};

int lp_place_init(void);
void lp_place_exit(void);
void lp_place_find(u64 addr, struct lp_place *place);
/* Is it in the kernel's own text, no module's? */
bool lp_place_in_kernel(unsigned long ip);
/* Is its symbol a function, or may it be one? */
bool lp_place_is_code(const struct lp_place *place);
/* Name of the function over @ip and its extent; false: none. */
bool lp_place_function(unsigned long ip, char *name, size_t size,
		       unsigned long *start, unsigned long *end);

#endif
