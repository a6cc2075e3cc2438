// SPDX-License-Identifier: GPL-2.0
/*
 * Sites in, their preprocessor conditions and what .config makes of them out.
 */
#include <stdlib.h>
#include <string.h>

#include "source/build/built.h"
#include "source/build/cond.h"
#include "source/build/headmacro.h"
#include "source/build/includer.h"
#include "source/build/kbuild.h"
#include "source/text/lex.h"

struct built {
	struct tree *tree;
	struct config *config;
	struct kbuild *kbuild;
	struct cond *cond;
	struct headmacro *headers; /* NULL without a configuration */
	struct lexed lexed;
	struct arena *arena;
};

static bool is_c(const char *path)
{
	return path[strlen(path) - 1] == 'c';
}

/* Another architecture's directory is never built by this one. */
static bool other_arch(const struct config *config, const char *path)
{
	const char *arch = config_arch(config);
	size_t len;

	if (strncmp(path, "arch/", 5) || !arch)
		return false;
	len = strlen(arch);
	return strncmp(path + 5, arch, len) || path[5 + len] != '/';
}

static bool other_program(const char *path)
{
	return !strncmp(path, "tools/", 6) || !strncmp(path, "scripts/", 8) ||
	       !strncmp(path, "Documentation/", 14);
}

bool built_never(const struct config *config, struct kbuild *kbuild,
		 const char *path)
{
	if (!config)
		return false;
	return other_program(path) || other_arch(config, path) ||
	       (kbuild && is_c(path) && kbuild_file(kbuild, path) == KBUILD_NO);
}

/* A header beside .c files of which none is built belongs to none. */
static bool lonely_header(const struct built *built, uint32_t id)
{
	const char *path = tree_path(built->tree, id), *other;
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? slash - path + 1 : 0;
	uint32_t i, first = id, seen = 0;

	if (!strncmp(path, "include/", 8) || strstr(path, "/include/"))
		return false;
	while (first && !strncmp(tree_path(built->tree, first - 1), path, dir))
		first--;
	for (i = first; i < tree_count(built->tree); i++) {
		other = tree_path(built->tree, i);
		if (strncmp(other, path, dir))
			break;
		if (!is_c(other) || strchr(other + dir, '/'))
			continue;
		seen++;
		if (kbuild_file(built->kbuild, other) != KBUILD_NO)
			return false;
	}
	return seen;
}

static bool not_built(const struct built *built, uint32_t id,
		      enum cond_object *object)
{
	const char *path = tree_path(built->tree, id);

	*object = COND_ANY;
	if (!built->config)
		return false;
	if (other_program(path) || other_arch(built->config, path))
		return true;
	if (!built->kbuild)
		return false;
	if (!is_c(path))
		return lonely_header(built, id);
	switch (kbuild_file(built->kbuild, path)) {
	case KBUILD_NO:
		return true;
	case KBUILD_YES:
		*object = COND_BUILTIN;
		return false;
	case KBUILD_MODULE:
		*object = COND_MODULE;
		return false;
	default:
		return false;
	}
}

/* The sites [from, to) of one file. */
static void classify_file(struct built *built, struct site_set *set,
			  uint32_t from, uint32_t to)
{
	uint32_t id = set->sites[from].id, i, d = 0;
	struct cond_env env = { .config = built->config,
				.lookup = built->headers ? headmacro_lookup :
							   NULL,
				.arg = built->headers };
	const struct directive *directive;
	struct site *site;
	struct text text;
	char buf[1024];
	bool absent;

	absent = not_built(built, id, &env.object);
	if (absent)
		env.lookup = NULL;
	else if (built->headers)
		headmacro_enter(built->headers, id);
	if (tree_text(built->tree, id, &text))
		return;
	lex_text(&built->lexed, text);
	cond_reset(built->cond, &env);
	for (i = from; i < to; i++) {
		site = &set->sites[i];
		for (; d < built->lexed.directive_count; d++) {
			directive = &built->lexed.directives[d];
			if (directive->end > site->call.start)
				break;
			cond_line(built->cond, text.data + directive->start + 1,
				  directive->end - directive->start - 1);
		}
		cond_text(built->cond, buf, sizeof(buf));
		if (*buf)
			site->condition =
				arena_text(built->arena, buf, strlen(buf));
		site->within = site->class;
		if (absent || cond_state(built->cond) == TRUTH_NO)
			site->class = SITE_OTHER_CONFIG;
	}
}

/* An included .c file's sites that none of those compiles who include it. */
static void classify_included(struct built *built, struct site_set *set,
			      uint32_t from, uint32_t to)
{
	uint32_t count = to - from, i, *at = calloc(count, sizeof(*at));
	enum truth *states = calloc(count, sizeof(*states));
	struct includer_query query = { .tree = built->tree,
					.config = built->config,
					.kbuild = built->kbuild,
					.headers = built->headers,
					.file = set->sites[from].id,
					.at = at,
					.count = count,
					.states = states };

	for (i = 0; at && i < count; i++)
		at[i] = set->sites[from + i].call.start;
	if (at && states && includer_ask(&query))
		for (i = 0; i < count; i++)
			if (states[i] == TRUTH_NO)
				set->sites[from + i].class = SITE_OTHER_CONFIG;
	free(at);
	free(states);
}

static bool defines(const struct site *site, const struct lock_helper *helper)
{
	return !strcmp(site->function, helper->name) &&
	       !strcmp(site->file, helper->file);
}

/* Is all that a helper does to the lock compiled out? */
static bool is_idle(const struct site_set *set,
		    const struct lock_helper *helper)
{
	bool seen = false;
	uint32_t i;

	for (i = 0; helper && i < set->count; i++) {
		if (!defines(&set->sites[i], helper))
			continue;
		if (set->sites[i].class != SITE_OTHER_CONFIG)
			return false;
		seen = true;
	}
	return seen;
}

/* One pass over the calls: did it find any of an idle helper? */
static bool drop_idle(struct site_set *set)
{
	const struct lock_helper *known = NULL;
	bool idle = false, any = false;
	struct site *site;
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		site = &set->sites[i];
		if (site->class == SITE_OTHER_CONFIG)
			continue;
		if (site->helper && site->helper != known) {
			known = site->helper;
			idle = is_idle(set, known);
		}
		if (!(site->helper && idle) && !is_idle(set, site->accessor))
			continue;
		site->class = SITE_OTHER_CONFIG;
		any = true;
	}
	return any;
}

void built_classify(struct index *index, struct site_set *set,
		    bool every_config, struct arena *arena)
{
	struct tree *tree = index_tree(index);
	const char *dir = tree_directory(tree);
	struct built built = { .tree = tree, .arena = arena };
	struct cond_env env = { 0 };
	uint32_t i, from = 0;

	if (dir && !every_config && !config_load(dir, &built.config))
		kbuild_new(dir, built.config, &built.kbuild);
	if (built.config)
		built.headers =
			headmacro_new(index, built.config, built.kbuild);
	built.cond = cond_new(&env);
	for (i = 1; built.cond && i <= set->count; i++) {
		if (i < set->count && set->sites[i].id == set->sites[from].id)
			continue;
		classify_file(&built, set, from, i);
		if (built.kbuild && built.headers &&
		    is_c(tree_path(tree, set->sites[from].id)))
			classify_included(&built, set, from, i);
		from = i;
	}
	/* what calls only what is not built does nothing */
	while (built.config && drop_idle(set))
		;
	lexed_free(&built.lexed);
	cond_free(built.cond);
	headmacro_free(built.headers);
	if (built.kbuild)
		kbuild_free(built.kbuild);
	config_free(built.config);
}
