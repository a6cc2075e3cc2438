// SPDX-License-Identifier: GPL-2.0
/*
 * A macro's name and a file in, the body of the one definition that this
 * configuration leaves among the file's headers out.
 */
#include <stdlib.h>
#include <string.h>

#include "source/build/headmacro.h"
#include "source/text/macro.h"

#define DEEPEST 6 /* conditions around definitions ask for macros, too */

struct headmacro {
	struct index *index;
	const struct config *config;
	struct view view;
	uint32_t file;
	bool entered;
	int depth;
	struct state {
		const struct symbol *symbol;
		enum truth here;
	} * states; /* of the definitions that were met */
	uint32_t count, capacity;
};

struct headmacro *headmacro_new(struct index *index,
				const struct config *config)
{
	struct headmacro *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->index = index;
	h->config = config;
	view_init(&h->view, index);
	return h;
}

void headmacro_free(struct headmacro *h)
{
	if (!h)
		return;
	view_free(&h->view);
	free(h->states);
	free(h);
}

void headmacro_enter(struct headmacro *h, uint32_t file)
{
	h->file = file;
	h->entered = false;
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
	here = walk_header(h, symbol);
	h->states[i].here = here;
	return here;
}

static const struct symbol *only_one(struct headmacro *h, const char *name,
				     size_t len)
{
	struct symbol *found[FIND_MAX], *one = NULL;
	uint32_t i, n;

	n = view_find(&h->view, name, len, SYMBOL_MACRO, found);
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

	if (h->depth >= DEEPEST)
		return;
	if (!h->entered) {
		unit = index_unit(h->index, h->file);
		if (!unit)
			return;
		view_enter(&h->view, unit);
		h->entered = true;
	}
	h->depth++;
	symbol = only_one(h, name, len);
	h->depth--;
	found = symbol ? macro_get((struct symbol *)symbol) : NULL;
	if (!found || found->function || !found->size)
		return;
	macro->body = found->text;
	macro->len = found->size;
}
