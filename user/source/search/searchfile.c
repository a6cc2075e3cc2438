// SPDX-License-Identifier: GPL-2.0
/*
 * One file in, its sites and occurrences out: every place at which one of the
 * round's words stands is looked at once.
 */
#include <stdlib.h>

#include "source/search/derived.h"
#include "source/site/embed.h"
#include "source/text/comment.h"

/* The token at or around a byte, or NO_TOKEN. */
static uint32_t token_at(const struct lexed *lexed, uint32_t offset)
{
	const struct token *list = lexed->tokens.list;
	const char *at = lexed->text.data + offset;
	uint32_t low = 0, high = lexed->tokens.count, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (list[mid].at + list[mid].len <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low < lexed->tokens.count && list[low].at <= at ? low : NO_TOKEN;
}

static const struct directive *directive_at(const struct lexed *lexed,
					    uint32_t offset)
{
	uint32_t low = 0, high = lexed->directive_count, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (lexed->directives[mid].end <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low < lexed->directive_count &&
			       lexed->directives[low].start <= offset ?
		       &lexed->directives[low] :
		       NULL;
}

static void look_at(struct file_search *f, uint32_t offset, struct word *word)
{
	const struct lexed *lexed = &f->unit->lexed;
	uint32_t token = token_at(lexed, offset);
	const struct directive *directive;
	uint8_t kind;

	if (token != NO_TOKEN) {
		kind = lexed->tokens.list[token].kind;
		if (kind == TOKEN_WORD)
			code_word(f, token, word);
		else if (word->kind == WORD_FIELD || word->kind == WORD_ALIAS)
			record_occurrence(f, offset, WHY_STRING, "");
		return;
	}
	directive = directive_at(lexed, offset);
	if (directive && directive->kind == DIRECTIVE_DEFINE)
		define_word(f, offset, directive, word);
	else if (word->kind == WORD_FIELD || word->kind == WORD_ALIAS)
		record_occurrence(f, offset,
				  directive ? WHY_DIRECTIVE : WHY_COMMENT, "");
}

static void look_for_all(struct file_search *f)
{
	struct search *search = f->search;
	const struct text *text = &f->unit->text;
	struct word *word;
	uint32_t which;
	int64_t at;

	for (at = 0;; at++) {
		at = finder_next(search->finder, text->data, text->size, at,
				 &which);
		if (at < 0)
			return;
		for (word = search->heads[which]; word; word = word->twin)
			look_at(f, (uint32_t)at, word);
	}
}

/* Names that this file defined for itself while it was searched. */
static void look_for_local(struct file_search *f)
{
	const struct text *text = &f->unit->text;
	struct finder *finder;
	uint32_t i, which;
	int64_t at;

	for (i = 0; i < f->local_count; i++) {
		finder = finder_new(&f->local[i]->name, 1);
		for (at = 0; finder; at++) {
			at = finder_next(finder, text->data, text->size, at,
					 &which);
			if (at < 0)
				break;
			look_at(f, (uint32_t)at, f->local[i]);
		}
		finder_free(finder);
	}
}

/* What a macro's calls said about the places in its body. */
static void settle_local(struct file_search *f)
{
	struct result *result = f->result;
	struct pending *p;
	uint32_t i;

	for (i = 0; i < result->pending_count; i++) {
		p = &result->pending[i];
		if (f->header || !p->at)
			continue;
		if (!p->yes && p->site != NO_TOKEN)
			result->sites[p->site].class = (enum site_class) - 1;
		result->occurrences[p->occurrence].why =
			p->yes	   ? WHY_BODY :
			p->unknown ? WHY_UNEXPLAINED :
				     WHY_OTHER;
		if (!p->yes)
			result->occurrences[p->occurrence].detail =
				p->no ? p->other : "a macro that nothing uses";
		p->at = NULL; /* the text goes away */
	}
}

/* The text to search: a header's stays, others' macros point into it. */
static int text_of(struct file_search *f, const struct text *given,
		   struct text *text)
{
	struct tree *tree = f->search->tree;

	if (given)
		*text = *given;
	return given	 ? 0 :
	       f->header ? tree_text(tree, f->id, text) :
			   reader_read(tree, &f->worker->reader, f->id, text);
}

/*
 * The target was settled by the headers alone. Does this .c file define such a
 * struct, too? Then it has to be settled again.
 */
static bool is_rival(struct file_search *f)
{
	struct search *search = f->search;

	if (!search->headers_only || f->header ||
	    !target_defined(&search->target, f->view, f->unit))
		return false;
	atomic_store(&search->rival, true);
	return true;
}

/* Does a file only talk about this round's words? Its tokens say no more. */
static bool only_comments(const struct file_search *f, const struct text *text)
{
	const struct finder *finder = f->search->finder;
	struct comments comments;
	uint32_t which;
	int64_t at;

	for (at = 0;; at++) {
		at = finder_next(finder, text->data, text->size, at, &which);
		if (at < 0)
			break;
		if (!comment_likely(text, text->data + at))
			return false;
	}
	comments_begin(&comments, text);
	for (at = 0;; at++) {
		at = finder_next(finder, text->data, text->size, at, &which);
		if (at < 0)
			return true;
		if (!comments_hold(&comments, text->data + at))
			return false;
	}
}

static void note_comments(struct file_search *f)
{
	const struct text *text = &f->unit->text;
	const struct word *word;
	uint32_t which;
	int64_t at;

	for (at = 0;; at++) {
		at = finder_next(f->search->finder, text->data, text->size, at,
				 &which);
		if (at < 0)
			return;
		for (word = f->search->heads[which]; word; word = word->twin)
			if (word->kind == WORD_FIELD ||
			    word->kind == WORD_ALIAS)
				record_occurrence(f, (uint32_t)at, WHY_COMMENT,
						  "");
	}
}

void search_file(struct search *search, struct worker *worker, uint32_t id,
		 const struct text *given)
{
	const char *path = tree_path(search->tree, id);
	struct file_search f = { .search = search,
				 .worker = worker,
				 .view = &worker->view,
				 .id = id,
				 .result = &search->results[id],
				 .line = 1 };
	struct unit unit = { 0 };
	struct text text;

	f.header = path_is_header(path);
	if (text_of(&f, given, &text))
		return;
	f.unit = &unit;
	unit.text = text;
	/* where the struct is, macros may paste the field's name */
	if (id != search->target.file && only_comments(&f, &text)) {
		note_comments(&f);
		return;
	}
	unit.lexed = worker->lexed;
	unit_read(&unit, id, text, true);
	view_enter(&worker->view, &unit);
	worker->view.everywhere = search->everywhere;
	worker->view.embeds =
		search->embeds ||
		(search->may_embed && !f.header && search->target.tag &&
		 embed_in(&text, search->target.tag));
	worker->view.wanted = &search->wanted;
	if (!is_rival(&f)) {
		if (search->heads[0] == search->words[0])
			pasted_words(&f);
		look_for_all(&f);
		look_for_local(&f);
		settle_local(&f);
	}
	arena_free(&worker->view.arena);
	free(f.local);
	worker->lexed = unit.lexed;
	memset(&unit.lexed, 0, sizeof(unit.lexed));
	unit_free(&unit);
}
