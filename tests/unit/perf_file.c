// SPDX-License-Identifier: GPL-2.0
/*
 * Makes perf.data files for tests, as perf lays them out: records and features
 * go in one by one, a file or a pipe comes out in memory. Tests include it.
 */
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PERF_FILE_MAX (1u << 20)
#define PERF_FILE_TYPE                                         \
	(PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | \
	 PERF_SAMPLE_CPU | PERF_SAMPLE_CALLCHAIN)

struct bytes {
	unsigned char *at;
	size_t size;
};

struct perf_file {
	struct bytes records, features; /* features: sections' content */
	uint64_t mask[4];
	struct {
		uint64_t offset, size;
	} sections[64];
	int nr_sections;
	struct perf_event_attr attr[2];
	int nr_attrs;
};

static inline void put(struct bytes *b, const void *data, size_t size)
{
	if (!b->at)
		b->at = calloc(1, PERF_FILE_MAX);
	if (!b->at || b->size + size > PERF_FILE_MAX)
		abort();
	if (data)
		memcpy(b->at + b->size, data, size);
	b->size += size;
}

static inline void put64(struct bytes *b, uint64_t value)
{
	put(b, &value, sizeof(value));
}

static inline void put32(struct bytes *b, uint32_t value)
{
	put(b, &value, sizeof(value));
}

/* A string with its NUL, padded to 8 bytes. */
static inline void put_text(struct bytes *b, const char *text)
{
	size_t size = (strlen(text) + 8) & ~7ul;

	put(b, text, strlen(text));
	put(b, NULL, size - strlen(text));
}

static inline void perf_file_init(struct perf_file *f, uint64_t sample_type)
{
	*f = (struct perf_file){ .nr_attrs = 1 };
	f->attr[0] = (struct perf_event_attr){
		.type = PERF_TYPE_RAW,
		.size = sizeof(f->attr[0]),
		.config = 0x8d1,
		.sample_period = 100003,
		.sample_type = sample_type,
		.sample_id_all = 1,
	};
	put(&f->records, NULL, 0);
	put(&f->features, NULL, 0);
}

static inline void perf_file_free(struct perf_file *f)
{
	free(f->records.at);
	free(f->features.at);
}

/* Begin a record; perf_end() gives it its size. */
static inline size_t perf_begin(struct bytes *b, uint32_t type, uint16_t misc)
{
	struct perf_event_header header = { type, misc, 0 };
	size_t start = b->size;

	put(b, &header, sizeof(header));
	return start;
}

static inline void perf_end(struct bytes *b, size_t start)
{
	struct perf_event_header header;

	memcpy(&header, b->at + start, sizeof(header));
	header.size = b->size - start;
	memcpy(b->at + start, &header, sizeof(header));
}

/* TID, TIME and CPU of a record that is no sample. */
static inline void put_trailer(struct bytes *b, uint32_t pid, uint32_t tid,
			       uint64_t time, uint32_t cpu)
{
	put32(b, pid);
	put32(b, tid);
	put64(b, time);
	put32(b, cpu);
	put32(b, 0);
}

static inline void perf_sample(struct bytes *b, uint32_t tid, uint64_t time,
			       uint32_t cpu, const uint64_t *chain, uint64_t nr)
{
	size_t start =
		perf_begin(b, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL);

	put64(b, chain[0]);
	put_trailer(b, 100, tid, time, cpu);
	put64(b, nr + 1);
	put64(b, PERF_CONTEXT_KERNEL);
	put(b, chain, nr * sizeof(*chain));
	perf_end(b, start);
}

static inline void perf_comm(struct bytes *b, uint32_t pid, uint32_t tid,
			     uint64_t time, const char *comm)
{
	size_t start = perf_begin(b, PERF_RECORD_COMM, 0);

	put32(b, pid);
	put32(b, tid);
	put_text(b, comm);
	put_trailer(b, pid, tid, time, 0);
	perf_end(b, start);
}

static inline void perf_fork(struct bytes *b, uint32_t pid, uint32_t tid,
			     uint32_t ppid, uint32_t ptid, uint64_t time)
{
	size_t start = perf_begin(b, PERF_RECORD_FORK, 0);

	put32(b, pid);
	put32(b, ppid);
	put32(b, tid);
	put32(b, ptid);
	put64(b, time);
	put_trailer(b, pid, tid, time, 0);
	perf_end(b, start);
}

static inline void perf_round(struct bytes *b)
{
	perf_end(b, perf_begin(b, 68, 0));
}

static inline void perf_kernel_map(struct bytes *b, uint64_t text)
{
	size_t start = perf_begin(b, PERF_RECORD_MMAP, PERF_RECORD_MISC_KERNEL);

	put32(b, -1);
	put32(b, 0);
	put64(b, text);
	put64(b, 0x2000000);
	put64(b, text);
	put_text(b, "[kernel.kallsyms]_text");
	put_trailer(b, 0, 0, 0, 0);
	perf_end(b, start);
}

/* A feature's section; call in the order of @bit. */
static inline struct bytes *perf_feature(struct perf_file *f, int bit)
{
	f->mask[bit / 64] |= 1ull << (bit % 64);
	f->sections[f->nr_sections++].offset = f->features.size;
	return &f->features;
}

static inline void perf_feature_end(struct perf_file *f)
{
	f->sections[f->nr_sections - 1].size =
		f->features.size - f->sections[f->nr_sections - 1].offset;
}

static inline void perf_feature_text(struct perf_file *f, int bit,
				     const char *text)
{
	struct bytes *b = perf_feature(f, bit);

	put32(b, strlen(text) + 1);
	put(b, text, strlen(text) + 1);
	perf_feature_end(f);
}

/* The whole file; the caller frees out->at. */
static inline void perf_file_make(const struct perf_file *f, struct bytes *out)
{
	uint64_t header = 104, attr = sizeof(f->attr[0]) + 16, data, at;
	int i;

	*out = (struct bytes){ 0 };
	data = header + f->nr_attrs * attr;
	put(out, "PERFILE2", 8);
	put64(out, header);
	put64(out, attr);
	put64(out, header);
	put64(out, f->nr_attrs * attr);
	put64(out, data);
	put64(out, f->records.size);
	put64(out, 0);
	put64(out, 0);
	put(out, f->mask, sizeof(f->mask));
	for (i = 0; i < f->nr_attrs; i++) {
		put(out, &f->attr[i], sizeof(f->attr[i]));
		put64(out, 0);
		put64(out, 0);
	}
	put(out, f->records.at, f->records.size);
	at = out->size + f->nr_sections * 16;
	for (i = 0; i < f->nr_sections; i++) {
		put64(out, at + f->sections[i].offset);
		put64(out, f->sections[i].size);
	}
	put(out, f->features.at, f->features.size);
}

/* The same as perf writes it to a pipe. */
static inline void perf_pipe_make(const struct perf_file *f, struct bytes *out)
{
	size_t start;

	*out = (struct bytes){ 0 };
	put(out, "PERFILE2", 8);
	put64(out, 16);
	start = perf_begin(out, 64, 0);
	put(out, &f->attr[0], sizeof(f->attr[0]));
	put64(out, 7);
	perf_end(out, start);
	put(out, f->records.at, f->records.size);
}
