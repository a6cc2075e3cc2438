// SPDX-License-Identifier: GPL-2.0
/*
 * Words in, the files that hold one of them out: every file is read once,
 * through one buffer a thread, and forgotten.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/finder.h"
#include "source/parallel.h"
#include "source/treestore.h"

#define FILES_AT_ONCE 32

struct grep {
	struct tree *tree;
	const struct finder *finder;
	enum grep_files files;
	uint8_t *hit;
	struct reader readers[PARALLEL_MAX];
};

/* Behind the comments with which a file begins. */
static const char *skip_head(const char *p, const char *end)
{
	const char *close;

	for (;;) {
		while (p < end &&
		       (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
			p++;
		if (end - p < 2 || p[0] != '/' || p[1] != '*')
			return p;
		close = memmem(p + 2, end - p - 2, "*/", 2);
		if (!close)
			return end;
		p = close + 2;
	}
}

/* "#define NAME number", or a directive that defines nothing. */
static bool plain_directive(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (end - p < 7 || memcmp(p, "define", 6))
		return end[-1] != '\\';
	for (p += 6; p < end && (*p == ' ' || *p == '\t');)
		p++;
	while (p < end && is_word_byte(*p))
		p++;
	if (p < end && *p == '(')
		return false;
	while (p < end && (*p == ' ' || *p == '\t' || *p == '('))
		p++;
	return p >= end || *p == '\r' || *p == '/' || (*p >= '0' && *p <= '9');
}

/*
 * A header of numbers only (register lists: most of all headers' bytes) holds
 * neither an inline function nor a macro that could lead to a lock.
 */
static bool is_dull(const struct text *text)
{
	const char *end = text->data + text->size, *p, *next;

	for (p = skip_head(text->data, end); p < end; p = next + 1) {
		next = memchr(p, '\n', end - p);
		if (!next)
			next = end;
		if (*p == '#' ? !plain_directive(p + 1, next) :
				memchr(p, '(', next - p) != NULL)
			return false;
	}
	return true;
}

static void grep_file(void *arg, int thread, uint32_t i)
{
	struct grep *grep = arg;
	uint32_t id = i, which;
	struct tree_file *file = &grep->tree->files[id];
	const char *path = file->path;
	bool header = path[strlen(path) - 1] == 'h';
	struct text text;

	if (grep->files == GREP_HEADERS ? !header || file->kind == FILE_DULL :
	    grep->files == GREP_C	? header :
					  false)
		return;
	if (reader_read(grep->tree, &grep->readers[thread], id, &text))
		return;
	if (grep->files == GREP_HEADERS && file->kind == FILE_NEW)
		file->kind = is_dull(&text) ? FILE_DULL : FILE_CODE;
	if (file->kind == FILE_DULL)
		return;
	grep->hit[id] =
		finder_next(grep->finder, text.data, text.size, 0, &which) >= 0;
}

int64_t tree_grep(struct tree *tree, const char *const *words, size_t n,
		  enum grep_files files, uint32_t **ids)
{
	struct finder *finder = finder_new(words, n);
	struct grep grep = { .tree = tree, .finder = finder, .files = files };
	uint32_t i, count = 0;

	*ids = calloc(tree->count ? tree->count : 1, sizeof(**ids));
	grep.hit = calloc(tree->count ? tree->count : 1, 1);
	if (!finder || !*ids || !grep.hit) {
		finder_free(finder);
		free(grep.hit);
		free(*ids);
		return -ENOMEM;
	}
	parallel_for(tree->count, FILES_AT_ONCE, grep_file, &grep);
	for (i = 0; i < tree->count; i++)
		if (grep.hit[i])
			(*ids)[count++] = i;
	for (i = 0; i < PARALLEL_MAX; i++)
		reader_end(&grep.readers[i]);
	finder_free(finder);
	free(grep.hit);
	return count;
}
