// SPDX-License-Identifier: GPL-2.0
/*
 * What is live. sysfs, debugfs and /proc go in; a list of livepatches with
 * their locks and policies, and the tasks that a transition waits for, come
 * out. Nothing is cached: each call reads what is there now.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "livepatch/live.h"
#include "livepatch/path.h"

#define KLP "/sys/kernel/livepatch"
#define CLAIMS "/sys/kernel/debug/lockprobe"

void live_path(char *full, const char *path)
{
	const char *root = getenv("LOCKPROBE_ROOT");

	path_set(full, "%s%s", root ? root : "", path);
}

/* A small file's text without its last newline; false: not there. */
static bool read_text(const char *path, char *text, size_t size)
{
	char full[PATH_MAX];
	ssize_t len;
	int fd;

	live_path(full, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, size - 1);
	close(fd);
	if (len < 0)
		return false;
	text[len] = '\0';
	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	return true;
}

static bool read_flag(const char *name, const char *file)
{
	char path[PATH_MAX], text[8];

	path_set(path, KLP "/%s/%s", name, file);
	return read_text(path, text, sizeof(text)) && text[0] == '1';
}

static DIR *open_dir(const char *path)
{
	char full[PATH_MAX];

	live_path(full, path);
	return opendir(full);
}

/* Next entry that is not hidden; NULL at the end. */
static const char *next(DIR *dir)
{
	struct dirent *entry;

	do
		entry = readdir(dir);
	while (entry && entry->d_name[0] == '.');
	return entry ? entry->d_name : NULL;
}

/*
 * KLP/NAME/OBJECT/FUNCTION,N are the replaced functions. Calls @visit with
 * each "OBJECT/FUNCTION,N"; a true ends the walk.
 */
static void walk(const char *name, bool (*visit)(void *arg, const char *what),
		 void *arg)
{
	char path[PATH_MAX], what[512], object[128];
	const char *entry, *function;
	bool done = false;
	DIR *dir, *in;

	path_set(path, KLP "/%s", name);
	dir = open_dir(path);
	while (dir && !done && (entry = next(dir))) {
		snprintf(object, sizeof(object), "%.127s", entry);
		path_set(path, KLP "/%s/%s", name, object);
		in = open_dir(path);
		if (!in)
			continue; /* an attribute */
		while (!done && (function = next(in))) {
			if (!strchr(function, ','))
				continue;
			snprintf(what, sizeof(what), "%s/%.255s", object,
				 function);
			done = visit(arg, what);
		}
		closedir(in);
	}
	if (dir)
		closedir(dir);
}

static bool count(void *arg, const char *what)
{
	(void)what;
	++*(unsigned int *)arg;
	return false;
}

/* "patch NAME\nlock L\npolicy P\nsince N" of one claim. */
static void take_claim(struct live_list *list, const char *claim)
{
	char path[PATH_MAX], text[1024], patch[64] = "", lock[128] = "",
					 policy[64] = "";
	long long since = 0;
	size_t i;

	path_set(path, CLAIMS "/%s/about", claim);
	if (!read_text(path, text, sizeof(text)) ||
	    sscanf(text, "patch %63s lock %127s policy %63s since %lld", patch,
		   lock, policy, &since) != 4)
		return;
	for (i = 0; i < list->nr; i++) {
		if (strcmp(list->items[i].name, patch))
			continue;
		strcpy(list->items[i].lock, lock);
		strcpy(list->items[i].policy, policy);
		list->items[i].since = since;
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct live_patch *)a)->name,
		      ((const struct live_patch *)b)->name);
}

static int add(struct live_list *list, const char *name)
{
	struct live_patch *grown;

	grown = realloc(list->items, (list->nr + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	list->items = grown;
	grown += list->nr++;
	memset(grown, 0, sizeof(*grown));
	snprintf(grown->name, sizeof(grown->name), "%.63s", name);
	grown->enabled = read_flag(grown->name, "enabled");
	grown->transition = read_flag(grown->name, "transition");
	walk(grown->name, count, &grown->functions);
	return 0;
}

int live_read(struct live_list *list)
{
	const char *entry;
	int err = 0;
	DIR *dir;

	memset(list, 0, sizeof(*list));
	dir = open_dir(KLP);
	if (!dir) {
		error("this kernel has no livepatching (no " KLP
		      "): it needs CONFIG_LIVEPATCH");
		return -ENOTSUP;
	}
	while (!err && (entry = next(dir)))
		err = add(list, entry);
	closedir(dir);
	if (!err && list->nr)
		qsort(list->items, list->nr, sizeof(*list->items), by_name);
	dir = open_dir(CLAIMS);
	while (!err && dir && (entry = next(dir)))
		take_claim(list, entry);
	if (dir)
		closedir(dir);
	return err;
}

void live_free(struct live_list *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}

struct live_patch *live_find(const struct live_list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (!strcmp(list->items[i].name, name) ||
		    !strcmp(list->items[i].lock, name))
			return &list->items[i];
	return NULL;
}

/* patch_state: -1 no transition, 0 unpatched, 1 patched. */
static bool blocks(const char *pid, const char *tid, bool enabling,
		   struct live_blocker *blocker)
{
	char path[PATH_MAX], text[4096];

	path_set(path, "/proc/%s/task/%s/patch_state", pid, tid);
	if (!read_text(path, text, sizeof(text)) ||
	    strcmp(text, enabling ? "0" : "1"))
		return false;
	memset(blocker, 0, sizeof(*blocker));
	blocker->tid = atoi(tid);
	path_set(path, "/proc/%s/task/%s/comm", pid, tid);
	if (read_text(path, text, sizeof(text)))
		snprintf(blocker->comm, sizeof(blocker->comm), "%.31s", text);
	path_set(path, "/proc/%s/task/%s/stack", pid, tid);
	if (read_text(path, text, sizeof(text)) && text[0]) {
		text[strcspn(text, "\n")] = '\0';
		snprintf(blocker->where, sizeof(blocker->where), "%.127s",
			 text + strspn(text, "[<0>] "));
	}
	return true;
}

int live_blockers(const struct live_patch *patch, struct live_blocker *blockers,
		  int room)
{
	struct live_blocker one;
	char path[PATH_MAX], pid[32];
	const char *entry;
	DIR *proc, *tasks;
	int nr = 0;

	proc = open_dir("/proc");
	if (!proc)
		return -errno;
	while ((entry = next(proc))) {
		if (!isdigit((unsigned char)entry[0]))
			continue;
		snprintf(pid, sizeof(pid), "%.31s", entry);
		path_set(path, "/proc/%s/task", pid);
		tasks = open_dir(path);
		while (tasks && (entry = next(tasks))) {
			if (!blocks(pid, entry, patch->enabled, &one))
				continue;
			if (nr < room)
				blockers[nr] = one;
			nr++;
		}
		if (tasks)
			closedir(tasks);
	}
	closedir(proc);
	return nr;
}

struct common {
	const struct live_patch *other;
	char *name;
	size_t size;
	int nr;
};

static bool compare(void *arg, const char *what)
{
	struct common *common = arg;
	char path[PATH_MAX], full[PATH_MAX];

	path_set(path, KLP "/%s/%s", common->other->name, what);
	live_path(full, path);
	if (!access(full, F_OK) && !common->nr++)
		snprintf(common->name, common->size, "%.*s",
			 (int)strcspn(strchr(what, '/') + 1, ","),
			 strchr(what, '/') + 1);
	return false;
}

int live_common(const struct live_patch *a, const struct live_patch *b,
		char *name, size_t size)
{
	struct common common = { .other = b, .name = name, .size = size };

	walk(a->name, compare, &common);
	return common.nr;
}

int live_disable(const struct live_patch *patch)
{
	char path[PATH_MAX], full[PATH_MAX];
	int fd, err = 0;

	path_set(path, KLP "/%s/enabled", patch->name);
	live_path(full, path);
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, "0", 1) < 0)
		err = -errno;
	close(fd);
	return err;
}
