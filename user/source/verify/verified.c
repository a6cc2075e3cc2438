// SPDX-License-Identifier: GPL-2.0
/*
 * A tree and a patch go in, a hash comes out; figures of a run that went well
 * are kept in a file of that name below the user's cache directory. Only
 * success is kept: what failed is to be seen again. Process context.
 */
#include <errno.h>
#include <git2.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/verify/verified.h"

#define FORMAT "1"

/* Size and time of a file, by which it is known again. */
static void put_file(FILE *out, const char *dir, const char *path)
{
	char whole[2 * PATH_MAX];
	struct stat st;

	snprintf(whole, sizeof(whole), "%s%s%s", dir, *dir ? "/" : "", path);
	if (!stat(whole, &st))
		fprintf(out, "%s %lld %lld.%09ld\n", path,
			(long long)st.st_size, (long long)st.st_mtim.tv_sec,
			st.st_mtim.tv_nsec);
	else
		fprintf(out, "%s -\n", path);
}

/* The program that runs by this name, wherever it lies. */
static void put_program(FILE *out, const char *name)
{
	const char *path = getenv("PATH");
	char whole[PATH_MAX];

	for (; path && *path;
	     path += strcspn(path, ":"), path += *path == ':') {
		snprintf(whole, sizeof(whole), "%.*s/%s",
			 (int)strcspn(path, ":"), path, name);
		if (access(whole, X_OK))
			continue;
		put_file(out, "", whole);
		return;
	}
}

static bool put_tree(FILE *out, struct tree *tree)
{
	static const char *const more[] = {
		".config",
		"Makefile",
		"include/generated/autoconf.h",
		"include/config/kernel.release",
		"Module.symvers",
	};
	const char *root = tree_directory(tree);
	struct text config;
	uint32_t i;

	if (!root || tree_read(tree, ".config", &config))
		return false;
	fwrite(config.data, 1, config.size, out);
	free((void *)config.data);
	fprintf(out, "%s\n", root);
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		put_file(out, root, more[i]);
	for (i = 0; i < tree_count(tree); i++)
		put_file(out, root, tree_path(tree, i));
	return true;
}

bool verified_key(struct tree *tree, const char *patch, size_t len, bool sparse,
		  char key[VERIFIED_KEY])
{
	char *text = NULL;
	size_t size = 0;
	bool ok = false;
	git_oid oid;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return false;
	fprintf(out, FORMAT " %d\n", sparse);
	put_file(out, "", "/proc/self/exe"); /* another tool's word */
	put_program(out, "gcc");
	put_program(out, "sparse");
	ok = put_tree(out, tree);
	fwrite(patch, 1, len, out);
	ok = !fclose(out) && ok;
	git_libgit2_init();
	if (ok && !git_odb_hash(&oid, text, size, GIT_OBJECT_BLOB))
		git_oid_tostr(key, VERIFIED_KEY, &oid);
	else
		ok = false;
	git_libgit2_shutdown();
	free(text);
	return ok;
}

/* "~/.cache/lockprobe/verify/KEY"; @make: its directories, too. */
static bool place(const char *key, bool make, char path[PATH_MAX])
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *p;
	int n;

	if (base && *base == '/')
		n = snprintf(path, PATH_MAX, "%s/lockprobe/verify/%s", base,
			     key);
	else if (home && *home == '/')
		n = snprintf(path, PATH_MAX, "%s/.cache/lockprobe/verify/%s",
			     home, key);
	else
		return false;
	if (n < 0 || n >= PATH_MAX)
		return false;
	for (p = path + 1; make && (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0777);
		*p = '/';
	}
	return true;
}

bool verified_read(const char *key, struct verify_result *r)
{
	char path[PATH_MAX];
	FILE *in;
	int n;

	if (!place(key, false, path))
		return false;
	in = fopen(path, "r");
	if (!in)
		return false;
	n = fscanf(in, "%zu %zu %d %zu %zu %zu %zu", &r->objects, &r->unbuilt,
		   &r->sparse, &r->calls.direct, &r->calls.indirect,
		   &r->calls.left, &r->calls.listed);
	fclose(in);
	return n == 7;
}

void verified_write(const char *key, const struct verify_result *r)
{
	char path[PATH_MAX], temp[PATH_MAX + 16];
	FILE *out;

	if (!place(key, true, path))
		return;
	snprintf(temp, sizeof(temp), "%s.%d", path, (int)getpid());
	out = fopen(temp, "wx");
	if (!out)
		return;
	fprintf(out, "%zu %zu %d %zu %zu %zu %zu\n", r->objects, r->unbuilt,
		r->sparse, r->calls.direct, r->calls.indirect, r->calls.left,
		r->calls.listed);
	if (fclose(out) || rename(temp, path))
		unlink(temp);
}
