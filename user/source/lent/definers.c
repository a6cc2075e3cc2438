// SPDX-License-Identifier: GPL-2.0
/*
 * A set's escapes in, the files that may define what each of them calls out:
 * every file is searched for all names at once, by all threads.
 */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "source/lent/definers.h"
#include "source/type/definer.h"

#define MANY 16 /* of fewer, most are found beside the call, without a walk */

struct definer {
	const char *name; /* in the book's arena */
	struct finder *finder; /* of this name alone; during the walk */
	uint32_t *ids, count, capacity;
};

struct definers {
	struct definer *list;
	uint32_t count;
	struct definers *next; /* of another set */
};

struct walk {
	struct lent_book *book;
	struct definers *definers;
	struct finder *finder; /* of all names */
	pthread_mutex_t lock; /* of the lists of ids */
};

static int by_name(const void *a, const void *b)
{
	const struct definer *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void look_for(struct walk *walk, struct definer *definer, uint32_t id,
		     const struct text *text)
{
	if (!may_define(text, definer->finder))
		return;
	pthread_mutex_lock(&walk->lock);
	*ARRAY_ADD(definer->ids, definer->count, definer->capacity) = id;
	pthread_mutex_unlock(&walk->lock);
}

static void look(void *arg, int thread, uint32_t id, const struct text *text)
{
	struct walk *walk = arg;
	uint8_t *seen = calloc(walk->definers->count, 1);
	uint32_t which;
	int64_t at;

	(void)thread;
	for (at = 0; seen; at++) {
		at = finder_next(walk->finder, text->data, text->size, at,
				 &which);
		if (at < 0)
			break;
		if (!seen[which])
			look_for(walk, &walk->definers->list[which], id, text);
		seen[which] = 1;
	}
	free(seen);
}

/* Headers first, each in order, whichever thread came first. */
static int by_place(const void *a, const void *b, void *tree)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	bool header = path_is_header(tree_path(tree, x));

	if (header != path_is_header(tree_path(tree, y)))
		return header ? -1 : 1;
	return (x > y) - (x < y);
}

static void sort_ids(struct tree *tree, struct definer *definer)
{
	if (definer->count)
		qsort_r(definer->ids, definer->count, sizeof(*definer->ids),
			by_place, tree);
}

static int walk_tree(struct lent_book *book, struct definers *definers)
{
	const char **names = calloc(definers->count, sizeof(*names));
	struct walk walk = { .book = book, .definers = definers };
	int err = names ? 0 : -ENOMEM;
	uint32_t i;

	for (i = 0; !err && i < definers->count; i++) {
		names[i] = definers->list[i].name;
		definers->list[i].finder = finder_new(&names[i], 1);
		if (!definers->list[i].finder)
			err = -ENOMEM;
	}
	walk.finder = err ? NULL : finder_new(names, definers->count);
	if (!err && !walk.finder)
		err = -ENOMEM;
	pthread_mutex_init(&walk.lock, NULL);
	if (!err)
		err = tree_sweep(book->tree, names, definers->count, GREP_ALL,
				 NULL, look, &walk);
	finder_free(walk.finder);
	for (i = 0; i < definers->count; i++) {
		finder_free(definers->list[i].finder);
		definers->list[i].finder = NULL;
		sort_ids(book->tree, &definers->list[i]);
	}
	free(names);
	return err;
}

static bool is_known(const struct lent_book *book, const char *name)
{
	const struct lent *lent;
	const uint32_t *ids;

	for (lent = book->all; lent; lent = lent->next)
		if (!strcmp(lent->name, name))
			return true;
	return definers_of(book, name, &ids) >= 0;
}

/* The names of functions that are called and not known yet, each once. */
static void take_names(struct lent_book *book, const struct site_set *set,
		       struct definers *definers)
{
	uint32_t i, n = 0;

	for (i = 0; i < set->count; i++) {
		const struct site *site = &set->sites[i];

		if (site->class == SITE_ESCAPE &&
		    (isalpha((unsigned char)*site->api) || *site->api == '_'))
			definers->list[n++].name = site->api;
	}
	if (n)
		qsort(definers->list, n, sizeof(*definers->list), by_name);
	for (i = 0; i < n; i++)
		if ((!i || strcmp(definers->list[i].name,
				  definers->list[i - 1].name)) &&
		    !is_known(book, definers->list[i].name))
			definers->list[definers->count++].name =
				arena_text(&book->arena, definers->list[i].name,
					   strlen(definers->list[i].name));
}

int definers_expect(struct lent_book *book, const struct site_set *set)
{
	struct definers *definers = calloc(1, sizeof(*definers));
	int err = 0;

	if (!definers)
		return -ENOMEM;
	definers->list = calloc(set->count + 1, sizeof(*definers->list));
	if (!definers->list) {
		definers_free(definers);
		return -ENOMEM;
	}
	take_names(book, set, definers);
	if (definers->count >= MANY)
		err = walk_tree(book, definers);
	if (err || definers->count < MANY) {
		definers_free(definers);
		return err;
	}
	definers->next = book->definers;
	book->definers = definers;
	return 0;
}

int64_t definers_of(const struct lent_book *book, const char *name,
		    const uint32_t **ids)
{
	const struct definer key = { .name = name }, *found;
	const struct definers *definers;

	for (definers = book->definers; definers; definers = definers->next) {
		found = bsearch(&key, definers->list, definers->count,
				sizeof(key), by_name);
		if (!found)
			continue;
		*ids = found->ids;
		return found->count;
	}
	return -ENOENT;
}

void definers_free(struct definers *definers)
{
	struct definers *next;
	uint32_t i;

	for (; definers; definers = next) {
		next = definers->next;
		for (i = 0; definers->list && i < definers->count; i++)
			free(definers->list[i].ids);
		free(definers->list);
		free(definers);
	}
}
