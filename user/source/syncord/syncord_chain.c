// SPDX-License-Identifier: GPL-2.0
/*
 * The spellings a lock's sites use go in, the C text of their chains comes
 * out. What __raw_spin_lock() and its kin do around arch_spin_lock() is done
 * here around bpf_queued_spin_lock(): interrupts, bottom halves, preemption,
 * lockdep, lock_stat, mmiowb and sparse's contexts. $P is the prefix.
 * bpf_down_write() is a whole function, as down_write() is in such a tree.
 */
#include <string.h>

#include "source/syncord/syncord_chain.h"

static const char bottom_text[] =
	"static __always_inline void\n"
	"$Pdo_raw_spin_lock(raw_spinlock_t *lock, int policy) __acquires(lock)\n"
	"{\n"
	"\t__acquire(lock);\n"
	"\tbpf_queued_spin_lock(&lock->raw_lock, policy);\n"
	"\tmmiowb_spin_lock();\n"
	"}\n\n"
	"static __always_inline void\n"
	"$Pdo_raw_spin_unlock(raw_spinlock_t *lock, int policy) __releases(lock)\n"
	"{\n"
	"\tmmiowb_spin_unlock();\n"
	"\tbpf_queued_spin_unlock(&lock->raw_lock, policy);\n"
	"\t__release(lock);\n"
	"}\n";

static const char acquire_text[] =
	"\tspin_acquire(&lock->dep_map, subclass, 0, _RET_IP_);\n"
	"\tif (raw_spin_is_locked(lock))\n"
	"\t\tlock_contended(&lock->dep_map, _RET_IP_);\n"
	"\t$Pdo_raw_spin_lock(lock, policy);\n"
	"\tlock_acquired(&lock->dep_map, _RET_IP_);\n";

static const char try_text[] =
	"static __always_inline int\n"
	"$Praw_trylock(raw_spinlock_t *lock, int policy)\n"
	"{\n"
	"\tpreempt_disable();\n"
	"\tif ($Pqueued_spin_trylock(&lock->raw_lock, policy)) {\n"
	"\t\tmmiowb_spin_lock();\n"
	"\t\tspin_acquire(&lock->dep_map, 0, 1, _RET_IP_);\n"
	"\t\treturn 1;\n"
	"\t}\n"
	"\tpreempt_enable();\n"
	"\treturn 0;\n"
	"}\n";

/* How a flavour of lock and unlock differs from the plain one. */
static const struct flavour {
	uint32_t bit;
	const char *acquire, *release; /* suffixes */
	const char *before; /* in front of the acquisition */
	const char *after; /* behind the release */
	const char *undo; /* when a trylock failed */
} flavours[] = {
	{ 0, "", "", "\tpreempt_disable();\n", "\tpreempt_enable();\n", "" },
	{ LOCK_IRQ, "_irq", "_irq",
	  "\tlocal_irq_disable();\n\tpreempt_disable();\n",
	  "\tlocal_irq_enable();\n\tpreempt_enable();\n",
	  "local_irq_enable();" },
	{ LOCK_IRQSAVE, "_irqsave", "_irqrestore",
	  "\tunsigned long flags;\n\n\tlocal_irq_save(flags);\n"
	  "\tpreempt_disable();\n",
	  "\tlocal_irq_restore(flags);\n\tpreempt_enable();\n",
	  "local_irq_restore(flags);" },
	{ LOCK_BH, "_bh", "_bh",
	  "\t__local_bh_disable_ip(_RET_IP_, SOFTIRQ_LOCK_OFFSET);\n",
	  "\t__local_bh_enable_ip(_RET_IP_, SOFTIRQ_LOCK_OFFSET);\n",
	  "local_bh_enable();" },
};

#define NR_FLAVOURS (sizeof(flavours) / sizeof(*flavours))

static const struct flavour *flavour_of(const struct lock_api *api)
{
	size_t i;

	for (i = 1; i < NR_FLAVOURS; i++)
		if (api->flavour & flavours[i].bit)
			return &flavours[i];
	return &flavours[0];
}

static bool is_spin(const struct lock_api *api)
{
	return api->family == FAMILY_SPIN || api->family == FAMILY_RAW_SPIN ||
	       api->family == FAMILY_XARRAY;
}

struct syncord_can syncord_look(struct tree *tree)
{
	static const char kills[] = "\tdown_write(sem);\n\treturn 0;";
	struct syncord_can can = { 0 };
	int64_t id = tree_find(tree, "include/linux/rwsem.h");
	const char *p, *end, *call;
	struct text text;

	if (id < 0 || tree_text(tree, id, &text) ||
	    !strstr(text.data, "bpf_down_write("))
		return can;
	can.down_write = true;
	id = tree_find(tree, "kernel/locking/rwsem.c");
	if (id < 0 || tree_text(tree, id, &text))
		return can;
	p = strstr(text.data, " down_write_killable(");
	p = p ? strchr(p, '{') : NULL;
	end = p ? strstr(p, "\n}") : NULL;
	call = end ? memmem(p, end - p, kills, strlen(kills)) : NULL;
	can.killable = call && end == call + strlen(kills) &&
		       !memchr(p, ';', call - p);
	return can;
}

static bool rwsem_possible(const struct lock_api *api, struct syncord_can can)
{
	if (api->verb != VERB_ACQUIRE && api->verb != VERB_TRY)
		return false;
	if (!can.down_write || strncmp(api->name, "down_write", 10) ||
	    strstr(api->name, "trylock"))
		return false;
	return can.killable || !(api->flavour & LOCK_KILLABLE);
}

bool syncord_possible(const struct lock_api *api, struct syncord_can can)
{
	bool plain = api->verb == VERB_ACQUIRE || api->verb == VERB_RELEASE ||
		     api->verb == VERB_TRY;

	if (is_spin(api))
		return plain &&
		       !(api->flavour & (LOCK_BY_VALUE | LOCK_NEST_LOCK));
	if (api->family == FAMILY_RWSEM)
		return rwsem_possible(api, can);
	return api->family == FAMILY_SEQLOCK && plain &&
	       !strstr(api->name, "begin_or") && !strstr(api->name, "retry");
}

const char *syncord_stays(const struct lock_api *api, struct syncord_can can)
{
	if (api->family != FAMILY_RWSEM || !can.down_write ||
	    syncord_possible(api, can))
		return NULL;
	return "only bpf_down_write() takes a policy; the kernel's own call works on the same lock";
}

const char *syncord_reason(const struct lock_api *api)
{
	if (is_spin(api) || api->family == FAMILY_SEQLOCK)
		return "no chain of this spelling ends in a bpf_ function";
	return "no bpf_ function is behind this family in SynCord trees; "
	       "--abi stock takes it";
}

static void put(const char *text, const char *prefix, FILE *out)
{
	for (; *text; text++) {
		if (text[0] == '$' && text[1] == 'P') {
			fputs(prefix, out);
			text++;
		} else {
			fputc(*text, out);
		}
	}
}

static void write_raw_lock(const struct syncord_chain *c,
			   const struct flavour *f, FILE *out)
{
	bool save = f->bit == LOCK_IRQSAVE;

	fprintf(out,
		"\nstatic __always_inline %s\n"
		"%sraw_lock%s(raw_spinlock_t *lock, int subclass, int policy)\n"
		"{\n%s",
		save ? "unsigned long" : "void", c->prefix, f->acquire,
		f->before);
	put(acquire_text, c->prefix, out);
	fputs(save ? "\treturn flags;\n}\n" : "}\n", out);
}

static void write_raw_unlock(const struct syncord_chain *c,
			     const struct flavour *f, FILE *out)
{
	bool save = f->bit == LOCK_IRQSAVE;

	fprintf(out,
		"\nstatic __always_inline void\n"
		"%sraw_unlock%s(raw_spinlock_t *lock%s, int policy)\n"
		"{\n\tspin_release(&lock->dep_map, %s_RET_IP_);\n"
		"\t%sdo_raw_spin_unlock(lock, policy);\n%s}\n",
		c->prefix, f->release, save ? ", unsigned long flags" : "",
		c->release_nested ? "1, " : "", c->prefix, f->after);
}

/* The raw_spinlock_t under a family's lock, as an expression on "lock_". */
static const char *raw_of(enum lock_family family)
{
	switch (family) {
	case FAMILY_RAW_SPIN:
		return "(lock_)";
	case FAMILY_XARRAY:
		return "&(lock_)->xa_lock.rlock";
	case FAMILY_SEQLOCK:
		return "&(lock_)->lock.rlock";
	default:
		return "&(lock_)->rlock";
	}
}

static void write_lock(const struct syncord_chain *c,
		       const struct lock_api *api, FILE *out)
{
	const struct flavour *f = flavour_of(api);
	const char *p = c->prefix, *raw = raw_of(api->family);
	bool nested = api->flavour & LOCK_NESTED;
	bool counts = api->family == FAMILY_SEQLOCK &&
		      !(api->flavour & LOCK_EXCL);

	fprintf(out, "\n#define %s%s(lock_, %s%spolicy) do { \\\n", p,
		api->name, f->bit == LOCK_IRQSAVE ? "flags, " : "",
		nested ? "subclass, " : "");
	if (f->bit == LOCK_IRQSAVE)
		fprintf(out, "\ttypecheck(unsigned long, flags); \\\n"
			     "\tflags = ");
	else
		fputc('\t', out);
	fprintf(out, "%sraw_lock%s(%s, %s, policy); \\\n", p, f->acquire, raw,
		nested ? "subclass" : "0");
	if (counts)
		fputs("\twrite_seqcount_begin(&(lock_)->seqcount); \\\n", out);
	fputs("} while (0)\n", out);
}

static void write_unlock(const struct syncord_chain *c,
			 const struct lock_api *api, FILE *out)
{
	const struct flavour *f = flavour_of(api);
	bool save = f->bit == LOCK_IRQSAVE;

	fprintf(out, "\n#define %s%s(lock_, %spolicy) do { \\\n", c->prefix,
		api->name, save ? "flags, " : "");
	if (api->family == FAMILY_SEQLOCK && !(api->flavour & LOCK_EXCL))
		fputs("\twrite_seqcount_end(&(lock_)->seqcount); \\\n", out);
	fprintf(out, "\t%sraw_unlock%s(%s, %spolicy); \\\n} while (0)\n",
		c->prefix, f->release, raw_of(api->family),
		save ? "flags, " : "");
}

static void write_try(const struct syncord_chain *c, const struct lock_api *api,
		      FILE *out)
{
	const struct flavour *f = flavour_of(api);
	bool save = f->bit == LOCK_IRQSAVE;

	fprintf(out, "\n#define %s%s(lock_, %spolicy) ({ \\\n", c->prefix,
		api->name, save ? "flags, " : "");
	if (save)
		fputs("\tlocal_irq_save(flags); \\\n", out);
	else if (f->bit == LOCK_IRQ)
		fputs("\tlocal_irq_disable(); \\\n", out);
	else if (f->bit == LOCK_BH)
		fputs("\tlocal_bh_disable(); \\\n", out);
	fprintf(out,
		"\t__cond_lock(lock_, %sraw_trylock(%s, policy)) ? 1 : \\\n"
		"\t\t({ %s 0; }); \\\n})\n",
		c->prefix, raw_of(api->family), f->undo);
}

/* As lib/dec_and_lock.c, lib/refcount.c and include/linux/kref.h do it. */
static void write_dec(const struct syncord_chain *c, const struct lock_api *api,
		      FILE *out)
{
	static const struct {
		const char *start, *head, *shared, *last, *then;
	} kinds[] = {
		{ "refcount_", "count, ", "refcount_dec_not_one(count)",
		  "refcount_dec_and_test(count)", "" },
		{ "kref_", "kref, release, ",
		  "refcount_dec_not_one(&(kref)->refcount)",
		  "refcount_dec_and_test(&(kref)->refcount)",
		  "\t\telse \\\n\t\t\trelease(kref); \\\n" },
		{ "", "count, ", "atomic_add_unless(count, -1, 1)",
		  "atomic_dec_and_test(count)", "" },
	};
	const struct flavour *f = flavour_of(api);
	bool save = f->bit == LOCK_IRQSAVE;
	const char *raw = raw_of(api->family), *flags;
	int kind = 0;

	while (strncmp(api->name, kinds[kind].start, strlen(kinds[kind].start)))
		kind++;
	flags = !save ? "" : !kind ? "*(flags)" : "flags";
	fprintf(out,
		"\n#define %s%s(%slock_, %spolicy) ({ \\\n"
		"\tint lp_zero = 0; \\\n"
		"\tif (!%s) { \\\n"
		"\t\t%s%s%sraw_lock%s(%s, 0, policy); \\\n"
		"\t\tlp_zero = %s; \\\n"
		"\t\tif (!lp_zero) \\\n"
		"\t\t\t%sraw_unlock%s(%s, %s%spolicy); \\\n"
		"%s"
		"\t} \\\n"
		"\tlp_zero; \\\n"
		"})\n",
		c->prefix, api->name, kinds[kind].head, save ? "flags, " : "",
		kinds[kind].shared, flags, save ? " = " : "", c->prefix,
		f->acquire, raw, kinds[kind].last, c->prefix, f->release, raw,
		flags, save ? ", " : "", kinds[kind].then);
}

/* down_write(), and its spellings for lockdep, of which this one has none. */
static void write_down(const struct syncord_chain *c,
		       const struct lock_api *api, FILE *out)
{
	bool kills = api->flavour & LOCK_KILLABLE;

	fprintf(out,
		"#define %s%s(sem, %spolicy) \\\n\t%sbpf_down_write(sem, policy)%s\n",
		c->prefix, api->name,
		api->flavour & LOCK_NESTED    ? "subclass, " :
		api->flavour & LOCK_NEST_LOCK ? "nest_lock, " :
						"",
		kills ? "({ " : "", kills ? "; 0; })" : "");
}

static void write_raw(struct syncord_chain *c, FILE *out)
{
	bool lock[NR_FLAVOURS] = { 0 }, unlock[NR_FLAVOURS] = { 0 };
	size_t i;

	c->trylock = false;
	for (i = 0; i < c->set->nr; i++) {
		const struct lock_api *api = c->set->list[i].api;
		size_t f = flavour_of(api) - flavours;
		bool dec = api->flavour & LOCK_DEC_AND_LOCK;

		lock[f] |= dec || api->verb == VERB_ACQUIRE;
		unlock[f] |= dec || api->verb == VERB_RELEASE;
		c->trylock |= !dec && api->verb == VERB_TRY;
	}
	if (c->trylock)
		fprintf(out,
			"int %squeued_spin_trylock(struct qspinlock *lock, int policy_id);\n\n",
			c->prefix);
	put(bottom_text, c->prefix, out);
	for (i = 0; i < NR_FLAVOURS; i++) {
		if (lock[i])
			write_raw_lock(c, &flavours[i], out);
		if (unlock[i])
			write_raw_unlock(c, &flavours[i], out);
	}
	if (c->trylock) {
		fputc('\n', out);
		put(try_text, c->prefix, out);
	}
}

int syncord_chain_write(struct syncord_chain *c, FILE *out)
{
	size_t i, rwsems = 0;

	variant_sort(c->set);
	for (i = 0; i < c->set->nr; i++)
		rwsems += c->set->list[i].api->family == FAMILY_RWSEM;
	if (!rwsems)
		write_raw(c, out);
	for (i = 0; i < c->set->nr; i++) {
		const struct lock_api *api = c->set->list[i].api;

		if (rwsems && i)
			fputc('\n', out);
		if (rwsems)
			write_down(c, api, out);
		else if (api->flavour & LOCK_DEC_AND_LOCK)
			write_dec(c, api, out);
		else if (api->verb == VERB_TRY)
			write_try(c, api, out);
		else if (api->verb == VERB_RELEASE)
			write_unlock(c, api, out);
		else
			write_lock(c, api, out);
	}
	return 0;
}
