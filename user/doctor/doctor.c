// SPDX-License-Identifier: GPL-2.0
/*
 * Findings and what checks need to make them: files below a root in, answers
 * and sentences out.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "doctor/doctor.h"

#define FILE_MAX (4u << 20)
#define PIECE 65536u

/* All of @in, by pieces that even /proc/sys takes; NULL: no memory. */
static char *slurp(FILE *in)
{
	size_t size = 0, room = 0, n;
	char *text = NULL, *more;

	do {
		if (size + PIECE + 1 > room) {
			room = room * 2 + PIECE + 1;
			more = realloc(text, room);
			if (!more) {
				free(text);
				return NULL;
			}
			text = more;
		}
		n = fread(text + size, 1, PIECE, in);
		size += n;
	} while (n && size < FILE_MAX);
	text[size] = '\0';
	return text;
}

char *doctor_read(const struct doctor *doctor, const char *path)
{
	char full[4096], *text;
	FILE *in;

	snprintf(full, sizeof(full), "%s%s", doctor->root, path);
	in = fopen(full, "re");
	if (!in)
		return NULL;
	text = slurp(in);
	fclose(in);
	return text;
}

/* /proc/config.gz, where the kernel has it. */
static char *read_compressed(const struct doctor *doctor, const char *path)
{
	char full[4096], *text = NULL;
	gzFile in;
	int size;

	snprintf(full, sizeof(full), "%s%s", doctor->root, path);
	in = gzopen(full, "rb");
	if (!in)
		return NULL;
	text = malloc(FILE_MAX + 1);
	size = text ? gzread(in, text, FILE_MAX) : -1;
	gzclose(in);
	if (size < 0) {
		free(text);
		return NULL;
	}
	text[size] = '\0';
	return text;
}

bool doctor_exists(const struct doctor *doctor, const char *format, ...)
{
	char full[4096];
	size_t used;
	va_list ap;

	used = snprintf(full, sizeof(full), "%s", doctor->root);
	if (used >= sizeof(full))
		return false;
	va_start(ap, format);
	vsnprintf(full + used, sizeof(full) - used, format, ap);
	va_end(ap);
	return !access(full, F_OK);
}

static char *find_config(const struct doctor *doctor)
{
	char path[512], *text;

	snprintf(path, sizeof(path), "/boot/config-%s", doctor->release);
	text = doctor_read(doctor, path);
	if (text)
		return text;
	text = read_compressed(doctor, "/proc/config.gz");
	if (text)
		return text;
	snprintf(path, sizeof(path), "/lib/modules/%s/config", doctor->release);
	text = doctor_read(doctor, path);
	if (text)
		return text;
	snprintf(path, sizeof(path), "/lib/modules/%s/build/.config",
		 doctor->release);
	return doctor_read(doctor, path);
}

static void read_line(const struct doctor *doctor, const char *path, char *line,
		      size_t size)
{
	char *text = doctor_read(doctor, path);

	snprintf(line, size, "%.*s", text ? (int)strcspn(text, "\n") : 0,
		 text ? text : "");
	free(text);
}

/* An image without /proc: the last of its kernels, in the order of names. */
static void newest_kernel(const struct doctor *doctor, char *release,
			  size_t size)
{
	char path[4096];
	struct dirent **names;
	int nr, i;

	snprintf(path, sizeof(path), "%s/lib/modules", doctor->root);
	nr = scandir(path, &names, NULL, versionsort);
	for (i = 0; i < nr; i++) {
		if (names[i]->d_name[0] != '.')
			snprintf(release, size, "%s", names[i]->d_name);
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
}

int doctor_init(struct doctor *doctor, const char *root, const char *tree)
{
	*doctor = (struct doctor){ .root = root, .tree = tree };
	doctor->here = !*root;
	read_line(doctor, "/proc/sys/kernel/osrelease", doctor->release,
		  sizeof(doctor->release));
	read_line(doctor, "/proc/version", doctor->version,
		  sizeof(doctor->version));
	doctor->running = *doctor->release;
	if (!doctor->running && !doctor->here)
		newest_kernel(doctor, doctor->release, sizeof(doctor->release));
	if (sscanf(doctor->release, "%d.%d", &doctor->major, &doctor->minor) !=
	    2)
		return -ENOENT;
	doctor->config = find_config(doctor);
	return 0;
}

void doctor_free(struct doctor *doctor)
{
	size_t i;

	for (i = 0; i < doctor->nr; i++) {
		free(doctor->findings[i].found);
		free(doctor->findings[i].todo);
	}
	free(doctor->findings);
	free(doctor->config);
}

void doctor_say(struct doctor *doctor, const char *check,
		enum doctor_level level, const char *todo, const char *format,
		...)
{
	struct doctor_finding *findings, *finding;
	va_list ap;

	findings = reallocarray(doctor->findings, doctor->nr + 1,
				sizeof(*findings));
	if (!findings)
		return;
	doctor->findings = findings;
	finding = &findings[doctor->nr];
	*finding = (struct doctor_finding){ .check = check, .level = level };
	va_start(ap, format);
	if (vasprintf(&finding->found, format, ap) < 0)
		finding->found = NULL;
	va_end(ap);
	finding->todo = todo ? strdup(todo) : NULL;
	doctor->nr += finding->found != NULL;
}

void doctor_option(const struct doctor *doctor, const char *option, char *value,
		   size_t size)
{
	const char *at = doctor->config;
	char line[128];
	size_t len;

	*value = '\0';
	len = snprintf(line, sizeof(line), "CONFIG_%s=", option);
	for (; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
		if (strncmp(at, line, len))
			continue;
		snprintf(value, size, "%.*s", (int)strcspn(at + len, "\n"),
			 at + len);
		return;
	}
}

bool doctor_has(const struct doctor *doctor, const char *option)
{
	char value[8];

	doctor_option(doctor, option, value, sizeof(value));
	return !strcmp(value, "y") || !strcmp(value, "m");
}

bool doctor_at_least(const struct doctor *doctor, int major, int minor)
{
	return doctor->major > major ||
	       (doctor->major == major && doctor->minor >= minor);
}
