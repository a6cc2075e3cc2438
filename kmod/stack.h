/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Call stacks: what code is lock code, and what a raw stack of a waiter is
 * without the frames of those who watch.
 */
#ifndef LP_STACK_H
#define LP_STACK_H

#include <linux/ptrace.h>
#include <linux/types.h>

int lp_stack_init(void);
/* Process context: does @ip lie in the kernel's locking code? */
bool lp_stack_is_lock_code(unsigned long ip);
/*
 * The kinds (1 << enum lockprobe_kind) of lock that the function over @ip has
 * in its first argument, 0: not lock code, or none.
 */
u32 lp_stack_kinds(unsigned long ip);
/* Does it leave that argument in its register? The short ones do. */
bool lp_stack_keeps_argument(unsigned long ip);
/* Frames at the head of a wait's stack that are ours or the trace point's. */
u32 lp_stack_watchers(const unsigned long *frames, u32 nr);

/* The first argument register of the interrupted code. Any context. */
static inline u64 lp_stack_argument(const struct pt_regs *regs)
{
	return regs_get_kernel_argument((struct pt_regs *)regs, 0);
}

#endif
