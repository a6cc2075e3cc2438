// SPDX-License-Identifier: GPL-2.0
/*
 * Names that lead to the lock: collected by all threads, looked for in the
 * next round.
 */
#include <stdlib.h>

#include "source/search/spot.h"
#include "source/search/verdict.h"

static struct word *find_in(struct word **words, uint32_t count,
			    const char *name, size_t len, enum word_kind kind)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		if (words[i]->kind == kind &&
		    !strncmp(words[i]->name, name, len) && !words[i]->name[len])
			return words[i];
	return NULL;
}

struct word *word_find(struct file_search *f, const char *name, size_t len,
		       enum word_kind kind)
{
	struct search *search = f->search;
	struct word *word = find_in(f->local, f->local_count, name, len, kind);

	return word ? word :
		      find_in(search->words, search->word_count, name, len,
			      kind);
}

static struct word *make(struct arena *arena, const struct token *name,
			 enum word_kind kind)
{
	struct word *word = arena_alloc(arena, sizeof(*word));

	word->name = arena_text(arena, name->at, name->len);
	word->kind = kind;
	return word;
}

/* One definition a file, whichever of its #if branches came first. */
static void define(struct file_search *f, struct word *word,
		   const struct lock_helper *helper)
{
	struct definition **at = &word->definitions, *made;

	while (*at && (*at)->file < f->id)
		at = &(*at)->next;
	if (*at && (*at)->file == f->id)
		return;
	made = arena_alloc(&f->worker->arena, sizeof(*made));
	made->helper = *helper;
	made->helper.name = word->name;
	made->file = f->id;
	made->next = *at;
	*at = made;
}

void word_add(struct file_search *f, const struct token *name,
	      enum word_kind kind, const struct lock_helper *helper, bool locks,
	      bool asserts, bool local)
{
	struct search *search = f->search;
	struct word *word;

	if (!local)
		pthread_mutex_lock(&search->lock);
	word = find_in(f->local, f->local_count, name->at, name->len, kind);
	if (!local) {
		word = find_in(search->words, search->word_count, name->at,
			       name->len, kind);
		if (!word)
			word = find_in(search->found, search->found_count,
				       name->at, name->len, kind);
	}
	if (!word) {
		word = make(&f->worker->arena, name, kind);
		word->local = local;
		if (local)
			*ARRAY_ADD(f->local, f->local_count,
				   f->local_capacity) = word;
		else
			*ARRAY_ADD(search->found, search->found_count,
				   search->found_capacity) = word;
	}
	if (helper)
		define(f, word, helper);
	word->locks |= locks;
	word->asserts |= asserts;
	if (!local)
		pthread_mutex_unlock(&search->lock);
}

struct lock_helper *word_helper(struct file_search *f, const struct token *name,
				struct word *word)
{
	struct symbol *found[FIND_MAX];
	struct wanted *wanted = f->view->wanted;
	struct definition *d;
	uint32_t k, n, bodies = 0;

	f->view->wanted = NULL;
	n = view_find(f->view, name->at, name->len,
		      SYMBOL_FUNCTION | SYMBOL_MACRO, found);
	f->view->wanted = wanted;
	for (k = 0; k < n; k++) {
		for (d = word->definitions; d; d = d->next)
			if (d->file == found[k]->unit->id)
				return &d->helper;
		bodies += found[k]->kind == SYMBOL_MACRO ||
			  found[k]->open != NO_TOKEN;
	}
	for (d = word->definitions; d && n; d = d->next)
		if (!d->helper.header && !bodies)
			return &d->helper; /* only declared here */
	return n ? NULL : &word->definitions->helper;
}

void verdict_add(struct file_search *f, const char *at, enum match match,
		 const char *other)
{
	const struct text *text = &f->unit->text;
	struct pending *p;
	uint32_t i;

	if (f->header || at < text->data || at >= text->data + text->size) {
		pthread_mutex_lock(&f->search->lock);
		verdict_put(&f->search->verdicts, at, match, other);
		pthread_mutex_unlock(&f->search->lock);
		return;
	}
	for (i = 0; i < f->result->pending_count; i++) {
		p = &f->result->pending[i];
		if (p->at != at)
			continue;
		p->yes |= match == MATCH_YES;
		p->no |= match == MATCH_NO;
		p->unknown |= match == MATCH_UNKNOWN;
		if (match == MATCH_NO && !p->other)
			p->other = arena_text(&f->worker->arena, other,
					      strlen(other));
	}
}
