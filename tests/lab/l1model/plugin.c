// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU TCG plugin that is the guest's performance counter: kernel loads and
 * stores of each vCPU come in, go through a model of that vCPU's L1 data cache
 * (32 KiB, 8 ways, 64-byte lines, LRU, kept coherent with the other vCPUs),
 * and every period-th load miss goes out as a real NMI with the missing
 * address in the vCPU's mailbox. Runs on the vCPU threads, one callback for
 * each memory access of kernel code.
 *
 * What is modelled: capacity, conflict and coherence misses of loads at kernel
 * addresses. What is not: user memory, prefetching, other cache levels, time.
 * So shares between locks mean something and rates do not.
 *
 * Coherence: one version per line (hashed, so two lines may share one: a false
 * invalidation, one in 2^20 lines). A store by another vCPU than the last
 * writer raises the version; a cached line with an older version is stale.
 *
 * Debian 12 ships no qemu-plugin.h: the declarations below are those of plugin
 * API version 1. qemu_get_cpu(), async_run_on_cpu() and cpu_interrupt() are
 * QEMU's own functions, which its 7.2 binary exports; where they are missing
 * the plugin refuses to start.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mailbox.h"

/* ---- plugin API version 1 ---- */
typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*tb_trans_fn)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*mem_fn)(unsigned int, qemu_plugin_meminfo_t, uint64_t, void *);
typedef void (*udata_fn)(qemu_plugin_id_t, void *);

enum {
	QEMU_PLUGIN_CB_NO_REGS = 0
};
enum {
	QEMU_PLUGIN_MEM_RW = 3
};

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_fn fn);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, udata_fn fn, void *p);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_fn fn,
				      int flags, int rw, void *data);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);

/* ---- QEMU's own, exported by the 7.2 binary ---- */
typedef struct CPUState CPUState;
typedef union {
	int host_int;
	unsigned long host_ulong;
	void *host_ptr;
	uint64_t target_ptr;
} run_on_cpu_data;

CPUState *qemu_get_cpu(int index) __attribute__((weak));
void async_run_on_cpu(CPUState *cpu, void (*fn)(CPUState *, run_on_cpu_data),
		      run_on_cpu_data data) __attribute__((weak));
void cpu_interrupt(CPUState *cpu, int mask) __attribute__((weak));

#define CPU_INTERRUPT_NMI 0x0200

/* ---- the model ---- */
#define LINE_SHIFT 6
#define SETS 64
#define WAYS 8
#define VERSION_BITS 20
#define WRITER_BITS 8

struct way {
	uint64_t line;
	uint64_t version;
	uint64_t used; /* the cache's clock at the last access */
};

struct cache {
	struct way way[SETS][WAYS];
	uint64_t clock;
	uint64_t since; /* load misses since the last overflow */
} __attribute__((aligned(64)));

enum outcome {
	HIT,
	MISS,
	COHERENCE_MISS
};

static struct cache caches[L1MODEL_VCPUS];
static uint64_t versions[1 << VERSION_BITS]; /* count << 8 | last writer + 1 */
static struct l1model_mailbox *mailboxes;

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t *version_of(uint64_t line)
{
	/* Fibonacci hashing (Knuth, TAOCP 3, 6.4) */
	return &versions[(line * 0x9e3779b97f4a7c15ull) >> (64 - VERSION_BITS)];
}

/* Access @line on @vcpu: update its cache and the line's version. */
static enum outcome cache_access(unsigned int vcpu, uint64_t line, bool store)
{
	struct cache *cache = &caches[vcpu];
	struct way *set = cache->way[line & (SETS - 1)], *oldest = set;
	uint64_t *shared = version_of(line);
	uint64_t state = __atomic_load_n(shared, __ATOMIC_RELAXED);
	uint64_t before = state >> WRITER_BITS;
	uint64_t writer = vcpu + 1;
	int i;

	if (store && (state & ((1 << WRITER_BITS) - 1)) != writer) {
		state = (before + 1) << WRITER_BITS | writer;
		__atomic_store_n(shared, state, __ATOMIC_RELAXED);
	}
	for (i = 0; i < WAYS; i++) {
		if (set[i].line == line) {
			bool fresh = set[i].version == before;

			set[i].version = state >> WRITER_BITS;
			set[i].used = ++cache->clock;
			return fresh ? HIT : COHERENCE_MISS;
		}
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	oldest->line = line;
	oldest->version = state >> WRITER_BITS;
	oldest->used = ++cache->clock;
	return MISS;
}

/* On the vCPU's own thread, between two translation blocks. */
static void raise_nmi(CPUState *cpu, run_on_cpu_data data)
{
	(void)data;
	cpu_interrupt(cpu, CPU_INTERRUPT_NMI);
}

static void overflow(unsigned int vcpu, struct l1model_mailbox *box,
		     uint64_t addr, uint64_t ip)
{
	run_on_cpu_data data = { .host_int = (int)vcpu };

	if (__atomic_load_n(&box->pending, __ATOMIC_ACQUIRE)) {
		box->unheard++;
		return;
	}
	box->addr = addr;
	box->ip = ip;
	box->overflows++;
	__atomic_store_n(&box->pending, 1, __ATOMIC_RELEASE);
	async_run_on_cpu(qemu_get_cpu((int)vcpu), raise_nmi, data);
}

static void on_access(unsigned int vcpu, qemu_plugin_meminfo_t info,
		      uint64_t addr, void *ip)
{
	bool store = qemu_plugin_mem_is_store(info);
	struct l1model_mailbox *box;
	enum outcome outcome;

	/*
	 * Kernel addresses mean the same line in every address space; user
	 * addresses would need the page tables.
	 */
	if ((int64_t)addr >= 0 || vcpu >= L1MODEL_VCPUS)
		return;
	outcome = cache_access(vcpu, addr >> LINE_SHIFT, store);
	if (store || outcome == HIT)
		return;
	box = &mailboxes[vcpu];
	box->misses++;
	box->coherence += outcome == COHERENCE_MISS;
	if (!__atomic_load_n(&box->enable, __ATOMIC_ACQUIRE) || !box->period)
		return;
	box->counted++;
	if (++caches[vcpu].since < box->period)
		return;
	caches[vcpu].since = 0;
	overflow(vcpu, box, addr, (uint64_t)(uintptr_t)ip);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t ip = qemu_plugin_insn_vaddr(insn);

		if ((int64_t)ip < 0)
			qemu_plugin_register_vcpu_mem_cb(insn, on_access,
							 QEMU_PLUGIN_CB_NO_REGS,
							 QEMU_PLUGIN_MEM_RW,
							 (void *)(uintptr_t)ip);
	}
}

static void on_exit_say(qemu_plugin_id_t id, void *data)
{
	int i;

	(void)id;
	(void)data;
	for (i = 0; i < L1MODEL_VCPUS; i++)
		if (mailboxes[i].misses)
			fprintf(stderr,
				"l1model: vcpu %d: %" PRIu64
				" load misses, %" PRIu64
				" of coherence, %" PRIu64 " overflows, %" PRIu64
				" unheard\n",
				i, mailboxes[i].misses, mailboxes[i].coherence,
				mailboxes[i].overflows, mailboxes[i].unheard);
}

static int map_mailboxes(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *map;

	if (fd < 0) {
		perror(path);
		return -1;
	}
	map = mmap(NULL, L1MODEL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   0);
	close(fd);
	if (map == MAP_FAILED) {
		perror(path);
		return -1;
	}
	mailboxes = map;
	return 0;
}

/* Argument: mailbox=FILE, the file behind the guest's ivshmem device. */
__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
		    char **argv);

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
			char **argv)
{
	(void)info;
	if (!qemu_get_cpu || !async_run_on_cpu || !cpu_interrupt) {
		fputs("l1model: this QEMU does not export what raises an NMI; "
		      "7.2 of Debian 12 does\n",
		      stderr);
		return -1;
	}
	if (argc != 1 || strncmp(argv[0], "mailbox=", 8)) {
		fputs("l1model: usage: -plugin l1model.so,mailbox=FILE\n",
		      stderr);
		return -1;
	}
	if (map_mailboxes(argv[0] + 8))
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_say, NULL);
	return 0;
}
