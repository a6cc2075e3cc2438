// SPDX-License-Identifier: GPL-2.0
/*
 * Matched expressions in, rows of the result out: the use decides the class.
 */
#include <stdio.h>
#include <string.h>

#include "source/search/derived.h"

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

void record_why(struct file_search *f, const struct spot *spot, enum why why,
		const char *detail)
{
	const char *at = spot->list[spot->token].at;

	if (!spot->derived)
		record_occurrence(f, (uint32_t)(at - f->unit->text.data), why,
				  detail);
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
const char *spelt(struct file_search *f, const struct token *list,
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

/* guard(class), scoped_guard(class, ...), CLASS(class, var) and kin */
static bool spells_guard(const struct token *callee)
{
	return memmem(callee->at, callee->len, "guard", 5) ||
	       token_is(callee, "CLASS") || token_is(callee, "ACQUIRE") ||
	       token_is(callee, "__free");
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
	/* not where a helper is called that has a guard of its own */
	if (use->row && use->row->verb == VERB_GUARD &&
	    use->callee != NO_TOKEN && spells_guard(&list[use->callee]))
		site->api = use->row->name;
	site->argument = spelt(f, list, use->from, use->to);
	site->path = target_path(f, use, spot->parts);
	site->line = line_of(f, offset, &site->col);
	site->row = use->row;
	site->accessor = spot->accessor;
	site->condition = "";
	return site;
}

/* The field's own address, or a part of the path only, goes elsewhere. */
void record_escape(struct file_search *f, const struct spot *spot,
		   const struct use *use, const char *function,
		   const char *goes)
{
	struct site *site;

	site = record_site(f, spot->list, use, spot, function);
	site->class = SITE_ESCAPE;
	site->row = NULL;
	site->goes = goes;
	site->alias = spot->derived;
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
		if (!fn->scope.locals[i].parameter || fn->scope.locals[i].maker)
			continue;
		if (&fn->scope.locals[i] == local)
			helper.parameter = (int8_t)n;
		n++;
	}
	word_add(f, &name, WORD_HELPER, &helper, locks, asserts, false);
}

/* What comes out of the macro's call is the lock's address. */
static void behind_macro(struct file_search *f, const struct spot *spot,
			 const struct use *use)
{
	struct spot outer = *spot;

	outer.lock_from = use->callee;
	outer.lock_to = use->close + 1;
	outer.pointer = true;
	record_match(f, &outer);
}

static void in_call(struct file_search *f, struct spot *spot, struct use *use,
		    struct function_scope *fn)
{
	const char *name = fn ? fn->name : "", *goes = NULL;
	struct inside in;
	struct site *site;

	if (use->callee != NO_TOKEN)
		goes = spelt(f, spot->list, use->callee, use->callee + 1);
	else
		goes = "a function pointer";
	if (use->callee != NO_TOKEN &&
	    token_is(&spot->list[use->callee], "__cond_lock")) {
		record_why(f, spot, WHY_ANNOTATION, "");
		if (fn && f->header)
			add_helper(f, spot, use, fn, true, false);
		return;
	}
	if (through_macro(f, spot, use, &in)) {
		if (in.yields && !use->row) {
			behind_macro(f, spot, use);
			return;
		}
		if (!use->row) { /* compared, or checked away */
			record_why(f, spot, WHY_USE, "");
			return;
		}
		site = record_site(f, spot->list, use, spot, name);
		site->class = verb_asserts(use->row->verb) ? SITE_ASSERT :
							     SITE_HELPER;
		site->more = in.more;
		if (fn && f->header) {
			if (site->class == SITE_HELPER)
				site->class = SITE_BODY;
			add_helper(f, spot, use, fn, verb_locks(use->row->verb),
				   verb_asserts(use->row->verb));
		}
		record_why(f, spot, WHY_SITE, "");
		return;
	}
	/* the value of a lock cannot be passed: it is no lock, or it escapes */
	record_escape(f, spot, use, name, goes);
	record_why(f, spot, WHY_SITE, goes);
}

/* spin_lock(&_T->lock) in a DEFINE_GUARD(). */
static void in_guard(struct file_search *f, const struct spot *spot,
		     struct site *site)
{
	uint32_t guard = guard_definition(spot->list, spot->token);

	if (guard == NO_TOKEN)
		return;
	if (f->header)
		site->class = SITE_BODY;
	guard_add(f, guard);
}

/* A lock inside the lock: is to take it to take the lock itself? */
static bool is_the_same(const struct target *target, const struct token *inner)
{
	switch (target->family) {
	case FAMILY_SEQLOCK:
		return token_is(inner, "lock");
	case FAMILY_SPIN:
	case FAMILY_RAW_SPIN:
	case FAMILY_RWLOCK:
		return token_is(inner, "rlock") || token_is(inner, "raw_lock");
	default:
		return false;
	}
}

static void in_api(struct file_search *f, struct spot *spot, struct use *use,
		   struct function_scope *fn)
{
	const struct target *target = &f->search->target;
	const struct lock_api *row = use->row;
	bool asserts = verb_asserts(row->verb);
	struct site *site;

	if (use->inner && !asserts && !is_the_same(target, use->last)) {
		record_why(f, spot, WHY_USE, "inside the lock");
		return;
	}
	if (row->family == FAMILY_XARRAY && spot->parts + 1 == target->count &&
	    !strcmp(target->parts[spot->parts], "xa_lock"))
		spot->parts++;
	if (row->family == FAMILY_LOCKREF ||
	    (spot->parts < target->count && !asserts)) {
		record_escape(f, spot, use, fn ? fn->name : "", row->name);
		record_why(f, spot, WHY_SITE, row->name);
		return;
	}
	site = record_site(f, spot->list, use, spot, fn ? fn->name : "");
	site->alias = spot->derived;
	site->class = asserts	      ? SITE_ASSERT :
		      f->header && fn ? SITE_BODY :
					SITE_DIRECT;
	record_why(f, spot, WHY_SITE, "");
	if (f->header && fn)
		add_helper(f, spot, use, fn, !asserts, asserts);
	if (!fn && !asserts)
		in_guard(f, spot, site);
}

/* "l = m = &b->lock", "spin_lock(l = &b->lock)": the value goes on. */
static void goes_on(struct file_search *f, const struct spot *spot,
		    const struct use *use)
{
	const struct token *prev = &spot->list[use->left - 1];
	struct spot outer = *spot;

	if (!use->left_end || !use->left ||
	    (prev->kind != '=' && prev->kind != '(') ||
	    (prev->kind == '(' && use->left > 1 && token_is(prev - 1, "for")))
		return;
	outer.lock_from = use->left;
	outer.lock_to = use->to;
	outer.pointer = outer.derived = true;
	record_match(f, &outer);
}

/* Put where it can be followed, or where it cannot. */
static void in_assignment(struct file_search *f, struct spot *spot,
			  const struct use *use, const char *name)
{
	if (use->kind == USE_LOCAL) {
		record_aliases(f, spot, use);
	} else {
		record_escape(f, spot, use, name,
			      use->left_end ? spelt(f, spot->list, use->left,
						    use->left_end) :
					      "an initialiser");
		record_why(f, spot, WHY_SITE, "");
	}
	goes_on(f, spot, use);
}

void record_match(struct file_search *f, struct spot *spot)
{
	struct function_scope *fn = function_at(f, spot->token);
	const char *name = fn ? fn->name : "";
	struct use use;

	spot_use(f, spot, &use);
	switch (use.kind) {
	case USE_API:
		in_api(f, spot, &use, fn);
		return;
	case USE_ANNOTATION:
		record_why(f, spot, WHY_ANNOTATION, "");
		return;
	case USE_CALL:
		if (use.inner)
			break;
		in_call(f, spot, &use, fn);
		return;
	case USE_LOCAL:
	case USE_STORED:
		if (use.inner || !use.address)
			break;
		in_assignment(f, spot, &use, name);
		return;
	case USE_RETURNED:
		if (use.inner || !use.address)
			break;
		record_returned(f, spot, &use, fn);
		return;
	case USE_ODD:
		if (use.inner || !use.address)
			break;
		record_escape(f, spot, &use, name, "an expression");
		record_why(f, spot, WHY_SITE, "");
		return;
	case USE_SET:
		record_why(f, spot, WHY_INITIALISER, "");
		return;
	case USE_READ:
		break;
	}
	record_why(f, spot, WHY_USE, "");
}
