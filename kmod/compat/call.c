// SPDX-License-Identifier: GPL-2.0
/*
 * In: names of kernel symbols. Out: their addresses, and calls of the three
 * unexported functions we use. Process context, once at load; the stack walk
 * runs wherever a sample does.
 *
 * A kprobe that registers tells where kallsyms_lookup_name is. On kernels with
 * IBT a kprobe stands behind the ENDBR, hence the correction by the symbol's
 * own offset, and the function is sealed, hence the static call.
 */
#include <linux/bitmap.h>
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/stacktrace.h>
#include <linux/kallsyms.h>
#include "compat.h"

#if defined(CONFIG_HAVE_STATIC_CALL) && LP_KERNEL_AT_LEAST(5, 10)
#include <linux/static_call.h>
#else
/* The same words, by a pointer. */
#define DEFINE_STATIC_CALL(name, fn) static typeof(fn) *name = fn
#define static_call(name) (name)
#define static_call_update(name, fn) ((name) = (fn))
#endif

static unsigned long no_lookup(const char *name)
{
	return 0;
}

static unsigned int no_stack_regs(struct pt_regs *regs, unsigned long *frames,
				  unsigned int nr, unsigned int skip)
{
	unsigned int n = stack_trace_save(frames, nr, 0), i;

	/* cut what lies above the interrupted function */
	for (i = 0; i < n; i++)
		if (frames[i] == instruction_pointer(regs))
			break;
	if (i == n) {
		frames[0] = instruction_pointer(regs);
		return 1;
	}
	memmove(frames, frames + i, (n - i) * sizeof(*frames));
	return n - i;
}

static struct vm_struct *no_vm_area(const void *addr)
{
	return NULL;
}

DEFINE_STATIC_CALL(lp_call_lookup, no_lookup);
DEFINE_STATIC_CALL(lp_call_stack_regs, no_stack_regs);
DEFINE_STATIC_CALL(lp_call_vm_area, no_vm_area);

unsigned long lp_compat_lookup(const char *name)
{
	return static_call(lp_call_lookup)(name);
}

unsigned int lp_compat_stack_regs(struct pt_regs *regs, unsigned long *frames,
				  unsigned int nr)
{
	unsigned int n = lp_compat_unwind_regs(regs, frames, nr);

	return n ?: static_call(lp_call_stack_regs)(regs, frames, nr, 0);
}

struct vm_struct *lp_compat_find_vm_area(unsigned long addr)
{
	return static_call(lp_call_vm_area)((const void *)addr);
}

#if LP_KERNEL_AT_LEAST(6, 2)
/* Lookups are binary searches. */
void lp_compat_lookup_all(const char *const *names, unsigned long *addrs,
			  unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		addrs[i] = lp_compat_lookup(names[i]);
}

void lp_compat_each_symbol(lp_symbol_fn fn, void *ctx)
{
	/* those kernels' BTF tells what this would be asked for */
}

static void bind_walk(void)
{
}
#else
#define SIEVE_BITS 12

/*
 * Lookups go through all symbols, so go through them once for all; each is
 * compared with those that are wanted only if one of them has its hash.
 */
struct wanted {
	const char *const *names;
	unsigned long *addrs;
	unsigned int nr;
	DECLARE_BITMAP(sieve, 1 << SIEVE_BITS);
};

static u32 hash_of_name(const char *name)
{
	u32 hash = 0;

	while (*name)
		hash = hash * 31 + *name++;
	return hash_32(hash, SIEVE_BITS);
}

typedef int (*symbol_fn)(void *ctx, const char *name, struct module *mod,
			 unsigned long addr);

static int no_walk(symbol_fn fn, void *ctx)
{
	return 0;
}

DEFINE_STATIC_CALL(lp_call_walk, no_walk);

struct each {
	lp_symbol_fn fn;
	void *ctx;
};

static int tell_symbol(void *ctx, const char *name, struct module *mod,
		       unsigned long addr)
{
	struct each *each = ctx;

	if (mod)
		return 1; /* the kernel's own come first */
	each->fn(name, addr, each->ctx);
	return 0;
}

void lp_compat_each_symbol(lp_symbol_fn fn, void *ctx)
{
	struct each each = { .fn = fn, .ctx = ctx };
	struct mutex *modules = NULL;

	/* before 5.12 the walk goes on into modules, and wants this held */
	if (!LP_KERNEL_AT_LEAST(5, 12))
		modules = (struct mutex *)lp_compat_lookup("module_mutex");
	if (modules)
		mutex_lock(modules);
	static_call(lp_call_walk)(tell_symbol, &each);
	if (modules)
		mutex_unlock(modules);
}

static void match_symbol(const char *name, unsigned long addr, void *ctx)
{
	struct wanted *w = ctx;
	unsigned int i;

	if (!test_bit(hash_of_name(name), w->sieve))
		return;
	for (i = 0; i < w->nr; i++)
		if (!w->addrs[i] && !strcmp(name, w->names[i]))
			w->addrs[i] = addr;
}

void lp_compat_lookup_all(const char *const *names, unsigned long *addrs,
			  unsigned int nr)
{
	struct wanted w = { .names = names, .addrs = addrs, .nr = nr };
	unsigned int i;

	for (i = 0; i < nr; i++)
		__set_bit(hash_of_name(names[i]), w.sieve);
	memset(addrs, 0, nr * sizeof(*addrs));
	lp_compat_each_symbol(match_symbol, &w);
}

static void bind_walk(void)
{
	unsigned long addr = lp_compat_lookup("kallsyms_on_each_symbol");

	if (addr)
		static_call_update(lp_call_walk, (typeof(no_walk) *)addr);
}
#endif

#ifdef CONFIG_KPROBES
/* Address of a function by way of a kprobe on it, or 0. */
static unsigned long kprobe_address(const char *name)
{
	struct kprobe kp = { .symbol_name = name };
	char text[KSYM_SYMBOL_LEN];
	unsigned long addr, offset = 0;
	char *plus;

	if (register_kprobe(&kp))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	sprint_symbol(text, addr);
	plus = strchr(text, '+');
	if (!plus || sscanf(plus, "+0x%lx", &offset) != 1 || offset > 16)
		return 0;
	return addr - offset;
}
#else
static unsigned long kprobe_address(const char *name)
{
	return 0;
}
#endif

/*
 * Find what is needed. Nothing found is no error: the module then says less.
 */
int lp_compat_init(void)
{
	unsigned long addr = kprobe_address("kallsyms_lookup_name");

	if (!addr)
		return 0;
	static_call_update(lp_call_lookup, (typeof(no_lookup) *)addr);
	if (lp_compat_lookup("kallsyms_lookup_name") != addr) {
		static_call_update(lp_call_lookup, &no_lookup);
		return 0;
	}
	addr = lp_compat_lookup("stack_trace_save_regs");
	if (addr)
		static_call_update(lp_call_stack_regs,
				   (typeof(no_stack_regs) *)addr);
	bind_walk();
	addr = lp_compat_lookup("find_vm_area");
	if (addr)
		static_call_update(lp_call_vm_area, (typeof(no_vm_area) *)addr);
	return 0;
}
