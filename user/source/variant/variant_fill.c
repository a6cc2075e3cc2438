// SPDX-License-Identifier: GPL-2.0
/*
 * A template and what fills its blanks go in, C text comes out. In a template
 * (variant_text.c), $ and a letter is a blank; see blank().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/variant/variant_inside.h"

#define MAX_LINE 80

/* Flags for the hooks. */
static void write_how(const struct blanks *b, FILE *out)
{
	if (!variant_reads(b->api))
		fputs(b->family->how, out);
	else if (b->family->sleeps)
		fputs("LP_READ | LP_SLEEP", out);
	else
		fputs("LP_READ", out);
}

/* An expression on "lock", or on the macro's own variable; ^ is the prefix. */
static void write_expr(const struct blanks *b, const char *expr, FILE *out)
{
	const char *p;

	for (p = expr; *p; p++) {
		if (*p == '^') {
			fputs(b->set->naming->prefix, out);
		} else if (b->macro && !strncmp(p, "lock", 4) && p > expr &&
			   (p[-1] == '(' || p[-1] == '&')) {
			fputs("lp_lock", out);
			p += 3;
		} else {
			fputc(*p, out);
		}
	}
}

/* The parameters behind the lock: as declared, named, in a macro's head. */
static void write_more(const struct blanks *b, char which, FILE *out)
{
	uint32_t flavour = b->api->flavour;

	if (flavour & LOCK_IRQSAVE)
		fputs(which == 'D' ? ", unsigned long flags" :
		      which == 'E' ? ", flags" :
				     ", flags_",
		      out);
	if (flavour & LOCK_NESTED)
		fputs(which == 'D' ? ", unsigned int subclass" :
		      which == 'E' ? ", subclass" :
				     ", subclass_",
		      out);
	if (flavour & LOCK_NEST_LOCK)
		fputs(", outer_", out);
}

static void blank(const struct blanks *b, char which, FILE *out)
{
	const char *lock = b->macro ? "lp_lock" : "lock";

	switch (which) {
	case 'P':
		fputs(b->set->naming->prefix, out);
		break;
	case 'A':
		fputs(b->api->name, out);
		break;
	case 'T':
		fputs(b->family->type, out);
		break;
	case 'H':
		write_how(b, out);
		break;
	case 'S':
		if (b->family->sleeps)
			fputs("\tmight_sleep();\n", out);
		break;
	case 'a': /* the address that names the lock to the policy */
		if (b->family->family == FAMILY_XARRAY)
			fprintf(out, "&%s->xa_lock", lock);
		else if (b->family->family == FAMILY_LOCKREF)
			fprintf(out, "&%s->lock", lock);
		else
			fputs(lock, out);
		break;
	case 't':
		write_expr(b, b->attempt, out);
		break;
	case 'b':
		write_expr(b, b->busy, out);
		break;
	case 'L':
		fputs(b->lock, out);
		break;
	case 'U':
		fputs(b->unlock, out);
		break;
	default:
		write_more(b, which, out);
	}
}

static void fill(const struct blanks *b, FILE *out)
{
	const char *p;

	for (p = b->text; *p; p++) {
		if (*p == '$')
			blank(b, *++p, out);
		else
			fputc(*p, out);
	}
}

/* Backslashes at the end of a macro's lines, lined up as far as they go. */
static void write_macro(const char *text, FILE *out)
{
	while (*text) {
		const char *end = strchr(text, '\n'), *p;
		int col = 0;

		for (p = text; p < end; p++)
			col = *p == '\t' ? (col | 7) + 1 : col + 1;
		fwrite(text, 1, end - text, out);
		if (end[1]) {
			for (col = col < 72 ? col : 71; col < 72;
			     col = (col | 7) + 1)
				fputc('\t', out);
			fputc('\\', out);
		}
		fputc('\n', out);
		text = end + 1;
	}
}

/* A head that is too long for a line is broken behind its type. */
static void write_function(const struct variant_set *set, const char *text,
			   FILE *out)
{
	const char *name = strstr(text, set->naming->prefix);
	size_t head = strcspn(text, "\n");

	if (head <= MAX_LINE || name > text + head)
		fputs(text, out);
	else
		fprintf(out, "%.*s\n%s", (int)(name - 1 - text), text, name);
}

int variant_fill(struct variant_set *set, const struct lock_api *api, FILE *out)
{
	struct blanks b;
	char *text = NULL;
	size_t len;
	FILE *mem;

	variant_choose(&b, set, api);
	mem = open_memstream(&text, &len);
	if (!mem)
		return -ENOMEM;
	fill(&b, mem);
	if (fclose(mem)) {
		free(text);
		return -ENOMEM;
	}
	fputc('\n', out);
	if (b.macro || !strncmp(text, "#define", 7))
		write_macro(text, out);
	else
		write_function(set, text, out);
	free(text);
	return 0;
}
