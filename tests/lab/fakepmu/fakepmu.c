// SPDX-License-Identifier: GPL-2.0
/*
 * A PMU whose overflows are counted to the last one: a number written to the
 * parameter "push" comes in, and exactly so many overflows of each counting
 * event go out, on each online CPU, in interrupt context; no faster than the
 * parameter "rate" says, on each CPU a second, if it is not 0. The parameter
 * "pushed" tells how many there were in all. For tests of accounting, under
 * QEMU only: it calls an unexported function by pointer.
 *
 * "pose" is what the pushed samples look like: 0, code of ours at fakepmu_lock;
 * 1, the same at rename_lock's spinlock; 2, _raw_spin_lock() reading something
 * that is no lock; 3, _raw_spin_lock() at the lock that it was given. "at" is
 * the address of another lock for these poses than that one, and for "contend".
 *
 * For benchmarks: "tick" overflows come at "rate" from a timer's interrupt, on
 * this CPU, with the stack of what it interrupted; "contend" calls what is
 * attached to the trace points of contention so many times; "spent" is the ns
 * in the overflows, or in those calls, since it was last written; "listens"
 * tells whether anything is there to do so for: an event that counts (1), a
 * function attached to contention_begin (2).
 *
 * Contexts: pmu callbacks with interrupts off on the event's CPU; push_here()
 * in an IPI; push() in process context, one writer at a time.
 */
#include <linux/cpu.h>
#include <linux/dcache.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/tracepoint.h>
#include <linux/version.h>
#include <asm/irq_regs.h>

#define FAKE_CONFIG 0xfa4e /* what to open: type PERF_TYPE_RAW, this config */
#define CHUNK \
	256 /* overflows an IPI: keeps interrupts off for a bounded time */

typedef int (*overflow_fn)(struct perf_event *event,
			   struct perf_sample_data *data, struct pt_regs *regs);

static overflow_fn overflow;
static atomic64_t pushed;
static unsigned long rate;
static ulong spent; /* ns */
static DEFINE_MUTEX(push_mutex);
static DEFINE_PER_CPU(struct perf_event *, counting);

/* The data address of every sample: a lock that a resolver can name. */
static DEFINE_SPINLOCK(fakepmu_lock);

static void fakepmu_read(struct perf_event *event)
{
}

static void fakepmu_start(struct perf_event *event, int flags)
{
	event->hw.state = 0;
	event->hw.last_period = event->hw.sample_period;
}

static void fakepmu_stop(struct perf_event *event, int flags)
{
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
}

static int fakepmu_add(struct perf_event *event, int flags)
{
	if (this_cpu_read(counting))
		return -EAGAIN;
	this_cpu_write(counting, event);
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (flags & PERF_EF_START)
		fakepmu_start(event, flags);
	return 0;
}

static void fakepmu_del(struct perf_event *event, int flags)
{
	fakepmu_stop(event, flags);
	this_cpu_write(counting, NULL);
}

static int fakepmu_event_init(struct perf_event *event)
{
	if (event->attr.type != PERF_TYPE_RAW)
		return -ENOENT;
	return event->attr.config == FAKE_CONFIG ? 0 : -EINVAL;
}

static struct pmu fakepmu = {
	.module = THIS_MODULE,
	.task_ctx_nr = perf_invalid_context,
	.event_init = fakepmu_event_init,
	.add = fakepmu_add,
	.del = fakepmu_del,
	.start = fakepmu_start,
	.stop = fakepmu_stop,
	.read = fakepmu_read,
};

static unsigned int pose;
static unsigned long at;

/* Registers and data address of a sample, by the pose. */
static u64 strike_pose(struct pt_regs *regs)
{
	u64 lock = at ?: (unsigned long)&rename_lock.lock;

	memset(regs, 0, sizeof(*regs));
	perf_fetch_caller_regs(regs);
	switch (pose) {
	case 1:
		return lock;
	case 2:
		regs->ip = (unsigned long)_raw_spin_lock;
		return (unsigned long)&boot_cpu_data;
	case 3:
		regs->ip = (unsigned long)_raw_spin_lock;
		regs->di = lock;
		return lock;
	default:
		return (unsigned long)&fakepmu_lock;
	}
}

/*
 * A throttled event is pushed all the same: perf's handler runs for it, and
 * the test counts handler calls.
 */
static void push_here(void *number)
{
	struct perf_event *event = this_cpu_read(counting);
	unsigned long n = *(unsigned long *)number;
	struct perf_sample_data data;
	struct pt_regs regs;

	if (!event)
		return;
	while (n--) {
		perf_sample_data_init(&data, strike_pose(&regs),
				      event->hw.last_period);
		local64_add(event->hw.last_period, &event->count);
		overflow(event, &data, &regs);
		atomic64_inc(&pushed);
	}
}

/* Sleep until @done overflows since @start are no more than the rate. */
static void keep_to_rate(ktime_t start, unsigned long done)
{
	s64 due, now;

	if (!rate)
		return;
	due = div64_u64((u64)done * NSEC_PER_SEC, rate);
	now = ktime_to_ns(ktime_sub(ktime_get(), start));
	if (due - now > NSEC_PER_USEC)
		usleep_range(div_s64(due - now, NSEC_PER_USEC),
			     div_s64(due - now, NSEC_PER_USEC) + 50);
}

static int push(const char *text, const struct kernel_param *param)
{
	unsigned long left, chunk, all;
	int ret = kstrtoul(text, 0, &left);
	ktime_t start = ktime_get();

	if (ret)
		return ret;
	all = left;
	mutex_lock(&push_mutex);
	while (left && !signal_pending(current)) {
		chunk = min_t(unsigned long, left, CHUNK);
		on_each_cpu(push_here, &chunk, 1);
		left -= chunk;
		keep_to_rate(start, all - left);
		cond_resched();
	}
	mutex_unlock(&push_mutex);
	return left ? -EINTR : 0;
}

static int get_pushed(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%lld\n", (s64)atomic64_read(&pushed));
}

static struct hrtimer timer;
static unsigned long ticks_left;
static DECLARE_COMPLETION(ticks_done);

static enum hrtimer_restart tick_now(struct hrtimer *unused)
{
	struct perf_event *event = this_cpu_read(counting);
	struct perf_sample_data data;
	u64 start;

	if (!ticks_left--) {
		complete(&ticks_done);
		return HRTIMER_NORESTART;
	}
	if (event && get_irq_regs()) {
		perf_sample_data_init(&data, (u64)(unsigned long)&fakepmu_lock,
				      event->hw.last_period);
		start = ktime_get_mono_fast_ns();
		overflow(event, &data, get_irq_regs());
		spent += ktime_get_mono_fast_ns() - start;
		atomic64_inc(&pushed);
	}
	hrtimer_forward_now(&timer, ns_to_ktime(NSEC_PER_SEC / (rate ?: 1000)));
	return HRTIMER_RESTART;
}

static int tick(const char *text, const struct kernel_param *param)
{
	int ret = kstrtoul(text, 0, &ticks_left);

	if (ret)
		return ret;
	reinit_completion(&ticks_done);
	hrtimer_start(&timer, ns_to_ktime(NSEC_PER_MSEC), HRTIMER_MODE_REL);
	wait_for_completion(&ticks_done);
	return 0;
}

static struct tracepoint *begins, *ends;

static void find_point(struct tracepoint *point, void *unused)
{
	if (!strcmp(point->name, "contention_begin"))
		begins = point;
	else if (!strcmp(point->name, "contention_end"))
		ends = point;
}

/* What contention_begin and contention_end do for who listens. */
static void call_all(struct tracepoint *point, unsigned int argument)
{
	struct tracepoint_func *f = rcu_dereference_sched(point->funcs);

	for (; f && f->func; f++)
		((void (*)(void *, void *, unsigned int))f->func)(
			f->data, at ? (void *)at : &fakepmu_lock, argument);
}

static int contend(const char *text, const struct kernel_param *param)
{
	unsigned long n;
	u64 start;
	int ret = kstrtoul(text, 0, &n);

	if (ret)
		return ret;
	for_each_kernel_tracepoint(find_point, NULL);
	if (!begins || !ends)
		return -EOPNOTSUPP;
	while (n--) {
		preempt_disable_notrace();
		start = ktime_get_mono_fast_ns();
		call_all(begins, 1 /* LCB_F_SPIN */);
		call_all(ends, 0);
		spent += ktime_get_mono_fast_ns() - start;
		preempt_enable_notrace();
		cond_resched();
	}
	return 0;
}

static int get_listens(char *buffer, const struct kernel_param *param)
{
	int cpu, listens = 0;

	for_each_kernel_tracepoint(find_point, NULL);
	if (begins && READ_ONCE(begins->funcs))
		listens |= 2;
	for_each_online_cpu(cpu)
		if (READ_ONCE(per_cpu(counting, cpu)))
			listens |= 1;
	return sysfs_emit(buffer, "%d\n", listens);
}

static const struct kernel_param_ops listens_ops = { .get = get_listens };
static const struct kernel_param_ops tick_ops = { .set = tick };
static const struct kernel_param_ops contend_ops = { .set = contend };
static const struct kernel_param_ops push_ops = { .set = push };
static const struct kernel_param_ops pushed_ops = { .get = get_pushed };

module_param(rate, ulong, 0600);
MODULE_PARM_DESC(rate, "overflows a second on each CPU, 0: as fast as may be");
module_param(pose, uint, 0600);
MODULE_PARM_DESC(pose, "what pushed samples look like");
module_param(at, ulong, 0600);
MODULE_PARM_DESC(at, "address of another lock for poses 1 and 3 and contend");
module_param(spent, ulong, 0600);
MODULE_PARM_DESC(spent, "ns in overflows that ticked, or in contentions");
module_param_cb(listens, &listens_ops, NULL, 0400);
MODULE_PARM_DESC(listens, "1: an event counts, 2: contentions are listened to");
module_param_cb(tick, &tick_ops, NULL, 0200);
MODULE_PARM_DESC(tick, "overflows to push from a timer's interrupt");
module_param_cb(contend, &contend_ops, NULL, 0200);
MODULE_PARM_DESC(contend, "contentions to tell the trace points' listeners");
module_param_cb(push, &push_ops, NULL, 0200);
MODULE_PARM_DESC(push, "overflows to push on each CPU");
module_param_cb(pushed, &pushed_ops, NULL, 0400);
MODULE_PARM_DESC(pushed, "overflows pushed so far, all CPUs");

static int __init fakepmu_init(void)
{
	struct kprobe probe = { .symbol_name = "perf_event_overflow" };
	int ret = register_kprobe(&probe);

	if (ret)
		return ret;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(&timer, tick_now, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
#else
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer.function = tick_now;
#endif
	overflow = (overflow_fn)probe.addr;
	unregister_kprobe(&probe);
	return perf_pmu_register(&fakepmu, "cpu", PERF_TYPE_RAW);
}

static void __exit fakepmu_exit(void)
{
	perf_pmu_unregister(&fakepmu);
}

module_init(fakepmu_init);
module_exit(fakepmu_exit);
MODULE_DESCRIPTION("A PMU whose overflows are pushed and counted by a test");
MODULE_LICENSE("GPL");
