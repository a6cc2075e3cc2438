/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A .c file that others #include is compiled with what those define: which of
 * its places does none of them compile?
 */
#ifndef SOURCE_INCLUDER_H
#define SOURCE_INCLUDER_H

#include "source/build/headmacro.h"
#include "source/build/kbuild.h"

struct includer_query {
	struct tree *tree;
	const struct config *config;
	struct kbuild *kbuild;
	struct headmacro *headers; /* has entered another file afterwards */
	uint32_t file;
	const uint32_t *at; /* places in it, ascending */
	uint32_t count;
	enum truth *states; /* out: of each place */
};

/* False: the file has an object of its own, or nobody built includes it. */
bool includer_ask(struct includer_query *query);

#endif
