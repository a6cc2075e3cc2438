// SPDX-License-Identifier: GPL-2.0
/*
 * The name in an #include line and the including file in, a file's id out.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "source/type/incdirs.h"
#include "source/type/include.h"

#define PATH_SIZE 512

struct name {
	const char *base; /* behind the last '/' */
	uint32_t id;
};

struct includes {
	struct tree *tree;
	char *arch;
	struct name *names; /* of all files, by base name */
	pthread_mutex_t lock; /* of making them */
	char (*archs)[32];
	uint32_t arch_count;
	struct incdirs *dirs;
};

struct includes *includes_new(struct tree *tree, const char *arch)
{
	struct includes *includes = calloc(1, sizeof(*includes));

	if (!includes)
		return NULL;
	includes->tree = tree;
	includes->arch = strdup(arch);
	includes->dirs = incdirs_new(tree);
	pthread_mutex_init(&includes->lock, NULL);
	return includes;
}

void includes_free(struct includes *includes)
{
	if (!includes)
		return;
	free(includes->arch);
	free(includes->names);
	free(includes->archs);
	incdirs_free(includes->dirs);
	free(includes);
}

static int by_base(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int diff = strcmp(x->base, y->base);

	return diff ? diff : (x->id > y->id) - (x->id < y->id);
}

static const struct name *all_names(struct includes *includes)
{
	uint32_t i, n = tree_count(includes->tree);
	struct name *names;
	const char *slash;

	pthread_mutex_lock(&includes->lock);
	if (!includes->names) {
		names = calloc(n ? n : 1, sizeof(*names));
		for (i = 0; names && i < n; i++) {
			names[i].id = i;
			names[i].base = tree_path(includes->tree, i);
			slash = strrchr(names[i].base, '/');
			if (slash)
				names[i].base = slash + 1;
		}
		if (names)
			qsort(names, n, sizeof(*names), by_base);
		includes->names = names;
	}
	pthread_mutex_unlock(&includes->lock);
	return includes->names;
}

static uint32_t common(const char *a, const char *b)
{
	uint32_t i, dirs = 0;

	for (i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			dirs = i + 1;
	return dirs;
}

/* Among the files whose path ends with @name, the nearest to @from. */
static int64_t by_suffix(struct includes *includes, const char *from,
			 const char *name)
{
	uint32_t n = tree_count(includes->tree), low = 0, high = n, mid, near;
	const struct name *names = all_names(includes);
	size_t len = strlen(name), path_len;
	const char *base, *path;
	uint32_t best_near = 0;
	int64_t best = -1;

	while (!strncmp(name, "../", 3) || !strncmp(name, "./", 2)) {
		name = strchr(name, '/') + 1;
		len = strlen(name);
	}
	base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	while (names && low < high) {
		mid = (low + high) / 2;
		if (strcmp(names[mid].base, base) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; names && low < n && !strcmp(names[low].base, base); low++) {
		path = tree_path(includes->tree, names[low].id);
		path_len = strlen(path);
		if (path_len < len || strcmp(path + path_len - len, name) ||
		    (path_len > len && path[path_len - len - 1] != '/'))
			continue;
		near = common(from, path);
		if (best < 0 || near > best_near) {
			best = names[low].id;
			best_near = near;
		}
	}
	return best;
}

/* Take "x/../" and "./" out of a path. */
void include_tidy(char *path)
{
	char *p, *q;

	while ((p = strstr(path, "/./")))
		memmove(p, p + 2, strlen(p + 2) + 1);
	if (!strncmp(path, "./", 2))
		memmove(path, path + 2, strlen(path + 2) + 1);
	while ((p = strstr(path, "/../"))) {
		for (q = p; q > path && q[-1] != '/'; q--)
			;
		memmove(q, p + 4, strlen(p + 4) + 1);
	}
}

static int64_t beside(struct includes *includes, const char *from,
		      const char *name)
{
	const char *slash = strrchr(from, '/');
	int dir = slash ? (int)(slash - from + 1) : 0;
	char path[PATH_SIZE];

	if (snprintf(path, sizeof(path), "%.*s%s", dir, from, name) >=
	    PATH_SIZE)
		return -1;
	include_tidy(path);
	return tree_find(includes->tree, path);
}

static int64_t on_path(struct includes *includes, const char *arch,
		       const char *name)
{
	static const char *const dirs[] = {
		"include/%s%s",
		"include/uapi/%s%s",
		"arch/%s/include/%s",
		"arch/%s/include/uapi/%s",
		"arch/%s/include/generated/%s",
		"arch/%s/include/generated/uapi/%s",
	};
	char path[PATH_SIZE];
	int64_t id;
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (snprintf(path, sizeof(path), dirs[i], i < 2 ? "" : arch,
			     name) >= PATH_SIZE)
			return -1;
		id = tree_find(includes->tree, path);
		if (id >= 0)
			return id;
	}
	if (strncmp(name, "asm/", 4) ||
	    snprintf(path, sizeof(path), "include/asm-generic/%s", name + 4) >=
		    PATH_SIZE)
		return -1;
	return tree_find(includes->tree, path);
}

static int64_t in_tools(struct includes *includes, const char *name)
{
	char path[PATH_SIZE];
	int64_t id;

	snprintf(path, sizeof(path), "tools/include/%s", name);
	id = tree_find(includes->tree, path);
	if (id >= 0)
		return id;
	snprintf(path, sizeof(path), "tools/include/uapi/%s", name);
	return tree_find(includes->tree, path);
}

const char *const *includes_dirs(struct includes *includes, uint32_t file)
{
	return includes->dirs ? incdirs_of(includes->dirs, file) : NULL;
}

static int64_t in_dirs(struct includes *includes, const char *const *dirs,
		       const char *name)
{
	char path[PATH_SIZE];
	int64_t id = -1;

	for (; id < 0 && dirs && *dirs; dirs++) {
		if (snprintf(path, sizeof(path), "%s%s", *dirs, name) >=
		    PATH_SIZE)
			continue;
		include_tidy(path);
		id = tree_find(includes->tree, path);
	}
	return id;
}

int64_t includes_resolve(struct includes *includes, uint32_t from,
			 const struct include *include, const char *arch,
			 const char *const *dirs, bool *afar)
{
	const char *path = tree_path(includes->tree, from);
	char name[PATH_SIZE / 2];
	int64_t id = -1;

	*afar = false;
	if (include->len >= sizeof(name) || !include->len)
		return -1;
	memcpy(name, include->name, include->len);
	name[include->len] = '\0';
	if (include->quoted)
		id = beside(includes, path, name);
	if (id < 0 && !strncmp(path, "tools/", 6))
		id = in_tools(includes, name);
	if (id < 0)
		id = on_path(includes, arch ? arch : includes->arch, name);
	*afar = id < 0;
	if (id < 0)
		id = in_dirs(includes, dirs, name);
	return id < 0 ? by_suffix(includes, path, name) : id;
}

const char *includes_arch(struct includes *includes, uint32_t file)
{
	const char *path = tree_path(includes->tree, file), *end;
	uint32_t i, len;
	char *arch;

	if (strncmp(path, "arch/", 5))
		return NULL;
	path += 5;
	end = strchr(path, '/');
	len = end ? (uint32_t)(end - path) : 0;
	if (!len || len > 31 ||
	    (!strncmp(path, includes->arch, len) && !includes->arch[len]))
		return NULL;
	pthread_mutex_lock(&includes->lock);
	if (!includes->archs)
		includes->archs = calloc(64, sizeof(*includes->archs));
	for (i = 0; includes->archs && i < includes->arch_count; i++)
		if (!strncmp(includes->archs[i], path, len) &&
		    !includes->archs[i][len])
			break;
	if (includes->archs && i == includes->arch_count && i < 64)
		memcpy(includes->archs[includes->arch_count++], path, len);
	arch = includes->archs && i < 64 ? includes->archs[i] : NULL;
	pthread_mutex_unlock(&includes->lock);
	return arch;
}
