// SPDX-License-Identifier: GPL-2.0
/*
 * Before and after: a scratch tree and a patch go in, two sets of object files
 * come out. The tree's kbuild compiles; only what the patch touches is built.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "livepatch/objects.h"
#include "livepatch/once.h"
#include "livepatch/path.h"
#include "base/progress.h"

/*
 * No call becomes a jump: livepatch looks for the functions that it replaces on
 * the stacks of tasks, and one that has jumped into a policy's hook, or into any
 * other function of the module, would not be there while the module runs.
 */
#define KCFLAGS \
	"-ffunction-sections -fdata-sections -fno-optimize-sibling-calls -g0"

void objects_vars(const struct target *target, const char **vars, char *cc,
		  size_t size)
{
	size_t n = 0;

	if (strcmp(target->cc, "gcc")) {
		snprintf(cc, size, "CC=%s", target->cc);
		vars[n++] = cc;
	}
	if (target->ibt) {
		/*
		 * Under IBT objtool waits for the whole kernel's link, which
		 * never comes here: let it see each object, for all but the
		 * sealing, which does need the whole.
		 */
		vars[n++] = "delay-objtool=";
		vars[n++] = "objtool-args="
			    "$(filter-out --ibt --cfi,$(objtool-args-y))"
			    "$(if $(part-of-module), --module)";
	}
	vars[n] = NULL;
}

int objects_mkdirs(const char *path)
{
	char part[PATH_MAX];
	size_t i;

	path_set(part, "%s", path);
	for (i = 1; part[i]; i++) {
		if (part[i] != '/')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0700) && errno != EEXIST)
			return error_errno(-errno, "%s", part);
		part[i] = '/';
	}
	return 0;
}

static int show_failure(const char *log, const char *when, const char *dir)
{
	const char *line, *end;
	int shown = 0;

	progress_wipe();
	if (path_disk_full(dir) ||
	    (log && strstr(log, "No space left on device"))) {
		error("the disk under the scratch tree is full");
		return -ENOSPC;
	}
	error("the compiler refuses the objects %s the patch:", when);
	for (line = log; line && *line && shown < 30; line = end) {
		end = strchr(line, '\n');
		end = end ? end + 1 : line + strlen(line);
		fprintf(stderr, "    %.*s", (int)(end - line), line);
		shown++;
	}
	return -EIO;
}

/*
 * KASAN has the line of each variable in the object: a patch would change all
 * variables of a file. These flags come behind the kernel's own.
 */
static void no_kasan_globals(const char **vars)
{
	while (*vars)
		vars++;
	*vars++ = "CFLAGS_KERNEL=--param asan-globals=0";
	*vars++ = "CFLAGS_MODULE=--param asan-globals=0";
	*vars = NULL;
}

static void step(void *arg, const char *what, unsigned int done)
{
	(void)arg;
	(void)what;
	progress_step(done);
}

static int compile(struct scratch *scratch, const struct target *target,
		   const struct touched_list *list, bool after,
		   const char *kcflags)
{
	const char *when = after ? "after" : "before", *vars[OBJECTS_VARS + 2];
	struct scratch_make make = { .kbuild = list->kbuild,
				     .kcflags = kcflags,
				     .vars = vars,
				     .step = step };
	const char **targets;
	char label[64], cc[260];
	size_t i, n = 0;
	int err;

	targets = calloc(list->nr + 1, sizeof(*targets));
	if (!targets)
		return -ENOMEM;
	for (i = 0; i < list->nr; i++)
		if (after || !list->items[i].new)
			targets[n++] = list->items[i].object;
	objects_vars(target, vars, cc, sizeof(cc));
	if (target->kasan)
		no_kasan_globals(vars);
	make.targets = targets;
	snprintf(label, sizeof(label), "compiling %zu objects %s the patch", n,
		 when);
	progress_begin(label, 0);
	err = n ? scratch_make(scratch, &make) : 0;
	progress_end();
	if (err)
		err = err == -EINTR ? err :
				      show_failure(make.log, when,
						   scratch_dir(scratch));
	free(make.log);
	free(targets);
	return err;
}

/* Out of the tree, so that the other round compiles them again. */
static int keep(struct scratch *scratch, const struct touched_list *list,
		const char *work, bool after)
{
	char from[PATH_MAX], to[PATH_MAX];
	size_t i;
	int err;

	for (i = 0; i < list->nr; i++) {
		if (!after && list->items[i].new)
			continue;
		path_set(from, "%s/%s", scratch_dir(scratch),
			 list->items[i].object);
		path_set(to, "%s/%s/%s", work, after ? "after" : "before",
			 list->items[i].object);
		err = objects_mkdirs(to);
		if (err)
			return err;
		if (rename(from, to))
			return error_errno(-errno, "%s", from);
		err = once_section(to);
		if (err)
			return err;
	}
	return 0;
}

int objects_build(struct scratch *scratch, const struct target *target,
		  const char *patch, const char *work,
		  struct touched_list *list)
{
	int err;

	/* Which objects there are is asked of the patched tree: it has all. */
	err = scratch_apply(scratch, patch, false);
	err = err ?: touched_objects(list, scratch_dir(scratch));
	err = err ?: compile(scratch, target, list, true, KCFLAGS);
	err = err ?: touched_modules(list, scratch_dir(scratch));
	err = err ?: keep(scratch, list, work, true);
	err = err ?: scratch_apply(scratch, patch, true);
	err = err ?: compile(scratch, target, list, false, KCFLAGS);
	err = err ?: keep(scratch, list, work, false);
	return err ?: scratch_apply(scratch, patch, false);
}

int objects_again(struct scratch *scratch, const struct target *target,
		  const char *work, struct touched *item, struct kbuild *kbuild,
		  const char *flags)
{
	const struct touched_list one = { .items = item,
					  .nr = 1,
					  .kbuild = kbuild };
	char *kcflags;
	int err;

	if (asprintf(&kcflags, "%s%s", KCFLAGS, flags) < 0)
		return -ENOMEM;
	err = compile(scratch, target, &one, true, kcflags);
	free(kcflags);
	return err ?: keep(scratch, &one, work, true);
}
