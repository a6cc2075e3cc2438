// SPDX-License-Identifier: GPL-2.0
/*
 * A struct's tag in, out comes whether another struct may have its members
 * without a name: "\tstruct tag;", not at the start of a line.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "source/site/embed.h"
#include "source/text/finder.h"

bool embed_allowed(const struct tree *tree)
{
	struct text makefile;
	bool allowed;

	if (tree_read(tree, "Makefile", &makefile))
		return false;
	allowed = memmem(makefile.data, makefile.size, "-fms-extensions", 15) ||
		  memmem(makefile.data, makefile.size, "MS_EXTENSIONS", 13);
	free((char *)makefile.data);
	return allowed;
}

/* "\tstruct tag ;", or "\ttag ;" alone on its line, around @tag. */
static bool is_embedded(const struct text *text, const char *tag, size_t len)
{
	const char *end = text->data + text->size, *at = tag, *p = tag;

	for (at += len; at < end && (*at == ' ' || *at == '\t');)
		at++;
	while (p > text->data && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	if (at >= end || *at != ';' || p - text->data < 7)
		return false;
	if (p[-1] == '\n')
		return p < tag; /* a typedef's name, indented */
	p -= 6;
	return (!memcmp(p, "struct", 6) || !memcmp(p, " union", 6)) &&
	       p[-1] != '\n';
}

bool embed_in(const struct text *text, const char *tag)
{
	const char *end = text->data + text->size, *p = text->data;
	size_t len = strlen(tag);

	for (; (p = memmem(p, end - p, tag, len)); p += len)
		if (p > text->data && !is_word_byte(p[-1]) &&
		    is_embedded(text, p, len))
			return true;
	return false;
}

struct looking {
	const char *tag;
	atomic_bool found;
};

static void look(void *arg, int thread, uint32_t id, const struct text *text)
{
	struct looking *looking = arg;

	(void)thread;
	(void)id;
	if (embed_in(text, looking->tag))
		atomic_store(&looking->found, true);
}

bool embed_in_headers(struct tree *tree, const char *tag)
{
	struct looking looking = { .tag = tag };

	return tree_sweep(tree, &tag, 1, GREP_AGAIN, NULL, look, &looking) ==
		       0 &&
	       atomic_load(&looking.found);
}
