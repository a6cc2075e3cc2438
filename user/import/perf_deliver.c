// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's records of a perf.data file: one whole, aligned record in, a
 * view of it out to the sink. What makes no sense is counted, not delivered.
 */
#include <stdio.h>
#include <string.h>

#include "import/perf_deliver.h"

/* A string of a record, at @offset in it; NULL when it does not end there. */
const char *perf_record_text(const struct perf_event_header *header,
			     size_t offset)
{
	const char *text = (const char *)header + offset;

	if (offset >= header->size ||
	    !memchr(text, '\0', header->size - offset))
		return NULL;
	return text;
}

struct mmap_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t start, size, pgoff;
};

#define KERNEL_MAP "[kernel.kallsyms]"
#define MMAP_BUILD_ID (1u << 14) /* PERF_RECORD_MISC_MMAP_BUILD_ID */
#define MMAP2_NAME_OFFSET (sizeof(struct mmap_record) + 32)

static void note_kernel_text(struct perfdata_info *info, const char *name,
			     uint64_t pgoff)
{
	const char *symbol = name + strlen(KERNEL_MAP);

	if (!*symbol)
		return;
	info->text = pgoff;
	snprintf(info->text_symbol, sizeof(info->text_symbol), "%s", symbol);
}

/* perf record --buildid-mmap: the id stands where MMAP2 has the inode. */
static void note_build_id(struct perfdata_info *info,
			  const struct perf_event_header *header)
{
	const uint8_t *at =
		(const uint8_t *)header + sizeof(struct mmap_record);

	if (header->type != PERF_RECORD_MMAP2 ||
	    !(header->misc & MMAP_BUILD_ID) || !at[0] ||
	    at[0] > sizeof(info->build_id))
		return;
	info->build_id_size = at[0];
	memcpy(info->build_id, at + 4, at[0]);
}

static int deliver_map(struct perf_delivery *to,
		       const struct perf_event_header *header)
{
	const struct mmap_record *record = (const void *)header;
	struct perfdata_map map = { 0 };

	if ((header->misc & PERF_RECORD_MISC_CPUMODE_MASK) !=
	    PERF_RECORD_MISC_KERNEL)
		return 0;
	map.name = perf_record_text(header, header->type == PERF_RECORD_MMAP ?
						    sizeof(*record) :
						    MMAP2_NAME_OFFSET);
	if (!map.name) {
		to->info->damaged++;
		return 0;
	}
	map.start = record->start;
	map.size = record->size;
	if (!strncmp(map.name, KERNEL_MAP, strlen(KERNEL_MAP))) {
		note_kernel_text(to->info, map.name, record->pgoff);
		note_build_id(to->info, header);
	}
	return to->sink->map ? to->sink->map(to->ctx, &map) : 0;
}

struct ksymbol_record {
	struct perf_event_header header;
	uint64_t addr;
	uint32_t size;
	uint16_t type, flags; /* flags bit 0: it goes away */
};

static int deliver_ksymbol(struct perf_delivery *to,
			   const struct perf_event_header *header)
{
	const struct ksymbol_record *record = (const void *)header;
	struct perfdata_map map = { .symbol = true };

	map.name = perf_record_text(header, sizeof(*record));
	if (!map.name) {
		to->info->damaged++;
		return 0;
	}
	map.start = record->addr;
	map.size = record->size;
	if ((record->flags & 1) || !to->sink->map)
		return 0;
	return to->sink->map(to->ctx, &map);
}

static int deliver_task(struct perf_delivery *to,
			const struct perf_event_header *header)
{
	const uint32_t *ids = (const uint32_t *)(header + 1);
	const char *comm;

	if (header->type == PERF_RECORD_COMM) {
		comm = perf_record_text(header,
					sizeof(*header) + 2 * sizeof(*ids));
		if (!comm) {
			to->info->damaged++;
			return 0;
		}
		if (!to->sink->comm)
			return 0;
		return to->sink->comm(to->ctx, ids[0], ids[1], comm);
	}
	if (header->size < sizeof(*header) + 4 * sizeof(*ids)) {
		to->info->damaged++;
		return 0;
	}
	if (!to->sink->fork) /* pid, ppid, tid, ptid */
		return 0;
	return to->sink->fork(to->ctx, ids[0], ids[2], ids[1], ids[3]);
}

static int deliver_lost(struct perf_delivery *to,
			const struct perf_event_header *header)
{
	const uint64_t *word = (const uint64_t *)(header + 1);
	size_t nr = header->type == PERF_RECORD_LOST ? 2 : 1;

	if (header->size < sizeof(*header) + nr * sizeof(*word)) {
		to->info->damaged++;
		return 0;
	}
	to->info->lost += word[nr - 1];
	if (!to->sink->lost)
		return 0;
	return to->sink->lost(to->ctx, perf_record_cpu(to->attrs, header),
			      word[nr - 1]);
}

static int deliver_sample(struct perf_delivery *to,
			  const struct perf_event_header *header)
{
	struct perfdata_sample sample;

	if (perf_record_sample(to->attrs, header, &sample)) {
		to->info->damaged++;
		return 0;
	}
	return to->sink->sample ? to->sink->sample(to->ctx, &sample) : 0;
}

/* A record of the kernel, whole and aligned, when its turn has come. */
int perf_deliver(void *ctx, const struct perf_event_header *header)
{
	struct perf_delivery *to = ctx;

	switch (header->type) {
	case PERF_RECORD_SAMPLE:
		return deliver_sample(to, header);
	case PERF_RECORD_COMM:
	case PERF_RECORD_FORK:
		return deliver_task(to, header);
	case PERF_RECORD_MMAP:
	case PERF_RECORD_MMAP2:
		return deliver_map(to, header);
	case PERF_RECORD_KSYMBOL:
		return deliver_ksymbol(to, header);
	case PERF_RECORD_LOST:
	case PERF_RECORD_LOST_SAMPLES:
		return deliver_lost(to, header);
	default:
		return 0;
	}
}
