// SPDX-License-Identifier: GPL-2.0
/*
 * In: the BTF blobs that the kernel keeps for itself and for its modules.
 * Out: types by id, by name, and by section offset. Process context; the list
 * of modules' types is the drain thread's alone.
 */
#include <linux/jhash.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "btf.h"
#include "btf_locks.h"
#include "compat/compat.h"

#define STRIP_MAX 32

static struct lp_btf vmlinux;
static u32 departures; /* modules' types that went */
static bool have_vmlinux;
static LIST_HEAD(all);

const struct lp_btf *lp_btf_vmlinux(void)
{
	return have_vmlinux ? &vmlinux : NULL;
}

struct list_head *lp_btf_all(void)
{
	return &all;
}

/* Bytes that one type takes. */
static u32 type_bytes(const struct btf_type *t)
{
	u32 n = lp_btf_vlen(t), head = sizeof(*t);

	switch (lp_btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case LP_BTF_DECL_TAG:
		return head + sizeof(u32);
	case BTF_KIND_ARRAY:
		return head + sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return head + n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return head + n * sizeof(struct btf_enum);
	case LP_BTF_ENUM64:
	case BTF_KIND_DATASEC:
		return head + n * 3 * sizeof(u32);
	case BTF_KIND_FUNC_PROTO:
		return head + n * sizeof(struct btf_param);
	default:
		return head;
	}
}

static u32 walk(const void *p, const void *end, const void *data, u32 *offs)
{
	u32 n = 0;

	while (p + sizeof(struct btf_type) <= end) {
		u32 size = type_bytes(p);

		if (p + size > end)
			break;
		if (offs)
			offs[n] = p - data;
		n++;
		p += size;
	}
	return n;
}

static u32 name_hash(const char *name, u32 kind)
{
	return jhash(name, strlen(name), kind);
}

/* What is looked up by name. */
static bool is_named(const struct btf_type *t)
{
	u32 kind = lp_btf_kind(t);

	return t->name_off &&
	       (kind == BTF_KIND_STRUCT || kind == BTF_KIND_FUNC ||
		kind == BTF_KIND_DATASEC);
}

static int index_names(struct lp_btf *btf)
{
	u32 i, n = 0;

	for (i = 0; i < btf->nr; i++)
		n += is_named(btf->data + btf->offs[i]);
	btf->name_mask = roundup_pow_of_two(n * 2 + 1) - 1;
	btf->names = kvcalloc(btf->name_mask + 1, sizeof(u32), GFP_KERNEL);
	if (!btf->names)
		return -ENOMEM;
	for (i = 0; i < btf->nr; i++) {
		const struct btf_type *t = btf->data + btf->offs[i];
		u32 at;

		if (!is_named(t))
			continue;
		at = name_hash(lp_btf_name(btf, t->name_off), lp_btf_kind(t));
		while (btf->names[at & btf->name_mask])
			at++;
		btf->names[at & btf->name_mask] = i + 1;
	}
	btf->bytes += (btf->name_mask + 1) * sizeof(u32);
	return 0;
}

/* Take in @len bytes at @data; they stay the caller's on failure. */
static int parse(struct lp_btf *btf, const void *data, u32 len)
{
	const struct btf_header *hdr = data;
	const void *types, *end;

	if (len < sizeof(*hdr) || hdr->magic != BTF_MAGIC ||
	    hdr->hdr_len > len ||
	    hdr->type_off + hdr->type_len < hdr->type_len ||
	    (u64)hdr->hdr_len + hdr->type_off + hdr->type_len > len ||
	    (u64)hdr->hdr_len + hdr->str_off + hdr->str_len > len ||
	    !hdr->str_len)
		return -EINVAL;
	btf->data = data;
	btf->strs = data + hdr->hdr_len + hdr->str_off;
	btf->str_len = hdr->str_len;
	if (btf->strs[btf->str_len - 1])
		return -EINVAL;
	types = data + hdr->hdr_len + hdr->type_off;
	end = types + hdr->type_len;
	btf->first = btf->base ? btf->base->first + btf->base->nr : 1;
	btf->nr = walk(types, end, data, NULL);
	if (!btf->nr)
		return -EINVAL;
	btf->offs = kvmalloc_array(btf->nr, sizeof(*btf->offs), GFP_KERNEL);
	btf->locks = kvzalloc(btf->nr, GFP_KERNEL);
	if (!btf->offs || !btf->locks)
		return -ENOMEM;
	walk(types, end, data, btf->offs);
	btf->bytes = btf->nr * (sizeof(*btf->offs) + 1);
	return index_names(btf);
}

static void release(struct lp_btf *btf)
{
	kvfree(btf->offs);
	kvfree(btf->locks);
	kvfree(btf->names);
	kvfree(btf->bearers);
	if (btf->base)
		kvfree(btf->data);
}

static void find_owner(void);

int lp_btf_init(void)
{
	unsigned long start = lp_compat_lookup("__start_BTF");
	unsigned long stop = lp_compat_lookup("__stop_BTF");
	int ret;

	if (!start) {
		start = lp_compat_lookup("_binary__btf_vmlinux_bin_start");
		stop = lp_compat_lookup("_binary__btf_vmlinux_bin_end");
	}
	if (!start || stop <= start)
		return 0;
	ret = parse(&vmlinux, (void *)start, stop - start);
	if (!ret)
		ret = lp_btf_index(&vmlinux);
	if (ret) {
		release(&vmlinux);
		if (ret != -EINVAL)
			return ret;
		pr_warn("lockprobe: the kernel's BTF is not understood, going without\n");
		return 0;
	}
	list_add(&vmlinux.node, &all);
	have_vmlinux = true;
	find_owner();
	return 0;
}

void lp_btf_exit(void)
{
	struct lp_btf *btf, *next;

	list_for_each_entry_safe(btf, next, &all, node) {
		list_del(&btf->node);
		release(btf);
		if (btf != &vmlinux)
			kfree(btf);
	}
	have_vmlinux = false;
}

size_t lp_btf_memory(void)
{
	struct lp_btf *btf;
	size_t bytes = 0;

	list_for_each_entry(btf, &all, node)
		bytes += btf->bytes;
	return bytes;
}

/* Where a module's types are found in the kernel's own records. */
static struct {
	struct mutex *lock; /* the kernel's, over its list of them */
	struct list_head *head;
	long link, btf; /* in struct btf_module */
	long data, data_size, name, id; /* in struct btf */
} owner;

static void find_owner(void)
{
	owner.lock = (struct mutex *)lp_compat_lookup("btf_module_mutex");
	owner.head = (struct list_head *)lp_compat_lookup("btf_modules");
	owner.link = lp_btf_offset("btf_module", "list");
	owner.btf = lp_btf_offset("btf_module", "btf");
	owner.data = lp_btf_offset("btf", "data");
	owner.data_size = lp_btf_offset("btf", "data_size");
	owner.name = lp_btf_offset("btf", "name");
	owner.id = lp_btf_offset("btf", "id");
	if (!owner.lock || owner.link < 0 || owner.btf < 0 || owner.data < 0 ||
	    owner.data_size < 0 || owner.name < 0 || owner.id < 0)
		owner.head = NULL;
}

/* Take a copy of one module's types; the kernel's are at @theirs. */
static void adopt(const void *theirs)
{
	const void *data = *(void *const *)(theirs + owner.data);
	u32 len = *(const u32 *)(theirs + owner.data_size);
	u32 id = *(const u32 *)(theirs + owner.id);
	struct lp_btf *btf;
	void *copy;

	list_for_each_entry(btf, &all, node)
		if (btf->base && btf->kernel_id == id) {
			btf->seen = true;
			return;
		}
	btf = kzalloc(sizeof(*btf), GFP_KERNEL);
	copy = kvmalloc(len, GFP_KERNEL);
	if (!btf || !copy)
		goto fail;
	memcpy(copy, data, len);
	btf->base = &vmlinux;
	btf->seen = true;
	btf->kernel_id = id;
	strscpy(btf->module, theirs + owner.name, sizeof(btf->module));
	if (parse(btf, copy, len) || lp_btf_index(btf))
		goto fail_parse;
	btf->bytes += len + sizeof(*btf);
	list_add_tail(&btf->node, &all);
	return;

fail_parse:
	btf->data = copy;
	release(btf);
	copy = NULL;
fail:
	kvfree(copy);
	kfree(btf);
}

u32 lp_btf_departures(void)
{
	return departures;
}

void lp_btf_refresh(void)
{
	struct lp_btf *btf, *next;
	struct list_head *at;

	if (!have_vmlinux || !owner.head)
		return;
	list_for_each_entry(btf, &all, node)
		btf->seen = !btf->base;
	mutex_lock(owner.lock);
	list_for_each(at, owner.head)
		adopt(*(void **)((void *)at - owner.link + owner.btf));
	mutex_unlock(owner.lock);
	list_for_each_entry_safe(btf, next, &all, node)
		if (!btf->seen) {
			departures++;
			list_del(&btf->node);
			release(btf);
			kfree(btf);
		}
}

const struct btf_type *lp_btf_type(const struct lp_btf *btf, u32 id)
{
	if (btf->base && id < btf->first)
		btf = btf->base;
	if (id < btf->first || id - btf->first >= btf->nr)
		return NULL;
	return btf->data + btf->offs[id - btf->first];
}

const char *lp_btf_name(const struct lp_btf *btf, u32 off)
{
	if (btf->base) {
		if (off < btf->base->str_len)
			return btf->base->strs + off;
		off -= btf->base->str_len;
	}
	return off < btf->str_len ? btf->strs + off : "";
}

const struct btf_type *lp_btf_strip(const struct lp_btf *btf, u32 *id)
{
	const struct btf_type *t = lp_btf_type(btf, *id);
	int i;

	for (i = 0; t && i < STRIP_MAX; i++) {
		switch (lp_btf_kind(t)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case LP_BTF_TYPE_TAG:
			*id = t->type;
			t = lp_btf_type(btf, *id);
			break;
		default:
			return t;
		}
	}
	return NULL;
}

u32 lp_btf_size(const struct lp_btf *btf, u32 id)
{
	const struct btf_type *t;
	u64 n = 1;
	int i;

	for (i = 0; i < STRIP_MAX; i++) {
		const struct btf_array *array;

		t = lp_btf_strip(btf, &id);
		if (!t)
			return 0;
		switch (lp_btf_kind(t)) {
		case BTF_KIND_ARRAY:
			array = (const struct btf_array *)(t + 1);
			n *= array->nelems;
			id = array->type;
			continue;
		case BTF_KIND_PTR:
			return min_t(u64, n * sizeof(void *), U32_MAX);
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case LP_BTF_ENUM64:
			return min_t(u64, n * t->size, U32_MAX);
		default:
			return 0;
		}
	}
	return 0;
}

u32 lp_btf_member_bits(const struct btf_type *t, const struct btf_member *m)
{
	/* kind_flag: the upper byte is a bit field's width */
	return t->info >> 31 ? m->offset & 0xffffff : m->offset;
}

u32 lp_btf_find(const struct lp_btf *btf, const char *name, u32 kind)
{
	u32 at = name_hash(name, kind), i;

	for (i = 0; i <= btf->name_mask; i++) {
		u32 n = btf->names[(at + i) & btf->name_mask];
		const struct btf_type *t;

		if (!n)
			return 0;
		t = btf->data + btf->offs[n - 1];
		if (lp_btf_kind(t) == kind &&
		    !strcmp(lp_btf_name(btf, t->name_off), name))
			return btf->first + n - 1;
	}
	return 0;
}

static long member_offset(const struct btf_type *t, const char *name, int depth)
{
	const struct btf_member *m = (const struct btf_member *)(t + 1);
	u32 i;

	for (i = 0; i < lp_btf_vlen(t); i++, m++) {
		const char *own = lp_btf_name(&vmlinux, m->name_off);
		const struct btf_type *inner;
		u32 id = m->type;
		long off;

		if (!strcmp(own, name))
			return lp_btf_member_bits(t, m) / 8;
		if (*own || depth >= 8)
			continue;
		inner = lp_btf_strip(&vmlinux, &id);
		if (!inner || (lp_btf_kind(inner) != BTF_KIND_STRUCT &&
			       lp_btf_kind(inner) != BTF_KIND_UNION))
			continue;
		off = member_offset(inner, name, depth + 1);
		if (off >= 0)
			return lp_btf_member_bits(t, m) / 8 + off;
	}
	return -ENOENT;
}

long lp_btf_offset(const char *strct, const char *member)
{
	u32 id;

	if (!have_vmlinux)
		return -ENOENT;
	id = lp_btf_find(&vmlinux, strct, BTF_KIND_STRUCT);
	if (!id)
		return -ENOENT;
	return member_offset(lp_btf_type(&vmlinux, id), member, 0);
}

const struct btf_type *lp_btf_var(const struct lp_btf *btf, const char *name,
				  u32 off, u32 *start)
{
	u32 id = lp_btf_find(btf, name, BTF_KIND_DATASEC), i;
	const struct btf_var_secinfo *var;
	const struct btf_type *t;

	if (!id)
		return NULL;
	t = lp_btf_type(btf, id);
	var = (const struct btf_var_secinfo *)(t + 1);
	for (i = 0; i < lp_btf_vlen(t); i++, var++)
		if (off >= var->offset && off - var->offset < var->size) {
			*start = var->offset;
			return lp_btf_type(btf, var->type);
		}
	return NULL;
}
