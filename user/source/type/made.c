// SPDX-License-Identifier: GPL-2.0
/*
 * A header in, one more unit of the index out: the text that its macro calls
 * at file scope become.
 */
#include <stdlib.h>

#include "source/text/macro.h"
#include "source/type/made.h"

#define MOST_TEXT (8u << 20)

struct writing {
	struct view *view;
	char *text;
	size_t size, capacity;
};

static void put(struct writing *w, const char *at, size_t len)
{
	if (w->size + len + 1 > w->capacity) {
		w->capacity = 2 * (w->size + len) + 4096;
		w->text = realloc(w->text, w->capacity);
		if (!w->text)
			abort();
	}
	memcpy(w->text + w->size, at, len);
	w->size += len;
	w->text[w->size++] = ' ';
}

/* Does an expansion define anything but a prototype or a number? */
static bool defines(const struct tokens *out)
{
	uint32_t i;

	for (i = 0; i < out->count; i++)
		if (out->list[i].kind == '{' && out->list[i].match > i)
			return true;
	return false;
}

/* "struct TAG { ... }", and no more. */
static bool is_struct(const struct tokens *out)
{
	return out->count > 3 &&
	       (token_is(out->list, "struct") ||
		token_is(out->list, "union")) &&
	       out->list[2].kind == '{' && out->list[2].match == out->count - 1;
}

/*
 * A macro's call at list[i], at file scope, or behind "typedef"; @inside a
 * function: what defines a struct alone.
 */
static void expand_call(struct writing *w, const struct token *list, uint32_t i,
			bool inside)
{
	bool type = i && token_is(&list[i - 1], "typedef");
	struct tokens out;
	uint32_t k;

	w->view->before = (uint32_t)(list[i].at - w->view->here->text.data);
	if (!macro_of(w->view, &list[i]))
		return;
	macro_expand_all(w->view, list, i, list[i + 1].match + 1, &out);
	if (w->size > MOST_TEXT || !(inside ? is_struct(&out) : defines(&out)))
		return;
	if (type)
		put(w, "typedef", 7);
	for (k = 0; k < out.count; k++)
		put(w, out.list[k].at, out.list[k].len);
	/* "typedef ROW(struct box) boxes_t;" */
	for (k = list[i + 1].match + 1; type && list[k].kind == TOKEN_WORD; k++)
		put(w, list[k].at, list[k].len);
	put(w, ";\n", 2);
}

/* "DECLARE_PAIR(u64, struct pair);" as a statement? */
static bool may_declare(const struct token *list, uint32_t i)
{
	uint32_t close, k;

	if (list[i].kind != TOKEN_WORD || list[i + 1].kind != '(' ||
	    (list[i - 1].kind != ';' && list[i - 1].kind != '{' &&
	     list[i - 1].kind != '}'))
		return false;
	close = list[i + 1].match;
	if (close <= i + 1 || list[close + 1].kind != ';')
		return false;
	for (k = i + 2; k < close; k++)
		if (token_is(&list[k], "struct") || token_is(&list[k], "union"))
			return true;
	return false;
}

static void walk(struct writing *w)
{
	const struct token *list = w->view->here->lexed.tokens.list;
	uint32_t i, k, count = w->view->here->lexed.tokens.count;

	for (i = 0; i < count; i++) {
		if (list[i].kind == TOKEN_WORD && list[i + 1].kind == '(' &&
		    list[i + 1].match > i + 1 &&
		    list[list[i + 1].match + 1].kind != '{')
			expand_call(w, list, i, false);
		if (list[i].kind == '{')
			for (k = i + 1; k < list[i].match; k++)
				if (may_declare(list, k))
					expand_call(w, list, k, true);
		if (list[i].match > i)
			i = list[i].match;
	}
}

void made_read(struct view *view, uint32_t id)
{
	struct unit *unit = index_unit(view->index, id), here = { 0 }, *made;
	struct writing w = { .view = view };

	if (!unit || !index_first_made(view->index, id))
		return;
	unit_read(&here, id, unit->text, true);
	view_enter(view, &here);
	walk(&w);
	view->before = 0;
	view_enter(view, unit);
	unit_free(&here);
	made = w.size ? calloc(1, sizeof(*made)) : NULL;
	if (!made) {
		free(w.text);
		return;
	}
	w.text[w.size] = '\0';
	unit_read(made, id, (struct text){ w.text, w.size }, false);
	index_hang(view->index, made);
}
