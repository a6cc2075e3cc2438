// SPDX-License-Identifier: GPL-2.0
/*
 * A path comes in; the Makefiles that could list its object are evaluated, the
 * root's first, as scripts/Makefile.build would; whether it is built goes out.
 * What was evaluated is kept: object lists in one hash, directories in
 * another. One lock around everything, so any thread may ask.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/build/kbuild_inside.h"

/* Each list of a Makefile, and how what is in it is built. */
static const struct list {
	const char *name;
	bool module, library, descend_only;
} lists[] = {
	{ "obj-y", false, false, false },   { "obj-m", true, false, false },
	{ "lib-y", false, true, false },    { "lib-m", false, true, false },
	{ "extra-y", false, true, false },  { "always-y", false, true, false },
	{ "subdir-y", false, false, true }, { "subdir-m", false, false, true },
	{ "targets", false, true, false },
};

/* The root's lists, old and new; what lies there is linked into vmlinux. */
static const char *const root_lists[] = {
	"init-y", "core-y", "drivers-y",    "net-y",	 "virt-y", "libs-y",
	"obj-y",  "init-m", "core-m",	    "drivers-m", "net-m",  "virt-m",
	"libs-m", "obj-m",  "vmlinux-dirs", "head-y",
};

bool kbuild_fold(char *path)
{
	char *out = path, *p = path;
	size_t len;

	while (*p) {
		len = strcspn(p, "/");
		if (len == 2 && !memcmp(p, "..", 2)) {
			if (out == path)
				return false;
			for (out--; out > path && out[-1] != '/';)
				out--;
		} else if (len && !(len == 1 && *p == '.')) {
			memmove(out, p, len);
			out += len;
			if (p[len])
				*out++ = '/';
		}
		p += len + (p[len] == '/');
	}
	while (out > path && out[-1] == '/')
		out--;
	*out = '\0';
	return true;
}

/* @name as the Makefile of @dir wrote it, from the root on. */
static bool resolve(char *path, const char *dir, const char *name, size_t len)
{
	static const char obj[] = "./";
	int n;

	if (len > 2 && !memcmp(name, obj, 2) && *dir)
		name += 2, len -= 2;
	if (*dir && len > strlen(dir) && !memcmp(name, dir, strlen(dir)) &&
	    name[strlen(dir)] == '/')
		n = snprintf(path, PATH_MAX, "%.*s", (int)len, name);
	else
		n = snprintf(path, PATH_MAX, "%s%s%.*s", dir, *dir ? "/" : "",
			     (int)len, name);
	return n < PATH_MAX && kbuild_fold(path);
}

static struct object *object_add(struct kbuild *kb, const char *path)
{
	struct object *object = NULL;

	HASH_FIND_STR(kb->objects, path, object);
	if (object)
		return object;
	object = calloc(1, sizeof(*object));
	if (!object)
		return NULL;
	object->path = strdup(path);
	if (!object->path) {
		free(object);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, kb->objects, object->path, strlen(object->path),
			object);
	return object;
}

static struct dir *dir_get(struct kbuild *kb, const char *path)
{
	struct dir *dir = NULL;

	HASH_FIND_STR(kb->dirs, path, dir);
	if (dir)
		return dir;
	dir = calloc(1, sizeof(*dir));
	if (!dir)
		return NULL;
	dir->path = strdup(path);
	if (!dir->path) {
		free(dir);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, kb->dirs, dir->path, strlen(dir->path), dir);
	return dir;
}

/* Remember how @dir's Makefile spells an object, if it lies elsewhere. */
static int note_way(struct object *object, const struct dir *dir,
		    const char *name, size_t len)
{
	size_t own = strlen(dir->path);

	if (!strncmp(object->path, dir->path, own) &&
	    (!own || object->path[own] == '/')) {
		object->own = true;
		return 0;
	}
	if (object->beside || memcmp(name, "../", 3))
		return 0;
	if (asprintf(&object->beside, "%s/%.*s", dir->path, (int)len, name) >=
	    0)
		return 0;
	object->beside = NULL;
	return -ENOMEM;
}

static int take_object(struct kbuild *kb, const struct dir *dir,
		       const struct list *list, const char *name, size_t len)
{
	struct object *object;
	char path[PATH_MAX];

	/* without a built-in.a to go into, obj-y is not made */
	if (!list->module && !list->library && !dir->builtin)
		return 0;
	if (len < 3 || memcmp(name + len - 2, ".o", 2) ||
	    !resolve(path, dir->path, name, len))
		return 0;
	object = object_add(kb, path);
	if (!object)
		return -ENOMEM;
	if (list->module)
		object->module = true;
	else
		object->builtin = true;
	return note_way(object, dir, name, len);
}

/* foo.o may stand for the objects of foo-y, foo-objs (and foo-m). */
static int take_composite(struct kbuild *kb, struct makefile *mk,
			  const struct dir *dir, const struct list *list,
			  const char *name, size_t len)
{
	static const char *const tails[] = { "-objs", "-y", "-m" };
	struct buf value = { 0 };
	char variable[512];
	const char *at, *word;
	size_t i, n, word_len;
	int err = buf_put(&value, "", 0);

	n = list->module ? 3 : 2;
	for (i = 0; !err && i < n && len > 2; i++) {
		snprintf(variable, sizeof(variable), "%.*s%s",
			 (int)(len - 2 > 400 ? 400 : len - 2), name, tails[i]);
		err = makefile_value(mk, variable, &value);
		if (!err)
			err = buf_put(&value, " ", 1);
	}
	at = value.s;
	word = err ? NULL : word_next(&at, &word_len);
	if (!err && !word)
		err = take_object(kb, dir, list, name, len);
	for (; !err && word; word = word_next(&at, &word_len))
		err = take_object(kb, dir, list, word, word_len);
	free(value.s);
	return err;
}

static int take_subdir(struct kbuild *kb, const struct dir *dir,
		       const struct list *list, const char *name, size_t len)
{
	char path[PATH_MAX];
	struct dir *sub;

	while (len && name[len - 1] == '/')
		len--;
	if (!len || !resolve(path, dir->path, name, len) || !*path)
		return 0;
	sub = dir_get(kb, path);
	if (!sub)
		return -ENOMEM;
	sub->visited = true;
	if (!list->module && !list->library && !list->descend_only)
		sub->builtin |= dir->builtin;
	return 0;
}

static int take_list(struct kbuild *kb, struct makefile *mk,
		     const struct dir *dir, const struct list *list,
		     const char *variable)
{
	struct buf value = { 0 };
	const char *at, *word;
	size_t len;
	int err;

	err = makefile_value(mk, variable, &value);
	at = value.s;
	while (!err && (word = word_next(&at, &len))) {
		if (list->descend_only || word[len - 1] == '/' ||
		    !strcmp(variable, "vmlinux-dirs"))
			err = take_subdir(kb, dir, list, word, len);
		else
			err = take_composite(kb, mk, dir, list, word, len);
	}
	free(value.s);
	return err;
}

/* As Makefile.build does before it includes a directory's Makefile. */
static int preset(struct makefile *mk, const char *dir)
{
	static const char *const empty[] = {
		"obj-y",     "obj-m",	  "lib-y",     "lib-m",
		"extra-y",   "extra-m",	  "always",    "always-y",
		"always-m",  "subdir-y",  "subdir-m",  "targets",
		"hostprogs", "userprogs", "ccflags-y", "asflags-y",
	};
	const char *here = *dir ? dir : ".";
	size_t i;
	int err = 0;

	for (i = 0; !err && i < sizeof(empty) / sizeof(empty[0]); i++)
		err = makefile_set(mk, empty[i], "");
	err = err ?: makefile_set(mk, "obj", here);
	err = err ?: makefile_set(mk, "src", here);
	err = err ?: makefile_set(mk, "srctree", ".");
	err = err ?: makefile_set(mk, "objtree", ".");
	err = err ?: makefile_set(mk, "srcroot", ".");
	return err;
}

/* Evaluate the Makefile of @dir, once. */
static int evaluate(struct kbuild *kb, struct dir *dir)
{
	struct makefile *mk;
	char path[PATH_MAX];
	size_t i;
	int err;

	if (dir->evaluated)
		return 0;
	dir->evaluated = true;
	mk = makefile_new(kb->root, kb->base, kb->config);
	if (!mk)
		return -ENOMEM;
	err = preset(mk, dir->path);
	snprintf(path, sizeof(path), "%.4000s/Kbuild", dir->path);
	err = err ?: makefile_read(mk, path);
	if (err == -ENOENT) {
		snprintf(path, sizeof(path), "%.4000s/Makefile", dir->path);
		err = makefile_read(mk, path);
	}
	for (i = 0; !err && i < sizeof(lists) / sizeof(lists[0]); i++)
		err = take_list(kb, mk, dir, &lists[i], lists[i].name);
	makefile_free(mk);
	return err == -ENOMEM ? err : 0;
}

/* The top Makefile, the architecture's that it includes, and the Kbuild. */
static int evaluate_root(struct kbuild *kb)
{
	const char *arch = config_arch(kb->config) ?: "x86";
	struct dir *root = dir_get(kb, "");
	size_t i;
	int err;

	kb->base = makefile_new(kb->root, NULL, kb->config);
	if (!kb->base || !root)
		return -ENOMEM;
	root->visited = root->builtin = root->evaluated = true;
	err = makefile_set(kb->base, "sub_make_done", "1");
	err = err ?: makefile_set(kb->base, "ARCH", arch);
	err = err ?: makefile_set(kb->base, "SUBARCH", arch);
	err = err ?: makefile_set(kb->base, "SRCARCH", arch);
	/* from 6.11 on, a make that another started, in its own directory */
	err = err ?: makefile_set(kb->base, "CURDIR", "./");
	err = err ?: makefile_set(kb->base, "abs_output", "./");
	err = err ?: makefile_set(kb->base, "MAKEFILE_LIST", "Makefile");
	err = err   ?:
		      makefile_set(kb->base, "MAKEFLAGS",
				   "rR --no-print-directory");
	err = err ?: preset(kb->base, "");
	err = err ?: makefile_read(kb->base, "Makefile");
	err = err ?: makefile_set(kb->base, "SRCARCH", arch);
	err = err ?: preset(kb->base, "");
	err = err ?: makefile_read(kb->base, "Kbuild");
	for (i = 0; !err && i < sizeof(root_lists) / sizeof(root_lists[0]); i++)
		err = take_list(
			kb, kb->base, root,
			&lists[root_lists[i][strlen(root_lists[i]) - 1] == 'm'],
			root_lists[i]);
	return err;
}

/* Evaluate the visited directories on the way down to @path, and its own. */
static int evaluate_way(struct kbuild *kb, const char *path)
{
	char part[PATH_MAX];
	const char *slash = path;
	struct dir *dir;
	int err = 0;

	while (!err && (slash = strchr(slash, '/'))) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		slash++;
		dir = dir_get(kb, part);
		if (!dir)
			return -ENOMEM;
		if (dir->visited)
			err = evaluate(kb, dir);
	}
	return err;
}

/* The object of a source file, or NULL: nothing lists it. */
struct object *kbuild_listed(struct kbuild *kb, const char *path)
{
	const char *dot = strrchr(path, '.');
	struct object *object = NULL;
	char name[PATH_MAX];

	if (!dot)
		return NULL;
	snprintf(name, sizeof(name), "%.*s.o", (int)(dot - path), path);
	if (evaluate_way(kb, path))
		return NULL;
	HASH_FIND_STR(kb->objects, name, object);
	if (!object && !kbuild_beside(kb, path))
		HASH_FIND_STR(kb->objects, name, object);
	return object;
}

/* Evaluate @path's Makefile if its directory is visited; for neighbours. */
int kbuild_evaluate(struct kbuild *kb, const char *path)
{
	char inside[PATH_MAX];
	struct dir *dir;
	int err;

	snprintf(inside, sizeof(inside), "%.4000s/x", path);
	err = evaluate_way(kb, inside);
	dir = err ? NULL : dir_get(kb, path);
	return err ?: dir ? 0 : -ENOMEM;
}

static enum kbuild_state state_of(const struct object *object)
{
	if (object->builtin)
		return KBUILD_YES;
	return object->module ? KBUILD_MODULE : KBUILD_NO;
}

static bool is_source(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (!strcmp(dot, ".c") || !strcmp(dot, ".S"));
}

/* What is built from @path, and the object it is built into. */
enum kbuild_state kbuild_of(struct kbuild *kb, const char *path, int depth,
			    const char **object_path)
{
	struct object *object = kbuild_listed(kb, path);

	if (object) {
		*object_path = object->path;
		return state_of(object);
	}
	return kbuild_included(kb, path, depth, object_path);
}

int kbuild_new(const char *root, const struct config *config,
	       struct kbuild **out)
{
	struct kbuild *kb = calloc(1, sizeof(*kb));
	char path[PATH_MAX];
	int err = 0;

	if (!kb)
		return -ENOMEM;
	pthread_mutex_init(&kb->lock, NULL);
	kb->config = config;
	kb->root = strdup(root);
	if (!kb->root)
		err = -ENOMEM;
	snprintf(path, sizeof(path), "%.4000s/Makefile", root);
	if (!err && access(path, R_OK))
		err = -errno;
	if (!err && config)
		err = evaluate_root(kb);
	if (err) {
		kbuild_free(kb);
		return err;
	}
	*out = kb;
	return 0;
}

void kbuild_free(struct kbuild *kb)
{
	struct object *object, *next_object;
	struct dir *dir, *next_dir;

	if (!kb)
		return;
	HASH_ITER(hh, kb->objects, object, next_object) {
		HASH_DEL(kb->objects, object);
		free(object->path);
		free(object->beside);
		free(object);
	}
	HASH_ITER(hh, kb->dirs, dir, next_dir) {
		HASH_DEL(kb->dirs, dir);
		kbuild_forget_includes(dir);
		free(dir->path);
		free(dir);
	}
	makefile_free(kb->base);
	pthread_mutex_destroy(&kb->lock);
	free(kb->root);
	free(kb);
}

static enum kbuild_state ask(struct kbuild *kb, const char *path,
			     const char **object_path)
{
	enum kbuild_state state;

	*object_path = NULL;
	if (!kb->config || !is_source(path) || strlen(path) > PATH_MAX / 2)
		return KBUILD_UNKNOWN;
	pthread_mutex_lock(&kb->lock);
	state = kbuild_of(kb, path, 0, object_path);
	pthread_mutex_unlock(&kb->lock);
	return state;
}

enum kbuild_state kbuild_file(struct kbuild *kb, const char *path)
{
	const char *object_path;

	return ask(kb, path, &object_path);
}

int kbuild_object(struct kbuild *kb, const char *path, char *buf, size_t size)
{
	const char *object_path;
	enum kbuild_state state = ask(kb, path, &object_path);

	if (state == KBUILD_NO || !object_path)
		return -ENOENT;
	return snprintf(buf, size, "%s", object_path);
}

int kbuild_goal(struct kbuild *kb, const char *path, char *buf, size_t size)
{
	struct object *object;
	int n;

	pthread_mutex_lock(&kb->lock);
	HASH_FIND_STR(kb->objects, path, object);
	if (object && !object->own && object->beside)
		path = object->beside;
	n = snprintf(buf, size, "%s", path);
	pthread_mutex_unlock(&kb->lock);
	return n;
}

bool kbuild_compiled(struct kbuild *kb, const char *path)
{
	char object[PATH_MAX];
	size_t len = strlen(path);

	return kbuild_object(kb, path, object, sizeof(object)) == (int)len &&
	       !memcmp(path, object, len - 1);
}

int kbuild_includer(struct kbuild *kb, const char *path, size_t n, char *buf,
		    size_t size)
{
	int err;

	if (!kb->config || strlen(path) > PATH_MAX / 2)
		return -ENOENT;
	pthread_mutex_lock(&kb->lock);
	err = kbuild_nth_includer(kb, path, n, buf, size);
	pthread_mutex_unlock(&kb->lock);
	return err;
}
