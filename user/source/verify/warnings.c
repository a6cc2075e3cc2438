// SPDX-License-Identifier: GPL-2.0
/*
 * A log goes in, "file:line:col: warning: text" lines come out. Two warnings
 * are the same when file and text are: an edit moves lines, not complaints.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/build/kbuild.h"
#include "source/verify/warnings.h"

static const char *number(const char *p, const char *end, unsigned int *out)
{
	*out = 0;
	if (p >= end || !isdigit((unsigned char)*p))
		return NULL;
	while (p < end && isdigit((unsigned char)*p))
		*out = 10 * *out + (*p++ - '0');
	return p < end && *p == ':' ? p + 1 : NULL;
}

static const char *after_word(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	while (p < end && *p == ' ')
		p++;
	if ((size_t)(end - p) < len || memcmp(p, word, len))
		return NULL;
	return p + len;
}

/* "file:12:3: warning: text"; a column is not always there. */
static bool parse_line(const char *line, const char *end, struct warning *w,
		       const char **file_end)
{
	const char *p = memchr(line, ':', end - line), *q, *text;

	if (!p || p == line)
		return false;
	*file_end = p;
	q = number(p + 1, end, &w->line);
	if (!q)
		return false;
	p = number(q, end, &w->col);
	if (p)
		q = p;
	text = after_word(q, end, "warning: ");
	if (!text) {
		text = after_word(q, end, "error: ");
		w->error = text;
	}
	if (!text)
		return false;
	w->text = text;
	w->text_len = end - text;
	w->whole = line;
	w->whole_len = end - line;
	return true;
}

static int keep(struct warning_list *list, struct warning *w,
		const char *file_end, const char *root)
{
	const char *file = w->whole;
	size_t len = strlen(root);

	if (list->nr == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct warning *more =
			realloc(list->list, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		list->list = more;
		list->room = room;
	}
	if (len && !strncmp(file, root, len) && file[len] == '/')
		file += len + 1;
	while (!strncmp(file, "./", 2))
		file += 2;
	w->file = strndup(file, file_end - file);
	if (!w->file)
		return -ENOMEM;
	kbuild_fold(w->file); /* a neighbour's Makefile spells it with ".." */
	list->list[list->nr++] = *w;
	return 0;
}

int warnings_parse(struct warning_list *list, const char *log, const char *root)
{
	const char *end, *file_end;
	int ret = 0;

	*list = (struct warning_list){ 0 };
	for (; *log && !ret; log = *end ? end + 1 : end) {
		struct warning w = { 0 };

		end = strchrnul(log, '\n');
		if (parse_line(log, end, &w, &file_end))
			ret = keep(list, &w, file_end, root);
	}
	return ret;
}

static bool same(const struct warning *a, const struct warning *b)
{
	return a->error == b->error && a->text_len == b->text_len &&
	       !memcmp(a->text, b->text, a->text_len) &&
	       !strcmp(a->file, b->file);
}

/*
 * A copy of a function is warned about as the function is: sparse's "context
 * imbalance in 'take'" is "... in 'lp_take'" for it.
 */
static bool is_copys(const struct warning *a, const struct warning *b,
		     const char *prefix)
{
	const char *quote = memchr(b->text, '\'', b->text_len);
	size_t len = strlen(prefix), head = quote ? quote + 1 - b->text : 0;

	return len && quote && b->text_len > head + len &&
	       !memcmp(quote + 1, prefix, len) && a->error == b->error &&
	       a->text_len == b->text_len - len &&
	       !memcmp(a->text, b->text, head) &&
	       !memcmp(a->text + head, b->text + head + len,
		       a->text_len - head) &&
	       !strcmp(a->file, b->file);
}

size_t warnings_new(const struct warning_list *before,
		    const struct warning_list *after, const char *prefix,
		    bool *fresh)
{
	bool *used = calloc(before->nr + 1, sizeof(*used));
	size_t i, j, nr = 0;

	for (i = 0; i < after->nr; i++) {
		fresh[i] = true;
		for (j = 0; j < before->nr && fresh[i]; j++)
			fresh[i] = !is_copys(&before->list[j], &after->list[i],
					     prefix);
		for (j = 0; j < before->nr && used && fresh[i]; j++) {
			if (used[j] || !same(&before->list[j], &after->list[i]))
				continue;
			used[j] = true;
			fresh[i] = false;
			break;
		}
		nr += fresh[i];
	}
	free(used);
	return nr;
}

void warnings_free(struct warning_list *list)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		free(list->list[i].file);
	free(list->list);
	*list = (struct warning_list){ 0 };
}
