// SPDX-License-Identifier: GPL-2.0
/*
 * A configured tree comes in, a copy of it made of symbolic links goes out.
 * Directories become real one by one, where something is written into them;
 * what a build made in the user's tree (objects, .cmd files) is never linked,
 * because make would write it again through the link. Process context; one
 * thread at a time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "source/build/config.h"
#include "source/verify/scratch.h"
#include "source/verify/scratch_inside.h"

int scratch_join(char *out, const char *dir, const char *rel)
{
	size_t len = strlen(dir), more = strlen(rel);

	if (len + more >= PATH_MAX)
		return -ENAMETOOLONG;
	memmove(out, dir, len);
	memcpy(out + len, rel, more + 1);
	return 0;
}

static bool ends_with(const char *name, const char *tail)
{
	size_t len = strlen(name), n = strlen(tail);

	return len > n && !strcmp(name + len - n, tail);
}

/* What kbuild writes into the directories it visits. */
static bool is_product(int dir, const char *name, bool has_cmd)
{
	static const char *const tails[] = {
		".o",	".a",	  ".ko",       ".mod", ".cmd", ".d",   ".i",
		".lst", ".mod.c", ".symtypes", ".su",  ".dwo", ".gcno"
	};
	char cmd[NAME_MAX + 8];
	size_t i;

	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		if (ends_with(name, tails[i]))
			return true;
	if (!strcmp(name, "modules.order") || !strncmp(name, ".tmp_", 5))
		return true;
	if (!has_cmd)
		return false;
	snprintf(cmd, sizeof(cmd), ".%s.cmd", name);
	return !faccessat(dir, cmd, F_OK, 0);
}

static int copy_at(int from, int to, const char *name)
{
	struct timespec times[2];
	struct stat st;
	int in, out, err = 0;
	ssize_t n = 1;

	in = openat(from, name, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return -errno;
	if (fstat(in, &st)) {
		err = -errno;
		goto out_in;
	}
	if (unlinkat(to, name, 0) && errno != ENOENT) {
		err = -errno;
		goto out_in;
	}
	out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		     (st.st_mode & 0777) | 0200);
	if (out < 0) {
		err = -errno;
		goto out_in;
	}
	while (n > 0)
		n = sendfile(out, in, NULL, 1 << 30);
	if (n < 0)
		err = -errno;
	times[0] = st.st_atim;
	times[1] = st.st_mtim; /* make must not think it is news */
	if (futimens(out, times) && !err)
		err = -errno;
	close(out);
out_in:
	close(in);
	return err;
}

static bool has_cmd_files(DIR *dir)
{
	struct dirent *entry;
	bool found = false;

	while (!found && (entry = readdir(dir)))
		found = *entry->d_name == '.' &&
			ends_with(entry->d_name, ".cmd");
	rewinddir(dir);
	return found;
}

/* The user's files at the top that the copy must have as its own. */
static bool top_copied(const char *name)
{
	return !strcmp(name, ".config") || !strcmp(name, "Module.symvers");
}

static bool top_skipped(const char *name)
{
	return *name == '.' || !strncmp(name, "vmlinux", 7) ||
	       !strncmp(name, "modules.", 8) || !strcmp(name, "System.map") ||
	       ends_with(name, ".patch") || ends_with(name, ".tar.xz");
}

static int link_entry(struct scratch *scratch, const char *rel, int from,
		      int to, const struct dirent *entry, bool has_cmd)
{
	const char *name = entry->d_name;
	char target[PATH_MAX];

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	if (!*rel && top_copied(name))
		return copy_at(from, to, name);
	if (!*rel && top_skipped(name))
		return 0;
	if (entry->d_type != DT_DIR && is_product(from, name, has_cmd))
		return 0;
	if (snprintf(target, sizeof(target), "%s%s/%s", scratch->tree, rel,
		     name) >= (int)sizeof(target))
		return -ENAMETOOLONG;
	return symlinkat(target, to, name) ? -errno : 0;
}

/* Fill the copy's real directory @rel ("" or "/fs") with links. */
static int fill(struct scratch *scratch, const char *rel)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool has_cmd;
	int to, err = 0;
	DIR *dir;

	err = scratch_join(path, scratch->dir, rel);
	if (err)
		return err;
	to = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (to < 0)
		return -errno;
	if (scratch_join(path, scratch->tree, rel))
		return -ENAMETOOLONG;
	dir = opendir(path);
	if (!dir) {
		/* a directory that the user's tree does not have */
		err = errno == ENOENT ? 0 : -errno;
		close(to);
		return err;
	}
	has_cmd = has_cmd_files(dir);
	while (!err && (entry = readdir(dir)))
		err = link_entry(scratch, rel, dirfd(dir), to, entry, has_cmd);
	closedir(dir);
	close(to);
	return err;
}

/* Make the directory @rel ("/fs/ext4") real, and those above it. */
static int own_dir(struct scratch *scratch, const char *rel)
{
	char path[PATH_MAX], part[PATH_MAX];
	const char *slash = rel;
	struct stat st;
	int err;

	while (*slash) {
		slash += 1 + strcspn(slash + 1, "/");
		snprintf(part, sizeof(part), "%.*s", (int)(slash - rel), rel);
		err = scratch_join(path, scratch->dir, part);
		if (err)
			return err;
		if (!lstat(path, &st)) {
			if (S_ISDIR(st.st_mode))
				continue;
			if (!S_ISLNK(st.st_mode))
				return -ENOTDIR;
			if (unlink(path))
				return -errno;
		}
		if (mkdir(path, 0755))
			return -errno;
		err = fill(scratch, part);
		if (err)
			return err;
	}
	return 0;
}

int scratch_own_dir(struct scratch *scratch, const char *dir)
{
	char rel[PATH_MAX];

	if (!scratch_path_ok(dir))
		return -EINVAL;
	snprintf(rel, sizeof(rel), "/%s", dir);
	return *dir ? own_dir(scratch, rel) : 0;
}

bool scratch_path_ok(const char *path)
{
	const char *p;

	if (*path == '/' || strlen(path) > PATH_MAX / 2)
		return false;
	for (p = path; *p; p += strcspn(p, "/"), p += *p == '/')
		if (!strncmp(p, "..", 2) && (!p[2] || p[2] == '/'))
			return false;
	return true;
}

int scratch_own(struct scratch *scratch, const char *path)
{
	char from[PATH_MAX], to[PATH_MAX], *slash;
	struct stat st;
	int err;

	if (!*path || !scratch_path_ok(path))
		return -EINVAL;
	snprintf(to, sizeof(to), "%s", path);
	slash = strrchr(to, '/');
	if (slash) {
		*slash = '\0';
		err = scratch_own_dir(scratch, to);
		if (err)
			return err;
	}
	if (scratch_join(to, scratch->dir, "/") || scratch_join(to, to, path) ||
	    scratch_join(from, scratch->tree, "/") ||
	    scratch_join(from, from, path))
		return -ENAMETOOLONG;
	if (lstat(to, &st) || !S_ISLNK(st.st_mode))
		return 0; /* not there, or ours already */
	if (!stat(from, &st) && !S_ISREG(st.st_mode))
		return -EISDIR;
	return scratch_copy(from, to);
}

/* Absolute names; replaces a link at @to. */
int scratch_copy(const char *from, const char *to)
{
	char dir_from[PATH_MAX], dir_to[PATH_MAX];
	int in, out, err;
	const char *name = strrchr(from, '/') + 1;

	snprintf(dir_from, sizeof(dir_from), "%.*s", (int)(name - from), from);
	snprintf(dir_to, sizeof(dir_to), "%.*s",
		 (int)(strrchr(to, '/') + 1 - to), to);
	in = open(dir_from, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in < 0)
		return -errno;
	out = open(dir_to, O_PATH | O_DIRECTORY | O_CLOEXEC);
	err = out < 0 ? -errno : copy_at(in, out, name);
	if (out >= 0)
		close(out);
	close(in);
	return err;
}

int scratch_write(struct scratch *scratch, const char *path, const char *text,
		  size_t len)
{
	char name[PATH_MAX];
	ssize_t put = 0;
	int fd, err;

	err = scratch_own(scratch, path);
	if (err)
		return err;
	if (scratch_join(name, scratch->dir, "/") ||
	    scratch_join(name, name, path))
		return -ENAMETOOLONG;
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0)
		return -errno;
	for (; len; text += put, len -= put) {
		put = write(fd, text, len);
		if (put < 0) {
			err = -errno;
			break;
		}
	}
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/*
 * Copy the files of a small directory, below it too, but not the empty ones:
 * include/config has thousands, in old kernels in as many directories, and
 * only asks whether they are newer than an object.
 */
static int copy_dir(struct scratch *scratch, const char *rel)
{
	char path[PATH_MAX], sub[PATH_MAX];
	struct dirent *entry;
	int to, err = 0;
	struct stat st;
	DIR *dir;

	if (scratch_join(path, scratch->tree, rel))
		return -ENAMETOOLONG;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	if (scratch_join(path, scratch->dir, rel)) {
		err = -ENAMETOOLONG;
		goto out;
	}
	if (!lstat(path, &st) && S_ISLNK(st.st_mode))
		unlink(path);
	mkdir(path, 0755);
	to = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (to < 0) {
		err = -errno;
		goto out;
	}
	while (!err && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (fstatat(dirfd(dir), entry->d_name, &st, 0))
			continue; /* a dangling link */
		snprintf(sub, sizeof(sub), "%.2048s/%s", rel, entry->d_name);
		if (S_ISDIR(st.st_mode) && strcmp(rel, "/include/config"))
			err = copy_dir(scratch, sub);
		else if (S_ISREG(st.st_mode) && st.st_size)
			err = copy_at(dirfd(dir), to, entry->d_name);
	}
	close(to);
out:
	closedir(dir);
	return err;
}

/* Real directories all the way down, for a part that the build writes into. */
static int own_deep(struct scratch *scratch, const char *rel)
{
	char path[PATH_MAX], sub[PATH_MAX];
	struct dirent *entry;
	struct stat st;
	int err;
	DIR *dir;

	err = own_dir(scratch, rel);
	if (err)
		return err;
	if (scratch_join(path, scratch->tree, rel))
		return -ENAMETOOLONG;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (entry = readdir(dir))) {
		if (*entry->d_name == '.' ||
		    fstatat(dirfd(dir), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) ||
		    !S_ISDIR(st.st_mode))
			continue;
		snprintf(sub, sizeof(sub), "%.2048s/%s", rel, entry->d_name);
		err = own_deep(scratch, sub);
	}
	closedir(dir);
	return err;
}

static bool tree_has(const struct scratch *scratch, const char *path)
{
	char name[PATH_MAX];

	return !scratch_join(name, scratch->tree, "/") &&
	       !scratch_join(name, name, path) && !access(name, F_OK);
}

/* Has `make prepare` been run, and is it still true? */
static bool is_prepared(const struct scratch *scratch)
{
	struct stat dotconfig, synced;
	char name[PATH_MAX];

	if (!tree_has(scratch, "include/generated/asm-offsets.h") ||
	    !tree_has(scratch, "include/generated/autoconf.h") ||
	    !tree_has(scratch, "scripts/basic/fixdep"))
		return false;
	if (tree_has(scratch, "include/config/OBJTOOL") &&
	    !tree_has(scratch, "tools/objtool/objtool"))
		return false;
	if (scratch_join(name, scratch->tree, "/.config") ||
	    stat(name, &dotconfig))
		return false;
	if (scratch_join(name, scratch->tree, "/include/config/auto.conf"))
		return false;
	return !stat(name, &synced) && dotconfig.st_mtime <= synced.st_mtime;
}

/* The tree was only configured: do in the copy what it has not done. */
static int prepare(struct scratch *scratch)
{
	static const char *const parts[] = { "/scripts",
					     "/tools/objtool",
					     "/tools/lib",
					     "/tools/build",
					     "/tools/include",
					     "/tools/arch",
					     "/tools/bpf/resolve_btfids",
					     "/tools/scripts",
					     "/include",
					     "/kernel",
					     NULL };
	const char *const targets[] = { "prepare", NULL };
	struct scratch_make make = { .targets = targets };
	int err = 0, i;

	notice("%s is configured but not prepared: preparing the copy (run 'make prepare' there once to save this time)",
	       scratch->tree);
	for (i = 0; !err && parts[i]; i++)
		if (tree_has(scratch, parts[i] + 1))
			err = own_deep(scratch, parts[i]);
	if (!err)
		err = own_deep(scratch, scratch->arch_dir);
	if (err)
		return err;
	scratch->unprepared = true;
	err = scratch_make(scratch, &make);
	if (err == -EIO) {
		free(make.log);
		scratch->lenient = true;
		err = scratch_make(scratch, &make);
	}
	if (err)
		error("'make prepare' fails in a copy of %s:\n%.*s",
		      scratch->tree, (int)make.log_len, make.log);
	free(make.log);
	scratch->unprepared = false;
	return err;
}

/* Real directories where each build writes; links for everything else. */
static int populate(struct scratch *scratch)
{
	char generated[PATH_MAX];
	int err;

	err = fill(scratch, "");
	if (!err)
		err = own_dir(scratch, "/include");
	if (!err)
		err = copy_dir(scratch, "/include/config");
	if (!err)
		err = copy_dir(scratch, "/include/generated");
	snprintf(generated, sizeof(generated), "%s/include", scratch->arch_dir);
	if (!err)
		err = own_dir(scratch, generated);
	snprintf(generated, sizeof(generated), "%s/include/generated",
		 scratch->arch_dir);
	if (!err)
		err = copy_dir(scratch, generated);
	if (!err && !is_prepared(scratch))
		err = prepare(scratch);
	return err;
}

static int find_arch(struct scratch *scratch)
{
	struct config *config;
	int err;

	if (!tree_has(scratch, "Makefile") || !tree_has(scratch, "Kbuild")) {
		error("%s is not a kernel source tree: it has no Makefile and Kbuild",
		      scratch->tree);
		return -ENOENT;
	}
	err = tree_has(scratch, ".config") ?
		      config_load(scratch->tree, &config) :
		      -ENOENT;
	if (err) {
		error_errno(err, "%s is not configured: no %s/.config",
			    scratch->tree, scratch->tree);
		return err;
	}
	snprintf(scratch->arch_dir, sizeof(scratch->arch_dir), "/arch/%s",
		 config_arch(config) ?: "x86");
	config_free(config);
	return 0;
}

int scratch_new(const char *tree, struct scratch **out)
{
	const char *tmp = getenv("TMPDIR");
	struct scratch *scratch = calloc(1, sizeof(*scratch));
	char where[PATH_MAX];
	int err;

	if (!scratch)
		return -ENOMEM;
	if (!realpath(tree, scratch->tree)) {
		err = error_errno(-errno, "cannot read %s", tree);
		goto out_free;
	}
	err = find_arch(scratch);
	if (err)
		goto out_free;
	snprintf(where, sizeof(where), "%s/lockprobe-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(where) || !realpath(where, scratch->dir)) {
		err = error_errno(-errno, "cannot make a scratch directory %s",
				  where);
		goto out_free;
	}
	err = janitor_hire(&scratch->janitor, scratch->dir);
	if (err) {
		rmdir(scratch->dir);
		goto out_free;
	}
	err = populate(scratch);
	if (err) {
		error_errno(err, "cannot make a scratch copy of %s",
			    scratch->tree);
		scratch_free(scratch);
		return err;
	}
	*out = scratch;
	return 0;
out_free:
	free(scratch);
	return err;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

void scratch_free(struct scratch *scratch)
{
	if (!scratch)
		return;
	nftw(scratch->dir, remove_one, 64, FTW_DEPTH | FTW_PHYS);
	janitor_dismiss(&scratch->janitor);
	free(scratch);
}

const char *scratch_dir(const struct scratch *scratch)
{
	return scratch->dir;
}
