/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels that are served (5.4 and later) is
 * settled here and in compat/; no other file asks for a version or a config.
 *
 * call.c reaches the few unexported functions that are worth it. Where a
 * kernel seals them against indirect calls (x86 IBT) the call is a patched
 * direct one (static_call); elsewhere it is a plain pointer.
 */
#ifndef LP_COMPAT_H
#define LP_COMPAT_H

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/lockprobe.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/rwsem.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <net/genetlink.h>

#define LP_KERNEL_AT_LEAST(a, b) (LINUX_VERSION_CODE >= KERNEL_VERSION(a, b, 0))

struct vm_struct;

/* call.c; process context, except lp_compat_stack_regs (any, NMI too) */
int lp_compat_init(void);
unsigned long lp_compat_lookup(const char *name);
/* Many at once, which costs hardly more than one; 0 for what is not there. */
void lp_compat_lookup_all(const char *const *names, unsigned long *addrs,
			  unsigned int nr);
/* All symbols of the kernel itself, where that is not known otherwise. */
typedef void (*lp_symbol_fn)(const char *name, unsigned long addr, void *ctx);
void lp_compat_each_symbol(lp_symbol_fn fn, void *ctx);
unsigned int lp_compat_stack_regs(struct pt_regs *regs, unsigned long *frames,
				  unsigned int nr);
struct vm_struct *lp_compat_find_vm_area(unsigned long addr);

/*
 * unwind.c: cheaper walks of the running task's stack, 0 where only the
 * kernel's own unwinder knows the way. Any context, but learning what a fresh
 * address needs (process).
 */
struct lp_compat_frame {
	unsigned long ip, sp, bp; /* of a function that waits for its callee */
};

/* The caller of the function that this stands in. */
static __always_inline struct lp_compat_frame lp_compat_caller(void)
{
	const unsigned long *own = __builtin_frame_address(0);

	return (struct lp_compat_frame){
		.ip = (unsigned long)__builtin_return_address(0),
		.bp = own[0],
		.sp = (unsigned long)(own + 2),
	};
}

int lp_compat_unwind_init(void);
void lp_compat_unwind_exit(void);
unsigned int lp_compat_unwind_regs(struct pt_regs *regs, unsigned long *frames,
				   unsigned int nr);
unsigned int lp_compat_unwind_frame(const struct lp_compat_frame *frame,
				    unsigned long *frames, unsigned int nr);
void lp_compat_unwind_learn(unsigned long addr);
void lp_compat_unwind_forget(void); /* a module came or goes */

/*
 * user_stack.c: the current task's stack of user mode, innermost first; how
 * many of @nr. Any context but NMI.
 */
unsigned int lp_compat_user_stack(unsigned long *frames, unsigned int nr);

/* Byte offsets in mm/'s private structs, -1 where not known. */
struct lp_compat_slab_layout {
	long slab_cache; /* in struct slab, struct page before 5.17 */
	long name, size, object_size, refcount, red_left_pad, kobj;
};

/*
 * module.c: how often modules came and went so far: what was found at an
 * address before may be another's since.
 */
int lp_compat_module_init(void);
void lp_compat_module_exit(void);
u32 lp_compat_module_changes(void);

/* The per-CPU variable of a module at an address, as of some CPU. */
struct lp_compat_percpu {
	int cpu;
	u32 area_offset; /* of @addr in the module's area */
	u32 offset; /* of @addr in the variable */
	u32 size; /* of the variable */
	char symbol[128];
	char module[MODULE_NAME_LEN];
};

/* False: none is there. */
bool lp_compat_module_percpu(unsigned long addr, struct lp_compat_percpu *var);

/* slab.c: the layout as the headers tell it, where they still do */
void lp_compat_slab_layout(struct lp_compat_slab_layout *at);
bool lp_compat_is_kfence(unsigned long addr);

/* The data address of a sample, 0 if the hardware gave none. */
static inline u64 lp_compat_sample_addr(const struct perf_sample_data *data)
{
#if LP_KERNEL_AT_LEAST(6, 1)
	if (!(data->sample_flags & PERF_SAMPLE_ADDR))
		return 0;
#endif
	return data->addr;
}

/* Read kernel memory that may not be there; 0 or -EFAULT. */
static inline long lp_compat_peek(void *to, const void *from, size_t size)
{
#if LP_KERNEL_AT_LEAST(5, 8)
	return copy_from_kernel_nofault(to, from, size);
#else
	return probe_kernel_read(to, from, size);
#endif
}

/* Did the sender of @skb have what perf asks of a kernel-wide observer? */
static inline bool lp_compat_perfmon_capable(const struct sk_buff *skb)
{
#if LP_KERNEL_AT_LEAST(5, 8)
	if (netlink_capable(skb, CAP_PERFMON))
		return true;
#endif
	return netlink_capable(skb, CAP_SYS_ADMIN);
}

/* The probe that an instance belongs to; NULL: it is being taken away. */
static inline struct kretprobe *
lp_compat_kretprobe(struct kretprobe_instance *instance)
{
#if LP_KERNEL_AT_LEAST(5, 15)
	return get_kretprobe(instance);
#else
	return instance->rp;
#endif
}

/* What a reader of directories returns to go on. */
#if LP_KERNEL_AT_LEAST(6, 1)
#define LP_COMPAT_FILLDIR bool
#define LP_COMPAT_FILLDIR_ON true
#else
#define LP_COMPAT_FILLDIR int
#define LP_COMPAT_FILLDIR_ON 0
#endif

#if LP_KERNEL_AT_LEAST(6, 1)
#define LP_COMPAT_GENL_RESV .resv_start_op = __LOCKPROBE_CMD_MAX,
#else
#define LP_COMPAT_GENL_RESV
#endif

/* Copy a string attribute; cut to @size, always terminated. */
static inline void lp_compat_nla_text(char *to, const struct nlattr *from,
				      size_t size)
{
#if LP_KERNEL_AT_LEAST(5, 11)
	nla_strscpy(to, from, size);
#else
	nla_strlcpy(to, from, size);
#endif
}

/* What a wait of the rt_mutex code may be for: where spinlocks sleep, all. */
static inline u32 lp_compat_rt_kinds(void)
{
#ifdef CONFIG_PREEMPT_RT
	return ~0u >> 1;
#else
	return 1u << LOCKPROBE_KIND_RTMUTEX;
#endif
}

/* The state a task goes to sleep in, 0: it only makes way for others. */
static inline u32 lp_compat_task_state(const struct task_struct *task)
{
#if LP_KERNEL_AT_LEAST(5, 14)
	return READ_ONCE(task->__state);
#else
	return READ_ONCE(task->state);
#endif
}

/* The task a sleeping lock belongs to now; the pointer may be stale. */
static inline unsigned long lp_compat_mutex_owner(const struct mutex *lock)
{
#ifdef CONFIG_PREEMPT_RT
	return 0;
#else
	return atomic_long_read(&lock->owner) & ~0x7UL;
#endif
}

static inline unsigned long
lp_compat_rwsem_owner(const struct rw_semaphore *sem)
{
#if defined(CONFIG_PREEMPT_RT) || \
	!(defined(CONFIG_RWSEM_SPIN_ON_OWNER) || LP_KERNEL_AT_LEAST(5, 3))
	return 0;
#else
	unsigned long owner = atomic_long_read(&sem->owner);

	/* bit 0: readers hold it, and the owner is but a hint */
	return owner & 1 ? 0 : owner & ~0x7UL;
#endif
}

#endif
