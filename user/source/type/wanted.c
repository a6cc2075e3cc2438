// SPDX-License-Identifier: GPL-2.0
/*
 * Names that a file sees no declaration of go in; files that may declare them
 * are read into the index, where a search that looks everywhere finds them.
 */
#include <errno.h>
#include <stdlib.h>

#include "source/type/definer.h"
#include "source/type/made.h"
#include "source/tree/parallel.h"
#include "source/search/search.h"

static bool is_unexplained(const struct result *r)
{
	uint32_t i;

	for (i = 0; i < r->occurrence_count; i++)
		if (r->occurrences[i].why == WHY_UNEXPLAINED)
			return true;
	return false;
}

/* The length of the name of a path's directory, with its '/'. */
static size_t dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash - path + 1 : 0;
}

static bool any_below(const struct search *search, const uint32_t *ids,
		      uint32_t n, const char *dir, size_t len)
{
	while (n--)
		if (!strncmp(tree_path(search->tree, ids[n]), dir, len))
			return true;
	return false;
}

/* The files in directories in, or below, which something is unexplained. */
static uint8_t *near_files(const struct search *search)
{
	uint32_t i, n = tree_count(search->tree), count = 0;
	uint32_t *ids = calloc(n + 1, sizeof(*ids));
	uint8_t *near = calloc(n + 1, 1);
	const char *path, *before = NULL;
	size_t len;

	for (i = 0; ids && i < n; i++)
		if (is_unexplained(&search->results[i]))
			ids[count++] = i;
	for (i = 0; ids && near && i < n; i++) {
		path = tree_path(search->tree, i);
		len = dir_of(path);
		if (before && dir_of(before) == len &&
		    !strncmp(before, path, len))
			near[i] = near[i - 1];
		else
			near[i] = any_below(search, ids, count, path, len);
		before = path;
	}
	free(ids);
	return near;
}

struct loading {
	struct search *search;
	struct finder *finder;
	uint8_t *marks; /* one a file: read it */
	uint8_t *near;
};

static bool is_header(const struct loading *l, uint32_t id)
{
	return path_is_header(tree_path(l->search->tree, id));
}

/* What the index has already declares nothing that was wanted. */
static bool may_help(void *arg, uint32_t id)
{
	struct loading *l = arg;

	return !index_has(l->search->index, id) &&
	       (l->near[id] || is_header(l, id));
}

static void look(void *arg, int thread, uint32_t id, const struct text *text)
{
	struct loading *l = arg;

	(void)thread;
	l->marks[id] = !is_header(l, id) || may_define(text, l->finder);
}

static void load(void *arg, int thread, uint32_t id)
{
	struct loading *l = arg;

	(void)thread;
	if (l->marks[id])
		index_unit(l->search->index, id);
}

/* What macros' calls define, in a directory's headers and in the file itself. */
static void make(void *arg, int thread, uint32_t id)
{
	struct loading *l = arg;

	if (l->near[id] &&
	    (is_header(l, id) || is_unexplained(&l->search->results[id])))
		made_read(&l->search->workers[thread].view, id);
}

int search_wanted(struct search *search, bool neighbours)
{
	const char *const *names = (const char *const *)search->wanted.names;
	uint32_t count = tree_count(search->tree), n = search->wanted.count;
	struct loading l = { .search = search };
	int err = -ENOMEM;

	l.finder = finder_new(names, n);
	l.marks = calloc(count ? count : 1, 1);
	l.near = near_files(search);
	if (l.finder && l.marks && l.near)
		err = tree_sweep(search->tree, names, n,
				 neighbours ? GREP_CODE : GREP_AGAIN, may_help,
				 look, &l);
	if (!err)
		parallel_for(count, 16, load, &l);
	if (!err && neighbours)
		parallel_for(count, 16, make, &l);
	finder_free(l.finder);
	free(l.marks);
	free(l.near);
	wanted_free(&search->wanted);
	return err;
}
