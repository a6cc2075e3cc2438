// SPDX-License-Identifier: GPL-2.0
/*
 * Does the module's own walk of the stack (kmod/compat/unwind.c, which is built
 * into this) see what the kernel's unwinder sees? A timer on each CPU comes in,
 * both walk what it interrupted, and numbers go out as parameters: "same" and
 * "differ" walks, and those that were "left" to the kernel. The first walks
 * that differ are printed. Under QEMU only.
 *
 * Contexts: the timers' interrupt; learn() in a worker.
 */
#include <linux/cpu.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/workqueue.h>
#include <asm/irq_regs.h>

#include "../../../kmod/compat/call.c"
#include "../../../kmod/compat/module.c"
#include "../../../kmod/compat/unwind.c"

#define FRAMES 64
#define PERIOD_NS 300000
#define PRINTED 4

static atomic64_t same, differ, left;

struct walker {
	struct hrtimer timer;
	struct work_struct learn;
	unsigned long ours[FRAMES], theirs[FRAMES];
	/* of the last walk that was left to the kernel */
	unsigned long unknown[FRAMES];
	unsigned int nr_unknown;
};

static DEFINE_PER_CPU(struct walker, walkers);

static void learn(struct work_struct *work)
{
	struct walker *w = container_of(work, struct walker, learn);
	unsigned int i;

	for (i = 0; i < w->nr_unknown; i++)
		lp_compat_unwind_learn(w->unknown[i] - !!i);
}

static void tell(const struct walker *w, unsigned int a, unsigned int b)
{
	unsigned int i;

	for (i = 0; i < max(a, b); i++)
		pr_info("unwind: %u of %u, %u: %pS %pS\n", i, a, b,
			i < a ? (void *)w->ours[i] : NULL,
			i < b ? (void *)w->theirs[i] : NULL);
}

static void compare(struct walker *w, struct pt_regs *regs)
{
	unsigned int a = lp_compat_unwind_regs(regs, w->ours, FRAMES);
	unsigned int b =
		static_call(lp_call_stack_regs)(regs, w->theirs, FRAMES, 0);

	if (!a) {
		atomic64_inc(&left);
		if (!work_pending(&w->learn)) {
			memcpy(w->unknown, w->theirs, sizeof(w->unknown));
			w->nr_unknown = b;
			schedule_work(&w->learn);
		}
	} else if (a == b && !memcmp(w->ours, w->theirs, a * sizeof(long))) {
		atomic64_inc(&same);
	} else if (atomic64_inc_return(&differ) <= PRINTED) {
		tell(w, a, b);
	}
}

static enum hrtimer_restart expired(struct hrtimer *timer)
{
	struct pt_regs *regs = get_irq_regs();
	u64 begin = ktime_get_ns(), period;

	if (regs && !user_mode(regs) && !is_idle_task(current))
		compare(container_of(timer, struct walker, timer), regs);
	/* a slow guest has to come to its work between */
	period = max_t(u64, PERIOD_NS, 10 * (ktime_get_ns() - begin));
	hrtimer_forward_now(timer, ns_to_ktime(period));
	return HRTIMER_RESTART;
}

static void start_here(void *unused)
{
	struct walker *w = this_cpu_ptr(&walkers);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(&w->timer, expired, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
#else
	hrtimer_init(&w->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	w->timer.function = expired;
#endif
	hrtimer_start(&w->timer, ns_to_ktime(PERIOD_NS),
		      HRTIMER_MODE_REL_PINNED_HARD);
}

static int get_number(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%lld\n",
			  (s64)atomic64_read((atomic64_t *)param->arg));
}

static const struct kernel_param_ops number_ops = { .get = get_number };

module_param_cb(same, &number_ops, &same, 0400);
MODULE_PARM_DESC(same, "walks that were alike");
module_param_cb(differ, &number_ops, &differ, 0400);
MODULE_PARM_DESC(differ, "walks that were not");
module_param_cb(left, &number_ops, &left, 0400);
MODULE_PARM_DESC(left, "walks that were left to the kernel");

static int __init unwind_test_init(void)
{
	int ret = lp_compat_init(), cpu;

	if (!ret)
		ret = lp_compat_unwind_init();
	if (ret)
		return ret;
	ret = lp_compat_module_init();
	if (ret) {
		lp_compat_unwind_exit();
		return ret;
	}
	for_each_possible_cpu(cpu)
		INIT_WORK(&per_cpu(walkers, cpu).learn, learn);
	on_each_cpu(start_here, NULL, 1);
	return 0;
}

static void __exit unwind_test_exit(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		hrtimer_cancel(&per_cpu(walkers, cpu).timer);
	for_each_possible_cpu(cpu)
		flush_work(&per_cpu(walkers, cpu).learn);
	lp_compat_module_exit();
	lp_compat_unwind_exit();
}

module_init(unwind_test_init);
module_exit(unwind_test_exit);
MODULE_DESCRIPTION("Compares two walks of the same stacks");
MODULE_LICENSE("GPL");
