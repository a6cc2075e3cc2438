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

static void grep_file(void *arg, int thread, uint32_t i)
{
	struct grep *grep = arg;
	uint32_t id = i, which;
	const char *path = grep->tree->files[id].path;
	bool header = path[strlen(path) - 1] == 'h';
	struct text text;

	if (grep->files == GREP_HEADERS ? !header :
	    grep->files == GREP_C	? header :
					  false)
		return;
	if (reader_read(grep->tree, &grep->readers[thread], id, &text))
		return;
	grep->hit[id] = finder_next(grep->finder, text.data, text.size, 0,
				    &which) >= 0;
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
