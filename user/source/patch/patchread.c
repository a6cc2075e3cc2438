// SPDX-License-Identifier: GPL-2.0
/*
 * A patch's text goes in, the paths it touches come out, and, when it is one
 * of ours, the lock and the prefix of its names.
 */
#include <errno.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/patch/patchread.h"
#include "source/text/slurp.h"

/* The text between @before and @after on one line of the patch, or "". */
static void between(const struct patch_list *list, const char *before,
		    const char *after, char *out, size_t size)
{
	const char *p = strstr(list->text, before), *end, *eol;

	out[0] = '\0';
	if (!p)
		return;
	p += strlen(before);
	eol = strchrnul(p, '\n');
	end = strstr(p, after);
	if (end && end < eol && (size_t)(end - p) < size) {
		memcpy(out, p, end - p);
		out[end - p] = '\0';
	}
}

static int list_files(struct patch_list *list, git_diff *diff)
{
	size_t i, n = git_diff_num_deltas(diff);

	list->files = calloc(n + 1, sizeof(*list->files));
	if (!list->files)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		const git_diff_delta *d = git_diff_get_delta(diff, i);
		struct patched_file *f = &list->files[i];

		f->added = d->status == GIT_DELTA_ADDED;
		f->deleted = d->status == GIT_DELTA_DELETED;
		f->path = strdup(f->deleted ? d->old_file.path :
					      d->new_file.path);
		if (!f->path)
			return -ENOMEM;
		list->nr++;
	}
	return 0;
}

/* What the patch's new files call the lock, and its variants. */
static void read_names(struct patch_list *list)
{
	char own[sizeof(list->prefix) - sizeof("bpf_")];

	between(list, "\n+#define LP_NAME \"", "\"", list->lock,
		sizeof(list->lock));
	between(list, "\n+#define LP_HOOK(x) ", "##x", list->prefix,
		sizeof(list->prefix));
	if (*list->lock)
		return;
	/* of --abi syncord there is only the header */
	between(list, "\n+extern int lp_", "policy;", own, sizeof(own));
	if (!*own)
		return;
	between(list, "\n+ * Lock functions for ", ", under policy", list->lock,
		sizeof(list->lock));
	snprintf(list->prefix, sizeof(list->prefix), "bpf_%s", own);
}

int patch_read(const char *path, struct patch_list *list)
{
	git_diff *diff = NULL;
	int ret;

	*list = (struct patch_list){ 0 };
	ret = slurp(NULL, path, &list->text, &list->len);
	if (ret)
		return error_errno(ret, "%s", path);
	git_libgit2_init();
	if (git_diff_from_buffer(&diff, list->text, list->len) ||
	    !git_diff_num_deltas(diff)) {
		const git_error *why = git_error_last();

		error("%s: not a patch: %s", path,
		      why ? why->message : "no diff in it");
		ret = -EBADMSG;
	} else {
		ret = list_files(list, diff);
	}
	git_diff_free(diff);
	git_libgit2_shutdown();
	read_names(list);
	if (ret)
		patch_list_free(list);
	return ret;
}

void patch_list_free(struct patch_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		free(list->files[i].path);
	free(list->files);
	free(list->text);
	*list = (struct patch_list){ 0 };
}
