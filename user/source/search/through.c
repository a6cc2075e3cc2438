// SPDX-License-Identifier: GPL-2.0
/*
 * A macro's call that is handed the lock goes in; what the macro does with it,
 * read in its expansion, comes out.
 */
#include <string.h>

#include "source/search/derived.h"

const struct lock_api *wrapping_row(struct file_search *f,
				    const struct token *name,
				    const struct lock_api *row)
{
	struct lock_api *wrap = arena_alloc(&f->worker->arena, sizeof(*wrap));

	*wrap = *row;
	wrap->name = arena_text(&f->worker->arena, name->at, name->len);
	wrap->verb = VERB_WRAP;
	wrap->flavour = 0;
	wrap->flags = -1;
	wrap->pairs = NULL;
	wrap->macro = true;
	return wrap;
}

/* The spot, whose word is out->list[i] in an expansion. */
static struct spot spot_in(const struct spot *spot, const struct tokens *out,
			   uint32_t i)
{
	struct spot inner = *spot;
	uint32_t k;

	inner.list = out->list;
	inner.count = out->count;
	inner.token = i;
	inner.lock_from = expr_start(out->list, i, 0);
	inner.lock_to = i + 1;
	for (k = spot->token + 1; k < spot->lock_to; k++) {
		if (spot->list[k].match > k &&
		    out->list[inner.lock_to].match > inner.lock_to) {
			k = spot->list[k].match;
			inner.lock_to = out->list[inner.lock_to].match;
		}
		inner.lock_to++;
	}
	if (inner.lock_to > out->count)
		inner.lock_to = out->count;
	return inner;
}

static void look_inside(struct file_search *f, struct spot *spot,
			struct inside *in, uint32_t depth);

/* The macro keeps the address in a local of its own. */
static void alias_inside(struct file_search *f, const struct spot *spot,
			 const struct use *use, struct inside *in,
			 uint32_t depth)
{
	const struct token *list = spot->list, *name = &list[use->left];
	uint32_t i;

	for (i = use->to; i < spot->count; i++) {
		struct spot inner = *spot;

		if (!names_local(list, i, name))
			continue;
		inner.token = inner.lock_from = i;
		inner.lock_to = i + 1;
		inner.pointer = true;
		look_inside(f, &inner, in, depth + 1);
	}
}

static void look_inside(struct file_search *f, struct spot *spot,
			struct inside *in, uint32_t depth)
{
	struct use use;

	in->seen = true;
	spot_use(f, spot, &use);
	in->yields |= use.kind == USE_READ && use.level == 1 && !use.from &&
		      use.to == spot->count;
	if (use.kind == USE_READ || use.kind == USE_ANNOTATION ||
	    use.kind == USE_SET || (use.inner && use.kind != USE_API))
		return;
	if (use.kind == USE_LOCAL && use.level == 1 && depth < 4) {
		alias_inside(f, spot, &use, in, depth);
		return;
	}
	if (use.kind != USE_API) {
		in->escapes = true;
		return;
	}
	in->takes |= use.row->verb == VERB_ACQUIRE || use.row->verb == VERB_TRY;
	in->gives |= use.row->verb == VERB_RELEASE;
	if (!in->row || verb_asserts(in->row->verb))
		in->row = use.row;
}

/* Of tokens [*from, *to): what a macro's text is wrapped in, off. */
static void unwrap(const struct token *list, uint32_t *from, uint32_t *to)
{
	while (*to > *from) {
		uint32_t last = *to - 1;

		if (list[last].kind == ';') {
			*to = last;
		} else if ((list[*from].kind == '(' ||
			    list[*from].kind == '{') &&
			   list[*from].match == last) {
			++*from;
			*to = last;
		} else if (*to - *from > 6 && token_is(&list[*from], "do") &&
			   list[*from + 1].kind == '{' &&
			   list[*from + 1].match == last - 4) {
			*from += 2;
			*to = last - 4;
		} else {
			break;
		}
	}
}

static bool same_tokens(const struct token *a, const struct token *b,
			uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (a[i].len != b[i].len || memcmp(a[i].at, b[i].at, a[i].len))
			return false;
	return true;
}

/* Is @out, of the call of @use, but @row called with the same arguments? */
static bool is_alias(const struct token *list, const struct use *use,
		     const struct tokens *out, const struct lock_api *row)
{
	uint32_t from = 0, to = out->count, at = use->callee + 2, open, nr;

	unwrap(out->list, &from, &to);
	if (to - from < 3 || !token_is(&out->list[from], row->name) ||
	    out->list[from + 1].match != to - 1)
		return false;
	open = from + 1;
	for (from += 2, to--; from < to && at < use->close;) {
		uint32_t a, a_end, b, b_end;

		argument_of(out->list, open, from, &b, &b_end, &nr);
		argument_of(list, use->callee + 1, at, &a, &a_end, &nr);
		from = b_end + 1;
		at = a_end + 1;
		unwrap(out->list, &b, &b_end);
		unwrap(list, &a, &a_end);
		if (a_end - a != b_end - b ||
		    !same_tokens(&list[a], &out->list[b], a_end - a))
			return false;
	}
	return from >= to && at >= use->close;
}

bool through_macro(struct file_search *f, const struct spot *spot,
		   struct use *use, struct inside *in)
{
	const struct token *list = spot->list, *word = &list[spot->token];
	struct spot inner;
	struct tokens out;
	uint32_t i;

	memset(in, 0, sizeof(*in));
	if (use->callee == NO_TOKEN || !macro_of(f->view, &list[use->callee]))
		return false;
	macro_expand_all(f->view, list, use->callee, use->close + 1, &out);
	for (i = 1; i < out.count && !in->escapes; i++) {
		if (out.list[i].at != word->at)
			continue;
		inner = spot_in(spot, &out, i);
		look_inside(f, &inner, in, 0);
	}
	if (in->escapes || (!in->seen && macro_of(f->view, word)))
		return false; /* or the word itself was expanded */
	if (in->takes && in->gives)
		in->row = wrapping_row(f, &list[use->callee], in->row);
	use->row = in->row;
	in->more = in->row && !is_alias(list, use, &out, in->row);
	return true;
}
