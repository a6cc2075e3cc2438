// SPDX-License-Identifier: GPL-2.0
/*
 * A source file that its own directory's Makefile does not list comes in.
 * Some are listed by a neighbour ("../misc/x.o"), some are #included by files
 * that are built: both are looked for near by, once a directory. Called with
 * the model's lock held.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/cond.h"
#include "source/build/condexpr.h"
#include "source/build/kbuild_inside.h"
#include "source/text/slurp.h"
#include "source/tree/tree.h"

/* Files that include files that include files: deeper is a circle. */
#define DEPTH 4

static bool reaches_out(struct kbuild *kb, const char *dir)
{
	char path[PATH_MAX], *text;
	size_t len;
	bool out;

	snprintf(path, sizeof(path), "%.4000s/Makefile", dir);
	if (slurp(kb->root, path, &text, &len))
		return false;
	out = strstr(text, "../") || strstr(text, "include $(");
	free(text);
	return out;
}

/* Evaluate the visited directories in @where that reach out of themselves. */
static void look_in(struct kbuild *kb, const char *where)
{
	char path[PATH_MAX];
	struct dirent *entry;
	struct dir *dir;
	DIR *list;

	HASH_FIND_STR(kb->dirs, where, dir);
	if (dir && dir->looked_beside)
		return;
	if (dir)
		dir->looked_beside = true;
	snprintf(path, sizeof(path), "%.2000s/%.2000s", kb->root, where);
	list = opendir(path);
	while (list && (entry = readdir(list))) {
		if (entry->d_type != DT_DIR || *entry->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%.2000s/%s", where,
			 entry->d_name);
		HASH_FIND_STR(kb->dirs, path, dir);
		if (dir && dir->visited && !dir->evaluated &&
		    reaches_out(kb, path))
			kbuild_evaluate(kb, path);
	}
	if (list)
		closedir(list);
}

int kbuild_beside(struct kbuild *kb, const char *path)
{
	const char *arch = config_arch(kb->config) ?: "x86";
	unsigned int before = HASH_COUNT(kb->objects);
	char where[PATH_MAX], *slash;

	/* virt/ is listed by the architecture's kvm */
	if (!strncmp(path, "virt/", 5)) {
		snprintf(where, sizeof(where), "arch/%s/kvm", arch);
		kbuild_evaluate(kb, where);
	}
	snprintf(where, sizeof(where), "%s", path);
	slash = strrchr(where, '/');
	if (slash)
		*slash = '\0';
	/* not in the root: nothing there reaches into its neighbour */
	while ((slash = strrchr(where, '/'))) {
		*slash = '\0';
		look_in(kb, where);
	}
	return HASH_COUNT(kb->objects) > before ? 0 : -ENOENT;
}

void kbuild_include_path(const char *includer, const char *name, size_t len,
			 char *buf, size_t size)
{
	const char *slash = strrchr(includer, '/');
	int dir = slash ? slash + 1 - includer : 0;
	char *p, *up;

	snprintf(buf, size, "%.*s%.*s", dir, includer,
		 (int)(len > 500 ? 500 : len), name);
	while ((p = strstr(buf, "/../"))) {
		for (up = p; up > buf && up[-1] != '/';)
			up--;
		memmove(up, p + 4, strlen(p + 4) + 1);
	}
}

static void add_inclusion(struct dir *dir, const char *includer,
			  const char *name, size_t len, enum truth live)
{
	struct inclusion *inclusion = calloc(1, sizeof(*inclusion));
	char path[PATH_MAX];

	if (!inclusion)
		return;
	kbuild_include_path(includer, name, len, path, sizeof(path));
	inclusion->includer = strdup(includer);
	inclusion->included = strdup(path);
	inclusion->live = live;
	inclusion->next = dir->includes;
	dir->includes = inclusion;
}

/* Directive by directive: which .c files does this one include, and when? */
static void scan_text(struct kbuild *kb, struct dir *dir, const char *path,
		      const char *text, const char *end)
{
	struct cond_env env = { .config = kb->config };
	const char *line, *stop, *p, *name, *quote;
	struct cond *cond = cond_new(&env);

	for (line = text; cond && line < end; line = stop + 1) {
		for (stop = line; stop < end && *stop != '\n'; stop++)
			if (*stop == '\\' && stop + 1 < end)
				stop++;
		p = line;
		while (p < stop && (*p == ' ' || *p == '\t'))
			p++;
		if (p >= stop || *p != '#')
			continue;
		if (stop > end)
			stop = end;
		p = condexpr_skip(p + 1, stop);
		cond_line(cond, p, stop - p);
		if (stop - p < 10 || memcmp(p, "include", 7))
			continue;
		name = condexpr_skip(p + 7, stop) + 1;
		if (name >= stop || name[-1] != '"')
			continue;
		quote = memchr(name, '"', stop - name);
		if (quote && quote - name > 2 && !memcmp(quote - 2, ".c", 2))
			add_inclusion(dir, path, name, quote - name,
				      cond_state(cond));
	}
	cond_free(cond);
}

static void scan_dir(struct kbuild *kb, struct dir *dir)
{
	char path[PATH_MAX], *text;
	struct dirent *entry;
	size_t len;
	DIR *list;

	if (dir->scanned)
		return;
	dir->scanned = true;
	snprintf(path, sizeof(path), "%.2000s/%.2000s", kb->root, dir->path);
	list = opendir(path);
	while (list && (entry = readdir(list))) {
		/* nobody may ever write into a pipe */
		if (!path_is_c(entry->d_name) || entry->d_type == DT_FIFO)
			continue;
		snprintf(path, sizeof(path), "%.2000s/%s", dir->path,
			 entry->d_name);
		if (slurp(kb->root, path, &text, &len))
			continue;
		if (memmem(text, len, ".c\"", 3))
			scan_text(kb, dir, path, text, text + len);
		free(text);
	}
	if (list)
		closedir(list);
}

static enum kbuild_state stronger(enum kbuild_state a, enum kbuild_state b)
{
	static const int rank[] = { [KBUILD_NO] = 0,
				    [KBUILD_UNKNOWN] = 1,
				    [KBUILD_MODULE] = 2,
				    [KBUILD_YES] = 3 };

	return rank[a] >= rank[b] ? a : b;
}

/* A line that is compiled, and not the file's own. */
static bool includes(const struct inclusion *inclusion, const char *path)
{
	return inclusion->live != TRUTH_NO &&
	       !strcmp(inclusion->included, path) &&
	       strcmp(inclusion->includer, path);
}

static enum kbuild_state included_from(struct kbuild *kb, struct dir *dir,
				       const char *path, int depth,
				       const char **object_path)
{
	enum kbuild_state best = KBUILD_NO, state;
	const struct inclusion *inclusion;
	const char *object;

	for (inclusion = dir->includes; inclusion;
	     inclusion = inclusion->next) {
		if (!includes(inclusion, path))
			continue;
		object = NULL;
		state = kbuild_of(kb, inclusion->includer, depth + 1, &object);
		if (state != KBUILD_NO && inclusion->live == TRUTH_UNKNOWN)
			state = KBUILD_UNKNOWN;
		if (stronger(state, best) != best)
			*object_path = object;
		best = stronger(state, best);
	}
	return best;
}

/* Nothing of this build comes from these, unless a list says so. */
static bool outside(const struct kbuild *kb, const char *path)
{
	static const char *const dirs[] = { "tools/", "scripts/", "samples/",
					    "Documentation/", "usr/" };
	const char *arch = config_arch(kb->config) ?: "x86";
	size_t i, len = strlen(arch);

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (!strncmp(path, dirs[i], strlen(dirs[i])))
			return true;
	return !strncmp(path, "arch/", 5) &&
	       (strncmp(path + 5, arch, len) || path[5 + len] != '/');
}

/*
 * The next of the directories that are searched for what includes a file: its
 * own and the two above, never the root. @where begins as the file's path, and
 * @up as 0.
 */
static bool next_dir(struct kbuild *kb, char *where, int *up, struct dir **dir)
{
	char *slash;

	while (*up < 3 && (slash = strrchr(where, '/'))) {
		*slash = '\0';
		if ((*up)++ && !strchr(where, '/'))
			return false;
		kbuild_evaluate(kb, where);
		HASH_FIND_STR(kb->dirs, where, *dir);
		if (!*dir)
			continue;
		scan_dir(kb, *dir);
		return true;
	}
	return false;
}

enum kbuild_state kbuild_included(struct kbuild *kb, const char *path,
				  int depth, const char **object_path)
{
	enum kbuild_state best = KBUILD_NO;
	char where[PATH_MAX];
	struct dir *dir;
	int up = 0;

	if (depth >= DEPTH)
		return KBUILD_UNKNOWN;
	if (outside(kb, path))
		return KBUILD_NO;
	snprintf(where, sizeof(where), "%s", path);
	while (next_dir(kb, where, &up, &dir))
		best = stronger(
			included_from(kb, dir, path, depth, object_path), best);
	return best;
}

int kbuild_nth_includer(struct kbuild *kb, const char *path, size_t n,
			char *buf, size_t size)
{
	const struct inclusion *inclusion;
	char where[PATH_MAX];
	const char *object;
	struct dir *dir;
	int up = 0;

	snprintf(where, sizeof(where), "%s", path);
	while (next_dir(kb, where, &up, &dir)) {
		for (inclusion = dir->includes; inclusion;
		     inclusion = inclusion->next) {
			if (!includes(inclusion, path) ||
			    kbuild_of(kb, inclusion->includer, 1, &object) ==
				    KBUILD_NO ||
			    n--)
				continue;
			return snprintf(buf, size, "%s", inclusion->includer);
		}
	}
	return -ENOENT;
}

void kbuild_forget_includes(struct dir *dir)
{
	struct inclusion *inclusion, *next;

	for (inclusion = dir->includes; inclusion; inclusion = next) {
		next = inclusion->next;
		free(inclusion->includer);
		free(inclusion->included);
		free(inclusion);
	}
}
