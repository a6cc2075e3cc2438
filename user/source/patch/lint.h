/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules of livepatching, asked before anything is written: may the
 * function around a site be replaced while the kernel runs?
 */
#ifndef SOURCE_LINT_H
#define SOURCE_LINT_H

#include <stdbool.h>

#include "source/site/sites.h"

enum lint {
	LINT_OK,
	LINT_HARMLESS, /* no patch reaches it, and it never runs again */
	LINT_REFUSED, /* no livepatch tool would take it */
};

/* @why: the rule, static text; set unless LINT_OK. */
enum lint lint_site(struct tree *tree, const struct site *site,
		    const char **why);

/* Does a clone's text use a static key (a jump label)? */
bool lint_static_key(const char *text, size_t len);

#endif
