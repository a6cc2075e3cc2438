// SPDX-License-Identifier: GPL-2.0
/*
 * A directory, or a repository and a commit, comes in; numbered C files and
 * their texts go out. Texts that are asked for by tree_text() are kept until
 * the tree is closed; scans read through a buffer and keep nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "source/tree/treestore.h"

#define BUFFER_SIZE (1 << 20)
#define PIECE_SIZE (1 << 17)
#define LARGEST_FILE (1ul << 30) /* offsets are 32 bits */

void tree_add(struct tree *tree, char *path, const unsigned char *oid)
{
	struct tree_file *file;

	file = ARRAY_ADD(tree->files, tree->count, tree->capacity);
	memset(file, 0, sizeof(*file));
	file->path = arena_text(&tree->arena, path, strlen(path));
	if (oid)
		memcpy(file->oid, oid, sizeof(file->oid));
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct tree_file *)a)->path,
		      ((const struct tree_file *)b)->path);
}

static int grow(struct reader *reader, size_t need)
{
	char *bigger;

	if (need < reader->capacity)
		return 0;
	if (need > LARGEST_FILE)
		return -EFBIG;
	need = need * 2 > BUFFER_SIZE ? need * 2 : BUFFER_SIZE;
	bigger = realloc(reader->buffer, need);
	if (!bigger)
		return -ENOMEM;
	reader->buffer = bigger;
	reader->capacity = need;
	return 0;
}

/* Up to @most bytes behind @size in the buffer: a short read is the end. */
static ssize_t read_some(int fd, struct reader *reader, size_t size,
			 size_t most)
{
	ssize_t n;

	do
		n = read(fd, reader->buffer + size, most);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* What follows the @size bytes that are in the buffer. */
static int read_rest(int fd, struct reader *reader, size_t size,
		     struct text *out)
{
	ssize_t n;
	int err;

	do {
		err = grow(reader, size + 1);
		if (err)
			return err;
		n = read_some(fd, reader, size, reader->capacity - size - 1);
		if (n < 0)
			return (int)n;
		size += n;
	} while (size == reader->capacity - 1);
	reader->buffer[size] = '\0';
	out->data = reader->buffer;
	out->size = size;
	return 0;
}

static int read_path(int top, const char *path, struct reader *reader,
		     struct text *out)
{
	int fd = openat(top, path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = read_rest(fd, reader, 0, out);
	close(fd);
	return err;
}

/*
 * Piece by piece, each cut behind a line: a large file goes through the
 * processor's cache, not through memory. 1 when @look wanted no more.
 */
static int read_pieces(int fd, struct reader *reader, tree_piece *look,
		       void *arg, struct text *out)
{
	size_t size = 0, cut;
	bool first = true;
	const char *line;
	ssize_t n;

	for (;; first = false) {
		n = read_some(fd, reader, size, PIECE_SIZE - size);
		if (n < 0)
			return (int)n;
		size += n;
		if (first && size < PIECE_SIZE)
			return read_rest(fd, reader, size, out);
		line = memrchr(reader->buffer, '\n', size);
		cut = line ? line + 1 - reader->buffer : 0;
		if (size < PIECE_SIZE)
			cut = size;
		reader->buffer[size] = '\0';
		if (!cut ||
		    !look(arg, &(struct text){ reader->buffer, cut }, first))
			break;
		if (size < PIECE_SIZE)
			return 1;
		size -= cut;
		memmove(reader->buffer, reader->buffer + cut, size);
	}
	if (!first) {
		size = 0;
		if (lseek(fd, 0, SEEK_SET))
			return -errno;
	}
	return read_rest(fd, reader, size, out);
}

int reader_pieces(struct tree *tree, struct reader *reader, uint32_t id,
		  tree_piece *look, void *arg, struct text *out)
{
	struct tree_file *file = &tree->files[id];
	int fd, err;

	if (tree->git || atomic_load(&file->data))
		return reader_read(tree, reader, id, out);
	err = grow(reader, PIECE_SIZE + 1);
	fd = err ? -1 : openat(tree->fd, file->path, O_RDONLY | O_CLOEXEC);
	if (!err && fd < 0)
		err = -errno;
	if (!err)
		err = read_pieces(fd, reader, look, arg, out);
	if (fd >= 0)
		close(fd);
	if (err < 0)
		tree_failed(tree, id, err);
	return err;
}

void tree_failed(struct tree *tree, uint32_t id, int err)
{
	if (atomic_exchange(&tree->files[id].failed, true))
		return;
	atomic_fetch_add(&tree->unreadable, 1);
	if (err == -ENODATA)
		error("%s has not the object of %s: a partial copy, which git "
		      "fetch completes",
		      tree->where, tree->files[id].path);
	else
		error_errno(err, "cannot read %s/%s", tree->where,
			    tree->files[id].path);
}

int reader_read(struct tree *tree, struct reader *reader, uint32_t id,
		struct text *out)
{
	struct tree_file *file = &tree->files[id];
	char *kept = atomic_load(&file->data);
	int err = 0;

	if (kept) {
		*out = (struct text){ kept, file->size };
		return 0;
	}
	if (!tree->git) {
		err = read_path(tree->fd, file->path, reader, out);
	} else {
		if (!reader->git)
			err = treegit_again(tree->git, &reader->git);
		if (!err)
			err = treegit_blob(reader->git, file->oid, reader, out);
	}
	if (err)
		tree_failed(tree, id, err);
	return err;
}

void reader_end(struct reader *reader)
{
	treegit_close(reader->git);
	free(reader->buffer);
	memset(reader, 0, sizeof(*reader));
}

/* A buffer that a file's text just fits into, for it will be kept. */
static int read_fitting(struct tree *tree, uint32_t id, struct reader *reader,
			struct text *out)
{
	struct stat st;
	char *fit;
	int err;

	if (!tree->git && !fstatat(tree->fd, tree->files[id].path, &st, 0) &&
	    st.st_size < BUFFER_SIZE) {
		reader->capacity = st.st_size + 2;
		reader->buffer = malloc(reader->capacity);
		if (!reader->buffer)
			return -ENOMEM;
	}
	err = reader_read(tree, reader, id, out);
	if (err || reader->capacity <= out->size + 2)
		return err;
	fit = realloc(reader->buffer, out->size + 1);
	if (fit)
		out->data = reader->buffer = fit;
	return 0;
}

int tree_text(struct tree *tree, uint32_t id, struct text *out)
{
	struct tree_file *file = &tree->files[id];
	struct reader reader = { 0 };
	int err = 0;

	if (!atomic_load(&file->data))
		err = read_fitting(tree, id, &reader, out);
	if (!err && reader.buffer) {
		pthread_mutex_lock(&tree->lock);
		if (!atomic_load(&file->data)) {
			file->size = out->size;
			atomic_store(&file->data, reader.buffer);
			reader.buffer = NULL;
		}
		pthread_mutex_unlock(&tree->lock);
	}
	if (!err)
		*out = (struct text){ file->data, file->size };
	reader_end(&reader);
	return err;
}

int tree_read(const struct tree *tree, const char *path, struct text *out)
{
	struct reader reader = { 0 };
	int err;

	if (tree->git)
		return treegit_path(tree->git, path, out);
	err = read_path(tree->fd, path, &reader, out);
	if (err)
		free(reader.buffer);
	return err;
}

/* "VERSION = 6", "PATCHLEVEL = 1", ... at the top Makefile's head. */
static void read_version(struct tree *tree)
{
	static const char *const names[] = { "VERSION", "PATCHLEVEL",
					     "SUBLEVEL" };
	struct text makefile;
	const char *line;
	size_t used = 0;
	unsigned int i, v;
	char key[32];

	if (tree_read(tree, "Makefile", &makefile))
		return;
	for (i = 0; i < 3; i++) {
		snprintf(key, sizeof(key), "\n%s = ", names[i]);
		line = strstr(makefile.data, key);
		if (!line && !strncmp(makefile.data, key + 1, strlen(key) - 1))
			line = makefile.data - 1;
		if (!line || sscanf(line + strlen(key), "%u", &v) != 1)
			break;
		used += snprintf(tree->version + used,
				 sizeof(tree->version) - used, "%s%u",
				 i ? "." : "", v);
	}
	free((char *)makefile.data);
}

/* A kernel tree has a Makefile, and headers in include/linux. */
static int check_kernel(struct tree *tree)
{
	struct text makefile;
	uint32_t i;

	if (tree_read(tree, "Makefile", &makefile)) {
		error("%s is not a kernel tree: it has no Makefile at its top; "
		      "give the directory that holds the kernel's sources",
		      tree->where);
		return -EINVAL;
	}
	free((char *)makefile.data);
	for (i = 0; i < tree->count; i++)
		if (!strncmp(tree->files[i].path, "include/linux/", 14))
			return 0;
	error("%s is not a kernel tree: it has no include/linux; "
	      "give the directory that holds the kernel's sources",
	      tree->where);
	return -EINVAL;
}

static int open_directory(struct tree *tree)
{
	struct stat st;

	tree->fd = open(tree->where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree->fd < 0)
		return -errno;
	if (!fstatat(tree->fd, "HEAD", &st, 0) &&
	    !fstatat(tree->fd, "objects", &st, 0) &&
	    fstatat(tree->fd, "Makefile", &st, 0))
		return -EISDIR; /* a bare repository */
	tree->directory = strdup(tree->where);
	return tree->directory ? tree_walk(tree) : -ENOMEM;
}

static int open_commit(struct tree *tree)
{
	char *repo = strdup(tree->where), *at;
	int err;

	if (!repo)
		return -ENOMEM;
	at = strrchr(repo, '@');
	if (at)
		*at++ = '\0';
	err = treegit_open(repo, at && *at ? at : "HEAD", &tree->git);
	if (!err)
		err = treegit_list(tree->git, tree);
	free(repo);
	return err;
}

int tree_open(const char *where, struct tree **out)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	int err;

	if (!tree)
		return -ENOMEM;
	tree->fd = -1;
	pthread_mutex_init(&tree->lock, NULL);
	tree->where = strdup(where);
	err = tree->where ? open_directory(tree) : -ENOMEM;
	if (err == -EISDIR || (err == -ENOENT && strchr(where, '@')))
		err = open_commit(tree);
	else if (err)
		error_errno(err, "cannot open the kernel tree %s", where);
	if (!err && tree->count)
		qsort(tree->files, tree->count, sizeof(*tree->files), by_path);
	if (!err)
		err = check_kernel(tree);
	if (err) {
		tree_close(tree);
		/* for the caller "nothing found" is another thing */
		return err == -ENOENT ? -ENOTDIR : err;
	}
	read_version(tree);
	*out = tree;
	return 0;
}

void tree_close(struct tree *tree)
{
	uint32_t i;

	if (!tree)
		return;
	for (i = 0; i < tree->count; i++) {
		free(atomic_load(&tree->files[i].data));
		free(tree->files[i].signature);
	}
	free(tree->files);
	arena_free(&tree->arena);
	treegit_close(tree->git);
	if (tree->fd >= 0)
		close(tree->fd);
	pthread_mutex_destroy(&tree->lock);
	free(tree->directory);
	free(tree->where);
	free(tree);
}

const char *tree_where(const struct tree *tree)
{
	return tree->where;
}

const char *tree_version(const struct tree *tree)
{
	return tree->version;
}

const char *tree_directory(const struct tree *tree)
{
	return tree->directory;
}

uint32_t tree_count(const struct tree *tree)
{
	return tree->count;
}

bool path_is_c(const char *path)
{
	size_t len = strlen(path);

	return len > 2 && path[len - 2] == '.' &&
	       (path[len - 1] == 'c' || path[len - 1] == 'h');
}

bool path_is_header(const char *path)
{
	return path_is_c(path) && path[strlen(path) - 1] == 'h';
}

const char *tree_path(const struct tree *tree, uint32_t id)
{
	return tree->files[id].path;
}

int64_t tree_find(const struct tree *tree, const char *path)
{
	struct tree_file key = { .path = path }, *file;

	file = tree->count ? bsearch(&key, tree->files, tree->count,
				     sizeof(key), by_path) :
			     NULL;
	return file ? file - tree->files : -ENOENT;
}

uint32_t tree_unreadable(const struct tree *tree)
{
	return atomic_load(&tree->unreadable);
}
