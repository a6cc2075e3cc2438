// SPDX-License-Identifier: GPL-2.0
/*
 * Synthetic captures whose contents are known to the last sample, written
 * through the tool's own store: for the tests of the command line, the page
 * and the benchmarks.
 *
 *	gen small|after|clock|nasty FILE
 *	gen big FILE SAMPLES LOCKS STACKS TASKS CPUS [SEED]
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/note.h"
#include "capture/store.h"
#include "capture/wire.h"

#define USER_TEXT 0x400000ull
#define TEXT 0xffffffff81000000ull
#define FUNCTION_BYTES 0x1000u
#define START 1000000000000ull
#define MS 1000000ull
#define NR(a) (sizeof(a) / sizeof(*(a)))

/* Functions lie one behind the other: number i at TEXT + i * FUNCTION_BYTES. */
enum {
	ENTRY,
	DO_SYSCALL,
	SYS_DUP,
	SYS_CLOSE,
	ALLOC_FD,
	CLOSE_FD,
	SPIN_SLOW,
	SPIN_LOCK,
	VFS_CREATE,
	DOWN_WRITE,
	DO_EXIT,
	WRITE_SLOW,
	PIPE_WRITE,
	MUTEX_LOCK,
	DRIVER,
	STRANGER,
	IDLE,
	COPY_PAGE,
	SCHEDULE,
	SCHED,
	FUNCTIONS,
};

static const char *const functions[FUNCTIONS] = {
	"entry_SYSCALL_64",
	"do_syscall_64",
	"__x64_sys_dup",
	"__x64_sys_close",
	"alloc_fd",
	"close_fd",
	"native_queued_spin_lock_slowpath",
	"_raw_spin_lock",
	"vfs_create",
	"down_write",
	"do_exit",
	"queued_write_lock_slowpath",
	"pipe_write",
	"mutex_lock",
	"toy_transmit",
	"stranger",
	"cpu_idle",
	"copy_page",
	"schedule",
	"__schedule",
};

static const unsigned char stacks[][8] = {
	/* innermost first, 255 ends; number i has the id i + 1 */
	{ SPIN_SLOW, SPIN_LOCK, ALLOC_FD, SYS_DUP, DO_SYSCALL, ENTRY, 255 },
	{ SPIN_SLOW, SPIN_LOCK, CLOSE_FD, SYS_CLOSE, DO_SYSCALL, ENTRY, 255 },
	{ DOWN_WRITE, VFS_CREATE, DO_SYSCALL, ENTRY, 255 },
	{ WRITE_SLOW, DO_EXIT, DO_SYSCALL, ENTRY, 255 },
	{ SPIN_LOCK, DRIVER, DO_SYSCALL, ENTRY, 255 },
	{ MUTEX_LOCK, PIPE_WRITE, DO_SYSCALL, ENTRY, 255 },
	{ SPIN_LOCK, SCHEDULE, IDLE, 255 },
	{ SPIN_LOCK, STRANGER, DO_SYSCALL, ENTRY, 255 },
	{ COPY_PAGE, DO_SYSCALL, ENTRY, 255 },
	{ IDLE, 255 },
	{ ALLOC_FD, SYS_DUP, DO_SYSCALL, ENTRY, 255 },
	{ SCHED, SCHEDULE, MUTEX_LOCK, PIPE_WRITE, DO_SYSCALL, ENTRY, 255 },
};

struct scene_lock {
	uint8_t kind, place, confidence;
	const char *symbol, *cache;
	uint32_t offset;
	struct record_candidate candidates[3];
};

#define KIND(k) LOCKPROBE_KIND_##k
#define PLACE(p) LOCKPROBE_PLACE_##p
#define IS(c) LOCKPROBE_CONFIDENCE_##c
#define BY_CACHE (LOCKPROBE_EVIDENCE_CACHE | LOCKPROBE_EVIDENCE_OFFSET)

static const struct scene_lock locks[] = {
	/* number i has the id i + 1 */
	{ KIND(SPINLOCK),
	  PLACE(CACHE),
	  IS(CERTAIN),
	  NULL,
	  "files_cache",
	  64,
	  { { "files_struct", "file_lock", BY_CACHE } } },
	{ KIND(SPINLOCK),
	  PLACE(CACHE),
	  IS(CERTAIN),
	  NULL,
	  "files_cache",
	  64,
	  { { "files_struct", "file_lock", BY_CACHE } } },
	{ KIND(RWSEM),
	  PLACE(CACHE),
	  IS(CERTAIN),
	  NULL,
	  "ext4_inode_cache",
	  456,
	  { { "ext4_inode_info", "vfs_inode.i_rwsem", BY_CACHE },
	    { "inode", "i_rwsem", BY_CACHE } } },
	{ KIND(RWLOCK),
	  PLACE(STATIC),
	  IS(CERTAIN),
	  "tasklist_lock",
	  NULL,
	  UINT32_MAX,
	  { { NULL, NULL, 0 } } },
	{ KIND(SPINLOCK),
	  PLACE(KMALLOC),
	  IS(AMBIGUOUS),
	  NULL,
	  "kmalloc-64",
	  16,
	  { { "toy_a", "lock", LOCKPROBE_EVIDENCE_SIZE },
	    { "toy_b", "lock", LOCKPROBE_EVIDENCE_SIZE },
	    { "toy_c", "ring.guard", LOCKPROBE_EVIDENCE_SIZE } } },
	{ KIND(MUTEX),
	  PLACE(KMALLOC),
	  IS(LIKELY),
	  NULL,
	  "kmalloc-192",
	  0,
	  { { "pipe_inode_info", "mutex", LOCKPROBE_EVIDENCE_SIZE } } },
	{ KIND(SPINLOCK),
	  PLACE(KMALLOC),
	  IS(NONE),
	  NULL,
	  "kmalloc-192",
	  24,
	  { { NULL, NULL, 0 } } },
	{ KIND(SPINLOCK),
	  PLACE(PERCPU),
	  IS(CERTAIN),
	  "runqueues",
	  NULL,
	  UINT32_MAX,
	  { { "rq", "__lock", LOCKPROBE_EVIDENCE_SYMBOL } } },
};

struct run {
	uint32_t count, cpu, stack, task, lock;
	uint16_t flags;
};

#define LOCKED (LOCKPROBE_SAMPLE_LOCK_CODE | LOCKPROBE_SAMPLE_NMI)

/* 1000 samples: 500 on files_struct.file_lock and so on, see cli/report.sh. */
static const struct run small[] = {
	{ 350, 0, 1, 1, 1, LOCKED | LOCKPROBE_SAMPLE_BY_CONTENTION },
	{ 150, 1, 2, 2, 2, LOCKED | LOCKPROBE_SAMPLE_BY_CONTENTION },
	{ 5, 0, 11, 1, 1,
	  LOCKPROBE_SAMPLE_BY_ADDR | LOCKPROBE_SAMPLE_HAS_ADDR },
	{ 100, 2, 3, 2, 3, LOCKED },
	{ 50, 3, 4, 3, 4, LOCKED },
	{ 40, 0, 5, 3, 5, LOCKED },
	{ 30, 1, 6, 3, 6, LOCKED },
	{ 20, 2, 5, 3, 7, LOCKED },
	{ 10, 1, 7, 3, 8, LOCKED },
	{ 10, 3, 8, 1, 0, LOCKED },
	{ 205, 3, 9, 1, 0, 0 },
	{ 20, 2, 0, 2, 0, LOCKPROBE_SAMPLE_USER },
	{ 10, 1, 10, 0, 0, LOCKPROBE_SAMPLE_IDLE },
};

/* The same load after a patch of file_lock: 90 instead of 505 of 1000. */
static const struct run after[] = {
	{ 60, 0, 1, 1, 1, LOCKED | LOCKPROBE_SAMPLE_BY_CONTENTION },
	{ 30, 1, 2, 2, 2, LOCKED | LOCKPROBE_SAMPLE_BY_CONTENTION },
	{ 200, 2, 3, 2, 3, LOCKED },
	{ 52, 3, 4, 3, 4, LOCKED },
	{ 628, 3, 9, 1, 0, 0 },
	{ 20, 2, 0, 2, 0, LOCKPROBE_SAMPLE_USER },
	{ 10, 1, 10, 0, 0, LOCKPROBE_SAMPLE_IDLE },
};

/* By the clock: what is sampled most is not what tasks wait for. */
static const struct run by_clock[] = {
	{ 600, 3, 4, 3, 4, LOCKED },
	{ 200, 0, 1, 1, 1, LOCKED | LOCKPROBE_SAMPLE_BY_CONTENTION },
	{ 200, 1, 3, 2, 3, LOCKED },
};

static void die(const char *what)
{
	fprintf(stderr, "gen: %s\n", what);
	exit(1);
}

static void put_symbols(struct store_writer *w)
{
	int i;

	for (i = 0; i < FUNCTIONS; i++) {
		struct record_symbol symbol = {
			.addr = TEXT + i * FUNCTION_BYTES,
			.size = FUNCTION_BYTES,
			.name = functions[i],
			.module = i == DRIVER ? "toy" : NULL,
		};

		store_put_symbol(w, &symbol);
	}
}

static void put_stacks(struct store_writer *w)
{
	uint64_t frames[8];
	uint32_t i, nr;

	for (i = 0; i < NR(stacks); i++) {
		for (nr = 0; stacks[i][nr] != 255; nr++)
			frames[nr] = TEXT + stacks[i][nr] * FUNCTION_BYTES +
				     0x40 + 8 * i;
		store_put_stack(w, &(struct record_stack){
					   .id = i + 1,
					   .nr = nr,
					   .frames = frames,
				   });
	}
}

/* A sleeper of user mode; its caller's function nobody could name. */
static void put_user_stack(struct store_writer *w)
{
	const uint64_t frames[] = { TEXT + SCHED * FUNCTION_BYTES + 0x40,
				    TEXT + ENTRY * FUNCTION_BYTES + 0x40,
				    USER_TEXT + 0x10, USER_TEXT + 0x20,
				    LOCKPROBE_FRAME_USER | 100 };

	store_put_stack(w, &(struct record_stack){
				   .id = NR(stacks) + 1,
				   .nr = NR(frames),
				   .frames = frames,
			   });
	store_put_symbol(w, &(struct record_symbol){
				    .addr = USER_TEXT + 0x10,
				    .name = "nap",
				    .module = "dup-loop",
				    .tgid = 100,
			    });
	/* the same address of another process is another function */
	store_put_symbol(w, &(struct record_symbol){
				    .addr = USER_TEXT + 0x20,
				    .name = "stranger",
				    .tgid = 101,
			    });
}

static void put_locks(struct store_writer *w)
{
	uint32_t i, c;

	for (i = 0; i < NR(locks); i++) {
		const struct scene_lock *l = &locks[i];
		struct record_lock lock = {
			.id = i + 1,
			.addr = 0xffff888100000000ull + i * 0x1000,
			.kind = l->kind,
			.place = l->place,
			.confidence = l->confidence,
			.symbol = l->symbol,
			.cache = l->cache,
			.object = l->cache ? 0xffff888100000000ull +
						     i * 0x1000 - l->offset :
					     0,
			.object_size = l->cache ? 704 : 0,
			.offset = l->offset,
			.cpu = l->place == PLACE(PERCPU) ? 1 : -1,
		};

		for (c = 0; c < 3 && l->candidates[c].path; c++)
			lock.candidates[lock.nr_candidates++] =
				l->candidates[c];
		store_put_lock(w, &lock);
	}
}

static void put_tasks(struct store_writer *w, const char *first)
{
	const char *const comms[] = { first, "close-loop", "toyd" };
	uint32_t i;

	for (i = 0; i < NR(comms); i++)
		store_put_task(w, &(struct record_task){
					  .id = i + 1,
					  .pid = 100 + i,
					  .tgid = i == 1 ? 100 : 100 + i,
					  .comm = comms[i],
				  });
}

/* Runs become samples 1 ms apart in time, spread over two seconds. */
static void put_runs(struct store_writer *w, const struct run *runs, size_t nr)
{
	struct record_sample data[1024];
	uint64_t seq[8] = { 0 };
	size_t i;
	uint32_t n;

	for (i = 0; i < nr; i++) {
		const struct run *r = &runs[i];

		for (n = 0; n < r->count; n++)
			data[n] = (struct record_sample){
				.time = n * (2000 * MS / r->count),
				.stack = r->stack,
				.task = r->task,
				.lock = r->lock,
				.period = 1000,
				.flags = r->flags,
			};
		store_put_samples(w, &(struct record_samples){
					     .cpu = r->cpu,
					     .nr = r->count,
					     .seq = seq[r->cpu],
					     .time = START,
					     .data = data,
				     });
		seq[r->cpu] += r->count;
	}
}

static void put_waits(struct store_writer *w, uint32_t scale)
{
	struct lockprobe_wait waits[3] = {
		{ .lock = 1,
		  .stack = 1,
		  .task = 1,
		  .count = 100 * scale,
		  .total = 100000ull * scale,
		  .max = 4000 },
		{ .lock = 2,
		  .stack = 2,
		  .task = 2,
		  .count = 50,
		  .total = 150000,
		  .max = 9000 },
		{ .lock = 3,
		  .stack = 3,
		  .task = 2,
		  .owner = 102,
		  .count = 10,
		  .total = 2000000,
		  .max = 500000 },
	};

	waits[0].hist[9] = 60 * scale;
	waits[0].hist[11] = 40 * scale;
	waits[1].hist[11] = 49;
	waits[1].hist[13] = 1;
	waits[2].hist[17] = 9;
	waits[2].hist[18] = 1;
	store_put_waits(w, START + 500 * MS, 2, waits);
	store_put_waits(w, START + 1500 * MS, 1, waits + 2);
}

static void put_sleeps(struct store_writer *w)
{
	struct lockprobe_sleep sleeps[2] = {
		{ .task = 3,
		  .stack = 12,
		  .lock = 6,
		  .waker = 1,
		  .count = 20,
		  .state = 2,
		  .total = 300 * MS,
		  .max = 50 * MS },
		{ .task = 1,
		  .stack = NR(stacks) + 1,
		  .count = 4,
		  .state = 1 | LOCKPROBE_SLEEP_GOES_ON,
		  .total = 100 * MS,
		  .max = 60 * MS },
	};

	sleeps[0].hist[23] = 20;
	sleeps[1].hist[24] = 4;
	store_put_sleeps(w, START + 1000 * MS, 2, sleeps);
}

static void put_notes(struct store_writer *w, const char *command, bool clock)
{
	const char *const notes[][2] = {
		{ NOTE_RELEASE, "6.1.0-test" },
		{ NOTE_BUILD_ID, "0123456789abcdef0123456789abcdef01234567" },
		{ NOTE_HOST, "testhost" },
		{ NOTE_MACHINE, "x86_64" },
		{ NOTE_EVENT,
		  clock ? "cpu-clock" : "MEM_LOAD_RETIRED.L1_MISS" },
		{ NOTE_RUNG, clock ? "clock" : "named" },
		{ NOTE_PERIOD, "1000" },
		{ NOTE_NR_CPUS, "4" },
		{ NOTE_NUMA, "0:0-1 1:2-3" },
	};
	size_t i;

	for (i = 0; i < NR(notes); i++)
		store_put_note(w, notes[i][0], notes[i][1]);
	store_put_note(w, NOTE_COMMAND, command);
}

static void put_end(struct store_writer *w, uint64_t samples, uint64_t lost)
{
	uint64_t stats[WIRE_NR_STATS];
	int i;

	for (i = 0; i < WIRE_NR_STATS; i++)
		stats[i] = WIRE_STAT_ABSENT;
	stats[WIRE_STAT(LOCKPROBE_A_PRODUCED)] = samples + lost;
	stats[WIRE_STAT(LOCKPROBE_A_DELIVERED)] = samples;
	stats[WIRE_STAT(LOCKPROBE_A_LOST)] = lost;
	stats[WIRE_STAT(LOCKPROBE_A_CONTENDED)] = 160;
	stats[WIRE_STAT(LOCKPROBE_A_CONTENDED_LOST)] = 0;
	store_put_end(w, stats);
}

static void scene(struct store_writer *w, const struct run *runs, size_t nr,
		  const char *task, uint32_t scale)
{
	put_notes(w, "lockprobe-user collect -d 2", runs == by_clock);
	put_tasks(w, task);
	put_stacks(w);
	put_user_stack(w);
	put_locks(w);
	put_runs(w, runs, nr);
	put_waits(w, scale);
	put_sleeps(w);
	store_put_loss(w, &(struct record_loss){
				  .cpu = 2,
				  .lost = 7,
				  .reason = LOCKPROBE_LOSS_RING,
			  });
	put_end(w, 1000, 7);
	put_symbols(w);
	store_put_note(w, NOTE_DURATION, "2000000000");
}

static uint64_t random_state = 1;

static uint32_t random_below(uint32_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 32) * bound >> 32;
}

/* Small numbers come often, great ones seldom: as locks do. */
static uint32_t skewed(uint32_t bound)
{
	return random_below(random_below(bound) + 1);
}

static void big_definitions(struct store_writer *w, uint32_t nr_locks,
			    uint32_t nr_stacks, uint32_t nr_tasks)
{
	uint64_t frames[24];
	char name[64];
	uint32_t i, n;

	for (i = 0; i < nr_tasks; i++) {
		snprintf(name, sizeof(name), "task-%u", i % 1000);
		store_put_task(w, &(struct record_task){ i + 1, i + 1, i + 1,
							 name });
	}
	for (i = 0; i < nr_stacks; i++) {
		frames[0] = TEXT + SPIN_SLOW * FUNCTION_BYTES + 1;
		frames[1] = TEXT + SPIN_LOCK * FUNCTION_BYTES + 1;
		for (n = 2; n < 22; n++)
			frames[n] = TEXT +
				    (FUNCTIONS + random_below(20000)) *
					    FUNCTION_BYTES +
				    5;
		frames[22] = TEXT + DO_SYSCALL * FUNCTION_BYTES + 9;
		frames[23] = TEXT + ENTRY * FUNCTION_BYTES + 9;
		store_put_stack(w, &(struct record_stack){
					   .id = i + 1,
					   .nr = 24,
					   .frames = frames,
				   });
	}
	for (i = 0; i < nr_locks; i++) {
		struct record_lock lock = {
			.id = i + 1,
			.addr = 0xffff888000000000ull + 64ull * i,
			.kind = KIND(SPINLOCK),
			.place = PLACE(CACHE),
			.confidence = IS(CERTAIN),
			.cache = "toy_cache",
			.offset = 64,
			.cpu = -1,
			.nr_candidates = 1,
		};

		snprintf(name, sizeof(name), "toy_%u", i % 500);
		lock.candidates[0] =
			(struct record_candidate){ name, "lock", BY_CACHE };
		store_put_lock(w, &lock);
	}
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "function_%u", i);
		store_put_symbol(
			w, &(struct record_symbol){
				   TEXT + (FUNCTIONS + i) * FUNCTION_BYTES,
				   FUNCTION_BYTES, name, NULL, 0 });
	}
}

static void big(struct store_writer *w, uint64_t nr, const uint32_t *shape)
{
	struct record_sample data[128];
	uint64_t done, group, seq[1024] = { 0 };
	uint32_t n, cpu;

	put_notes(w, "gen big", false);
	put_symbols(w);
	big_definitions(w, shape[0], shape[1], shape[2]);
	for (done = 0, group = 0; done < nr; done += n, group++) {
		for (n = 0; n < 128 && done + n < nr; n++)
			data[n] = (struct record_sample){
				.time = n * 1000,
				.stack = 1 + skewed(shape[1]),
				.task = 1 + skewed(shape[2]),
				.lock = random_below(10) ?
						1 + skewed(shape[0]) :
						0,
				.period = 1000,
				.flags = random_below(3) ? LOCKED : 0,
			};
		cpu = random_below(shape[3]);
		store_put_samples(w, &(struct record_samples){
					     cpu, n, seq[cpu],
					     START + group * 1000000, data });
		seq[cpu] += n;
	}
	put_end(w, nr, 0);
}

int main(int argc, char **argv)
{
	struct store_writer *w;
	uint32_t shape[4];
	int i;

	if (argc < 3 || store_create(argv[2], &w))
		die("usage: gen small|after|clock|nasty|big FILE ...");
	if (!strcmp(argv[1], "small")) {
		scene(w, small, NR(small), "dup-loop", 1);
	} else if (!strcmp(argv[1], "after")) {
		scene(w, after, NR(after), "dup-loop", 3);
	} else if (!strcmp(argv[1], "clock")) {
		scene(w, by_clock, NR(by_clock), "dup-loop", 1);
	} else if (!strcmp(argv[1], "nasty")) {
		scene(w, small, NR(small),
		      "\033[2J<script>alert(1)</script>\",;\xff\n", 1);
	} else if (!strcmp(argv[1], "big") && argc >= 8) {
		for (i = 0; i < 4; i++)
			shape[i] = strtoul(argv[4 + i], NULL, 10);
		if (shape[3] > 1024 || !shape[0] || !shape[1] || !shape[2])
			die("big wants 1 to 1024 CPUs, and some of the rest");
		if (argc > 8)
			random_state = strtoul(argv[8], NULL, 10) + 1;
		big(w, strtoull(argv[3], NULL, 10), shape);
	} else {
		die("no such scene");
	}
	if (store_commit(w))
		die("cannot write");
	return 0;
}
