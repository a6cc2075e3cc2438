/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel source tree, read only: the C files and headers of a directory, of
 * a git work tree, or of one commit of a git repository. Files are numbered in
 * the byte order of their paths, whatever the order of the file system, so
 * that everything computed in file order is the same on every machine.
 * After tree_open() all functions may be called from any thread.
 */
#ifndef SOURCE_TREE_H
#define SOURCE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree;

/* A file's bytes; data[size] is readable and '\0'. */
struct text {
	const char *data;
	size_t size;
};

/*
 * @where: DIR, or REPO@COMMIT (any revision of a bare or other repository;
 * a bare REPO alone means its HEAD). Says what is wrong through error().
 * Returns 0, or -errno: -ENOTDIR or -ENOENT (no such place), -EINVAL (not a
 * kernel tree), -EIO. The caller frees with tree_close().
 */
int tree_open(const char *where, struct tree **out);
void tree_close(struct tree *tree);
const char *tree_where(const struct tree *tree); /* as it was given */
/* "6.1.192", from the top Makefile. */
const char *tree_version(const struct tree *tree);
/* The directory on disk, or NULL for a commit. */
const char *tree_directory(const struct tree *tree);

/* Of .c and .h files; ids are 0 .. count - 1. */
uint32_t tree_count(const struct tree *tree);
/* Path below the tree's top; lives as long as the tree. */
const char *tree_path(const struct tree *tree, uint32_t id);
/* Id of a path, or -ENOENT. */
int64_t tree_find(const struct tree *tree, const char *path);

/* Is it C at all; is it a header? Of a name with or without its directories. */
bool path_is_c(const char *path);
bool path_is_header(const char *path);

/*
 * A .c/.h file's text, read once and kept until tree_close(); -errno when it
 * cannot be read (said once, and counted in tree_unreadable()).
 */
int tree_text(struct tree *tree, uint32_t id, struct text *out);
/* Any file of the tree (Kconfig, Makefile, .config), malloc()ed for the
 * caller in @out->data. -ENOENT when there is none. */
int tree_read(const struct tree *tree, const char *path, struct text *out);
uint32_t tree_unreadable(const struct tree *tree);

enum grep_files {
	GREP_ALL,
	GREP_HEADERS,
	GREP_AGAIN, /* headers, without those that only define numbers */
	GREP_C, /* all but headers */
	GREP_CODE, /* both */
};

/*
 * Ids, ascending, of the files in which one of @n words occurs as a whole
 * identifier (in comments and strings too), malloc()ed for the caller.
 * Returns their number or -errno.
 */
int64_t tree_grep(struct tree *tree, const char *const *words, size_t n,
		  enum grep_files files, uint32_t **ids);

/* One file that holds a word; its @text is gone when this returns. */
typedef void tree_hit(void *arg, int thread, uint32_t id,
		      const struct text *text);
typedef bool tree_wants(void *arg, uint32_t id); /* is it to be read? */
/* The same, but each file is handed on at once, in no order, by any thread. */
int tree_sweep(struct tree *tree, const char *const *words, size_t n,
	       enum grep_files files, tree_wants *wants, tree_hit *hit,
	       void *arg);

#endif
