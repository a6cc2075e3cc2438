// SPDX-License-Identifier: GPL-2.0
/*
 * The machine's own words: sysfs and clocks in, short texts out.
 */
#include <elf.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/machine.h"

#define NOTES_MAX 4096

void machine_build_id(char *out, size_t size)
{
	_Alignas(4) unsigned char notes[NOTES_MAX];
	FILE *file = fopen("/sys/kernel/notes", "rb");
	size_t len, at = 0, i, desc, next;
	const Elf64_Nhdr *note;

	*out = '\0';
	if (!file)
		return;
	len = fread(notes, 1, sizeof(notes), file);
	fclose(file);
	while (at + sizeof(*note) <= len) {
		note = (const Elf64_Nhdr *)(notes + at);
		desc = at + sizeof(*note) + ((note->n_namesz + 3) & ~3u);
		next = desc + ((note->n_descsz + 3) & ~3u);
		if (next > len || next <= at)
			return;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    !memcmp(notes + at + sizeof(*note), "GNU", 4)) {
			for (i = 0; i < note->n_descsz && 2 * i + 2 < size; i++)
				sprintf(out + 2 * i, "%02x", notes[desc + i]);
			return;
		}
		at = next;
	}
}

int machine_line(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "r");
	int err = 0;

	*out = '\0';
	if (!file)
		return -errno;
	if (!fgets(out, size, file))
		err = -ENODATA;
	out[strcspn(out, "\n")] = '\0';
	fclose(file);
	return err;
}

void machine_numa(char *out, size_t size)
{
	char cpus[4096];
	size_t used = 0, i;
	glob_t found;
	int n;

	*out = '\0';
	if (glob("/sys/devices/system/node/node[0-9]*", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc && used < size; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/cpulist", found.gl_pathv[i]);
		if (machine_line(path, cpus, sizeof(cpus)) || !*cpus)
			continue;
		n = snprintf(out + used, size - used, "%s%s:%s",
			     used ? " " : "",
			     strrchr(found.gl_pathv[i], '/') + strlen("/node"),
			     cpus);
		if (n > 0)
			used += n;
	}
	globfree(&found);
}

void machine_date(char *out, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	if (!strftime(out, size, "%Y-%m-%dT%H:%M:%S%z", &tm))
		*out = '\0';
}

uint64_t machine_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + ts.tv_nsec;
}
