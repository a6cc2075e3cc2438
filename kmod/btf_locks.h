/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where locks lie in types. One way in: a type and a byte offset; one way out:
 * the field paths of the locks there, each with the structs on the way.
 * Process context.
 */
#ifndef LP_BTF_LOCKS_H
#define LP_BTF_LOCKS_H

#include <linux/kernel.h>
#include <linux/math64.h>
#include "btf.h"

#define LP_CHAIN_MAX 12
#define LP_PATH_MAX 128

/* 1 << enum lockprobe_kind; what a lock at an address may be */
#define LP_KINDS_ANY 0xffffffffu
#define LP_KINDS_INSIDE BIT(31) /* the address may lie inside the lock */

/*
 * One place where a lock lies: path runs from the outermost type down; strct
 * [i] is a named struct on the way and path + at[i] the path inside it.
 */
struct lp_chain {
	char path[LP_PATH_MAX];
	u32 kind; /* enum lockprobe_kind */
	u32 start; /* offset of the lock in the outermost type */
	u32 nr;
	struct {
		const char *strct;
		u32 at;
		u32 size;
	} level[LP_CHAIN_MAX];
};

/* A struct with locks, and in which 64ths of it they may lie. */
struct lp_bearer {
	u64 map;
	u32 id;
	u32 size;
};

/* In which 64th of a struct of @size bytes lies byte @offset? */
static inline u32 lp_bearer_part(u32 size, u64 offset)
{
	return min_t(u64, div_u64(offset << 6, size), 63);
}

typedef void (*lp_chain_fn)(const struct lp_chain *chain, void *ctx);

/*
 * Call @fn for every lock of @kinds that begins at byte @off of type @id, or,
 * with LP_KINDS_INSIDE, covers it. Returns how many.
 */
int lp_btf_locate(const struct lp_btf *btf, u32 id, u32 off, u32 kinds,
		  lp_chain_fn fn, void *ctx);
/* Fill in btf->bearers. */
int lp_btf_index(struct lp_btf *btf);

#endif
