// SPDX-License-Identifier: GPL-2.0
/*
 * Old and new file texts go in, a mail with a unified diff comes out. The
 * diff is libgit2's; the mail's head and diffstat are written here, since a
 * mail made from a commit would need a repository and a date.
 */
#include <errno.h>
#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/patch/patch.h"

/* The date that git itself writes into the first line of every mail. */
#define MAGIC_FROM                                       \
	"From 0000000000000000000000000000000000000000 " \
	"Mon Sep 17 00:00:00 2001\n"

#define STAT_WIDTH 40 /* columns of + and - in the diffstat */

int patch_add(struct patch *patch, const char *path, char *old, size_t old_len,
	      char *new, size_t new_len)
{
	struct patch_file *more;
	int ret = -ENOMEM;
	char *copy;
	size_t i;

	for (i = 0; i < patch->nr; i++) {
		if (!strcmp(patch->files[i].path, path)) {
			ret = -EEXIST;
			goto drop;
		}
	}
	if (patch->nr == patch->room) {
		size_t room = patch->room ? 2 * patch->room : 16;

		more = realloc(patch->files, room * sizeof(*more));
		if (!more)
			goto drop;
		patch->files = more;
		patch->room = room;
	}
	copy = strdup(path);
	if (!copy)
		goto drop;
	patch->files[patch->nr++] =
		(struct patch_file){ copy, old, old_len, new, new_len, 0, 0 };
	return 0;
drop:
	free(old);
	free(new);
	return ret;
}

static int by_path(const void *a, const void *b)
{
	const struct patch_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int diff_file(struct patch_file *file, git_buf *text)
{
	git_diff_options opts;
	git_patch *diff = NULL;
	int ret;

	git_diff_options_init(&opts, GIT_DIFF_OPTIONS_VERSION);
	/* Kernel sources in Latin-1 are text, too. */
	opts.flags |= GIT_DIFF_FORCE_TEXT;
	ret = git_patch_from_buffers(&diff, file->old, file->old_len,
				     file->path, file->new, file->new_len,
				     file->path, &opts);
	if (!ret)
		ret = git_patch_line_stats(NULL, &file->added, &file->removed,
					   diff);
	if (!ret)
		ret = git_patch_to_buf(text, diff);
	git_patch_free(diff);
	if (ret) {
		const git_error *why = git_error_last();

		error("%s: libgit2 cannot make the diff: %s", file->path,
		      why ? why->message : "no reason given");
		return -EIO;
	}
	return 0;
}

static void write_bar(FILE *out, size_t added, size_t removed, size_t most)
{
	size_t plus = added, minus = removed;

	if (most > STAT_WIDTH) {
		plus = (added * STAT_WIDTH + most - 1) / most;
		minus = (removed * STAT_WIDTH + most - 1) / most;
	}
	while (plus--)
		fputc('+', out);
	while (minus--)
		fputc('-', out);
	fputc('\n', out);
}

static void write_stat(const struct patch *patch, FILE *out)
{
	size_t i, most = 1, width = 0, added = 0, removed = 0;

	for (i = 0; i < patch->nr; i++) {
		const struct patch_file *f = &patch->files[i];

		if (f->added + f->removed > most)
			most = f->added + f->removed;
		if (strlen(f->path) > width)
			width = strlen(f->path);
		added += f->added;
		removed += f->removed;
	}
	for (i = 0; i < patch->nr; i++) {
		const struct patch_file *f = &patch->files[i];

		fprintf(out, " %-*s | %4zu ", (int)width, f->path,
			f->added + f->removed);
		write_bar(out, f->added, f->removed, most);
	}
	fprintf(out,
		" %zu file%s changed, %zu insertion%s(+), "
		"%zu deletion%s(-)\n",
		patch->nr, patch->nr == 1 ? "" : "s", added,
		added == 1 ? "" : "s", removed, removed == 1 ? "" : "s");
	for (i = 0; i < patch->nr; i++)
		if (!patch->files[i].old)
			fprintf(out, " create mode 100644 %s\n",
				patch->files[i].path);
}

int patch_write(struct patch *patch, const char *subject, const char *body,
		FILE *out)
{
	git_buf *diffs;
	int ret = 0;
	size_t i;

	git_libgit2_init();
	diffs = calloc(patch->nr + 1, sizeof(*diffs));
	if (!diffs) {
		ret = -ENOMEM;
		goto shutdown;
	}
	qsort(patch->files, patch->nr, sizeof(*patch->files), by_path);
	for (i = 0; i < patch->nr && !ret; i++)
		ret = diff_file(&patch->files[i], &diffs[i]);
	if (ret)
		goto dispose;
	fputs(MAGIC_FROM "From: lockprobe <lockprobe@localhost>\n"
			 "Date: Mon, 17 Sep 2001 00:00:00 +0000\n",
	      out);
	fprintf(out, "Subject: [PATCH] %s\n\n%s---\n", subject, body);
	write_stat(patch, out);
	fputc('\n', out);
	for (i = 0; i < patch->nr; i++)
		fwrite(diffs[i].ptr, 1, diffs[i].size, out);
	fputs("-- \nlockprobe\n\n", out);
	if (ferror(out))
		ret = -EIO;
dispose:
	for (i = 0; i < patch->nr; i++)
		git_buf_dispose(&diffs[i]);
	free(diffs);
shutdown:
	git_libgit2_shutdown();
	return ret;
}

void patch_free(struct patch *patch)
{
	size_t i;

	for (i = 0; i < patch->nr; i++) {
		free(patch->files[i].path);
		free(patch->files[i].old);
		free(patch->files[i].new);
	}
	free(patch->files);
	*patch = (struct patch){ 0 };
}
