// SPDX-License-Identifier: GPL-2.0
/*
 * A place in a file in, out comes whether its #if lines leave it out whatever
 * is configured.
 */
#include "source/build/cond.h"
#include "source/build/never.h"
#include "source/text/lex.h"

bool never_compiled(struct tree *tree, uint32_t id, uint32_t offset)
{
	struct cond_env env = { .config = NULL };
	struct lexed lexed = { 0 };
	const struct directive *d;
	struct cond *cond;
	struct text text;
	bool never;
	uint32_t i;

	if (tree_text(tree, id, &text))
		return false;
	cond = cond_new(&env);
	if (!cond)
		return false;
	lex_text(&lexed, text);
	for (i = 0; i < lexed.directive_count; i++) {
		d = &lexed.directives[i];
		if (d->end > offset)
			break;
		cond_line(cond, text.data + d->start + 1,
			  d->end - d->start - 1);
	}
	never = cond_state(cond) == TRUTH_NO;
	lexed_free(&lexed);
	cond_free(cond);
	return never;
}
