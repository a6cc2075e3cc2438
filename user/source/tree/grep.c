// SPDX-License-Identifier: GPL-2.0
/*
 * Words in, the files that hold one of them out: every file is read through
 * one buffer a thread, and forgotten. Of headers a signature stays, so that
 * later looks read those only that may hold the words.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "source/text/finder.h"
#include "source/tree/parallel.h"
#include "source/text/signature.h"
#include "source/tree/treestore.h"

#define FILES_AT_ONCE 32

struct grep {
	struct tree *tree;
	const struct finder *finder;
	const char *const *words;
	size_t count; /* of the words */
	enum grep_files files;
	tree_wants *wants; /* or NULL */
	tree_hit *hit;
	void *arg;
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

/* Registers' values stand far behind their long names: 16 bytes at a time. */
static inline const char *skip_blanks(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i blank = _mm_set1_epi8(' ');
	uint32_t others = 0;

	while (end - p >= 16 && !others) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);

		others = 0xffff & ~_mm_movemask_epi8(_mm_cmpeq_epi8(v, blank));
		p += others ? __builtin_ctz(others) : 16;
	}
#endif
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

/* What ends a name is below '0'. */
static inline const char *skip_name(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i most = _mm_set1_epi8('/');
	uint32_t ends = 0;

	while (end - p >= 16 && !ends) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);

		ends = _mm_movemask_epi8(
			_mm_cmpeq_epi8(_mm_min_epu8(v, most), v));
		p += ends ? __builtin_ctz(ends) : 16;
	}
#endif
	while (p < end && is_word_byte(*p))
		p++;
	return p;
}

/* "#define NAME number", or a directive that defines nothing. */
static bool plain_directive(const char *p, const char *end)
{
	p = skip_blanks(p, end);
	if (end - p < 7 || memcmp(p, "define", 6))
		return end[-1] != '\\';
	p = skip_name(skip_blanks(p + 6, end), end);
	if (p < end && *p == '(')
		return false;
	p = skip_blanks(p, end);
	while (p < end && *p == '(')
		p = skip_blanks(p + 1, end);
	return p >= end || *p == '\r' || *p == '/' || (*p >= '0' && *p <= '9');
}

/*
 * A header of numbers only (register lists: most of all headers' bytes) holds
 * neither an inline function nor a macro that could lead to a lock.
 */
static bool is_dull(const struct text *text, bool first)
{
	const char *p = text->data, *end = p + text->size, *next;

	for (p = first ? skip_head(p, end) : p; p < end; p = next + 1) {
		next = memchr(p, '\n', end - p);
		if (!next)
			next = end;
		if (*p == '#' ? !plain_directive(p + 1, next) :
				memchr(p, '(', next - p) != NULL)
			return false;
	}
	return true;
}

/* May one of the words be in this file, as far as is known without reading? */
static bool may_hold(const struct grep *grep, const struct tree_file *file)
{
	size_t i;

	if (!file->signature)
		return true;
	for (i = 0; i < grep->count; i++)
		if (signature_may_hold(file->signature, grep->words[i]))
			return true;
	return false;
}

static bool is_asked(const struct grep *grep, const struct tree_file *file)
{
	bool header = path_is_header(file->path);

	switch (grep->files) {
	case GREP_HEADERS:
		return header;
	case GREP_AGAIN:
		return header && file->kind != FILE_DULL;
	case GREP_C:
		return !header;
	case GREP_CODE:
		return !header || file->kind != FILE_DULL;
	default:
		return true;
	}
}

/* A header is looked at again for what is found in others: be ready. */
static void classify(struct tree_file *file, const struct text *text)
{
	file->kind = is_dull(text, true) ? FILE_DULL : FILE_CODE;
	if (file->kind == FILE_CODE)
		file->signature = signature_new(text->data, text->size);
}

/* Is there nothing in this piece of a header but numbers, and no word? */
static bool look_at_piece(void *arg, const struct text *piece, bool first)
{
	const struct grep *grep = arg;
	uint32_t which;

	return is_dull(piece, first) && finder_next(grep->finder, piece->data,
						    piece->size, 0, &which) < 0;
}

static void grep_file(void *arg, int thread, uint32_t id)
{
	struct grep *grep = arg;
	struct tree_file *file = &grep->tree->files[id];
	struct reader *reader = &grep->readers[thread];
	bool new = file->kind == FILE_NEW &&
		   (grep->files == GREP_HEADERS || grep->files == GREP_AGAIN);
	struct text text;
	uint32_t which;
	int ret;

	if (!is_asked(grep, file) || !may_hold(grep, file))
		return;
	if (grep->wants && !grep->wants(grep->arg, id))
		return;
	ret = new ? reader_pieces(grep->tree, reader, id, look_at_piece, grep,
				  &text) :
		    reader_read(grep->tree, reader, id, &text);
	if (ret > 0)
		file->kind = FILE_DULL;
	if (ret)
		return;
	if (new)
		classify(file, &text);
	if (file->kind == FILE_DULL && grep->files == GREP_AGAIN)
		return;
	if (finder_next(grep->finder, text.data, text.size, 0, &which) >= 0)
		grep->hit(grep->arg, thread, id, &text);
}

int tree_sweep(struct tree *tree, const char *const *words, size_t n,
	       enum grep_files files, tree_wants *wants, tree_hit *hit,
	       void *arg)
{
	struct finder *finder = finder_new(words, n);
	struct grep grep = { .tree = tree,
			     .finder = finder,
			     .words = words,
			     .count = n,
			     .files = files,
			     .wants = wants,
			     .hit = hit,
			     .arg = arg };
	uint32_t i;

	if (!finder)
		return -ENOMEM;
	parallel_for(tree->count, FILES_AT_ONCE, grep_file, &grep);
	for (i = 0; i < PARALLEL_MAX; i++)
		reader_end(&grep.readers[i]);
	finder_free(finder);
	return 0;
}

static void mark(void *arg, int thread, uint32_t id, const struct text *text)
{
	uint8_t *marks = arg;

	(void)thread;
	(void)text;
	marks[id] = 1;
}

int64_t tree_grep(struct tree *tree, const char *const *words, size_t n,
		  enum grep_files files, uint32_t **ids)
{
	uint8_t *marks = calloc(tree->count ? tree->count : 1, 1);
	uint32_t i, count = 0;
	int err = -ENOMEM;

	*ids = calloc(tree->count ? tree->count : 1, sizeof(**ids));
	if (marks && *ids)
		err = tree_sweep(tree, words, n, files, NULL, mark, marks);
	for (i = 0; !err && i < tree->count; i++)
		if (marks[i])
			(*ids)[count++] = i;
	free(marks);
	if (err)
		free(*ids);
	return err ? (int64_t)err : count;
}
