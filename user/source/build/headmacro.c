// SPDX-License-Identifier: GPL-2.0
/*
 * A macro's name and a file in, the body of the one definition that this
 * configuration leaves among the file's headers out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/headmacro.h"
#include "source/text/finder.h"
#include "source/text/macro.h"

#define DEEPEST 6 /* conditions around definitions ask for macros, too */

struct headmacro {
	struct index *index;
	const struct config *config;
	struct kbuild *kbuild;
	struct view view;
	uint32_t file;
	bool entered;
	bool alone; /* nothing but its includes can define for it */
	int depth;
	struct state {
		const struct symbol *symbol;
		enum truth here;
	} * states; /* of the definitions that were met */
	uint32_t count, capacity;
	struct absence {
		const char *name; /* in the file's text */
		size_t len;
		bool sure;
	} * absences; /* of names in this file */
	uint32_t absent_count, absent_capacity;
};

struct headmacro *headmacro_new(struct index *index,
				const struct config *config,
				struct kbuild *kbuild)
{
	struct headmacro *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->index = index;
	h->config = config;
	h->kbuild = kbuild;
	view_init(&h->view, index);
	return h;
}

void headmacro_free(struct headmacro *h)
{
	if (!h)
		return;
	view_free(&h->view);
	free(h->states);
	free(h->absences);
	free(h);
}

void headmacro_enter(struct headmacro *h, uint32_t file)
{
	h->file = file;
	h->entered = false;
	h->absent_count = 0;
}

/* Another architecture's header, which the index took for this one's. */
static bool is_foreign(const struct headmacro *h, const struct symbol *symbol)
{
	const char *path = tree_path(index_tree(h->index), symbol->unit->id);
	const char *arch = config_arch(h->config);
	size_t len = arch ? strlen(arch) : 0;

	return !strncmp(path, "arch/", 5) &&
	       (!arch || strncmp(path + 5, arch, len) || path[5 + len] != '/');
}

static bool undefines(const struct symbol *symbol, const char *line, size_t len)
{
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	return len >= symbol->len && !memcmp(line, symbol->name, symbol->len);
}

/* Is the definition compiled, and not taken back further down? */
static enum truth walk_header(struct headmacro *h, const struct symbol *symbol)
{
	struct cond_env env = { .config = h->config,
				.lookup = headmacro_lookup,
				.arg = h };
	struct cond *cond = cond_new(&env);
	enum truth state = TRUTH_UNKNOWN;
	const char *text = symbol->unit->text.data;
	struct lexed lexed = { 0 };
	uint32_t i;

	if (!cond)
		return TRUTH_UNKNOWN;
	lex_text(&lexed, symbol->unit->text);
	for (i = 0; i < lexed.directive_count; i++) {
		const struct directive *d = &lexed.directives[i];

		if (d->start <= symbol->at && symbol->at < d->end)
			state = cond_state(cond);
		else if (d->kind == DIRECTIVE_UNDEF && d->start > symbol->at &&
			 cond_state(cond) != TRUTH_NO &&
			 undefines(symbol, text + d->body, d->end - d->body))
			state = TRUTH_UNKNOWN;
		cond_line(cond, text + d->start + 1, d->end - d->start - 1);
	}
	lexed_free(&lexed);
	cond_free(cond);
	return state;
}

static enum truth state_of(struct headmacro *h, const struct symbol *symbol)
{
	struct state *state;
	enum truth here;
	uint32_t i;

	for (i = 0; i < h->count; i++)
		if (h->states[i].symbol == symbol)
			return h->states[i].here;
	/* who asks for it meanwhile, in its own condition, gets no answer */
	state = ARRAY_ADD(h->states, h->count, h->capacity);
	*state = (struct state){ symbol, TRUTH_UNKNOWN };
	h->depth++;
	here = walk_header(h, symbol);
	h->depth--;
	h->states[i].here = here;
	return here;
}

/* Is it a .c file, compiled by itself, all of whose includes are there? */
static bool is_alone(const struct headmacro *h, const struct unit *unit)
{
	const char *path = tree_path(index_tree(h->index), h->file);
	uint32_t i;

	if (!h->kbuild || path[strlen(path) - 1] != 'c' ||
	    !kbuild_compiled(h->kbuild, path))
		return false;
	for (i = 0; i < unit->include_count; i++)
		if (unit->includes[i].id < 0)
			return false;
	return true;
}

static bool defines(const struct text *text, const char *name, size_t len)
{
	const char *p = text->data, *end = p + text->size, *q;

	for (; (p = memmem(p, end - p, name, len)); p += len) {
		for (q = p; q > text->data && (q[-1] == ' ' || q[-1] == '\t');)
			q--;
		if (q - text->data >= 6 && !memcmp(q - 6, "define", 6) &&
		    !is_word_byte(p[len]))
			return true;
	}
	return false;
}

/* May a Makefile on the way to the top define it, or include what does? */
static bool made_by_flags(const struct headmacro *h, const char *name,
			  size_t len)
{
	static const char *const files[] = { "Makefile", "Kbuild" };
	struct tree *tree = index_tree(h->index);
	char dir[512], path[544];
	bool may = false;
	struct text text;
	char *slash;
	size_t i;

	snprintf(dir, sizeof(dir), "%s", tree_path(tree, h->file));
	while (!may && (slash = strrchr(dir, '/'))) {
		*slash = '\0';
		for (i = 0; i < 2 && !may; i++) {
			snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
			if (tree_read(tree, path, &text))
				continue;
			may = memmem(text.data, text.size, name, len) ||
			      memmem(text.data, text.size, " -include ", 10);
			free((char *)text.data);
		}
	}
	return may;
}

/*
 * Is there nothing that could define it? A name in capitals is none of the
 * compiler's own. (An index of macros has no plain numbers, hence the texts.)
 */
static bool find_nowhere(struct headmacro *h, const char *name, size_t len)
{
	const struct unit *unit;
	uint32_t id = 0;

	while ((unit = view_unit(&h->view, &id)))
		if (defines(&unit->text, name, len))
			return false;
	return !made_by_flags(h, name, len);
}

static bool is_nowhere(struct headmacro *h, const char *name, size_t len)
{
	struct absence *a;
	uint32_t i;

	if (!h->alone || h->depth || *name < 'A' || *name > 'Z')
		return false;
	for (i = 0; i < h->absent_count; i++) {
		a = &h->absences[i];
		if (a->len == len && !memcmp(a->name, name, len))
			return a->sure;
	}
	a = ARRAY_ADD(h->absences, h->absent_count, h->absent_capacity);
	*a = (struct absence){ name, len, find_nowhere(h, name, len) };
	return a->sure;
}

/* @none: nobody defines it. */
static const struct symbol *only_one(struct headmacro *h, const char *name,
				     size_t len, bool *none)
{
	struct symbol *found[FIND_MAX], *one = NULL;
	uint32_t i, n;

	n = view_find(&h->view, name, len, SYMBOL_MACRO, found);
	*none = !n && is_nowhere(h, name, len);
	if (n == FIND_MAX)
		return NULL;
	for (i = 0; i < n; i++) {
		enum truth here;

		/* what the file itself defines, the walk through it knows */
		if (found[i]->unit->id == h->file || is_foreign(h, found[i]))
			return NULL;
		here = state_of(h, found[i]);
		if (here == TRUTH_UNKNOWN || (here == TRUTH_YES && one))
			return NULL;
		if (here == TRUTH_YES)
			one = found[i];
	}
	return one;
}

void headmacro_lookup(void *arg, const char *name, size_t len,
		      struct cond_macro *macro)
{
	struct headmacro *h = arg;
	const struct symbol *symbol;
	const struct macro *found;
	struct unit *unit;
	bool none;

	if (h->depth >= DEEPEST)
		return;
	if (!h->entered) {
		unit = index_unit(h->index, h->file);
		if (!unit)
			return;
		view_enter(&h->view, unit);
		h->entered = true;
		h->alone = is_alone(h, unit);
	}
	symbol = only_one(h, name, len, &none);
	if (none)
		macro->defined = TRUTH_NO;
	found = symbol ? macro_get((struct symbol *)symbol) : NULL;
	if (!found || found->function || !found->size)
		return;
	macro->body = found->text;
	macro->len = found->size;
}
