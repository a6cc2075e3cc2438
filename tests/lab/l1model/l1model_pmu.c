// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's half of the modelled PMU: perf events come in through a struct
 * pmu that stands where the hardware's would (PERF_TYPE_RAW), mailboxes are
 * armed, and the plugin's NMIs go out as overflows with a data address. Only
 * for guests under QEMU's TCG: it calls an unexported function by pointer,
 * which hardware with IBT would not allow.
 *
 * Contexts: pmu callbacks with interrupts off on the event's CPU; on_nmi() in
 * NMI. One event at a time on a CPU, so further ones are multiplexed by perf.
 */
#include <linux/io.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/perf_event.h>
#include <asm/nmi.h>

#include "mailbox.h"

#define IVSHMEM_VENDOR 0x1af4
#define IVSHMEM_DEVICE 0x1110
#define IVSHMEM_BAR 2

#define MEM_LOAD_RETIRED_L1_MISS 0x08d1
#define L1D_READ_MISS                                                 \
	(PERF_COUNT_HW_CACHE_L1D | PERF_COUNT_HW_CACHE_OP_READ << 8 | \
	 PERF_COUNT_HW_CACHE_RESULT_MISS << 16)

typedef int (*overflow_fn)(struct perf_event *event,
			   struct perf_sample_data *data, struct pt_regs *regs);

static overflow_fn overflow;
static struct l1model_mailbox *mailboxes;
static struct pci_dev *device;
static DEFINE_PER_CPU(struct perf_event *, counting);

static struct l1model_mailbox *this_mailbox(void)
{
	return &mailboxes[smp_processor_id()];
}

static void l1model_read(struct perf_event *event)
{
	u64 now = READ_ONCE(this_mailbox()->counted);
	u64 before = local64_xchg(&event->hw.prev_count, now);

	local64_add(now - before, &event->count);
}

static void l1model_start(struct perf_event *event, int flags)
{
	struct l1model_mailbox *box = this_mailbox();

	event->hw.state = 0;
	event->hw.last_period = event->hw.sample_period;
	local64_set(&event->hw.prev_count, READ_ONCE(box->counted));
	WRITE_ONCE(box->period, event->hw.sample_period);
	/* the plugin must see the period before it counts towards it */
	smp_store_release(&box->enable, 1);
}

static void l1model_stop(struct perf_event *event, int flags)
{
	if (event->hw.state & PERF_HES_STOPPED)
		return;
	WRITE_ONCE(this_mailbox()->enable, 0);
	l1model_read(event);
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
}

static int l1model_add(struct perf_event *event, int flags)
{
	if (this_cpu_read(counting))
		return -EAGAIN;
	this_cpu_write(counting, event);
	event->hw.state = PERF_HES_STOPPED | PERF_HES_UPTODATE;
	if (flags & PERF_EF_START)
		l1model_start(event, flags);
	return 0;
}

static void l1model_del(struct perf_event *event, int flags)
{
	l1model_stop(event, flags);
	this_cpu_write(counting, NULL);
}

static int l1model_event_init(struct perf_event *event)
{
	u64 config = event->attr.config;

	if (event->attr.type == PERF_TYPE_RAW)
		return config == MEM_LOAD_RETIRED_L1_MISS ? 0 : -EINVAL;
	if (event->attr.type == PERF_TYPE_HW_CACHE)
		return config == L1D_READ_MISS ? 0 : -EINVAL;
	return -ENOENT;
}

static struct pmu l1model_pmu = {
	.module = THIS_MODULE,
	.task_ctx_nr = perf_invalid_context,
	.event_init = l1model_event_init,
	.add = l1model_add,
	.del = l1model_del,
	.start = l1model_start,
	.stop = l1model_stop,
	.read = l1model_read,
};

/*
 * Counting stops for the time of the handler, as the hardware's does
 * (freeze on PMI): else the handler's own misses would be what is sampled.
 */
static int on_nmi(unsigned int type, struct pt_regs *regs)
{
	struct l1model_mailbox *box = this_mailbox();
	struct perf_event *event = this_cpu_read(counting);
	struct perf_sample_data data;

	/* pairs with the plugin's release: addr and ip are whole */
	if (!smp_load_acquire(&box->pending))
		return NMI_DONE;
	WRITE_ONCE(box->enable, 0);
	if (event && !(event->hw.state & PERF_HES_STOPPED)) {
		l1model_read(event);
		perf_sample_data_init(&data, box->addr, event->hw.last_period);
		if (overflow(event, &data, regs))
			l1model_stop(event, 0);
	}
	if (event && !(event->hw.state & PERF_HES_STOPPED)) {
		/* perf may have adjusted the period of a frequency event */
		WRITE_ONCE(box->period, event->hw.sample_period);
		smp_store_release(&box->enable, 1); /* after the period */
	}
	/* gives the mailbox back after addr and ip were read */
	smp_store_release(&box->pending, 0);
	return NMI_HANDLED;
}

/* The address kallsyms knows; a kprobe is the exported way to ask. */
static unsigned long address_of(const char *name)
{
	struct kprobe probe = { .symbol_name = name };
	unsigned long addr;

	if (register_kprobe(&probe))
		return 0;
	addr = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	return addr;
}

static int __init l1model_init(void)
{
	int ret;

	overflow = (overflow_fn)address_of("perf_event_overflow");
	if (!overflow)
		return -ENOENT;
	device = pci_get_device(IVSHMEM_VENDOR, IVSHMEM_DEVICE, NULL);
	if (!device)
		return -ENODEV;
	ret = pci_enable_device(device);
	if (ret)
		goto put_device;
	mailboxes = memremap(pci_resource_start(device, IVSHMEM_BAR),
			     L1MODEL_BYTES, MEMREMAP_WB);
	ret = -ENOMEM;
	if (!mailboxes)
		goto disable_device;
	ret = register_nmi_handler(NMI_LOCAL, on_nmi, 0, "l1model");
	if (ret)
		goto unmap;
	ret = perf_pmu_register(&l1model_pmu, "cpu", PERF_TYPE_RAW);
	if (ret)
		goto unregister_nmi;
	return 0;

unregister_nmi:
	unregister_nmi_handler(NMI_LOCAL, "l1model");
unmap:
	memunmap(mailboxes);
disable_device:
	pci_disable_device(device);
put_device:
	pci_dev_put(device);
	return ret;
}

static void __exit l1model_exit(void)
{
	perf_pmu_unregister(&l1model_pmu);
	unregister_nmi_handler(NMI_LOCAL, "l1model");
	memunmap(mailboxes);
	pci_disable_device(device);
	pci_dev_put(device);
}

module_init(l1model_init);
module_exit(l1model_exit);
MODULE_DESCRIPTION("A modelled L1 miss counter for guests under QEMU");
MODULE_LICENSE("GPL");
