// SPDX-License-Identifier: GPL-2.0
/*
 * user/store.h and what reads through it: a capture written, read back, cut at
 * every byte and damaged. Under ASan (SANITIZE=-fsanitize=address) this is the
 * proof that no cut crashes the reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "report/aggr.h"
#include "capture/note.h"
#include "capture/store.h"

#define CUT_BYTES 65536

struct seen {
	uint32_t tasks, stacks, locks, samples, waits, sleeps, notes, symbols;
	uint32_t ends, lost;
	uint64_t time;
	struct record_sample sample;
	struct lockprobe_wait wait;
	char candidate[64];
};

static int see_task(void *ctx, const struct record_task *task)
{
	((struct seen *)ctx)->tasks += !strcmp(task->comm, "a task");
	return 0;
}

static int see_stack(void *ctx, const struct record_stack *stack)
{
	((struct seen *)ctx)->stacks += stack->nr;
	return 0;
}

static int see_lock(void *ctx, const struct record_lock *lock)
{
	struct seen *seen = ctx;

	seen->locks++;
	if (lock->nr_candidates)
		snprintf(seen->candidate, sizeof(seen->candidate), "%s.%s",
			 lock->candidates[0].strct, lock->candidates[0].path);
	return 0;
}

static int see_samples(void *ctx, const struct record_samples *samples)
{
	struct seen *seen = ctx;

	seen->samples += samples->nr;
	seen->sample = samples->data[samples->nr - 1];
	seen->time = samples->time + seen->sample.time;
	return 0;
}

static int see_waits(void *ctx, uint64_t time, uint32_t nr,
		     const struct lockprobe_wait *waits)
{
	struct seen *seen = ctx;

	(void)time;
	seen->waits += nr;
	seen->wait = waits[nr - 1];
	return 0;
}

static int see_sleeps(void *ctx, uint64_t time, uint32_t nr,
		      const struct lockprobe_sleep *sleeps)
{
	(void)time;
	(void)sleeps;
	((struct seen *)ctx)->sleeps += nr;
	return 0;
}

static int see_loss(void *ctx, const struct record_loss *loss)
{
	((struct seen *)ctx)->lost += loss->lost;
	return 0;
}

static int see_note(void *ctx, const char *key, const char *value)
{
	((struct seen *)ctx)->notes += !strcmp(key, "key") &&
				       !strcmp(value, "value");
	return 0;
}

static int see_symbol(void *ctx, const struct record_symbol *symbol)
{
	((struct seen *)ctx)->symbols += !strcmp(symbol->name, "function");
	return 0;
}

static int see_end(void *ctx, const uint64_t *stats)
{
	((struct seen *)ctx)->ends += stats[WIRE_STAT(LOCKPROBE_A_LOST)] == 5;
	return 0;
}

static const struct record_sink sink = {
	.task = see_task,
	.stack = see_stack,
	.lock = see_lock,
	.samples = see_samples,
	.waits = see_waits,
	.sleeps = see_sleeps,
	.loss = see_loss,
	.note = see_note,
	.symbol = see_symbol,
	.end = see_end,
};

static void write_capture(const char *path)
{
	static struct record_sample samples[3000];
	static struct lockprobe_wait waits[300];
	static struct lockprobe_sleep sleeps[2];
	uint64_t frames[3] = { 0xffffffff81000010, 0xffffffff81000020, 1 };
	uint64_t stats[WIRE_NR_STATS] = { 0 };
	struct record_lock lock = {
		.id = 1,
		.addr = 0xffff888000000040,
		.cache = "a_cache",
		.offset = 64,
		.cpu = -1,
		.nr_candidates = 1,
		.candidates = { { "a", "b.c", 3 } },
	};
	struct store_writer *w;
	int i;

	for (i = 0; i < 3000; i++)
		samples[i] = (struct record_sample){
			.time = i * (i % 2 ? 1u : 1000000u),
			.stack = i % 3,
			.task = 1,
			.lock = i % 5,
			.period = i,
			.flags = LOCKPROBE_SAMPLE_LOCK_CODE,
		};
	for (i = 0; i < 300; i++)
		waits[i] = (struct lockprobe_wait){ .lock = 1,
						    .stack = 1,
						    .task = 1,
						    .count = 1,
						    .total = 1ull << 40 };
	stats[WIRE_STAT(LOCKPROBE_A_LOST)] = 5;
	if (store_create(path, &w))
		exit(1);
	store_put_task(w, &(struct record_task){ 1, 2, 3, "a task" });
	store_put_stack(w, &(struct record_stack){
				   .id = 1, .nr = 3, .frames = frames });
	store_put_lock(w, &lock);
	store_put_samples(w, &(struct record_samples){ .nr = 3000,
						       .data = samples });
	store_put_waits(w, 7, 300, waits);
	store_put_sleeps(w, 7, 2, sleeps);
	store_put_loss(w, &(struct record_loss){ .lost = 5 });
	store_put_note(w, "key", "value");
	store_put_symbol(w, &(struct record_symbol){ 0xffffffff81000000, 4096,
						     "function", NULL, 0 });
	store_put_end(w, stats);
	if (store_commit(w))
		exit(1);
}

FIXTURE(capture)
{
	char dir[64], path[96], cut[96];
	char *bytes;
	size_t size;
};

FIXTURE_SETUP(capture)
{
	FILE *file;

	strcpy(self->dir, "/tmp/store.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/whole", self->dir);
	snprintf(self->cut, sizeof(self->cut), "%s/cut", self->dir);
	write_capture(self->path);
	file = fopen(self->path, "rb");
	ASSERT_NE(NULL, file);
	self->bytes = malloc(1 << 20);
	self->size = fread(self->bytes, 1, 1 << 20, file);
	fclose(file);
}

FIXTURE_TEARDOWN(capture)
{
	free(self->bytes);
	unlink(self->path);
	unlink(self->cut);
	rmdir(self->dir);
}

TEST_F(capture, comes_back_as_it_was)
{
	struct seen seen = { 0 };
	struct store *store;

	ASSERT_EQ(0, store_open(self->path, &store));
	ASSERT_EQ(0, store_read(store, 0, &sink, &seen));
	EXPECT_EQ(1, seen.tasks);
	EXPECT_EQ(3, seen.stacks);
	EXPECT_EQ(1, seen.locks);
	EXPECT_STREQ("a.b.c", seen.candidate);
	EXPECT_EQ(3000, seen.samples);
	EXPECT_EQ(2999, seen.sample.period);
	EXPECT_EQ(2999, seen.time);
	EXPECT_EQ(2999 % 3, seen.sample.stack);
	EXPECT_EQ(1, seen.sample.task);
	EXPECT_EQ(2999 % 5, seen.sample.lock);
	EXPECT_EQ(LOCKPROBE_SAMPLE_LOCK_CODE, seen.sample.flags);
	EXPECT_EQ(300, seen.waits);
	EXPECT_EQ(1ull << 40, seen.wait.total);
	EXPECT_EQ(2, seen.sleeps);
	EXPECT_EQ(5, seen.lost);
	EXPECT_EQ(1, seen.notes);
	EXPECT_EQ(1, seen.symbols);
	EXPECT_EQ(1, seen.ends);
	EXPECT_EQ(0, store_state(store)->tail);
	EXPECT_EQ(0, store_state(store)->damaged);
	EXPECT_EQ(1, store_state(store)->ended);
	store_close(store);
}

TEST_F(capture, is_private_and_leaves_nothing_beside)
{
	struct stat st;
	struct store_writer *w;
	char command[128];

	ASSERT_EQ(0, stat(self->path, &st));
	EXPECT_EQ(0600, st.st_mode & 0777);
	ASSERT_EQ(0, store_create(self->cut, &w));
	store_abort(w);
	snprintf(command, sizeof(command), "test \"$(ls %s)\" = whole",
		 self->dir);
	EXPECT_EQ(0, system(command));
}

/* All of what load does, on the first @len bytes. */
static int read_cut(const char *path, uint32_t *samples)
{
	struct capture capture;
	struct aggr aggr;
	struct store *store;
	int err = store_open(path, &store);

	if (err)
		return err;
	err = capture_init(&capture);
	if (err)
		goto out;
	err = store_read(store, 0, &capture_sink, &capture);
	if (!err) {
		aggr_init(&aggr, &capture, AGGR_LOCK, NULL);
		err = store_read(store, 0, &aggr_sink, &aggr);
		if (!err)
			err = aggr_sort(&aggr, false);
		*samples = aggr.all.samples;
		aggr_free(&aggr);
	}
	capture_free(&capture);
out:
	store_close(store);
	return err;
}

/* Growing by a byte a step: what is whole only ever becomes more. */
TEST_F_TIMEOUT(capture, cut_at_every_byte_is_read, 1500)
{
	size_t end = self->size < CUT_BYTES ? self->size : CUT_BYTES, len;
	uint32_t samples = 0, before = 0;
	int fd = open(self->cut, O_RDWR | O_CREAT | O_TRUNC, 0600);
	int null = open("/dev/null", O_WRONLY), err;

	ASSERT_LE(0, fd);
	ASSERT_LE(0, dup2(null, STDERR_FILENO));
	for (len = 0; len <= end; len++) {
		err = read_cut(self->cut, &samples);
		ASSERT_EQ(len < sizeof(struct lockprobe_file_header) ?
				  -EBADMSG :
				  0,
			  err);
		ASSERT_LE(before, samples);
		before = samples;
		ASSERT_EQ(1, write(fd, self->bytes + len, 1));
	}
	EXPECT_LT(0, before);
	close(fd);
}

/* Each byte wrong in turn: never a crash, never an error without a reason. */
TEST_F_TIMEOUT(capture, damaged_at_any_byte_is_read, 1500)
{
	int null = open("/dev/null", O_WRONLY), fd;
	uint32_t samples;
	size_t at;
	char bad;

	ASSERT_LE(0, dup2(null, STDERR_FILENO));
	fd = open(self->path, O_RDWR);
	ASSERT_LE(0, fd);
	for (at = 0; at < self->size; at += at < 2000 ? 1 : 997) {
		bad = ~self->bytes[at];
		ASSERT_EQ(1, pwrite(fd, &bad, 1, at));
		read_cut(self->path, &samples);
		ASSERT_EQ(1, pwrite(fd, self->bytes + at, 1, at));
	}
	close(fd);
}

TEST_HARNESS_MAIN
