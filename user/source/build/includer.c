// SPDX-License-Identifier: GPL-2.0
/*
 * Places of an included .c file in, what the conditions around them are worth
 * with the #defines of those who include it out: each chain of #include lines,
 * from a file that is compiled down to this one, is walked through. One thread.
 */
#include <string.h>

#include "source/build/cond.h"
#include "source/build/includer.h"
#include "source/text/lex.h"

/* As kbuild has it: what includes what includes it... */
#define DEEPEST 4

struct walk {
	struct includer_query *query;
	struct cond *cond;
	struct lexed lexed;
	uint32_t chain[DEEPEST]; /* the file, its includer, ... */
	bool any;
};

/* Is this line an #include "..." of the file @next? */
static bool leads_to(const struct walk *walk, const struct directive *d,
		     uint32_t from, uint32_t next)
{
	struct tree *tree = walk->query->tree;
	const char *text = walk->lexed.text.data, *name, *quote;
	char path[1024];

	name = memchr(text + d->body, '"', d->end - d->body);
	quote = name ? memchr(name + 1, '"', text + d->end - name - 1) : NULL;
	if (d->kind != DIRECTIVE_INCLUDE || !quote)
		return false;
	kbuild_include_path(tree_path(tree, from), name + 1, quote - name - 1,
			    path, sizeof(path));
	return !strcmp(path, tree_path(tree, next));
}

static void feed(struct walk *walk, const struct directive *d)
{
	cond_line(walk->cond, walk->lexed.text.data + d->start + 1,
		  d->end - d->start - 1);
}

static bool read_file(struct walk *walk, uint32_t file)
{
	struct text text;

	if (tree_text(walk->query->tree, file, &text))
		return false;
	lex_text(&walk->lexed, text);
	return true;
}

/* All of @file that is before its #include of @next. */
static bool walk_to(struct walk *walk, uint32_t file, uint32_t next)
{
	const struct directive *d;
	uint32_t i;

	if (!read_file(walk, file))
		return false;
	for (i = 0; i < walk->lexed.directive_count; i++) {
		d = &walk->lexed.directives[i];
		if (leads_to(walk, d, file, next) &&
		    cond_state(walk->cond) != TRUTH_NO)
			return true;
		feed(walk, d);
	}
	return false;
}

static void walk_places(struct walk *walk)
{
	struct includer_query *query = walk->query;
	const struct directive *d;
	uint32_t i, n = 0;

	if (!read_file(walk, query->file))
		return;
	for (i = 0; i < query->count; i++) {
		for (; n < walk->lexed.directive_count; n++) {
			d = &walk->lexed.directives[n];
			if (d->end > query->at[i])
				break;
			feed(walk, d);
		}
		query->states[i] =
			truth_or(query->states[i], cond_state(walk->cond));
	}
	walk->any = true;
}

/* The chain is whole: its last file is compiled by itself. */
static void walk_chain(struct walk *walk, uint32_t last)
{
	struct includer_query *query = walk->query;
	struct cond_env env = { .config = query->config,
				.lookup = headmacro_lookup,
				.arg = query->headers };
	const char *top = tree_path(query->tree, walk->chain[last]);

	env.object = kbuild_file(query->kbuild, top) == KBUILD_MODULE ?
			     COND_MODULE :
			     COND_BUILTIN;
	headmacro_enter(query->headers, walk->chain[last]);
	cond_reset(walk->cond, &env);
	for (; last; last--)
		if (!walk_to(walk, walk->chain[last], walk->chain[last - 1]))
			return;
	walk_places(walk);
}

/* Every chain that begins with the @depth files which are there. */
static void walk_up(struct walk *walk, uint32_t depth)
{
	struct includer_query *query = walk->query;
	const char *path = tree_path(query->tree, walk->chain[depth - 1]);
	struct kbuild *kbuild = query->kbuild;
	char above[1024];
	int64_t id;
	size_t n;

	if (kbuild_compiled(kbuild, path)) {
		walk_chain(walk, depth - 1);
		return;
	}
	if (depth == DEEPEST)
		return;
	for (n = 0; kbuild_includer(kbuild, path, n, above, sizeof(above)) >= 0;
	     n++) {
		id = tree_find(query->tree, above);
		if (id < 0)
			continue;
		walk->chain[depth] = id;
		walk_up(walk, depth + 1);
	}
}

bool includer_ask(struct includer_query *query)
{
	struct walk walk = { .query = query, .chain = { query->file } };
	const char *path = tree_path(query->tree, query->file);
	struct cond_env env = { 0 };
	uint32_t i;

	if (kbuild_compiled(query->kbuild, path))
		return false;
	walk.cond = cond_new(&env);
	if (!walk.cond)
		return false;
	for (i = 0; i < query->count; i++)
		query->states[i] = TRUTH_NO;
	walk_up(&walk, 1);
	lexed_free(&walk.lexed);
	cond_free(walk.cond);
	return walk.any;
}
