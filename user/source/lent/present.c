// SPDX-License-Identifier: GPL-2.0
/*
 * A file's directives up to a place go in, what the configuration makes of the
 * place comes out: a header's stub beside the real function's prototype must
 * not pass for the function.
 */
#include "source/build/cond.h"
#include "source/lent/present.h"

static enum cond_object object_of(const struct lent_book *book, uint32_t id)
{
	if (!book->kbuild)
		return COND_ANY;
	switch (kbuild_file(book->kbuild, tree_path(book->tree, id))) {
	case KBUILD_YES:
		return COND_BUILTIN;
	case KBUILD_MODULE:
		return COND_MODULE;
	default:
		return COND_ANY;
	}
}

enum truth present_at(const struct lent_book *book, const struct unit *unit,
		      uint32_t at)
{
	const struct lexed *lexed = &unit->lexed;
	struct cond_env env = { .config = book->config,
				.object = object_of(book, unit->id) };
	enum truth truth;
	struct cond *cond;
	uint32_t i;

	cond = cond_new(&env);
	if (!cond)
		return TRUTH_UNKNOWN;
	for (i = 0; i < lexed->directive_count; i++) {
		const struct directive *d = &lexed->directives[i];

		if (d->end > at)
			break;
		cond_line(cond, unit->text.data + d->start + 1,
			  d->end - d->start - 1);
	}
	truth = cond_state(cond);
	cond_free(cond);
	return truth;
}
