/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory that the modelled PMU's two halves share: plugin.c in QEMU models
 * the caches and counts, pmu.c in the guest opens events and takes the NMIs.
 * It is a file of L1MODEL_BYTES, mapped by the plugin and given to the guest
 * as BAR 2 of an ivshmem-plain device; one mailbox a vCPU, from its start.
 *
 * The guest writes period and then enable; the plugin writes the rest. A full
 * mailbox (pending) belongs to the guest until it clears pending.
 */
#ifndef L1MODEL_MAILBOX_H
#define L1MODEL_MAILBOX_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
typedef uint64_t u64;
#endif

#define L1MODEL_BYTES (1 << 20)
#define L1MODEL_VCPUS 16

struct l1model_mailbox {
	u64 enable; /* guest: 1 while an event counts, 0 in its NMI handler */
	u64 period; /* guest: load misses an overflow */
	u64 pending; /* plugin sets, guest clears: addr and ip are valid */
	u64 addr; /* data address of the load that missed */
	u64 ip; /* its instruction */
	u64 misses; /* load misses in the kernel since power on */
	u64 coherence; /* those of them on a line another vCPU wrote */
	u64 counted; /* load misses while enable was set */
	u64 overflows; /* NMIs raised */
	u64 unheard; /* overflows while pending was still set: not raised */
	u64 pad[22];
};

#endif
