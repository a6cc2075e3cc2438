// SPDX-License-Identifier: GPL-2.0
/*
 * A lock's name in, all its sites out: the files that hold the field's name
 * are searched, headers first; macros and helpers that turn up are names to
 * search for in the next round, until no new one does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "source/build/built.h"
#include "source/site/embed.h"
#include "source/site/keep.h"
#include "source/tree/parallel.h"
#include "source/search/search.h"
#include "source/search/verdict.h"

#define MOST_ROUNDS 12

static void work(void *arg, int thread, uint32_t i)
{
	struct search *search = arg;

	search_file(search, &search->workers[thread], search->ids[i], NULL);
}

static void work_on(void *arg, int thread, uint32_t id, const struct text *text)
{
	struct search *search = arg;

	if (!atomic_load(&search->rival))
		search_file(search, &search->workers[thread], id, text);
}

static int by_word(const void *a, const void *b)
{
	const struct word *x = *(struct word *const *)a;
	const struct word *y = *(struct word *const *)b;
	int diff = strcmp(x->name, y->name);

	return diff ? diff : (int)x->kind - (int)y->kind;
}

/* What was found becomes what is looked for, in the order of the names. */
static uint32_t take_found(struct search *search)
{
	uint32_t i, n = search->found_count;

	if (n)
		qsort(search->found, n, sizeof(*search->found), by_word);
	for (i = 0; i < n; i++) {
		*ARRAY_ADD(search->words, search->word_count,
			   search->word_capacity) = search->found[i];
		search->has_aliases |= search->found[i]->kind == WORD_ALIAS;
	}
	search->found_count = 0;
	return n;
}

/* Words of one name hang on the first of them: the finder tells names. */
static uint32_t link_twins(struct search *search, uint32_t first,
			   const char **names)
{
	uint32_t i, k, n = 0;
	struct word *word;

	for (i = first; i < search->word_count; i++) {
		word = search->words[i];
		for (k = 0; k < n && strcmp(names[k], word->name);)
			k++;
		word->twin = k < n ? search->heads[k] : NULL;
		search->heads[k] = word;
		names[k] = word->name;
		n += k == n;
	}
	return n;
}

/* words[first ...] are what is looked for from here. */
static int begin_round(struct search *search, uint32_t first)
{
	uint32_t count = search->word_count - first;

	search->names = calloc(count ? count : 1, sizeof(*search->names));
	search->heads = calloc(count ? count : 1, sizeof(*search->heads));
	if (!search->names || !search->heads)
		return -ENOMEM;
	search->name_count = link_twins(search, first, search->names);
	search->finder = finder_new(search->names, search->name_count);
	return search->finder ? 0 : -ENOMEM;
}

static void end_round(struct search *search)
{
	finder_free(search->finder);
	free(search->names);
	free(search->heads);
	search->finder = NULL;
	search->names = NULL;
	search->heads = NULL;
}

/* Search files @ids for words[first ...]. */
static int search_files(struct search *search, const uint32_t *ids, uint32_t n,
			uint32_t first)
{
	int err = begin_round(search, first);

	search->ids = ids;
	if (!err)
		parallel_for(n, 1, work, search);
	end_round(search);
	return err;
}

/* Search all code for all words, each file while it is there to be read. */
static int sweep_code(struct search *search)
{
	int err = begin_round(search, 0);

	if (!err)
		err = tree_sweep(search->tree, search->names,
				 search->name_count, GREP_C, NULL, work_on,
				 search);
	end_round(search);
	return err;
}

/* The files in which words[first ...] occur. */
static int64_t grep_words(struct search *search, uint32_t first,
			  enum grep_files files, uint32_t **ids)
{
	uint32_t i, count = search->word_count - first;
	const char **names = calloc(count ? count : 1, sizeof(*names));
	int64_t n;

	if (!names)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		names[i] = search->words[first + i]->name;
	n = tree_grep(search->tree, names, count, files, ids);
	free(names);
	return n;
}

/* Split @ids into headers and the rest, each in order. */
static uint32_t headers_first(struct search *search, uint32_t *ids, uint32_t n)
{
	uint32_t *rest = calloc(n ? n : 1, sizeof(*rest)), i, h = 0, r = 0;

	if (!rest)
		return 0;
	for (i = 0; i < n; i++) {
		if (path_is_header(tree_path(search->tree, ids[i])))
			ids[h++] = ids[i];
		else
			rest[r++] = ids[i];
	}
	memcpy(ids + h, rest, r * sizeof(*rest));
	free(rest);
	return h;
}

/* Round after round, until the names lead to no new one. */
static int search_found(struct search *search, enum grep_files files)
{
	uint32_t first, round, *more = NULL;
	int64_t count;
	int err = 0;

	for (round = 0; !err && round < MOST_ROUNDS; round++) {
		first = search->word_count;
		if (!take_found(search))
			break;
		count = grep_words(search, first, files, &more);
		if (count < 0)
			return (int)count;
		err = search_files(search, more, (uint32_t)count, first);
		free(more);
	}
	if (round == MOST_ROUNDS)
		search_stopped(search);
	return err;
}

static int search_headers(struct search *search, const uint32_t *ids,
			  uint32_t n)
{
	int err = search_files(search, ids, n, 0);

	return err ? err : search_found(search, GREP_AGAIN);
}

/* The union of two ascending lists of files. */
static uint32_t *unite(uint32_t *a, uint32_t n, const uint32_t *b, uint32_t m,
		       uint32_t *count)
{
	uint32_t *all = calloc(n + m + 1, sizeof(*all)), i = 0, j = 0, k = 0;

	while (all && (i < n || j < m)) {
		if (j == m || (i < n && a[i] < b[j]))
			all[k++] = a[i++];
		else if (i == n || b[j] < a[i])
			all[k++] = b[j++];
		else
			all[k++] = a[i++], j++;
	}
	*count = k;
	return all;
}

static void clear_result(struct result *result)
{
	free(result->sites);
	free(result->occurrences);
	free(result->pending);
	memset(result, 0, sizeof(*result));
}

/* Search again the files in which something stayed unexplained. */
static int search_again(struct search *search)
{
	uint32_t *ids, i, k, n = 0, count = tree_count(search->tree);
	int err;

	ids = calloc(count ? count : 1, sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		const struct result *r = &search->results[i];

		for (k = 0; k < r->occurrence_count; k++)
			if (r->occurrences[k].why == WHY_UNEXPLAINED)
				break;
		if (k < r->occurrence_count) {
			clear_result(&search->results[i]);
			ids[n++] = i;
		}
	}
	search->everywhere = true;
	err = n ? search_files(search, ids, n, 0) : 0;
	free(ids);
	return err;
}

static uint32_t count_unexplained(const struct search *search)
{
	uint32_t i, k, n = 0;

	for (i = 0; i < tree_count(search->tree); i++)
		for (k = 0; k < search->results[i].occurrence_count; k++)
			n += search->results[i].occurrences[k].why ==
			     WHY_UNEXPLAINED;
	return n;
}

static int rounds(struct search *search, uint32_t *ids, uint32_t n)
{
	uint32_t headers = headers_first(search, ids, n), round, left, before;
	int err;

	search->embeds = search->may_embed && search->target.tag &&
			 embed_in_headers(search->tree, search->target.tag);
	err = search_headers(search, ids, headers);
	if (!err && (search->headers_only || search->word_count > 1))
		err = sweep_code(search);
	else if (!err)
		err = search_files(search, ids + headers, n - headers, 0);
	if (atomic_load(&search->rival))
		return 0;
	/* what functions of .c files hand out */
	if (!err)
		err = search_found(search, GREP_ALL);
	left = count_unexplained(search);
	for (round = 0; !err && left && round < 5; round++) {
		before = left;
		if (search->wanted.count)
			err = search_wanted(search, round > 0);
		if (!err)
			err = search_again(search);
		if (!err)
			err = search_found(search, GREP_ALL);
		left = count_unexplained(search);
		if (left >= before && round)
			break;
	}
	return err;
}

struct kept {
	struct locktab *locktab;
	struct arena arena;
};

int sites_keep(struct site_set *set, struct locktab *locktab,
	       struct arena *arena)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (!kept)
		return -ENOMEM;
	kept->locktab = locktab;
	kept->arena = *arena;
	arena->chunks = NULL;
	set->arena = kept;
	return 0;
}

static void gather_helpers(struct search *search, struct site_set *set)
{
	const struct definition *d;
	uint32_t i, n = 0;

	for (i = 0; i < search->word_count; i++)
		for (d = search->words[i]->definitions; d; d = d->next)
			n++;
	set->helpers = calloc(n + 1, sizeof(*set->helpers));
	for (i = 0; set->helpers && i < search->word_count; i++)
		for (d = search->words[i]->definitions; d; d = d->next)
			if (search->words[i]->kind == WORD_HELPER)
				set->helpers[set->helper_count++] = d->helper;
}

/* A header may not know the type of what its readers include before it. */
static enum lock_family family_of(const struct search *search,
				  const struct site_set *set)
{
	uint32_t i;

	if (search->target.family != FAMILY_NONE)
		return search->target.family;
	for (i = 0; i < set->count; i++)
		if (set->sites[i].class == SITE_DIRECT && set->sites[i].row)
			return set->sites[i].row->family;
	return FAMILY_NONE;
}

static int finish(struct search *search, struct site_set *set, const char *lock,
		  const struct sites_opts *opts)
{
	struct arena *arena = &search->workers[0].arena;
	char name[512];
	uint32_t i;
	int err;

	if (!search->target.qualifier) {
		target_name(&search->target, name, sizeof(name));
		lock = name;
	}
	search_settle(search);
	search_gather(search, set);
	gather_helpers(search, set);
	set->file = tree_path(search->tree, search->target.file);
	set->line = search->target.line;
	set->family = family_of(search, set);
	set->lock = arena_text(arena, lock, strlen(lock));
	built_classify(search->index, set, opts && opts->no_config, arena);
	for (i = 1; i < PARALLEL_MAX; i++)
		arena_join(arena, &search->workers[i].arena);
	err = sites_keep(set, search->locktab, arena);
	if (!err)
		search->locktab = NULL;
	return err;
}

static void end_search(struct search *search)
{
	uint32_t i;

	for (i = 0; search->results && i < tree_count(search->tree); i++)
		clear_result(&search->results[i]);
	for (i = 0; search->workers && i < PARALLEL_MAX; i++) {
		view_free(&search->workers[i].view);
		reader_end(&search->workers[i].reader);
		lexed_free(&search->workers[i].lexed);
		arena_free(&search->workers[i].arena);
	}
	verdict_free(&search->verdicts);
	wanted_free(&search->wanted);
	free(search->results);
	free(search->workers);
	free(search->words);
	free(search->found);
	locktab_close(search->locktab);
	index_close(search->index);
	target_free(&search->target);
}

static int begin_search(struct search *search, struct tree *tree)
{
	struct word *field;
	int err, i;

	search->tree = tree;
	pthread_mutex_init(&search->lock, NULL);
	pthread_mutex_init(&search->wanted.lock, NULL);
	search->may_embed = embed_allowed(tree);
	err = index_open(tree, NULL, &search->index);
	if (!err)
		err = locktab_open(tree, &search->locktab);
	if (err)
		return err;
	search->results =
		calloc(tree_count(tree) + 1, sizeof(*search->results));
	search->workers = calloc(PARALLEL_MAX, sizeof(*search->workers));
	if (!search->results || !search->workers)
		return -ENOMEM;
	for (i = 0; i < PARALLEL_MAX; i++) {
		if (i >= parallel_count())
			break;
		view_init(&search->workers[i].view, search->index);
		search->workers[i].view.locktab = search->locktab;
	}
	field = arena_alloc(&search->workers[0].arena, sizeof(*field));
	field->name = arena_text(&search->workers[0].arena,
				 target_word(&search->target),
				 strlen(target_word(&search->target)));
	field->kind = WORD_FIELD;
	*ARRAY_ADD(search->words, search->word_count, search->word_capacity) =
		field;
	return 0;
}

static void start_over(struct search *search)
{
	uint32_t i;

	for (i = 0; i < tree_count(search->tree); i++)
		clear_result(&search->results[i]);
	verdict_free(&search->verdicts);
	wanted_free(&search->wanted);
	search->word_count = 1;
	search->found_count = 0;
	search->has_aliases = search->everywhere = false;
	search->headers_only = false;
	atomic_store(&search->rival, false);
}

/*
 * The last attempt: where the struct is spelt, the field need not be, for a
 * macro may have pasted its name together.
 */
static int resolve_by_tag(struct search *search, uint32_t **all,
			  uint32_t *count)
{
	const char *tag = search->target.tag;
	uint32_t *ids = NULL, *both;
	int64_t n = tag ? tree_grep(search->tree, &tag, 1, GREP_ALL, &ids) : 0;

	if (n < 0)
		return (int)n;
	both = unite(*all, *count, ids, (uint32_t)n, count);
	free(ids);
	if (!both)
		return -ENOMEM;
	free(*all);
	*all = both;
	return target_resolve(&search->target, search->index, *all, *count,
			      false);
}

/*
 * Most locks are in a struct that a header defines. So headers are read first,
 * and code once, for all that they led to, unless code has such a struct, too.
 */
static int find(struct search *search)
{
	uint32_t *ids = NULL, *more = NULL, *all = NULL, count = 0;
	int64_t n = grep_words(search, 0, GREP_HEADERS, &ids), m;
	int err = -ENOENT;

	if (n < 0)
		return (int)n;
	search->headers_only = search->target.tag != NULL;
	if (search->headers_only)
		err = target_resolve(&search->target, search->index, ids,
				     (uint32_t)n, true);
	if (!err)
		err = rounds(search, ids, (uint32_t)n);
	if (!err && !atomic_load(&search->rival))
		goto out;
	start_over(search);
	m = grep_words(search, 0, GREP_C, &more);
	if (m >= 0)
		all = unite(ids, (uint32_t)n, more, (uint32_t)m, &count);
	err = m < 0 ? (int)m : -ENOMEM;
	if (all)
		err = target_resolve(&search->target, search->index, all, count,
				     search->target.tag != NULL);
	if (all && err && search->target.tag)
		err = resolve_by_tag(search, &all, &count);
	if (!err)
		err = rounds(search, all, count);
out:
	free(ids);
	free(more);
	free(all);
	return err;
}

int sites_find(struct tree *tree, const char *lock,
	       const struct sites_opts *opts, struct site_set *set)
{
	struct search search = { 0 };
	int err;

	memset(set, 0, sizeof(*set));
	err = target_parse(lock, &search.target);
	if (err)
		return err;
	parallel_threads(opts ? opts->threads : 0);
	err = begin_search(&search, tree);
	if (!err)
		err = find(&search);
	if (!err)
		err = finish(&search, set, lock, opts);
	end_search(&search);
	return err;
}

void sites_free(struct site_set *set)
{
	struct kept *kept = set->arena;

	if (kept) {
		arena_free(&kept->arena);
		locktab_close(kept->locktab);
	}
	free(kept);
	free(set->sites);
	free(set->occurrences);
	free(set->helpers);
	memset(set, 0, sizeof(*set));
}

bool site_moves(const struct site *site)
{
	enum lock_verb verb;

	if (!site->row || site->class == SITE_ASSERT)
		return false;
	verb = site->row->verb;
	return verb == VERB_ACQUIRE || verb == VERB_TRY || verb == VERB_RELEASE;
}

const char *site_class_name(enum site_class class)
{
	static const char *const names[] = {
		[SITE_DIRECT] = "direct", [SITE_HELPER] = "helper",
		[SITE_BODY] = "body",	  [SITE_ASSERT] = "assert",
		[SITE_ESCAPE] = "escape", [SITE_OTHER_CONFIG] = "other-config",
	};

	return names[class];
}

const char *why_name(enum why why)
{
	static const char *const names[] = {
		[WHY_SITE] = "site",
		[WHY_BODY] = "body",
		[WHY_DECLARATION] = "declaration",
		[WHY_INITIALISER] = "initialiser",
		[WHY_ANNOTATION] = "annotation",
		[WHY_COMMENT] = "comment",
		[WHY_STRING] = "string",
		[WHY_OTHER] = "other",
		[WHY_USE] = "use",
		[WHY_DIRECTIVE] = "directive",
		[WHY_UNEXPLAINED] = "unexplained",
	};

	return names[why];
}

bool site_in_helper(const struct site *s, const struct lock_helper *helper)
{
	if (strcmp(s->file, helper->file))
		return false;
	return !strcmp(s->function, helper->name) ||
	       (!*s->function && s->name.start >= helper->body.start &&
		s->name.end <= helper->body.end);
}
