// SPDX-License-Identifier: GPL-2.0
/*
 * A C file in, the directories out in which its Makefile has the compiler look
 * for headers (-I), and those above it for all below them (subdir-ccflags-y).
 * Of what make would compute only the names of the source and its directory
 * are known; a flag that needs more, and every condition, is passed over.
 */
#include <ctype.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/type/incdirs.h"
#include "source/type/include.h"

#define MOST_DIRS 24

struct dirs { /* of one directory's files */
	char *of; /* with its '/' */
	const char *list[MOST_DIRS + 1]; /* each with its '/', then NULL */
	struct dirs *next;
};

struct incdirs {
	struct tree *tree;
	struct dirs *all;
	pthread_mutex_t lock; /* of @all */
};

struct incdirs *incdirs_new(struct tree *tree)
{
	struct incdirs *incdirs = calloc(1, sizeof(*incdirs));

	if (!incdirs)
		return NULL;
	incdirs->tree = tree;
	pthread_mutex_init(&incdirs->lock, NULL);
	return incdirs;
}

void incdirs_free(struct incdirs *incdirs)
{
	struct dirs *dirs;
	size_t i;

	while (incdirs && incdirs->all) {
		dirs = incdirs->all;
		incdirs->all = dirs->next;
		for (i = 0; dirs->list[i]; i++)
			free((char *)dirs->list[i]);
		free(dirs->of);
		free(dirs);
	}
	free(incdirs);
}

/* "$(srctree)/$(src)/x" with the Makefile's directory @of: x's; or NULL. */
static char *expand(const char *flag, size_t len, const char *of)
{
	static const char *const here[] = { "$(src)", "$(obj)",
					    "$(srctree)/$(src)",
					    "$(srctree)/$(obj)" };
	size_t i, n, skip = 0;
	char path[PATH_MAX];
	bool below = false;

	for (i = 0; i < sizeof(here) / sizeof(*here); i++) {
		n = strlen(here[i]);
		if (len >= n && !memcmp(flag, here[i], n)) {
			skip = n;
			below = true;
		}
	}
	if (!below && len > 11 && !memcmp(flag, "$(srctree)/", 11))
		skip = 11;
	if (!skip || memchr(flag + skip, '$', len - skip))
		return NULL;
	n = snprintf(path, sizeof(path), "%s%.*s/", below ? of : "",
		     (int)(len - skip), flag + skip);
	if (n >= sizeof(path))
		return NULL;
	include_tidy(path);
	return strdup(path);
}

static void add(struct dirs *dirs, char *dir)
{
	size_t i;

	for (i = 0; dir && i < MOST_DIRS; i++) {
		if (!dirs->list[i]) {
			dirs->list[i] = dir;
			return;
		}
		if (!strcmp(dirs->list[i], dir))
			break;
	}
	free(dir);
}

/* One assignment with all its lines. */
static void read_flags(struct dirs *dirs, const char *line, const char *end,
		       const char *of, bool subdir_only)
{
	const char *p = line, *start;

	if (subdir_only && !memmem(line, end - line, "subdir-ccflags", 14))
		return;
	while ((p = memmem(p, end - p, "-I", 2))) {
		p += 2;
		if (p - 2 > line && !isspace((unsigned char)p[-3]))
			continue;
		while (p < end && (*p == ' ' || *p == '\t'))
			p++;
		start = p;
		while (p < end && !isspace((unsigned char)*p) && *p != '\\')
			p++;
		add(dirs, expand(start, p - start, of));
	}
}

static void read_makefile(struct dirs *dirs, struct text text, const char *of,
			  bool subdir_only)
{
	const char *p = text.data, *end = text.data + text.size, *line;

	while (p < end) {
		line = p;
		while (p < end && (*p != '\n' || (p > line && p[-1] == '\\')))
			p++;
		if (*line != '#')
			read_flags(dirs, line, p, of, subdir_only);
		p++;
	}
}

/* The Makefiles of @of and above it, the nearest one's flags first. */
static void compute(const struct incdirs *incdirs, struct dirs *dirs)
{
	char of[PATH_MAX], path[PATH_MAX + 16];
	bool subdir_only = false;
	struct text text;
	char *slash;

	snprintf(of, sizeof(of), "%s", dirs->of);
	while (*of) {
		snprintf(path, sizeof(path), "%sMakefile", of);
		if (!tree_read(incdirs->tree, path, &text)) {
			/* where it ends, and what "$(src)" is followed by */
			of[strlen(of) - 1] = '\0';
			read_makefile(dirs, text, of, subdir_only);
			free((char *)text.data);
			subdir_only = true;
		} else {
			of[strlen(of) - 1] = '\0';
		}
		slash = strrchr(of, '/');
		of[slash ? slash - of + 1 : 0] = '\0';
	}
}

const char *const *incdirs_of(struct incdirs *incdirs, uint32_t file)
{
	const char *path = tree_path(incdirs->tree, file);
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;
	struct dirs *dirs;

	pthread_mutex_lock(&incdirs->lock);
	for (dirs = incdirs->all; dirs; dirs = dirs->next)
		if (!strncmp(dirs->of, path, len) && !dirs->of[len])
			break;
	if (!dirs) {
		dirs = calloc(1, sizeof(*dirs));
		if (dirs)
			dirs->of = strndup(path, len);
		if (dirs && dirs->of) {
			compute(incdirs, dirs);
			dirs->next = incdirs->all;
			incdirs->all = dirs;
		} else {
			free(dirs);
			dirs = NULL;
		}
	}
	pthread_mutex_unlock(&incdirs->lock);
	return dirs && dirs->list[0] ? dirs->list : NULL;
}
