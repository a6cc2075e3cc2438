// SPDX-License-Identifier: GPL-2.0
/*
 * The feature sections of perf.data: bytes in, struct perfdata_info and event
 * names out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/perf_feature.h"

#define BUILD_ID_MAX 20u
#define BUILD_ID_SIZE_KNOWN (1u << 15) /* PERF_RECORD_MISC_BUILD_ID_SIZE */

struct bytes {
	const char *at;
	size_t left;
};

static bool take(struct bytes *in, void *out, size_t size)
{
	if (in->left < size)
		return false;
	memcpy(out, in->at, size);
	in->at += size;
	in->left -= size;
	return true;
}

/* A length and as many bytes, with a NUL among them or none. */
static bool take_string(struct bytes *in, const char **text, size_t *len)
{
	uint32_t size;

	if (!take(in, &size, sizeof(size)) || size > in->left)
		return false;
	*text = in->at;
	*len = strnlen(in->at, size);
	in->at += size;
	in->left -= size;
	return true;
}

static int set_string(const char **out, struct bytes in)
{
	const char *text;
	size_t len;

	if (*out || !take_string(&in, &text, &len))
		return 0;
	*out = strndup(text, len);
	return *out ? 0 : -ENOMEM;
}

static int read_cmdline(struct perfdata_info *info, struct bytes in)
{
	char *line = NULL;
	uint32_t nr, i;
	size_t size = 0;
	FILE *out;

	if (info->cmdline || !take(&in, &nr, sizeof(nr)))
		return 0;
	out = open_memstream(&line, &size);
	if (!out)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		const char *text;
		size_t len;

		if (!take_string(&in, &text, &len))
			break;
		fprintf(out, "%s%.*s", i ? " " : "", (int)len, text);
	}
	if (fclose(out)) {
		free(line);
		return -ENOMEM;
	}
	info->cmdline = line;
	return 0;
}

/* Names for events: by their ids, or by place where they have none. */
static void read_events(struct perf_attrs *attrs, struct bytes in)
{
	uint32_t nr, attr_size, nr_ids, event, i;
	const char *name;
	uint64_t id;
	size_t len;

	if (!take(&in, &nr, sizeof(nr)) ||
	    !take(&in, &attr_size, sizeof(attr_size)))
		return;
	for (i = 0; i < nr; i++) {
		if (in.left < attr_size)
			return;
		in.at += attr_size;
		in.left -= attr_size;
		if (!take(&in, &nr_ids, sizeof(nr_ids)) ||
		    !take_string(&in, &name, &len) ||
		    in.left / sizeof(id) < nr_ids)
			return;
		event = i;
		if (nr_ids) {
			memcpy(&id, in.at, sizeof(id));
			perf_attrs_by_id(attrs, id, &event);
		}
		perf_attrs_name(attrs, event, name, len);
		in.at += nr_ids * sizeof(id);
		in.left -= nr_ids * sizeof(id);
	}
}

struct build_id_record {
	struct perf_event_header header;
	int32_t pid;
	uint8_t id[24]; /* [20]: size, if the header says so */
};

void perf_feature_build_id(struct perfdata_info *info, const void *record,
			   size_t size)
{
	const char *name =
		(const char *)record + sizeof(struct build_id_record);
	struct build_id_record head;
	uint32_t id_size = BUILD_ID_MAX;

	if (size <= sizeof(head))
		return;
	memcpy(&head, record, sizeof(head));
	if ((head.header.misc & PERF_RECORD_MISC_CPUMODE_MASK) !=
		    PERF_RECORD_MISC_KERNEL ||
	    strnlen(name, size - sizeof(head)) == size - sizeof(head))
		return;
	if (strncmp(name, "[kernel", 7) && !strstr(name, "vmlinux"))
		return;
	if ((head.header.misc & BUILD_ID_SIZE_KNOWN) && head.id[20] &&
	    head.id[20] <= BUILD_ID_MAX)
		id_size = head.id[20];
	memcpy(info->build_id, head.id, id_size);
	info->build_id_size = id_size;
}

static void read_build_ids(struct perfdata_info *info, struct bytes in)
{
	struct perf_event_header header;

	while (in.left >= sizeof(header)) {
		memcpy(&header, in.at, sizeof(header));
		if (header.size < sizeof(header) || header.size > in.left)
			return;
		perf_feature_build_id(info, in.at, header.size);
		in.at += header.size;
		in.left -= header.size;
	}
}

static void read_nr_cpus(struct perfdata_info *info, struct bytes in)
{
	uint32_t available, online;

	if (take(&in, &available, sizeof(available)) &&
	    take(&in, &online, sizeof(online)))
		info->nr_cpus = online;
}

int perf_feature_read(struct perfdata_info *info, struct perf_attrs *attrs,
		      unsigned int feature, const void *data, size_t size)
{
	struct bytes in = { data, size };

	switch (feature) {
	case PERF_FEATURE_HOSTNAME:
		return set_string(&info->hostname, in);
	case PERF_FEATURE_OSRELEASE:
		return set_string(&info->release, in);
	case PERF_FEATURE_VERSION:
		return set_string(&info->version, in);
	case PERF_FEATURE_ARCH:
		return set_string(&info->arch, in);
	case PERF_FEATURE_CPUDESC:
		return set_string(&info->cpu, in);
	case PERF_FEATURE_CMDLINE:
		return read_cmdline(info, in);
	case PERF_FEATURE_NRCPUS:
		read_nr_cpus(info, in);
		return 0;
	case PERF_FEATURE_EVENT_DESC:
		read_events(attrs, in);
		return 0;
	case PERF_FEATURE_BUILD_ID:
		read_build_ids(info, in);
		return 0;
	case PERF_FEATURE_COMPRESSED:
		info->compressed = true;
		return 0;
	default:
		return 0;
	}
}

void perf_feature_free(struct perfdata_info *info)
{
	free((char *)info->hostname);
	free((char *)info->release);
	free((char *)info->version);
	free((char *)info->arch);
	free((char *)info->cpu);
	free((char *)info->cmdline);
}
