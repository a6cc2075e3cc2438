// SPDX-License-Identifier: GPL-2.0
/*
 * Policy lockstat's counters: the debugfs text of a live patch goes in, sorted
 * rows come out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "livepatch/lockstat.h"
#include "livepatch/path.h"

const char *const lockstat_names[LOCKSTAT_COLUMNS] = {
	"contentions", "con-bounces", "acquisitions", "acq-bounces",
	"wait-min",    "wait-max",    "wait-total",   "hold-min",
	"hold-max",    "hold-total",
};

int lockstat_column(const char *name)
{
	int i;

	for (i = 0; i < LOCKSTAT_COLUMNS; i++)
		if (!strcmp(name, lockstat_names[i]))
			return i;
	return -1;
}

static void file_of(const struct live_patch *patch, const char *file,
		    char *full)
{
	char path[PATH_MAX];

	path_set(path, "/sys/kernel/debug/lockprobe/%s/%s", patch->lock, file);
	live_path(full, path);
}

/* "total\t1\t2...": false when a number is missing. */
static int read_values(const char *text, struct lockstat_row *row)
{
	char *end;
	int i;

	for (i = 0; i < LOCKSTAT_COLUMNS; i++) {
		if (*text != '\t')
			return -EINVAL;
		row->value[i] = strtoull(text + 1, &end, 10);
		if (end == text + 1)
			return -EINVAL;
		text = end;
	}
	return 0;
}

static int read_line(const char *line, struct lockstat *stat)
{
	size_t len = strcspn(line, "\t");
	struct lockstat_row *grown;

	if (!strncmp(line, "lock\t", 5))
		return 0;
	if (!strncmp(line, "total\t", 6))
		return read_values(line + len, &stat->total);
	if (!strncmp(line, "unlisted\t", 9)) {
		stat->unlisted = strtoull(line + len, NULL, 10);
		return 0;
	}
	grown = realloc(stat->rows, (stat->nr + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	stat->rows = grown;
	grown += stat->nr++;
	grown->address = strtoull(line, NULL, 16);
	return read_values(line + len, grown);
}

static int by_value(const void *a, const void *b, void *sort)
{
	const struct lockstat_row *x = a, *y = b;
	int column = *(int *)sort;

	if (x->value[column] != y->value[column])
		return x->value[column] < y->value[column] ? 1 : -1;
	return x->address < y->address ? -1 : x->address > y->address;
}

int lockstat_read(const struct live_patch *patch, int sort,
		  struct lockstat *stat)
{
	char path[PATH_MAX], *line = NULL;
	size_t room = 0;
	int err = 0;
	FILE *file;

	memset(stat, 0, sizeof(*stat));
	file_of(patch, "stats", path);
	file = fopen(path, "r");
	if (!file)
		return error_errno(-errno, "%s", path);
	while (!err && getline(&line, &room, file) > 0)
		err = read_line(line, stat);
	free(line);
	fclose(file);
	if (err) {
		error("%s is not what policy lockstat writes", path);
		lockstat_free(stat);
		return err;
	}
	if (stat->nr)
		qsort_r(stat->rows, stat->nr, sizeof(*stat->rows), by_value,
			&sort);
	return 0;
}

void lockstat_free(struct lockstat *stat)
{
	free(stat->rows);
	memset(stat, 0, sizeof(*stat));
}

int lockstat_reset(const struct live_patch *patch)
{
	char path[PATH_MAX];
	int fd, err = 0;

	file_of(patch, "reset", path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(-errno, "%s", path);
	if (write(fd, "1", 1) < 0)
		err = error_errno(-errno, "%s", path);
	close(fd);
	return err;
}
