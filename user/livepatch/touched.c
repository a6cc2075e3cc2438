// SPDX-License-Identifier: GPL-2.0
/*
 * What a patch touches. A unified diff goes in, then a tree that it was
 * applied to; the objects to be built and compared come out.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "livepatch/path.h"
#include "livepatch/touched.h"
#include "source/build/config.h"
#include "source/build/kbuild.h"
#include "source/tree/tree.h"

static bool ends(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && !strcmp(text + len - n, end);
}

static struct touched *add(struct touched_list *list, const char *source,
			   bool new)
{
	struct touched *grown;

	if (list->nr == list->room) {
		list->room = list->room ? 2 * list->room : 16;
		grown = realloc(list->items, list->room * sizeof(*grown));
		if (!grown)
			return NULL;
		list->items = grown;
	}
	grown = &list->items[list->nr];
	memset(grown, 0, sizeof(*grown));
	grown->source = strdup(source);
	grown->new = new;
	if (!grown->source)
		return NULL;
	list->nr++;
	return grown;
}

/* Take one file of the diff; the reasons are livepatch's own limits. */
static int take(struct touched_list *list, const char *path, bool new)
{
	struct touched *item;

	if (ends(path, "Makefile") || ends(path, "Kbuild"))
		return 0;
	if (path_is_header(path)) {
		if (new)
			return 0;
		error("the patch changes the existing header %s: everything "
		      "that includes it would change, not one lock",
		      path);
		return -EINVAL;
	}
	if (!ends(path, ".c")) {
		error("the patch changes %s: a livepatch can carry C files and "
		      "new headers only",
		      path);
		return -EINVAL;
	}
	item = add(list, path, new);
	if (!item)
		return -ENOMEM;
	if (!strncmp(path, "lib/", 4) || strstr(path, "/vdso/") ||
	    strstr(path, "/realmode/"))
		item->unfit = "code in lib/, the vdso and realmode has no "
			      "livepatch entry";
	return 0;
}

/* "+++ b/fs/file.c\t2026-..." -> "fs/file.c", or NULL. */
static char *stripped(char *line)
{
	char *path = strchr(line, '/');

	if (!path || !strncmp(line, "/dev/null", 9))
		return NULL;
	path[1 + strcspn(path + 1, "\t\r\n")] = '\0';
	return path + 1;
}

/* One line of the diff; @state remembers the "--- " line in front. */
enum {
	TEXT,
	OLD,
	OLD_NONE
};

static int read_line(struct touched_list *list, char *line, int *state)
{
	int before = *state;
	char *path;

	*state = TEXT;
	if (!strncmp(line, "--- ", 4)) {
		*state = strncmp(line + 4, "/dev/null", 9) ? OLD : OLD_NONE;
		return 0;
	}
	if (before == TEXT || strncmp(line, "+++ ", 4))
		return 0;
	path = stripped(line + 4);
	if (path)
		return take(list, path, before == OLD_NONE);
	error("the patch removes a file: a livepatch cannot");
	return -EINVAL;
}

int touched_read(const char *patch, struct touched_list *list)
{
	char *text = strdup(patch), *line, *next;
	int state = TEXT, err = 0;

	memset(list, 0, sizeof(*list));
	if (!text)
		return -ENOMEM;
	for (line = text; !err && line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		err = read_line(list, line, &state);
	}
	free(text);
	if (!err && !list->nr) {
		error("this is no diff of C files (-p1)");
		err = -EINVAL;
	}
	return err;
}

static void drop(struct touched_list *list, size_t i)
{
	free(list->items[i].source);
	free(list->items[i].object);
	free(list->items[i].modfile);
	memmove(&list->items[i], &list->items[i + 1],
		(--list->nr - i) * sizeof(*list->items));
}

size_t touched_only(struct touched_list *list, const char *const *only)
{
	size_t before = list->nr, i = 0, k;

	while (i < list->nr) {
		for (k = 0; only[k]; k++)
			if (!strncmp(list->items[i].source, only[k],
				     strlen(only[k])))
				break;
		if (only[k] || list->items[i].new)
			i++;
		else
			drop(list, i);
	}
	return before - list->nr;
}

size_t touched_unfit(struct touched_list *list, bool drop_them)
{
	size_t i = 0, nr = 0;

	while (i < list->nr) {
		const struct touched *item = &list->items[i];

		if (!item->unfit) {
			i++;
			continue;
		}
		nr++;
		if (!drop_them) {
			error("the patch changes %s: %s", item->source,
			      item->unfit);
			i++;
			continue;
		}
		notice("%s stays as it is, with the stock lock: %s",
		       item->source, item->unfit);
		drop(list, i);
	}
	return nr;
}

static bool have_object(const struct touched_list *list, size_t before,
			const char *object)
{
	size_t i;

	for (i = 0; i < before; i++)
		if (!strcmp(list->items[i].object, object))
			return true;
	return false;
}

static int find_objects(struct touched_list *list, struct kbuild *kbuild)
{
	char object[PATH_MAX];
	size_t i = 0;

	while (i < list->nr) {
		struct touched *item = &list->items[i];

		if (kbuild_file(kbuild, item->source) == KBUILD_NO ||
		    kbuild_object(kbuild, item->source, object,
				  sizeof(object)) < 0) {
			notice("%s: not built by this configuration, left out",
			       item->source);
			drop(list, i);
			continue;
		}
		if (have_object(list, i, object)) {
			drop(list, i);
			continue;
		}
		item->object = strdup(object);
		if (!item->object)
			return -ENOMEM;
		i++;
	}
	return 0;
}

int touched_objects(struct touched_list *list, const char *dir)
{
	int err;

	err = config_load(dir, &list->config);
	if (err)
		return error_errno(err, "%s", dir);
	err = kbuild_new(dir, list->config, &list->kbuild);
	err = err ?: find_objects(list, list->kbuild);
	if (!err && !list->nr) {
		error("nothing that the patch touches is built by this "
		      "configuration");
		err = -EINVAL;
	}
	return err;
}

/*
 * "-DMODULE ... -DKBUILD_MODNAME='"ext4"'" of the saved command. The module lies
 * where the Makefile does that lists the object: @goal is as make calls it,
 * "arch/x86/kvm/../../../virt/kvm/eventfd.o".
 */
static int read_command(const char *dir, const char *goal, struct touched *item)
{
	char path[PATH_MAX], *line = NULL, *at, *end;
	const char *base = strrchr(item->object, '/');
	const char *listed = strstr(goal, "/../") ?: strrchr(goal, '/');
	size_t room = 0;
	int err = 0;
	FILE *in;

	base = base ? base + 1 : item->object;
	path_set(path, "%s/%.*s.%s.cmd", dir, (int)(base - item->object),
		 item->object, base);
	in = fopen(path, "r");
	if (!in)
		return error_errno(-errno, "%s", path);
	if (getline(&line, &room, in) > 0 && strstr(line, " -DMODULE ")) {
		at = strstr(line, "-DKBUILD_MODNAME=");
		at = at ? strchr(at, '"') : NULL;
		end = at ? strchr(at + 1, '"') : NULL;
		if (end && asprintf(&item->modfile, "%.*s%s%.*s",
				    listed ? (int)(listed - goal) : 0, goal,
				    listed ? "/" : "", (int)(end - at - 1),
				    at + 1) < 0)
			item->modfile = NULL;
		if (!item->modfile) {
			error("%s: does not tell its module", path);
			err = -EINVAL;
		}
	}
	free(line);
	fclose(in);
	return err;
}

int touched_modules(struct touched_list *list, const char *dir)
{
	char goal[PATH_MAX];
	size_t i;
	int err = 0;

	for (i = 0; !err && i < list->nr; i++) {
		kbuild_goal(list->kbuild, list->items[i].object, goal,
			    sizeof(goal));
		err = read_command(dir, goal, &list->items[i]);
	}
	return err;
}

void touched_free(struct touched_list *list)
{
	while (list->nr)
		drop(list, list->nr - 1);
	free(list->items);
	kbuild_free(list->kbuild);
	config_free(list->config);
	memset(list, 0, sizeof(*list));
}
