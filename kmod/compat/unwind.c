// SPDX-License-Identifier: GPL-2.0
/*
 * In: where some code of the running task stands. Out: its return addresses.
 * Any context, NMI too; lp_compat_unwind_learn() in process context.
 *
 * x86-64 kernels say by ORC tables how far the caller's frame lies from where
 * the code stands. The kernel's own unwinder asks its tables for each frame of
 * each walk; here what they say of an address is kept as one word (a rule), so
 * that a frame costs tens of instructions and not hundreds. Only what is plain
 * is followed: calls, and the registers that user mode or an interrupted
 * function left, on the task's stack, and on that of the CPU's interrupts, from
 * where one step leads to the task's. Whatever else comes, the walk is the
 * kernel's own. A module's tables may go while a walk reads them, so rules of
 * its addresses are only learned by the drain, and all are forgotten when a
 * module comes or goes.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "compat.h"

#if defined(CONFIG_UNWINDER_ORC) && defined(CONFIG_X86_64)
#include <asm/orc_lookup.h>
#include <asm/orc_types.h>

#define RULE_BITS 13

/*
 * A rule: the low half of the address it is for (the upper is all ones), the
 * caller's stack pointer and where its frame pointer is saved, in words from a
 * base, and RULE_*, one of the first four; else the kernel has to walk.
 */
#define RULE_SWITCH 0x01u /* as a call, its base in the stack's top word */
#define RULE_CALL 0x02u /* a return address lies below the caller's frame */
#define RULE_REGS 0x04u /* registers lie there */
#define RULE_LAST 0x08u /* nobody called it */
#define RULE_BY_BP 0x10u /* the base is the frame pointer */
#define RULE_SAVES_BP 0x20u
#define RULE_WORDS 13 /* bits of an offset */

/* Before 6.4 the types' names changed twice, their numbers did not. */
static bool is_call(const struct orc_entry *orc)
{
#ifdef ORC_TYPE_END_OF_STACK
	return orc->type == ORC_TYPE_CALL && !orc->signal;
#else
	return orc->type == 0;
#endif
}

static bool is_regs(const struct orc_entry *orc)
{
#ifdef ORC_TYPE_END_OF_STACK
	return orc->type == ORC_TYPE_REGS && orc->signal;
#else
	return orc->type == 1;
#endif
}

static bool is_last(const struct orc_entry *orc)
{
#ifdef ORC_TYPE_END_OF_STACK
	return orc->type == ORC_TYPE_END_OF_STACK;
#else
	return orc->sp_reg == ORC_REG_UNDEFINED && orc->end;
#endif
}

static u64 *rules; /* hashed by address; NULL: the kernel walks */
static unsigned long text_start, text_end;
static const int *core_ips; /* of the kernel proper, sorted */
static const struct orc_entry *core_entries;
static u32 nr_core;
/* Which entry begins each block of text, by the kernel's own index. */
static const unsigned int *blocks;
static u32 nr_blocks;

enum {
	AT_IPS,
	AT_IPS_END,
	AT_ENTRIES,
	AT_TEXT,
	AT_TEXT_END,
	AT_MODULES,
	AT_LOOKUP,
	AT_LOOKUP_END,
	AT_IRQ_STACK,
	AT_HOT,
	AT_TRAMPOLINES, /* all from here on */
};

static const char *const names[] = {
	[AT_IPS] = "__start_orc_unwind_ip",
	[AT_IPS_END] = "__stop_orc_unwind_ip",
	[AT_ENTRIES] = "__start_orc_unwind",
	[AT_TEXT] = "_stext",
	[AT_TEXT_END] = "_etext",
	[AT_MODULES] = "modules",
	[AT_LOOKUP] = "orc_lookup",
	[AT_LOOKUP_END] = "orc_lookup_end",
	[AT_IRQ_STACK] = "hardirq_stack_ptr",
	[AT_HOT] = "pcpu_hot",
	[AT_TRAMPOLINES] = "return_to_handler",
	"arch_rethook_trampoline",
	"__kretprobe_trampoline",
	"kretprobe_trampoline",
};

/* Return addresses that stand for others, which the kernel knows to find. */
static unsigned long trampolines[ARRAY_SIZE(names) - AT_TRAMPOLINES];

/*
 * Where this CPU's variable is that points to the top word of the stack of its
 * interrupts; 0: not known, or (before 5.12) such stacks are entered otherwise.
 */
static unsigned long irq_stack_variable;

static unsigned long find_irq_stack(const unsigned long *at)
{
#if LP_KERNEL_AT_LEAST(6, 2) && !LP_KERNEL_AT_LEAST(6, 15)
	if (at[AT_HOT])
		return at[AT_HOT] +
		       offsetof(struct pcpu_hot, hardirq_stack_ptr);
#endif
	return LP_KERNEL_AT_LEAST(5, 12) ? at[AT_IRQ_STACK] : 0;
}

static u64 rule_from(const struct orc_entry *orc)
{
	u64 sp = (u16)(orc->sp_offset >> 3) & ((1u << RULE_WORDS) - 1);
	u64 bp = (u16)(orc->bp_offset >> 3) & ((1u << RULE_WORDS) - 1);
	u64 rule = bp << 6 | sp << (6 + RULE_WORDS);
	u64 call = RULE_CALL;

	if (is_last(orc))
		return RULE_LAST;
	if ((orc->sp_offset | orc->bp_offset) & 7)
		return 0;
	if (orc->sp_reg == ORC_REG_BP)
		rule |= RULE_BY_BP;
	else if (orc->sp_reg == ORC_REG_SP_INDIRECT && irq_stack_variable)
		call = RULE_SWITCH;
	else if (orc->sp_reg != ORC_REG_SP)
		return 0;
	if (is_regs(orc) && orc->bp_reg == ORC_REG_UNDEFINED &&
	    call == RULE_CALL)
		return rule | RULE_REGS;
	if (!is_call(orc))
		return 0;
	if (orc->bp_reg == ORC_REG_PREV_SP)
		return rule | call | RULE_SAVES_BP;
	return orc->bp_reg == ORC_REG_UNDEFINED ? rule | call : 0;
}

/* What a table says of @addr: a rule without its address, 0: not plain. */
static u64 ask_table(const int *ips, const struct orc_entry *entries, u32 nr,
		     unsigned long addr)
{
	u32 low = 0, high = nr;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if ((unsigned long)&ips[middle] + ips[middle] <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? rule_from(&entries[low - 1]) : 0;
}

static u64 *slot_of(unsigned long addr)
{
	return &rules[hash_32(addr, RULE_BITS)];
}

static u64 keep_rule(unsigned long addr, u64 rule)
{
	rule |= (u64)(u32)addr << 32;
	WRITE_ONCE(*slot_of(addr), rule);
	return rule;
}

static u64 ask_core(unsigned long addr)
{
	u32 block = (addr - text_start) >> LOOKUP_BLOCK_ORDER;
	u32 first = 0, end = nr_core;

	if (block + 1 < nr_blocks) {
		first = min(nr_core, blocks[block]);
		end = clamp(blocks[block + 1] + 1, first, nr_core);
	}
	return ask_table(core_ips + first, core_entries + first, end - first,
			 addr);
}

/* Our own tables stay while we walk. */
static u64 ask_own(unsigned long addr)
{
	const struct mod_arch_specific *arch = &THIS_MODULE->arch;

	if (!arch->num_orcs)
		return 0;
	return keep_rule(addr, ask_table(arch->orc_unwind_ip, arch->orc_unwind,
					 arch->num_orcs, addr));
}

static noinline u64 new_rule(unsigned long addr)
{
	u32 i;

	if (addr < text_start || addr >= text_end)
		return within_module(addr, THIS_MODULE) ? ask_own(addr) : 0;
	for (i = 0; i < ARRAY_SIZE(trampolines); i++)
		if (addr + 1 == trampolines[i] || addr == trampolines[i])
			return 0;
	return keep_rule(addr, ask_core(addr));
}

static u64 rule_of(unsigned long addr)
{
	u64 rule = READ_ONCE(*slot_of(addr));

	/* of kernel text the upper half is all ones, as its top bit tells */
	if ((unsigned long)((s64)rule >> 32) == addr)
		return rule;
	return new_rule(addr);
}

/* An offset of a rule in bytes; it is signed. */
static long rule_offset(u64 rule, u32 shift)
{
	return ((s64)(rule << (64 - RULE_WORDS - shift)) >> (64 - RULE_WORDS)) *
	       8;
}

struct place_in_code {
	unsigned long ip, sp, bp;
	bool exact; /* the next instruction, not where a call returns to */
};

/* To where registers at @sp say that the code stood; false: not on it. */
static bool step_to_regs(struct place_in_code *at, unsigned long sp,
			 unsigned long high)
{
	const struct pt_regs *regs = (const struct pt_regs *)sp;

	at->ip = READ_ONCE_NOCHECK(regs->ip);
	at->sp = READ_ONCE_NOCHECK(regs->sp);
	at->bp = READ_ONCE_NOCHECK(regs->bp);
	at->exact = true;
	return at->sp > sp && at->sp <= high && !(at->sp & 7);
}

/* A stack: from its lowest byte to behind where its outermost frame begins. */
struct span {
	unsigned long low, high;
};

static bool lies_in(const struct span *span, unsigned long sp)
{
	return sp >= span->low && sp <= span->high;
}

/* This CPU's stack for interrupts; its top word tells where it came from. */
static struct span irq_span(void)
{
	const unsigned long __percpu *variable =
		(const unsigned long __percpu *)irq_stack_variable;
	unsigned long high = variable ? *raw_cpu_ptr(variable) : 0;

	return (struct span){ .low = high + sizeof(long) - IRQ_STACK_SIZE,
			      .high = high };
}

/* Did registers at @sp, all of them on the stack, come from user mode? */
static bool is_user(unsigned long sp)
{
	/* with FRED, cs is but the low half of its word */
	const unsigned long *word =
		(const unsigned long *)&((const struct pt_regs *)sp)->cs;

	return READ_ONCE_NOCHECK(*word) & 3;
}

/*
 * Frames from @at outwards; 0: the kernel has to walk. Each step goes outwards
 * on one stack, and what is read of it lies between the two; one step at most
 * leads from the interrupts' stack to the task's.
 */
static u32 walk(struct place_in_code at, unsigned long *frames, u32 max)
{
	const unsigned long task = (unsigned long)task_stack_page(current);
	struct span on = { .low = task, .high = task + THREAD_SIZE };
	unsigned long sp, saved;
	bool may_switch = false;
	u32 n = 0;
	u64 rule;

	if (unlikely(!lies_in(&on, at.sp))) {
		on = irq_span();
		may_switch = true;
	}
	if (!lies_in(&on, at.sp) || at.sp & 7)
		return 0;
	for (;;) {
		frames[n++] = at.ip;
		if (n == max)
			return n;
		rule = rule_of(at.exact ? at.ip : at.ip - 1);
		sp = (rule & RULE_BY_BP ? at.bp : at.sp) +
		     rule_offset(rule, 6 + RULE_WORDS);
		if (unlikely(!(rule & RULE_CALL))) {
			if (rule & RULE_LAST)
				return n;
			if (rule & RULE_REGS) {
				if (sp < at.sp || sp & 7 ||
				    sp > on.high - sizeof(struct pt_regs))
					return 0;
				if (is_user(sp))
					return n;
				if (!step_to_regs(&at, sp, on.high))
					return 0;
				continue;
			}
			if (!(rule & RULE_SWITCH) || !may_switch ||
			    at.sp != on.high)
				return 0;
			may_switch = false;
			on.low = task;
			on.high = task + THREAD_SIZE;
			at.sp = READ_ONCE_NOCHECK(*(unsigned long *)at.sp);
			if (!lies_in(&on, at.sp))
				return 0;
			sp = at.sp + rule_offset(rule, 6 + RULE_WORDS);
		}
		if (sp < at.sp + sizeof(long) || sp > on.high || sp & 7)
			return 0;
		at.ip = READ_ONCE_NOCHECK(*((unsigned long *)sp - 1));
		if (rule & RULE_SAVES_BP) {
			saved = sp + rule_offset(rule, 6);
			if (saved < on.low || saved >= on.high)
				return 0;
			at.bp = READ_ONCE_NOCHECK(*(unsigned long *)saved);
		}
		at.sp = sp;
		at.exact = false;
	}
}

unsigned int lp_compat_unwind_regs(struct pt_regs *regs, unsigned long *frames,
				   unsigned int max)
{
	struct place_in_code at = { .ip = instruction_pointer(regs),
				    .sp = kernel_stack_pointer(regs),
				    .bp = regs->bp,
				    .exact = true };

	return rules ? walk(at, frames, max) : 0;
}

unsigned int lp_compat_unwind_frame(const struct lp_compat_frame *frame,
				    unsigned long *frames, unsigned int max)
{
	struct place_in_code at = { .ip = frame->ip,
				    .sp = frame->sp,
				    .bp = frame->bp };

	return rules ? walk(at, frames, max) : 0;
}

static struct list_head *modules;

void lp_compat_unwind_learn(unsigned long addr)
{
	const struct module *mod;

	if (!rules || !modules || addr < __START_KERNEL_map ||
	    (addr >= text_start && addr < text_end) ||
	    READ_ONCE(*slot_of(addr)) >> 32 == (u32)addr)
		return;
	preempt_disable();
	list_for_each_entry_rcu(mod, modules, list, true) {
		if (mod->state != MODULE_STATE_LIVE ||
		    !within_module(addr, mod) || !mod->arch.num_orcs)
			continue;
		keep_rule(addr, ask_table(mod->arch.orc_unwind_ip,
					  mod->arch.orc_unwind,
					  mod->arch.num_orcs, addr));
		break;
	}
	preempt_enable();
}

void lp_compat_unwind_forget(void)
{
	u32 i;

	for (i = 0; rules && i < 1 << RULE_BITS; i++)
		WRITE_ONCE(rules[i], 0); /* whole words: walks go on */
}

int lp_compat_unwind_init(void)
{
	unsigned long at[ARRAY_SIZE(names)];

	lp_compat_lookup_all(names, at, ARRAY_SIZE(names));
	if (!at[AT_IPS] || at[AT_IPS_END] <= at[AT_IPS] || !at[AT_ENTRIES] ||
	    !at[AT_TEXT])
		return 0; /* not told: the kernel walks */
	core_ips = (const int *)at[AT_IPS];
	nr_core = (at[AT_IPS_END] - at[AT_IPS]) / sizeof(*core_ips);
	core_entries = (const struct orc_entry *)at[AT_ENTRIES];
	text_start = at[AT_TEXT];
	text_end = at[AT_TEXT_END];
	modules = (struct list_head *)at[AT_MODULES];
	memcpy(trampolines, at + AT_TRAMPOLINES, sizeof(trampolines));
	irq_stack_variable = find_irq_stack(at);
	if (at[AT_LOOKUP] && at[AT_LOOKUP_END] > at[AT_LOOKUP]) {
		blocks = (const unsigned int *)at[AT_LOOKUP];
		nr_blocks =
			(at[AT_LOOKUP_END] - at[AT_LOOKUP]) / sizeof(*blocks);
	}
	rules = kvcalloc(1 << RULE_BITS, sizeof(*rules), GFP_KERNEL);
	return rules ? 0 : -ENOMEM;
}

void lp_compat_unwind_exit(void)
{
	kvfree(rules);
	rules = NULL;
}

#else
unsigned int lp_compat_unwind_regs(struct pt_regs *regs, unsigned long *frames,
				   unsigned int max)
{
	return 0;
}

unsigned int lp_compat_unwind_frame(const struct lp_compat_frame *frame,
				    unsigned long *frames, unsigned int max)
{
	return 0;
}

void lp_compat_unwind_learn(unsigned long addr)
{
}

void lp_compat_unwind_forget(void)
{
}

int lp_compat_unwind_init(void)
{
	return 0;
}

void lp_compat_unwind_exit(void)
{
}
#endif
