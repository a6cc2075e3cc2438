// SPDX-License-Identifier: GPL-2.0
/*
 * perfdata: a file and a pipe, plain and compressed, several events, every cut
 * of a file, and headers that lie.
 */
#include <errno.h>
#include <string.h>
#include <zstd.h>

#include "kselftest_harness.h"

#include "import/perfdata.h"
#include "perf_file.c"

static const uint64_t chain[] = { 0xffffffff81100010, 0xffffffff81200020,
				  0xffffffff81c0008c };

struct seen {
	int samples, comms, forks, ordered;
	uint64_t last, lost, ip, nr, time, period;
	uint32_t tid, cpu, event;
	char comm[32], name[96];
};

static int on_sample(void *ctx, const struct perfdata_sample *sample)
{
	struct seen *seen = ctx;

	seen->samples++;
	seen->ordered += sample->time >= seen->last;
	seen->last = sample->time;
	seen->ip = sample->ip;
	seen->nr = sample->nr;
	seen->tid = sample->tid;
	seen->cpu = sample->cpu;
	seen->event = sample->event;
	seen->period = sample->period;
	return 0;
}

static int on_comm(void *ctx, uint32_t pid, uint32_t tid, const char *comm)
{
	struct seen *seen = ctx;

	(void)pid;
	(void)tid;
	seen->comms++;
	snprintf(seen->comm, sizeof(seen->comm), "%s", comm);
	return 0;
}

static int on_fork(void *ctx, uint32_t pid, uint32_t tid, uint32_t ppid,
		   uint32_t ptid)
{
	struct seen *seen = ctx;

	(void)pid;
	(void)ppid;
	seen->forks += tid == 102 && ptid == 101;
	return 0;
}

static int on_lost(void *ctx, uint32_t cpu, uint64_t lost)
{
	struct seen *seen = ctx;

	(void)cpu;
	seen->lost += lost;
	return 0;
}

static const struct perfdata_sink sink = {
	.sample = on_sample, .comm = on_comm, .fork = on_fork, .lost = on_lost
};

/* Two CPUs' buffers, one behind the other: times fall in between. */
static void fill(struct perf_file *f)
{
	struct bytes *b = &f->records;
	size_t start;
	int i;

	perf_file_init(f, PERF_FILE_TYPE);
	perf_kernel_map(b, 0xffffffff81000000);
	perf_comm(b, 100, 101, 5, "worker");
	perf_fork(b, 100, 102, 100, 101, 6);
	for (i = 0; i < 10; i++)
		perf_sample(b, 101, 1000 + 10 * i, 0, chain, 3);
	for (i = 0; i < 10; i++)
		perf_sample(b, 102, 1005 + 10 * i, 1, chain, 2);
	perf_round(b);
	start = perf_begin(b, PERF_RECORD_LOST, 0);
	put64(b, 0);
	put64(b, 17);
	put_trailer(b, 0, 0, 1200, 1);
	perf_end(b, start);
	perf_round(b);
}

static void expect_all(struct __test_metadata *_metadata,
		       const struct seen *seen)
{
	EXPECT_EQ(20, seen->samples);
	EXPECT_EQ(20, seen->ordered);
	EXPECT_EQ(1, seen->comms);
	EXPECT_STREQ("worker", seen->comm);
	EXPECT_EQ(1, seen->forks);
	EXPECT_EQ(17, seen->lost);
	EXPECT_EQ(chain[0], seen->ip);
	EXPECT_EQ(3, seen->nr);
	EXPECT_EQ(102, seen->tid);
	EXPECT_EQ(1, seen->cpu);
}

TEST(file_with_features)
{
	static const uint8_t id[24] = { 0xab, 0xcd, [19] = 0xef };
	const struct perfdata_info *info;
	struct seen seen = { 0 };
	struct perf_file f;
	struct perfdata *pd;
	struct bytes file, *b;
	size_t start;

	fill(&f);
	b = perf_feature(&f, 2);
	start = perf_begin(b, 67, PERF_RECORD_MISC_KERNEL);
	put32(b, -1);
	put(b, id, 24);
	put_text(b, "[kernel.kallsyms]");
	perf_end(b, start);
	perf_feature_end(&f);
	perf_feature_text(&f, 3, "host1");
	perf_feature_text(&f, 4, "5.4.0-test");
	b = perf_feature(&f, 11);
	put32(b, 2);
	put32(b, 8);
	put_text(b, "perf");
	put32(b, 8);
	put_text(b, "record");
	perf_feature_end(&f);
	perf_file_make(&f, &file);
	ASSERT_EQ(0, perfdata_open(&pd, file.at, file.size));
	ASSERT_EQ(0, perfdata_read(pd, &sink, &seen));
	expect_all(_metadata, &seen);
	info = perfdata_info(pd);
	EXPECT_STREQ("host1", info->hostname);
	EXPECT_STREQ("5.4.0-test", info->release);
	EXPECT_STREQ("perf record", info->cmdline);
	EXPECT_EQ(0xffffffff81000000, info->text);
	EXPECT_STREQ("_text", info->text_symbol);
	EXPECT_EQ(20, info->build_id_size);
	EXPECT_EQ(0xef, info->build_id[19]);
	EXPECT_EQ(0, info->damaged + info->cut + info->unordered);
	EXPECT_EQ(100003, perfdata_event(pd, 0)->period);
	/* and once more from the start */
	seen = (struct seen){ 0 };
	ASSERT_EQ(0, perfdata_read(pd, &sink, &seen));
	expect_all(_metadata, &seen);
	EXPECT_EQ(17, info->lost);
	perfdata_close(pd);
	perf_file_free(&f);
	free(file.at);
}

TEST(pipe_names_its_event)
{
	struct seen seen = { 0 };
	struct perf_file f;
	struct perfdata *pd;
	struct bytes pipe;
	size_t start;

	fill(&f);
	start = perf_begin(&f.records, 78, 0);
	put64(&f.records, 2);
	put64(&f.records, 7);
	put_text(&f.records, "l1_miss");
	perf_end(&f.records, start);
	perf_pipe_make(&f, &pipe);
	ASSERT_EQ(0, perfdata_open(&pd, pipe.at, pipe.size));
	ASSERT_EQ(0, perfdata_read(pd, &sink, &seen));
	expect_all(_metadata, &seen);
	EXPECT_TRUE(perfdata_info(pd)->pipe);
	EXPECT_EQ(1, perfdata_nr_events(pd));
	EXPECT_STREQ("l1_miss", perfdata_event(pd, 0)->name);
	perfdata_close(pd);
	perf_file_free(&f);
	free(pipe.at);
}

/* The records as one zstd stream, cut into payloads at odd places. */
static void compress(struct perf_file *f, uint32_t type)
{
	struct bytes plain = f->records, *b = &f->records;
	size_t room = ZSTD_compressBound(plain.size), size, at, n, start;
	char *packed = malloc(room);

	size = ZSTD_compress(packed, room, plain.at, plain.size, 1);
	*b = (struct bytes){ 0 };
	for (at = 0; at < size; at += n) {
		n = size - at < 97 ? size - at : 97;
		start = perf_begin(b, type, 0);
		if (type == 83)
			put64(b, n);
		put(b, packed + at, n);
		if (type == 83)
			put(b, NULL, -n & 7);
		perf_end(b, start);
	}
	free(packed);
	free(plain.at);
}

TEST(compressed_old_and_new)
{
	static const uint32_t types[] = { 81, 83 };
	size_t i;

	for (i = 0; i < 2; i++) {
		struct seen seen = { 0 };
		struct perf_file f;
		struct perfdata *pd;
		struct bytes file;

		fill(&f);
		compress(&f, types[i]);
		perf_file_make(&f, &file);
		ASSERT_EQ(0, perfdata_open(&pd, file.at, file.size));
		ASSERT_EQ(0, perfdata_read(pd, &sink, &seen));
		expect_all(_metadata, &seen);
		EXPECT_TRUE(perfdata_info(pd)->compressed);
		perfdata_close(pd);
		perf_file_free(&f);
		free(file.at);
	}
}

TEST(events_told_apart_by_identifier)
{
	const uint64_t type = PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP |
			      PERF_SAMPLE_PERIOD;
	struct seen seen = { 0 };
	struct perf_file f;
	struct perfdata *pd;
	struct bytes pipe = { 0 };
	size_t start, i;

	perf_file_init(&f, type);
	put(&pipe, "PERFILE2", 8);
	put64(&pipe, 16);
	for (i = 0; i < 2; i++) {
		start = perf_begin(&pipe, 64, 0);
		put(&pipe, &f.attr[0], sizeof(f.attr[0]));
		put64(&pipe, 50 + i);
		perf_end(&pipe, start);
	}
	start = perf_begin(&pipe, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL);
	put64(&pipe, 51);
	put64(&pipe, chain[0]);
	put64(&pipe, 4242);
	perf_end(&pipe, start);
	start = perf_begin(&pipe, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL);
	put64(&pipe, 99); /* nobody's */
	put64(&pipe, chain[0]);
	put64(&pipe, 1);
	perf_end(&pipe, start);
	ASSERT_EQ(0, perfdata_open(&pd, pipe.at, pipe.size));
	ASSERT_EQ(0, perfdata_read(pd, &sink, &seen));
	EXPECT_EQ(1, seen.samples);
	EXPECT_EQ(1, seen.event);
	EXPECT_EQ(4242, seen.period);
	EXPECT_EQ(1, perfdata_info(pd)->damaged);
	perfdata_close(pd);
	perf_file_free(&f);
	free(pipe.at);
}

/* Wherever it is cut, what is whole comes out and nothing is read beyond. */
TEST(cut_at_every_byte)
{
	struct perf_file f;
	struct perfdata *pd;
	struct bytes file;
	int most = 0, whole = 0;
	size_t size;

	fill(&f);
	perf_feature_text(&f, 3, "host1");
	perf_file_make(&f, &file);
	for (size = 0; size <= file.size; size++) {
		char *copy = malloc(size ? size : 1);
		struct seen seen = { 0 };

		memcpy(copy, file.at, size);
		if (!perfdata_open(&pd, copy, size)) {
			ASSERT_EQ(0, perfdata_read(pd, &sink, &seen));
			EXPECT_GE(seen.samples, most);
			most = seen.samples;
			whole += !perfdata_info(pd)->cut;
		} else {
			EXPECT_NE(0, perfdata_problem(pd)[0]);
		}
		perfdata_close(pd);
		free(copy);
	}
	EXPECT_EQ(20, most);
	EXPECT_GT(file.size, (size_t)whole);
	perf_file_free(&f);
	free(file.at);
}

TEST(refusals)
{
	struct perf_file f;
	struct perfdata *pd;
	struct bytes file;

	EXPECT_EQ(-EBADMSG, perfdata_open(&pd, "what is this, then?", 20));
	perfdata_close(pd);
	EXPECT_EQ(-ENOTSUP,
		  perfdata_open(&pd, "2ELIFREP\0\0\0\0\0\0\0\150", 16));
	EXPECT_NE(NULL, strstr(perfdata_problem(pd), "byte order"));
	perfdata_close(pd);
	fill(&f);
	perf_file_make(&f, &file);
	memset(file.at + 24, 0xff, 16); /* the attrs section */
	EXPECT_EQ(-EBADMSG, perfdata_open(&pd, file.at, file.size));
	perfdata_close(pd);
	perf_file_free(&f);
	free(file.at);
}

TEST(killed_perf_leaves_size_0)
{
	struct seen seen = { 0 };
	struct perf_file f;
	struct perfdata *pd;
	struct bytes file;

	fill(&f);
	perf_file_make(&f, &file);
	memset(file.at + 48, 0, 8); /* the data section's size */
	ASSERT_EQ(0, perfdata_open(&pd, file.at, file.size));
	ASSERT_EQ(0, perfdata_read(pd, &sink, &seen));
	expect_all(_metadata, &seen);
	EXPECT_TRUE(perfdata_info(pd)->unfinished);
	perfdata_close(pd);
	perf_file_free(&f);
	free(file.at);
}

TEST_HARNESS_MAIN
