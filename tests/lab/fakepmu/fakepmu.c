// SPDX-License-Identifier: GPL-2.0
/*
 * A PMU whose overflows are counted to the last one: a number written to the
 * parameter "push" comes in, and exactly so many overflows of each counting
 * event go out, on each online CPU, in interrupt context; no faster than the
 * parameter "rate" says, on each CPU a second, if it is not 0. The parameter
 * "pushed" tells how many there were in all. For tests of accounting, under
 * QEMU only: it calls an unexported function by pointer.
 *
 * Contexts: pmu callbacks with interrupts off on the event's CPU; push_here()
 * in an IPI; push() in process context, one writer at a time.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/smp.h>

#define FAKE_CONFIG 0xfa4e /* what to open: type PERF_TYPE_RAW, this config */
#define CHUNK \
	256 /* overflows an IPI: keeps interrupts off for a bounded time */

typedef int (*overflow_fn)(struct perf_event *event,
			   struct perf_sample_data *data, struct pt_regs *regs);

static overflow_fn overflow;
static atomic64_t pushed;
static unsigned long rate;
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
		memset(&regs, 0, sizeof(regs));
		perf_fetch_caller_regs(&regs);
		perf_sample_data_init(&data, (u64)(unsigned long)&fakepmu_lock,
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

static const struct kernel_param_ops push_ops = { .set = push };
static const struct kernel_param_ops pushed_ops = { .get = get_pushed };

module_param(rate, ulong, 0600);
MODULE_PARM_DESC(rate, "overflows a second on each CPU, 0: as fast as may be");
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
