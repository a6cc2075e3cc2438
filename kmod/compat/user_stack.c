// SPDX-License-Identifier: GPL-2.0
/*
 * In: the current task's registers of user mode. Out: its call stack there, by
 * frame pointers, as perf walks it. Any context where the task's memory is the
 * current one; what is not in memory ends the walk, nothing is waited for.
 *
 * Code that was built without frame pointers leaves some other number in the
 * register: the walk ends there, or goes astray, which nobody can tell.
 */
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include "compat.h"

#ifndef PF_IO_WORKER
#define PF_IO_WORKER 0
#endif

/* What a function leaves at its frame pointer, on x86-64 and arm64. */
struct user_frame {
	unsigned long caller; /* its frame pointer */
	unsigned long ret;
};

static bool starts(const struct pt_regs *regs, unsigned long *ip,
		   unsigned long *fp)
{
#if defined(CONFIG_X86_64)
	if (regs->cs != __USER_CS) /* 32 bits have another frame */
		return false;
	*ip = regs->ip;
	*fp = regs->bp;
	return true;
#elif defined(CONFIG_ARM64)
	if (compat_user_mode(regs))
		return false;
	*ip = regs->pc;
	*fp = regs->regs[29];
	return true;
#else
	return false;
#endif
}

static bool read_frame(struct user_frame *frame, unsigned long at)
{
	const void __user *from = (const void __user *)at;

#if LP_KERNEL_AT_LEAST(5, 8)
	return !copy_from_user_nofault(frame, from, sizeof(*frame));
#else
	return !probe_user_read(frame, from, sizeof(*frame));
#endif
}

unsigned int lp_compat_user_stack(unsigned long *frames, unsigned int nr)
{
	struct pt_regs *regs = task_pt_regs(current);
	struct user_frame frame;
	unsigned long ip, fp;
	unsigned int n = 0;

	if (!current->mm || current->flags & (PF_KTHREAD | PF_IO_WORKER) ||
	    !user_mode(regs) || !starts(regs, &ip, &fp))
		return 0;
	while (n < nr && ip && ip < TASK_SIZE_MAX) {
		frames[n++] = ip;
		if (!fp || fp % sizeof(fp) || !read_frame(&frame, fp))
			break;
		ip = frame.ret;
		/* the stack grows down: a caller's frame lies above */
		fp = frame.caller > fp ? frame.caller : 0;
	}
	return n;
}
