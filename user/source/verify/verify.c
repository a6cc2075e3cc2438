// SPDX-License-Identifier: GPL-2.0
/*
 * A tree and a patch go in; three builds of what the patch touches happen in
 * a scratch copy: as it was, as it is with the patch, and with the lock's
 * member marked so that the compiler reports every access of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/progress.h"
#include "source/build/config.h"
#include "source/verify/deprecate.h"
#include "source/build/kbuild.h"
#include "source/verify/scratch.h"
#include "source/text/slurp.h"
#include "source/verify/verified.h"
#include "source/verify/verify.h"
#include "source/verify/warnings.h"

struct job {
	const char *dir, *patch;
	int jobs;
	struct verify_result *result;
	struct tree *tree;
	struct config *config;
	struct kbuild *kbuild;
	struct locktab *tab;
	struct patch_list list;
	struct scratch *scratch;
	const char **objects; /* NULL-terminated; of files that were there */
	const char **added; /* of files the patch adds */
	const char **files; /* .c files that are built */
	size_t nr_objects, nr_added, nr_files;
	struct warning_list before, after, accesses;
	char *logs[3];
};

static bool is_c(const char *path)
{
	size_t len = strlen(path);

	return len > 2 && !strcmp(path + len - 2, ".c");
}

static bool on_path(const char *program)
{
	const char *path = getenv("PATH");
	char whole[4096];

	while (path && *path) {
		size_t len = strcspn(path, ":");

		snprintf(whole, sizeof(whole), "%.*s/%s", (int)len, path,
			 program);
		if (!access(whole, X_OK))
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

static bool has(const char **list, size_t nr, const char *what)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(list[i], what))
			return true;
	return false;
}

/* Sort the patch's files into objects to build; what is not built is said. */
static int list_objects(struct job *job)
{
	size_t i, n = job->list.nr;
	char object[4096];

	job->objects = calloc(n + 1, sizeof(*job->objects));
	job->added = calloc(n + 1, sizeof(*job->added));
	job->files = calloc(n + 1, sizeof(*job->files));
	if (!job->objects || !job->added || !job->files)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		const struct patched_file *f = &job->list.files[i];
		char *copy;

		if (!is_c(f->path) || f->deleted)
			continue;
		if (f->added) {
			snprintf(object, sizeof(object), "%.*so",
				 (int)strlen(f->path) - 1, f->path);
		} else if (kbuild_object(job->kbuild, f->path, object,
					 sizeof(object)) < 0) {
			notice("%s is not built by this configuration",
			       f->path);
			job->result->unbuilt++;
			continue;
		}
		if (!f->added)
			job->files[job->nr_files++] = f->path;
		copy = strdup(object);
		if (!copy)
			return -ENOMEM;
		if (f->added)
			job->added[job->nr_added++] = copy;
		else if (!has(job->objects, job->nr_objects, object))
			job->objects[job->nr_objects++] = copy;
		else
			free(copy);
	}
	return 0;
}

static void step(void *arg, const char *what, unsigned int done)
{
	(void)arg;
	(void)what;
	progress_step(done);
}

static int build(struct job *job, const char *what, const char *const *targets,
		 size_t nr, const char *kcflags, bool sparse, char **log)
{
	static const char *const plain[] = { "W=1", NULL };
	static const char *const checked[] = { "W=1", "C=2", "CHECK=sparse",
					       NULL };
	struct scratch_make make = {
		.targets = targets,
		.kbuild = job->kbuild,
		.kcflags = kcflags,
		.vars = sparse ? checked : plain,
		.jobs = job->jobs,
		.keep_going = true,
		.step = step,
	};
	int ret;

	progress_begin(what, nr);
	ret = scratch_make(job->scratch, &make);
	progress_end();
	free(*log);
	*log = make.log;
	return ret;
}

static void say_log(const char *log)
{
	const char *end, *p;

	for (p = log ? log : ""; *p; p = *end ? end + 1 : end) {
		end = strchrnul(p, '\n');
		if (memmem(p, end - p, "error", 5) ||
		    memmem(p, end - p, "***", 3))
			fprintf(stderr, "  %.*s\n", (int)(end - p), p);
	}
}

static int build_before(struct job *job)
{
	int ret;

	if (!job->nr_objects)
		return 0;
	ret = build(job, "compiling before", job->objects, job->nr_objects,
		    NULL, job->result->sparse, &job->logs[0]);
	if (ret) {
		error("the tree does not build as it is, without the patch:");
		say_log(job->logs[0]);
		return ret;
	}
	return warnings_parse(&job->before, job->logs[0],
			      scratch_dir(job->scratch));
}

static bool is_added(const struct job *job, const char *path)
{
	size_t i;

	for (i = 0; i < job->list.nr; i++)
		if (job->list.files[i].added &&
		    !strcmp(job->list.files[i].path, path))
			return true;
	return false;
}

/*
 * sparse says much; what matters here is the balance of locks, in files that
 * it has seen before (it cannot read __has_include(), which a policy needs).
 */
static bool counts(const struct job *job, const struct warning *w)
{
	bool gcc = memmem(w->text, w->text_len, " [-W", 4);

	if (gcc)
		return true;
	return !is_added(job, w->file) &&
	       memmem(w->text, w->text_len, "context", 7);
}

static int say_new(struct job *job)
{
	bool *fresh = calloc(job->after.nr + 1, sizeof(*fresh));
	size_t i, nr = 0;

	if (!fresh)
		return -ENOMEM;
	warnings_new(&job->before, &job->after, job->list.prefix, fresh);
	for (i = 0; i < job->after.nr; i++) {
		const struct warning *w = &job->after.list[i];

		if (!fresh[i] || !counts(job, w))
			continue;
		if (!nr++)
			error("the patch brings new warnings:");
		fprintf(stderr, "  %.*s\n", (int)w->whole_len, w->whole);
	}
	free(fresh);
	job->result->warnings = nr;
	return 0;
}

static int build_after(struct job *job)
{
	size_t i, n = job->nr_objects;
	const char **all = calloc(n + job->nr_added + 1, sizeof(*all));
	int ret;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		all[i] = job->objects[i];
	for (i = 0; i < job->nr_added; i++)
		all[n++] = job->added[i];
	job->result->objects = n;
	ret = build(job, "compiling after", all, n, NULL, job->result->sparse,
		    &job->logs[1]);
	free(all);
	if (ret == -EIO) {
		error("with the patch, the tree does not compile:");
		say_log(job->logs[1]);
		return -EILSEQ;
	}
	if (ret)
		return ret;
	ret = warnings_parse(&job->after, job->logs[1],
			     scratch_dir(job->scratch));
	return ret ? ret : say_new(job);
}

static int confirm_files(struct job *job)
{
	size_t i, len;
	int ret = 0;
	char *text;

	for (i = 0; i < job->nr_files && !ret; i++) {
		ret = slurp(scratch_dir(job->scratch), job->files[i], &text,
			    &len);
		if (ret)
			return ret;
		ret = confirm_file(&job->result->calls, job->files[i], text,
				   len, &job->accesses);
		free(text);
	}
	return ret;
}

/* Keep the compiler's words about the marked member only. */
static void only_marked(struct warning_list *list)
{
	size_t i, n = 0;

	for (i = 0; i < list->nr; i++) {
		struct warning *w = &list->list[i];

		if (memmem(w->text, w->text_len, "is deprecated: lockprobe",
			   24))
			list->list[n++] = *w;
		else
			free(w->file);
	}
	list->nr = n;
}

static int build_marked(struct job *job)
{
	/* a directory's own -Werror is not meant for this warning */
	static const char flags[] = "-Wdeprecated-declarations "
				    "-Wno-error=deprecated-declarations "
				    "-ftrack-macro-expansion=0";
	int ret;

	job->result->calls.patch = &job->list;
	job->result->calls.tab = job->tab;
	if (!*job->list.lock || !job->nr_objects)
		return 0;
	ret = deprecate_member(job->tree, job->scratch, job->list.lock,
			       job->files, job->nr_files);
	if (ret < 0)
		return ret;
	if (!ret) {
		notice("%s is no struct's member: there is no base to confirm",
		       job->list.lock);
		return 0;
	}
	ret = build(job, "asking the compiler about each site", job->objects,
		    job->nr_objects, flags, false, &job->logs[2]);
	if (ret == -EIO) {
		error("with the member marked, the tree does not compile:");
		say_log(job->logs[2]);
	}
	if (ret)
		return ret;
	ret = warnings_parse(&job->accesses, job->logs[2],
			     scratch_dir(job->scratch));
	if (ret)
		return ret;
	only_marked(&job->accesses);
	return confirm_files(job);
}

static int open_job(struct job *job)
{
	int ret;

	ret = patch_read(job->patch, &job->list);
	if (ret)
		return ret;
	ret = tree_open(job->dir, &job->tree);
	if (ret)
		return ret;
	if (!tree_directory(job->tree)) {
		error("%s: verify compiles, so it needs a configured directory",
		      job->dir);
		return -EINVAL;
	}
	ret = config_load(tree_directory(job->tree), &job->config);
	if (ret)
		return error_errno(ret, "%s: not configured (no .config)",
				   job->dir);
	ret = kbuild_new(tree_directory(job->tree), job->config, &job->kbuild);
	if (ret)
		return ret;
	ret = locktab_open(job->tree, &job->tab);
	if (ret)
		return ret;
	job->result->sparse = on_path("sparse");
	return 0;
}

static void close_job(struct job *job)
{
	size_t i;

	for (i = 0; i < job->nr_objects; i++)
		free((char *)job->objects[i]);
	for (i = 0; i < job->nr_added; i++)
		free((char *)job->added[i]);
	free(job->objects);
	free(job->added);
	free(job->files);
	warnings_free(&job->before);
	warnings_free(&job->after);
	warnings_free(&job->accesses);
	for (i = 0; i < 3; i++)
		free(job->logs[i]);
	if (job->scratch)
		scratch_free(job->scratch);
	if (job->tab)
		locktab_close(job->tab);
	kbuild_free(job->kbuild);
	config_free(job->config);
	if (job->tree)
		tree_close(job->tree);
	patch_list_free(&job->list);
}

/* -EALREADY: it verified before. */
static int prepare(struct job *job, bool again, char *key)
{
	int ret;

	ret = open_job(job);
	if (ret)
		return ret;
	*key = '\0';
	if (!verified_key(job->tree, job->list.text, job->list.len,
			  job->result->sparse, key))
		*key = '\0';
	if (*key && !again && verified_read(key, job->result)) {
		job->result->known = true;
		return -EALREADY;
	}
	ret = list_objects(job);
	return ret ? ret : scratch_new(job->dir, &job->scratch);
}

static int build_all(struct job *job)
{
	int ret;

	ret = build_before(job);
	if (!ret)
		ret = scratch_apply(job->scratch, job->list.text, false);
	if (!ret)
		ret = build_after(job);
	if (!ret)
		ret = build_marked(job);
	if (!ret && (job->result->warnings || job->result->calls.wrong))
		ret = -EILSEQ;
	return ret;
}

int verify_patch(const char *dir, const char *patch, int jobs, bool again,
		 struct verify_result *result)
{
	struct job job = {
		.dir = dir, .patch = patch, .jobs = jobs, .result = result
	};
	char key[VERIFIED_KEY];
	int ret;

	*result = (struct verify_result){ 0 };
	ret = prepare(&job, again, key);
	if (!ret)
		ret = build_all(&job);
	if (!ret && *key)
		verified_write(key, result);
	if (ret == -EALREADY)
		ret = 0;
	result->calls.patch = NULL;
	result->calls.tab = NULL;
	close_job(&job);
	return ret;
}
