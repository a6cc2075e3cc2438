// SPDX-License-Identifier: GPL-2.0
/*
 * The C files below a directory: a few threads take directories from one
 * stack and put what they find into their own lists. Symbolic links are not
 * followed: what they point to is in the tree itself, or in no tree.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "source/tree/treestore.h"

#define WALK_THREADS 4

struct walk {
	struct tree *tree;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char **dirs; /* still to be read */
	uint32_t count, capacity, busy;
};

static void push(struct walk *walk, char *dir)
{
	pthread_mutex_lock(&walk->lock);
	*ARRAY_ADD(walk->dirs, walk->count, walk->capacity) = dir;
	pthread_cond_signal(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
}

/* The next directory, or NULL when all are read. */
static char *pop(struct walk *walk)
{
	char *dir = NULL;

	pthread_mutex_lock(&walk->lock);
	while (!walk->count && walk->busy)
		pthread_cond_wait(&walk->changed, &walk->lock);
	if (walk->count) {
		dir = walk->dirs[--walk->count];
		walk->busy++;
	}
	pthread_mutex_unlock(&walk->lock);
	return dir;
}

static void done(struct walk *walk)
{
	pthread_mutex_lock(&walk->lock);
	if (!--walk->busy)
		pthread_cond_broadcast(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
}

static unsigned char entry_type(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
		return DT_UNKNOWN;
	return S_ISDIR(st.st_mode) ? DT_DIR :
	       S_ISREG(st.st_mode) ? DT_REG :
				     DT_UNKNOWN;
}

static char *join(const char *dir, const char *name)
{
	size_t a = strlen(dir), b = strlen(name);
	char *path = malloc(a + b + 2);

	if (!path)
		return NULL;
	memcpy(path, dir, a);
	if (a)
		path[a++] = '/';
	memcpy(path + a, name, b + 1);
	return path;
}

static void take_entry(struct walk *walk, DIR *stream, const char *dir,
		       const struct dirent *entry)
{
	unsigned char type;
	char *path;

	if (entry->d_name[0] == '.')
		return;
	if (entry->d_type == DT_REG && !path_is_c(entry->d_name))
		return;
	type = entry_type(dirfd(stream), entry);
	if (type != DT_DIR && (type != DT_REG || !path_is_c(entry->d_name)))
		return;
	path = join(dir, entry->d_name);
	if (!path)
		return;
	if (type == DT_DIR) {
		push(walk, path);
		return;
	}
	pthread_mutex_lock(&walk->tree->lock);
	tree_add(walk->tree, path, NULL);
	pthread_mutex_unlock(&walk->tree->lock);
	free(path);
}

static void read_directory(struct walk *walk, const char *dir)
{
	int fd = openat(walk->tree->fd, *dir ? dir : ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct dirent *entry;
	DIR *stream;

	stream = fd < 0 ? NULL : fdopendir(fd);
	if (!stream) {
		error_errno(-errno, "cannot read the directory %s/%s",
			    walk->tree->where, dir);
		atomic_fetch_add(&walk->tree->unreadable, 1);
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(stream)))
		take_entry(walk, stream, dir, entry);
	closedir(stream);
}

static void *walker(void *arg)
{
	struct walk *walk = arg;
	char *dir;

	while ((dir = pop(walk))) {
		read_directory(walk, dir);
		free(dir);
		done(walk);
	}
	return NULL;
}

int tree_walk(struct tree *tree)
{
	struct walk walk = { .tree = tree,
			     .lock = PTHREAD_MUTEX_INITIALIZER,
			     .changed = PTHREAD_COND_INITIALIZER };
	pthread_t threads[WALK_THREADS];
	int i, n = 0;

	push(&walk, strdup(""));
	while (n < WALK_THREADS - 1 &&
	       !pthread_create(&threads[n], NULL, walker, &walk))
		n++;
	walker(&walk);
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	free(walk.dirs);
	return 0;
}
