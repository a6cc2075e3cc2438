/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * lockprobe: the wire format between lockprobe.ko and its reader, which is
 * also the file format of a capture.
 *
 * One generic netlink family, LOCKPROBE_GENL_NAME. Requests go up, one stream
 * comes down by unicast to the socket that sent START. Native byte order.
 *
 *   request            attributes of the request   attributes of the reply
 *   INFO               -                           HOST (nest), STATS (nest)
 *   START              EVENT (nest), CPUS, PID,    SESSION, EVENT (as applied)
 *                      STACK_DEPTH, RING_BYTES, WHAT
 *   STOP               -                           -  (BATCHes, then END)
 *   STATS              -                           STATS (nest)
 *
 *   stream             attributes
 *   BATCH              SEQ, then any number, in any order, of:
 *                        TASK    (nest) ID PID TGID COMM
 *                        STACK   (nest) ID FRAMES
 *                        LOCK    (nest) ID ADDR KIND PLACE CONFIDENCE
 *                                       [SYMBOL SYMBOL_OFFSET MODULE] [CPU]
 *                                       [CACHE ALIAS... OBJECT OBJECT_SIZE]
 *                                       [OFFSET] CANDIDATE...
 *                          CANDIDATE (nest) STRUCT PATH EVIDENCE
 *                        LEAVES
 *                        SAMPLES (nest) CPU SEQ TIME COUNT SAMPLE_DATA
 *                        WAITS   (nest) TIME WAIT_DATA
 *                        SLEEPS  (nest) TIME SLEEP_DATA
 *                        LOSS    (nest) CPU LOST REASON
 *   END                STATS (nest)
 *
 *   file only (written by the tool)
 *   NOTE               NOTE_KEY, NOTE_VALUE: how the capture was made
 *   SYMBOLS            SYMBOL_ENTRY (nest)...: ADDR SIZE NAME MODULE [TGID]
 *
 * An id (task, stack, lock) is introduced once, before its first use in stream
 * order; id 0 means "none". A stack is introduced by a STACK or, when it is an
 * address on top of a stack that is known already, in LEAVES. Sample sequence
 * numbers count per CPU from 0; a gap is a loss and has a LOSS record with its
 * reason. A capture file is a struct lockprobe_file_header and then the
 * messages as they came, each nlmsg_len long and padded to 4 bytes, nlmsg_type
 * rewritten to LOCKPROBE_FILE_NLMSG_TYPE; it may end anywhere, whole messages
 * stay valid.
 *
 * FRAMES, LEAVES and SAMPLE_DATA are packed: numbers take as few bytes as they
 * need, seven bits a byte, the lowest first, 0x80 set where more follow. A step
 * is what is added to the number before it (modulo 2^64, the first one to 0),
 * with its sign as the lowest bit: 0, -1, 1, -2 are packed as 0, 1, 2, 3.
 *
 *   FRAMES       a step for each address, innermost (the ip) first; of a sleep,
 *                the kernel's are followed by those of user mode, and these by
 *                LOCKPROBE_FRAME_USER | TGID
 *   LEAVES       for each leaf: its id less that of the leaf before (of the
 *                first: less 0); the stack of its callers, 0: none; a step to
 *                its address
 *   SAMPLE_DATA  for each sample: a byte of LOCKPROBE_PACK_*; ns since the
 *                sample before (of the first: since TIME); then the members
 *                that the byte says follow, in the order of its bits. A stack
 *                or a lock that does not follow is 0, another member is that
 *                of the sample before (of the first: 0)
 *
 * include/netlink/lockprobe.yaml is the same as a netlink spec; a test holds
 * the two against each other.
 */
#ifndef _UAPI_LINUX_LOCKPROBE_H
#define _UAPI_LINUX_LOCKPROBE_H

#include <linux/types.h>

#define LOCKPROBE_GENL_NAME "lockprobe"
#define LOCKPROBE_GENL_VERSION 2

#define LOCKPROBE_FILE_MAGIC "LKPROBE\n" /* 8 bytes, no NUL */
#define LOCKPROBE_FILE_VERSION 2
#define LOCKPROBE_FILE_NLMSG_TYPE 0x10
#define LOCKPROBE_FILE_BYTE_ORDER 0x01020304u

struct lockprobe_file_header {
	char magic[8];
	__u32 version;
	__u32 byte_order; /* LOCKPROBE_FILE_BYTE_ORDER, as stored */
};

enum lockprobe_cmd {
	LOCKPROBE_CMD_UNSPEC,
	LOCKPROBE_CMD_INFO,
	LOCKPROBE_CMD_START,
	LOCKPROBE_CMD_STOP,
	LOCKPROBE_CMD_STATS,
	LOCKPROBE_CMD_BATCH,
	LOCKPROBE_CMD_END,
	LOCKPROBE_CMD_NOTE,
	LOCKPROBE_CMD_SYMBOLS,
	__LOCKPROBE_CMD_MAX,
};

/* One flat space: an attribute means the same wherever it stands. */
enum lockprobe_attr {
	LOCKPROBE_A_UNSPEC,
	LOCKPROBE_A_PAD,
	/* requests and their replies */
	LOCKPROBE_A_HOST, /* nest */
	LOCKPROBE_A_STATS, /* nest */
	LOCKPROBE_A_EVENT, /* nest */
	LOCKPROBE_A_CPUS, /* string, cpulist; absent: all */
	LOCKPROBE_A_PID, /* u32, thread group to sample; absent: all */
	LOCKPROBE_A_STACK_DEPTH, /* u32, frames at most */
	LOCKPROBE_A_RING_BYTES, /* u32, per CPU */
	LOCKPROBE_A_WHAT, /* u32, LOCKPROBE_WHAT_* */
	LOCKPROBE_A_SESSION, /* u32 */
	/* HOST */
	LOCKPROBE_A_RELEASE, /* string, uname -r */
	LOCKPROBE_A_BUILD_ID, /* binary, vmlinux's */
	LOCKPROBE_A_MODULE_VERSION, /* string, lockprobe.ko's */
	LOCKPROBE_A_NR_CPUS, /* u32, online */
	LOCKPROBE_A_FEATURES, /* u32, LOCKPROBE_FEATURE_* */
	LOCKPROBE_A_TEXT, /* u64, address of _text: KASLR's base */
	/* EVENT */
	LOCKPROBE_A_EVENT_NAME, /* string, as the user knows it */
	LOCKPROBE_A_EVENT_RUNG, /* u8, enum lockprobe_rung */
	LOCKPROBE_A_EVENT_REASON, /* string, why not a higher rung */
	LOCKPROBE_A_EVENT_TYPE, /* u32, perf_event_attr.type */
	LOCKPROBE_A_EVENT_CONFIG, /* u64 */
	LOCKPROBE_A_EVENT_CONFIG1, /* u64 */
	LOCKPROBE_A_EVENT_CONFIG2, /* u64 */
	LOCKPROBE_A_EVENT_PERIOD, /* u64, events a sample */
	LOCKPROBE_A_EVENT_FREQ, /* u32, samples a second; instead of PERIOD */
	LOCKPROBE_A_EVENT_PRECISE, /* u8, precise_ip */
	/* STATS; times in ns */
	LOCKPROBE_A_PRODUCED, /* u64, overflows taken and wanted */
	LOCKPROBE_A_DELIVERED, /* u64, samples put on the socket */
	LOCKPROBE_A_LOST, /* u64, everything else: produced - delivered */
	LOCKPROBE_A_FILTERED, /* u64, overflows that pid or CPU excluded */
	LOCKPROBE_A_THROTTLED, /* u64, overflows perf withheld, where known */
	LOCKPROBE_A_TIME_ENABLED, /* u64, sum over CPUs */
	LOCKPROBE_A_TIME_RUNNING, /* u64, less than enabled: multiplexed */
	LOCKPROBE_A_HANDLER_NS, /* u64, in the overflow handler */
	LOCKPROBE_A_WORKER_NS, /* u64, in the drain worker */
	LOCKPROBE_A_CONTENDED, /* u64, contention begins seen */
	LOCKPROBE_A_CONTENDED_LOST, /* u64, contentions not accounted */
	LOCKPROBE_A_SLEPT_LOST, /* u64, sleeps not accounted */
	LOCKPROBE_A_MEMORY, /* u64, bytes the session holds */
	/* stream */
	LOCKPROBE_A_SEQ, /* u64 */
	LOCKPROBE_A_TIME, /* u64, CLOCK_MONOTONIC */
	LOCKPROBE_A_CPU, /* u32 */
	LOCKPROBE_A_TASK, /* nest */
	LOCKPROBE_A_STACK, /* nest */
	LOCKPROBE_A_LOCK, /* nest */
	LOCKPROBE_A_SAMPLES, /* nest */
	LOCKPROBE_A_WAITS, /* nest */
	LOCKPROBE_A_SLEEPS, /* nest */
	LOCKPROBE_A_LOSS, /* nest */
	LOCKPROBE_A_SAMPLE_DATA, /* binary, packed */
	LOCKPROBE_A_WAIT_DATA, /* binary, struct lockprobe_wait[] */
	LOCKPROBE_A_SLEEP_DATA, /* binary, struct lockprobe_sleep[] */
	LOCKPROBE_A_REASON, /* u8, enum lockprobe_loss */
	LOCKPROBE_A_ID, /* u32 */
	LOCKPROBE_A_TGID, /* u32 */
	LOCKPROBE_A_COMM, /* string */
	LOCKPROBE_A_FRAMES, /* binary, packed */
	LOCKPROBE_A_LEAVES, /* binary, packed */
	LOCKPROBE_A_COUNT, /* u32, samples in SAMPLE_DATA */
	/* LOCK */
	LOCKPROBE_A_ADDR, /* u64 */
	LOCKPROBE_A_KIND, /* u8, enum lockprobe_kind */
	LOCKPROBE_A_PLACE, /* u8, enum lockprobe_place */
	LOCKPROBE_A_CONFIDENCE, /* u8, enum lockprobe_confidence */
	LOCKPROBE_A_SYMBOL, /* string */
	LOCKPROBE_A_SYMBOL_OFFSET, /* u64, lock's offset in the symbol */
	LOCKPROBE_A_MODULE, /* string; absent: vmlinux */
	LOCKPROBE_A_CACHE, /* string, the slab cache's name */
	LOCKPROBE_A_ALIAS, /* string, a cache merged into it; repeated */
	LOCKPROBE_A_OBJECT, /* u64, start of the object */
	LOCKPROBE_A_OBJECT_SIZE, /* u32 */
	LOCKPROBE_A_OFFSET, /* u32, lock's offset in the object */
	LOCKPROBE_A_CANDIDATE, /* nest; repeated, best first */
	LOCKPROBE_A_STRUCT, /* string, outermost struct, no "struct " */
	LOCKPROBE_A_PATH, /* string, field path inside it */
	LOCKPROBE_A_EVIDENCE, /* u32, LOCKPROBE_EVIDENCE_* */
	/* NOTE and SYMBOLS */
	LOCKPROBE_A_NOTE_KEY, /* string */
	LOCKPROBE_A_NOTE_VALUE, /* string */
	LOCKPROBE_A_SYMBOL_ENTRY, /* nest; repeated */
	LOCKPROBE_A_SIZE, /* u32; absent: not known */
	LOCKPROBE_A_NAME, /* string */
	__LOCKPROBE_A_MAX,
};

#define LOCKPROBE_CMD_MAX (__LOCKPROBE_CMD_MAX - 1)
#define LOCKPROBE_A_MAX (__LOCKPROBE_A_MAX - 1)

/* LOCKPROBE_A_WHAT: what a session records */
#define LOCKPROBE_WHAT_SAMPLES 0x1u
#define LOCKPROBE_WHAT_WAITS 0x2u
#define LOCKPROBE_WHAT_SLEEPS 0x4u

/* LOCKPROBE_A_FEATURES: what this kernel gives */
#define LOCKPROBE_FEATURE_TRACEPOINTS 0x01u /* contention_begin/end */
#define LOCKPROBE_FEATURE_KPROBES 0x02u /* slow paths, where those are absent */
#define LOCKPROBE_FEATURE_BTF 0x04u
#define LOCKPROBE_FEATURE_SLAB 0x08u /* objects can be named */
#define LOCKPROBE_FEATURE_KALLSYMS 0x10u

/* The event ladder: which rung a session stands on. */
enum lockprobe_rung {
	LOCKPROBE_RUNG_UNSPEC,
	LOCKPROBE_RUNG_NAMED, /* the CPU's own L1 miss event, by libpfm4 */
	LOCKPROBE_RUNG_GENERIC, /* PERF_TYPE_HW_CACHE, L1D read miss */
	LOCKPROBE_RUNG_CLOCK, /* cpu-clock: where time goes, not misses */
	LOCKPROBE_RUNG_GIVEN, /* what the user asked for */
};

enum lockprobe_kind {
	LOCKPROBE_KIND_UNKNOWN,
	LOCKPROBE_KIND_SPINLOCK, /* spinlock_t, or not told from raw */
	LOCKPROBE_KIND_RWLOCK,
	LOCKPROBE_KIND_MUTEX,
	LOCKPROBE_KIND_RWSEM,
	LOCKPROBE_KIND_PERCPU_RWSEM,
	LOCKPROBE_KIND_RTMUTEX,
	LOCKPROBE_KIND_SEQLOCK,
	LOCKPROBE_KIND_RAW_SPINLOCK,
	__LOCKPROBE_KIND_MAX,
};

/* Where a lock lives. */
enum lockprobe_place {
	LOCKPROBE_PLACE_UNKNOWN,
	LOCKPROBE_PLACE_STATIC,
	LOCKPROBE_PLACE_PERCPU,
	LOCKPROBE_PLACE_MODULE,
	LOCKPROBE_PLACE_CACHE, /* a named slab cache */
	LOCKPROBE_PLACE_KMALLOC,
	LOCKPROBE_PLACE_VMALLOC,
	LOCKPROBE_PLACE_PAGE,
	LOCKPROBE_PLACE_STACK,
	LOCKPROBE_PLACE_USER, /* not a kernel address at all */
	__LOCKPROBE_PLACE_MAX,
};

/* Only CERTAIN may be shown as a fact. */
enum lockprobe_confidence {
	LOCKPROBE_CONFIDENCE_NONE, /* no candidate */
	LOCKPROBE_CONFIDENCE_AMBIGUOUS, /* several; the truth is among them */
	LOCKPROBE_CONFIDENCE_LIKELY, /* one, by evidence that can be wrong */
	LOCKPROBE_CONFIDENCE_CERTAIN,
};

/* LOCKPROBE_A_EVIDENCE: what speaks for a candidate */
#define LOCKPROBE_EVIDENCE_SYMBOL 0x01u /* it is that variable */
#define LOCKPROBE_EVIDENCE_CACHE 0x02u /* the cache bears its name */
#define LOCKPROBE_EVIDENCE_SIZE 0x04u
#define LOCKPROBE_EVIDENCE_OFFSET 0x08u /* a lock lies at that offset */
#define LOCKPROBE_EVIDENCE_KIND 0x10u /* of the kind that was taken */
#define LOCKPROBE_EVIDENCE_CALLER 0x20u /* a caller's prototype has it */
#define LOCKPROBE_EVIDENCE_SOURCE 0x40u /* a call site's type in the source */

enum lockprobe_loss {
	LOCKPROBE_LOSS_UNSPEC,
	LOCKPROBE_LOSS_RING, /* the CPU's ring was full */
	LOCKPROBE_LOSS_SOCKET, /* the reader's socket buffer was full */
	LOCKPROBE_LOSS_MEMORY, /* no memory for a message or an id */
	LOCKPROBE_LOSS_TABLE, /* a bounded table was full */
	__LOCKPROBE_LOSS_MAX,
};

/* A sample's flags */
#define LOCKPROBE_SAMPLE_USER 0x0001u /* interrupted user mode */
#define LOCKPROBE_SAMPLE_LOCK_CODE 0x0002u /* ip lies in lock code */
#define LOCKPROBE_SAMPLE_BY_CONTENTION 0x0004u /* from the contention */
#define LOCKPROBE_SAMPLE_BY_ADDR 0x0008u /* from the data address */
#define LOCKPROBE_SAMPLE_BY_REGISTER 0x0010u /* from an argument */
#define LOCKPROBE_SAMPLE_NMI 0x0020u
#define LOCKPROBE_SAMPLE_HAS_ADDR 0x0040u /* the hardware gave a data address */
#define LOCKPROBE_SAMPLE_TRUNCATED 0x0080u /* call chain was cut */
#define LOCKPROBE_SAMPLE_IDLE 0x0100u

/* The first byte of a packed sample: what follows behind its time */
#define LOCKPROBE_PACK_STACK 0x01u /* stack id */
#define LOCKPROBE_PACK_TASK 0x02u /* task id */
#define LOCKPROBE_PACK_LOCK 0x04u /* lock id */
#define LOCKPROBE_PACK_PERIOD 0x08u /* events it stands for, saturating */
#define LOCKPROBE_PACK_FLAGS 0x10u /* LOCKPROBE_SAMPLE_* */

#define LOCKPROBE_HIST_BUCKETS 32 /* bucket i: [2^i, 2^(i+1)) ns, last open */

/* Growth since the last record of the same (lock, stack, task). */
struct lockprobe_wait {
	__u32 lock;
	__u32 stack;
	__u32 task;
	__u32 owner; /* pid that held it at the last begin, 0: not known */
	__u32 count;
	__u32 flags; /* LCB_F_* of the contention_begin tracepoint */
	__u64 total; /* ns */
	__u64 max; /* ns, of this record's contentions */
	__u32 hist[LOCKPROBE_HIST_BUCKETS];
};

/* Ends a stack that began in user mode: no code of the kernel lies here. */
#define LOCKPROBE_FRAME_USER 0xffffffff00000000ull

/* In a sleep's state: the task slept on when the session ended. */
#define LOCKPROBE_SLEEP_GOES_ON 0x80000000u

/* Growth since the last record of the same (task, stack, lock). */
struct lockprobe_sleep {
	__u32 task;
	__u32 stack;
	__u32 lock; /* that it slept for, 0: none or not known */
	__u32 waker; /* task id, 0: not known */
	__u32 count;
	__u32 state; /* task state bits it slept in, LOCKPROBE_SLEEP_* */
	__u64 total; /* ns off the CPU */
	__u64 max;
	__u32 hist[LOCKPROBE_HIST_BUCKETS];
};

#endif /* _UAPI_LINUX_LOCKPROBE_H */
