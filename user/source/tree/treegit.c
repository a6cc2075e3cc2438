// SPDX-License-Identifier: GPL-2.0
/*
 * One commit of a git repository as a source tree: a revision comes in, the
 * names and contents of its blobs go out. A handle serves one thread.
 */
#include <errno.h>
#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/tree/treestore.h"

struct treegit {
	git_repository *repo;
	git_tree *top;
};

static int explain(int code, const char *what, const char *name)
{
	const git_error *last = git_error_last();

	error("%s %s: %s", what, name,
	      last && last->message ? last->message : "libgit2 failed");
	return code == GIT_ENOTFOUND ? -ENOENT : -EIO;
}

int treegit_open(const char *repo, const char *rev, struct treegit **out)
{
	struct treegit *git = calloc(1, sizeof(*git));
	git_object *commit = NULL;
	int ret;

	if (!git)
		return -ENOMEM;
	git_libgit2_init();
	ret = git_repository_open(&git->repo, repo);
	if (ret) {
		ret = explain(ret, "cannot open the repository", repo);
		goto err_close;
	}
	ret = git_revparse_single(&commit, git->repo, rev);
	if (ret) {
		ret = explain(ret, "cannot find the commit", rev);
		goto err_close;
	}
	ret = git_object_peel((git_object **)&git->top, commit,
			      GIT_OBJECT_TREE);
	git_object_free(commit);
	if (ret) {
		ret = explain(ret, "no tree of files in", rev);
		goto err_close;
	}
	*out = git;
	return 0;

err_close:
	treegit_close(git);
	return ret;
}

int treegit_again(struct treegit *git, struct treegit **out)
{
	struct treegit *again = calloc(1, sizeof(*again));
	int ret;

	if (!again)
		return -ENOMEM;
	git_libgit2_init();
	ret = git_repository_open(&again->repo, git_repository_path(git->repo));
	if (ret) {
		ret = explain(ret, "cannot open the repository",
			      git_repository_path(git->repo));
		treegit_close(again);
		return ret;
	}
	*out = again;
	return 0;
}

static int list_entry(const char *root, const git_tree_entry *entry, void *arg)
{
	const char *name = git_tree_entry_name(entry);
	size_t len = strlen(name), dir = strlen(root);
	struct tree *tree = arg;
	char *path;

	if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB ||
	    git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK ||
	    !path_is_c(name))
		return 0;
	path = malloc(dir + len + 1);
	if (!path)
		return -1;
	memcpy(path, root, dir);
	memcpy(path + dir, name, len + 1);
	tree_add(tree, path, git_tree_entry_id(entry)->id);
	free(path);
	return 0;
}

int treegit_list(struct treegit *git, struct tree *tree)
{
	int ret = git_tree_walk(git->top, GIT_TREEWALK_PRE, list_entry, tree);

	return ret ? explain(ret, "cannot list the files of", tree->where) : 0;
}

int treegit_blob(struct treegit *git, const unsigned char *oid,
		 struct reader *reader, struct text *out)
{
	git_blob *blob;
	git_oid id;
	size_t size;
	char *room;
	int ret;

	memcpy(id.id, oid, sizeof(id.id));
	ret = git_blob_lookup(&blob, git->repo, &id);
	if (ret)
		return ret == GIT_ENOTFOUND ? -ENODATA : -EIO;
	size = git_blob_rawsize(blob);
	if (size + 1 > reader->capacity) {
		room = realloc(reader->buffer, size * 2 + 1);
		if (!room) {
			git_blob_free(blob);
			return -ENOMEM;
		}
		reader->buffer = room;
		reader->capacity = size * 2 + 1;
	}
	memcpy(reader->buffer, git_blob_rawcontent(blob), size);
	reader->buffer[size] = '\0';
	git_blob_free(blob);
	*out = (struct text){ reader->buffer, size };
	return 0;
}

int treegit_path(struct treegit *git, const char *path, struct text *out)
{
	struct reader reader = { 0 };
	git_tree_entry *entry;
	int err;

	if (git_tree_entry_bypath(&entry, git->top, path))
		return -ENOENT;
	if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
		err = treegit_blob(git, git_tree_entry_id(entry)->id, &reader,
				   out);
	else
		err = -EISDIR;
	git_tree_entry_free(entry);
	if (err)
		free(reader.buffer);
	return err;
}

void treegit_close(struct treegit *git)
{
	if (!git)
		return;
	git_tree_free(git->top);
	git_repository_free(git->repo);
	git_libgit2_shutdown();
	free(git);
}
