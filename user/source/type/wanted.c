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

/* Is file @id in a directory in which something is unexplained? */
static bool is_near(const struct search *search, uint32_t id)
{
	const char *path = tree_path(search->tree, id);
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? slash - path + 1 : 0;
	const struct result *r;
	uint32_t i, k, n = tree_count(search->tree), first = id;

	while (first && !strncmp(tree_path(search->tree, first - 1), path, dir))
		first--;
	for (i = first; i < n; i++) {
		if (strncmp(tree_path(search->tree, i), path, dir))
			break;
		r = &search->results[i];
		for (k = 0; k < r->occurrence_count; k++)
			if (r->occurrences[k].why == WHY_UNEXPLAINED)
				return true;
	}
	return false;
}

struct loading {
	struct search *search;
	struct finder *finder;
	uint8_t *marks; /* one a file: read it */
};

/* What the index has already declares nothing that was wanted. */
static bool is_new(void *arg, uint32_t id)
{
	struct loading *l = arg;

	return !index_has(l->search->index, id);
}

static void look(void *arg, int thread, uint32_t id, const struct text *text)
{
	struct loading *l = arg;
	const char *path = tree_path(l->search->tree, id);

	(void)thread;
	if (path[strlen(path) - 1] == 'h')
		l->marks[id] = may_define(text, l->finder);
	else
		l->marks[id] = is_near(l->search, id);
}

static void load(void *arg, int thread, uint32_t id)
{
	struct loading *l = arg;

	(void)thread;
	if (l->marks[id])
		index_unit(l->search->index, id);
}

/* What the macros of a directory's headers define. */
static void make(void *arg, int thread, uint32_t id)
{
	struct loading *l = arg;
	const char *path = tree_path(l->search->tree, id);

	if (path[strlen(path) - 1] == 'h' && is_near(l->search, id))
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
	if (l.finder && l.marks)
		err = tree_sweep(search->tree, names, n,
				 neighbours ? GREP_ALL : GREP_AGAIN, is_new,
				 look, &l);
	if (!err)
		parallel_for(count, 16, load, &l);
	if (!err && neighbours)
		parallel_for(count, 16, make, &l);
	finder_free(l.finder);
	free(l.marks);
	wanted_free(&search->wanted);
	return err;
}
