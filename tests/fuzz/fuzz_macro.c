// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: any bytes as a file with macros in it; each is parsed, each word
 * that names one is expanded, once and as far as it goes, and so is the whole
 * file. It must end, and what comes out must be a list of tokens: each has a
 * text, brackets are each other's partners or their own, an end is there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/text/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char top[] = "/tmp/fuzz_macro.XXXXXX";

#define FUZZ_FILE 0 /* "fuzz.c" is the tree's first file */

static const char *const paths[] = {
	"include", "include/linux", "include/linux/box.h", "Makefile", "fuzz.c",
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const char *whole(const char *path)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s/%s", top, path);
	return name;
}

static void remove_tree(void)
{
	size_t i;

	for (i = sizeof(paths) / sizeof(paths[0]); i-- > 0;)
		remove(whole(paths[i]));
	remove(top);
}

static void put(const char *path, const char *text)
{
	FILE *out = fopen(whole(path), "w");

	must(out && fputs(text, out) >= 0 && !fclose(out));
}

/* One tree and index for all inputs; they are never closed. */
static struct index *make_index(void)
{
	static struct index *index;
	static struct tree *tree;

	if (index)
		return index;
	must(mkdtemp(top) != NULL);
	atexit(remove_tree);
	must(!mkdir(whole(paths[0]), 0700) && !mkdir(whole(paths[1]), 0700));
	put(paths[2], "#define LOCK(b, f) ((b)->f.lock)\n"
		      "#define TWICE(x) x x\n");
	put(paths[3], "VERSION = 6\n");
	put(paths[4], "");
	must(!tree_open(top, &tree) && !index_open(tree, NULL, &index));
	return index;
}

static void check(const struct tokens *tokens)
{
	const struct token *list = tokens->list;
	uint32_t i, other;

	must(list[tokens->count].kind == TOKEN_END);
	for (i = 0; i < tokens->count; i++) {
		must(list[i].kind != TOKEN_END && list[i].at);
		other = list[i].match;
		must(other < tokens->count);
		must(other == i || list[other].match == i);
	}
}

static void expand(struct view *view)
{
	const struct tokens *tokens = &view->here->lexed.tokens;
	const struct macro *macro;
	struct tokens out;
	uint32_t i, after;

	for (i = 0; i < tokens->count; i++) {
		macro = macro_of(view, &tokens->list[i]);
		if (!macro ||
		    !macro_expand(view, macro, tokens->list, i, &out, &after))
			continue;
		must(after > i && after <= tokens->count);
		check(&out);
		macro_expand_all(view, tokens->list, i, after, &out);
		check(&out);
	}
	macro_expand_all(view, tokens->list, 0, tokens->count, &out);
	check(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char head[] = "#include <linux/box.h>\n";
	struct index *index = make_index();
	struct unit unit = { 0 };
	struct view view;
	char *text = malloc(sizeof(head) + size);

	if (!text)
		return 0;
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + sizeof(head) - 1, data, size);
	size += sizeof(head) - 1;
	text[size] = '\0'; /* as the tree gives it */
	view_init(&view, index);
	unit_read(&unit, FUZZ_FILE, (struct text){ text, size }, true);
	view_enter(&view, &unit);
	expand(&view);
	view_free(&view);
	unit_free(&unit);
	free(text);
	return 0;
}
