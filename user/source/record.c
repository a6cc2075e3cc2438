// SPDX-License-Identifier: GPL-2.0
/*
 * Matched expressions in, rows of the result out: the use decides the class.
 */
#include <stdio.h>

#include "source/spot.h"

static uint32_t line_of(struct file_search *f, uint32_t offset, uint32_t *col)
{
	const char *text = f->unit->text.data, *p, *start;

	if (offset < f->line_at) {
		f->line = 1;
		f->line_at = 0;
	}
	p = text + f->line_at;
	while ((p = memchr(p, '\n', text + offset - p))) {
		f->line++;
		f->line_at = (uint32_t)(++p - text);
	}
	start = text + f->line_at;
	*col = (uint32_t)(text + offset - start) + 1;
	return f->line;
}

void record_occurrence(struct file_search *f, uint32_t offset, enum why why,
		       const char *detail)
{
	struct result *r = f->result;
	struct occurrence *o;

	o = ARRAY_ADD(r->occurrences, r->occurrence_count,
		      r->occurrence_capacity);
	memset(o, 0, sizeof(*o));
	o->file = tree_path(f->search->tree, f->id);
	o->id = f->id;
	o->offset = offset;
	o->line = line_of(f, offset, &o->col);
	o->why = why;
	o->detail = detail;
}

bool verb_asserts(enum lock_verb verb)
{
	return verb == VERB_ASSERT || verb == VERB_QUERY || verb == VERB_INIT;
}

bool verb_locks(enum lock_verb verb)
{
	return !verb_asserts(verb);
}

static bool asserting_helper(void *arg, const struct token *name)
{
	struct file_search *f = arg;
	const struct word *word;

	word = word_find(f, name->at, name->len, WORD_HELPER);
	return word && word->asserts && !word->locks;
}

bool only_asserts(struct file_search *f, const struct token *list,
		  uint32_t from, uint32_t to)
{
	return use_only_asserts(f->search->locktab, list, from, to,
				asserting_helper, f);
}

/* The text of tokens [from, to), white space and comments made one blank. */
static const char *spelt(struct file_search *f, const struct token *list,
			 uint32_t from, uint32_t to)
{
	size_t size = 0;
	uint32_t i;
	char *text;

	for (i = from; i < to; i++)
		size += list[i].len + 1;
	text = arena_alloc(&f->worker->arena, size + 1);
	size = 0;
	for (i = from; i < to; i++) {
		if (i > from && (list[i].flags & TOKEN_SPACED))
			text[size++] = ' ';
		memcpy(text + size, list[i].at, list[i].len);
		size += list[i].len;
	}
	for (i = 0; i < size; i++)
		if (text[i] == '\t' || text[i] == '\n' || text[i] == '\r')
			text[i] = ' ';
	return text;
}

const char *target_path(struct file_search *f, const struct use *use,
			uint32_t parts)
{
	const struct target *target = &f->search->target;
	char path[512];
	uint32_t i, used;

	used = snprintf(path, sizeof(path), "%s",
			target->tag ? target->tag : "");
	for (i = 0; i < parts && used < sizeof(path); i++)
		used += snprintf(path + used, sizeof(path) - used, "%s%s",
				 used ? "." : "", target->parts[i]);
	if (use && use->inner && used < sizeof(path))
		snprintf(path + used, sizeof(path) - used, ".%.*s",
			 (int)use->last->len, use->last->at);
	return arena_text(&f->worker->arena, path, strlen(path));
}

static struct span span_of(struct file_search *f, const struct token *list,
			   uint32_t from, uint32_t to)
{
	struct span span = { 0, 0 };

	if (from >= to)
		return span;
	span.start = (uint32_t)(list[from].at - f->unit->text.data);
	span.end = (uint32_t)(list[to - 1].at + list[to - 1].len -
			      f->unit->text.data);
	return span;
}

struct site *record_site(struct file_search *f, const struct token *list,
			 const struct use *use, const struct spot *spot,
			 const char *function)
{
	struct result *r = f->result;
	struct site *site;
	uint32_t offset;

	site = ARRAY_ADD(r->sites, r->site_count, r->site_capacity);
	memset(site, 0, sizeof(*site));
	site->id = f->id;
	site->file = tree_path(f->search->tree, f->id);
	site->function = function ? function : "";
	site->lock = span_of(f, list, use->from, use->to);
	site->call = site->lock;
	if (use->callee != NO_TOKEN) {
		site->api = spelt(f, list, use->callee, use->name_end);
		site->name = span_of(f, list, use->callee, use->name_end);
		site->call = span_of(f, list, use->callee, use->close + 1);
		site->args.start =
			(uint32_t)(list[use->open].at - f->unit->text.data) + 1;
		site->args.end =
			(uint32_t)(list[use->close].at - f->unit->text.data);
		offset = site->name.start;
	} else {
		site->api = use->kind == USE_RETURNED ? "return" : "=";
		offset = site->lock.start;
	}
	if (use->row && use->row->verb == VERB_GUARD)
		site->api = use->row->name;
	site->argument = spelt(f, list, use->from, use->to);
	site->path = target_path(f, use, spot->parts);
	site->line = line_of(f, offset, &site->col);
	site->row = use->row;
	site->condition = "";
	return site;
}

/* The field's own address, or a part of the path only, goes elsewhere. */
static void escapes(struct file_search *f, const struct spot *spot,
		    const struct use *use, const char *function,
		    const char *goes)
{
	struct site *site;

	site = record_site(f, spot->list, use, spot, function);
	site->class = SITE_ESCAPE;
	site->row = NULL;
	site->goes = goes;
}

static void add_helper(struct file_search *f, const struct spot *spot,
		       const struct use *use, struct function_scope *fn,
		       bool locks, bool asserts)
{
	struct token name = { .at = fn->symbol->name, .len = fn->symbol->len };
	const struct local *local;
	struct lock_helper helper = {
		.file = tree_path(f->search->tree, f->id),
		.body = { fn->symbol->start, fn->symbol->end },
		.header = true,
		.parameter = -1,
		.api = use->row,
	};
	uint32_t i, col, n = 0;

	/* who carries a check while he does something else is no helper */
	if (!locks && !only_asserts(f, spot->list, fn->symbol->open + 1,
				    fn->symbol->close))
		return;
	helper.line = line_of(f, fn->symbol->at, &col);
	helper.via = spelt(f, spot->list, spot->lock_from, spot->lock_to);
	local = place_local(spot->place, &spot->list[spot->lock_from], NULL);
	for (i = 0; local && i < fn->scope.count; i++) {
		if (!fn->scope.locals[i].parameter)
			continue;
		if (&fn->scope.locals[i] == local)
			helper.parameter = (int8_t)n;
		n++;
	}
	word_add(f, &name, WORD_HELPER, &helper, locks, asserts, false);
}

/* Of a macro that is no lock function, what it does with the argument. */
static bool through_macro(struct file_search *f, const struct spot *spot,
			  struct use *use, const char **goes)
{
	const struct token *list = spot->list, *word = &list[spot->token];
	const struct lock_api *row = NULL;
	struct use inside;
	struct tokens out;
	uint32_t i, uses = 0;

	if (use->callee == NO_TOKEN || !macro_of(f->view, &list[use->callee]))
		return false;
	macro_expand_all(f->view, list, use->callee, use->close + 1, &out);
	for (i = 1; i < out.count; i++) {
		if (out.list[i].at != word->at)
			continue;
		use_of(f->search->locktab, out.list, out.count,
		       expr_start(out.list, i, 0), i + 1, &inside);
		if (inside.kind == USE_READ || inside.kind == USE_ANNOTATION ||
		    inside.kind == USE_SET)
			continue;
		if (inside.kind != USE_API ||
		    (row && row->verb != inside.row->verb))
			return false; /* an escape into the macro */
		row = inside.row;
		uses++;
	}
	use->row = row;
	*goes = NULL;
	return true;
}

static void in_call(struct file_search *f, struct spot *spot, struct use *use,
		    struct function_scope *fn, uint32_t offset)
{
	const char *name = fn ? fn->name : "", *goes = NULL;
	struct site *site;

	if (use->callee != NO_TOKEN)
		goes = spelt(f, spot->list, use->callee, use->callee + 1);
	else
		goes = "a function pointer";
	if (use->callee != NO_TOKEN &&
	    token_is(&spot->list[use->callee], "__cond_lock")) {
		record_occurrence(f, offset, WHY_ANNOTATION, "");
		if (fn && f->header)
			add_helper(f, spot, use, fn, true, false);
		return;
	}
	if (through_macro(f, spot, use, &goes)) {
		if (!use->row) { /* compared, or checked away */
			record_occurrence(f, offset, WHY_USE, "");
			return;
		}
		site = record_site(f, spot->list, use, spot, name);
		site->class = verb_asserts(use->row->verb) ? SITE_ASSERT :
							     SITE_HELPER;
		if (fn && f->header) {
			if (site->class == SITE_HELPER)
				site->class = SITE_BODY;
			add_helper(f, spot, use, fn, verb_locks(use->row->verb),
				   verb_asserts(use->row->verb));
		}
		record_occurrence(f, offset, WHY_SITE, "");
		return;
	}
	/* the value of a lock cannot be passed: it is no lock, or it escapes */
	escapes(f, spot, use, name, goes);
	record_occurrence(f, offset, WHY_SITE, goes);
}

static void in_api(struct file_search *f, struct spot *spot, struct use *use,
		   struct function_scope *fn, uint32_t offset)
{
	const struct target *target = &f->search->target;
	const struct lock_api *row = use->row;
	bool asserts = verb_asserts(row->verb);
	struct site *site;

	if (use->inner && !asserts && row->verb != VERB_QUERY &&
	    !(target->family == FAMILY_SEQLOCK &&
	      token_is(use->last, "lock"))) {
		record_occurrence(f, offset, WHY_USE, "inside the lock");
		return;
	}
	if (row->family == FAMILY_XARRAY && spot->parts + 1 == target->count &&
	    !strcmp(target->parts[spot->parts], "xa_lock"))
		spot->parts++;
	if (row->family == FAMILY_LOCKREF || spot->parts < target->count) {
		escapes(f, spot, use, fn ? fn->name : "", row->name);
		record_occurrence(f, offset, WHY_SITE, row->name);
		return;
	}
	site = record_site(f, spot->list, use, spot, fn ? fn->name : "");
	site->class = asserts	      ? SITE_ASSERT :
		      f->header && fn ? SITE_BODY :
					SITE_DIRECT;
	record_occurrence(f, offset, WHY_SITE, "");
	if (f->header && fn)
		add_helper(f, spot, use, fn, !asserts, asserts);
}

static bool is_pointer_use(const struct file_search *f, const struct use *use)
{
	return use->address || f->search->target.pointer;
}

void record_match(struct file_search *f, struct spot *spot)
{
	const struct token *t = &spot->list[spot->token];
	uint32_t offset = (uint32_t)(t->at - f->unit->text.data);
	struct function_scope *fn = function_at(f, spot->token);
	const char *name = fn ? fn->name : "";
	struct use use;

	use_of(f->search->locktab, spot->list, spot->count, spot->lock_from,
	       spot->lock_to, &use);
	switch (use.kind) {
	case USE_API:
		in_api(f, spot, &use, fn, offset);
		return;
	case USE_ANNOTATION:
		record_occurrence(f, offset, WHY_ANNOTATION, "");
		return;
	case USE_CALL:
		if (use.inner)
			break;
		in_call(f, spot, &use, fn, offset);
		return;
	case USE_LOCAL:
		if (use.inner || !is_pointer_use(f, &use))
			break;
		record_aliases(f, spot, &use);
		return;
	case USE_STORED:
	case USE_RETURNED:
		if (use.inner || !is_pointer_use(f, &use))
			break;
		escapes(f, spot, &use, name,
			use.kind == USE_RETURNED ? "returned to the caller" :
			use.left_end ? spelt(f, spot->list, use.left,
					     use.left_end) :
				       "an initialiser");
		record_occurrence(f, offset, WHY_SITE, "");
		return;
	case USE_SET:
		record_occurrence(f, offset, WHY_INITIALISER, "");
		return;
	case USE_READ:
		break;
	}
	record_occurrence(f, offset, WHY_USE, "");
}

/* One use of a local that points to the lock. True if it goes elsewhere. */
static bool alias_use(struct file_search *f, const struct spot *spot,
		      struct function_scope *fn, uint32_t token,
		      const char **goes)
{
	struct site *site;
	struct use use;

	use_of(f->search->locktab, spot->list, spot->count, token, token + 1,
	       &use);
	switch (use.kind) {
	case USE_API:
		if (use.inner || use.address)
			return false;
		site = record_site(f, spot->list, &use, spot, fn->name);
		site->alias = true;
		site->class = verb_asserts(use.row->verb) ? SITE_ASSERT :
			      f->header			  ? SITE_BODY :
							    SITE_DIRECT;
		if (f->header)
			add_helper(f, spot, &use, fn, verb_locks(use.row->verb),
				   verb_asserts(use.row->verb));
		return false;
	case USE_CALL:
		*goes = use.callee == NO_TOKEN ?
				"a function pointer" :
				spelt(f, spot->list, use.callee,
				      use.callee + 1);
		return true;
	case USE_STORED:
	case USE_LOCAL:
		*goes = use.left_end ?
				spelt(f, spot->list, use.left, use.left_end) :
				"an initialiser";
		return !use.inner;
	case USE_RETURNED:
		*goes = "returned to the caller";
		return !use.inner;
	default:
		return false;
	}
}

void record_aliases(struct file_search *f, const struct spot *spot,
		    const struct use *use)
{
	const struct token *list = spot->list, *name = &list[use->left];
	struct function_scope *fn = function_at(f, spot->token);
	uint32_t offset = (uint32_t)(list[spot->token].at - f->unit->text.data);
	const struct local *local;
	const char *goes = NULL;
	uint32_t i, before;

	local = fn ? scope_find(&fn->scope, use->left_end, name->at,
				name->len) :
		     NULL;
	if (!local) {
		escapes(f, spot, use, fn ? fn->name : "",
			spelt(f, list, use->left, use->left_end));
		record_occurrence(f, offset, WHY_SITE, "");
		return;
	}
	before = f->result->site_count;
	for (i = local->from; i <= local->to; i++) {
		if (i == use->left || list[i].kind != TOKEN_WORD ||
		    list[i].len != name->len ||
		    memcmp(list[i].at, name->at, name->len) ||
		    list[i - 1].kind == '.' ||
		    list[i - 1].kind == TOKEN_ARROW ||
		    scope_find(&fn->scope, i, name->at, name->len) != local)
			continue;
		alias_use(f, spot, fn, i, &goes);
	}
	if (goes)
		escapes(f, spot, use, fn->name, goes);
	record_occurrence(f, offset,
			  f->result->site_count > before ? WHY_SITE : WHY_USE,
			  "");
}
