/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Types as the kernel itself describes them: vmlinux's BTF, and on top of it
 * the split BTF of every module. Process context. A module's types are copied,
 * so that they outlive the module.
 */
#ifndef LP_BTF_H
#define LP_BTF_H

#include <uapi/linux/btf.h>
#include <linux/list.h>
#include <linux/module.h>

/* Kinds that older headers do not name. */
enum lp_btf_kind {
	LP_BTF_FLOAT = 16,
	LP_BTF_DECL_TAG = 17,
	LP_BTF_TYPE_TAG = 18,
	LP_BTF_ENUM64 = 19,
};

struct lp_btf {
	struct list_head node;
	const struct lp_btf *base; /* NULL: this is vmlinux's */
	const void *data; /* ours if base */
	const char *strs;
	u32 str_len;
	u32 first; /* id of offs[0] */
	u32 nr; /* types of its own */
	u32 *offs; /* into data, by id - first */
	u32 *names; /* hash table of 1 + (id - first), 0: empty */
	u32 name_mask;
	u8 *locks; /* by id - first: enum lp_btf_holds */
	struct lp_bearer *bearers; /* named structs that hold locks */
	u32 nr_bearers;
	size_t bytes;
	u32 kernel_id; /* the kernel's own number for a module's BTF */
	bool seen; /* by the refresh that runs */
	char module[MODULE_NAME_LEN]; /* "": vmlinux */
};

static inline u32 lp_btf_kind(const struct btf_type *t)
{
	return t->info >> 24 & 0x1f;
}

static inline u32 lp_btf_vlen(const struct btf_type *t)
{
	return t->info & 0xffff;
}

/* vmlinux's types, or NULL where the kernel has none. Valid until exit. */
int lp_btf_init(void);
void lp_btf_exit(void);
const struct lp_btf *lp_btf_vmlinux(void);

/* Learn of modules that came, forget those that went. The drain thread. */
void lp_btf_refresh(void);
/* How many went, and with them what was found in them. */
u32 lp_btf_departures(void);
/* All that are known, vmlinux first. The drain thread. */
struct list_head *lp_btf_all(void);
size_t lp_btf_memory(void);

/* NULL if @id is not a type of @btf or its base. */
const struct btf_type *lp_btf_type(const struct lp_btf *btf, u32 id);
/* Never NULL. */
const char *lp_btf_name(const struct lp_btf *btf, u32 off);
/* The type behind typedefs and qualifiers; @id becomes its id. */
const struct btf_type *lp_btf_strip(const struct lp_btf *btf, u32 *id);
u32 lp_btf_size(const struct lp_btf *btf, u32 id);
/* Byte offset of a member, anonymous ones looked into; -ENOENT. */
long lp_btf_offset(const char *strct, const char *member);
/* Id of the named struct, 0 if there is none. */
u32 lp_btf_find(const struct lp_btf *btf, const char *name, u32 kind);
/* Bit offset of a member. */
u32 lp_btf_member_bits(const struct btf_type *t, const struct btf_member *m);
/* The variable over byte @off of section @name; its start in @start. */
const struct btf_type *lp_btf_var(const struct lp_btf *btf, const char *name,
				  u32 off, u32 *start);

#endif
