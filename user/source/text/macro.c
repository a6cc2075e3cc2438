// SPDX-License-Identifier: GPL-2.0
/*
 * A macro's definition and a call in, the call's expansion out.
 */
#include <stdlib.h>

#include "source/text/constant.h"
#include "source/text/macro.h"

#define MOST_TOKENS 1000000 /* of one expansion */
#define MOST_WORK 40000000 /* tokens made for one file */
#define DEEPEST 48

static pthread_mutex_t parsing = PTHREAD_MUTEX_INITIALIZER;

static void read_params(struct macro *macro, struct tokens *params)
{
	uint32_t i;

	for (i = 0; i < params->count; i++) {
		if (params->list[i].kind == TOKEN_ELLIPSIS) {
			macro->variadic = true;
			if (i && params->list[i - 1].kind == TOKEN_WORD)
				continue; /* "args..." */
			if (macro->count < MACRO_PARAMS) {
				macro->params[macro->count].at = "__VA_ARGS__";
				macro->params[macro->count++].len = 11;
			}
		} else if (params->list[i].kind == TOKEN_WORD &&
			   macro->count < MACRO_PARAMS) {
			macro->params[macro->count].at = params->list[i].at;
			macro->params[macro->count++].len = params->list[i].len;
		}
	}
}

static int param_number(const struct macro *macro, const struct token *word)
{
	int i;

	if (word->kind != TOKEN_WORD)
		return -1;
	for (i = 0; i < macro->count; i++)
		if (macro->params[i].len == word->len &&
		    !memcmp(macro->params[i].at, word->at, word->len))
			return i;
	return -1;
}

bool macro_is_param(const struct macro *macro, const struct token *word)
{
	return param_number(macro, word) >= 0;
}

/* Which parameters stand behind "->", or go to who may put them there? */
static uint32_t member_params(const struct macro *macro)
{
	const struct token *list = macro->body.list;
	uint32_t i, members = 0;
	int n;

	for (i = 1; i < macro->body.count; i++) {
		n = param_number(macro, &list[i]);
		if (n < 0)
			continue;
		if (list[i - 1].kind == '.' ||
		    list[i - 1].kind == TOKEN_ARROW ||
		    ((list[i - 1].kind == '(' || list[i - 1].kind == ',') &&
		     (list[i + 1].kind == ')' || list[i + 1].kind == ',')))
			members |= 1u << n;
	}
	return members;
}

/* Which parameters stand beside a ##? */
static uint32_t pasted_params(const struct macro *macro)
{
	const struct tokens *body = &macro->body;
	uint32_t i, pasted = 0;
	int n;

	for (i = 0; i < body->count; i++) {
		if (!(i && body->list[i - 1].kind == TOKEN_PASTE) &&
		    !(i + 1 < body->count &&
		      body->list[i + 1].kind == TOKEN_PASTE))
			continue;
		n = param_number(macro, &body->list[i]);
		if (n >= 0)
			pasted |= 1u << n;
	}
	return pasted;
}

static struct macro *parse(struct symbol *symbol)
{
	const char *text = symbol->unit->text.data, *p, *end;
	struct macro *macro = calloc(1, sizeof(*macro));
	struct tokens params = { 0 };

	if (!macro)
		abort();
	macro->symbol = symbol;
	p = text + symbol->at + symbol->len;
	end = text + symbol->end;
	if (symbol->params != NO_TOKEN) {
		const char *close = memchr(p, ')', end - p);

		macro->function = true;
		if (!close)
			close = end;
		lex_piece(&params, p + 1, close > p ? close - p - 1 : 0);
		read_params(macro, &params);
		free(params.list);
		p = close < end ? close + 1 : end;
	}
	macro->text = p;
	macro->size = (uint32_t)(end - p);
	lex_piece(&macro->body, p, end - p);
	lex_match(macro->body.list, 0, macro->body.count);
	macro->members = macro->count ? member_params(macro) : 0;
	macro->pasted = macro->count ? pasted_params(macro) : 0;
	return macro;
}

const struct macro *macro_get(struct symbol *symbol)
{
	struct macro *macro = atomic_load(&symbol->macro);

	if (macro)
		return macro;
	pthread_mutex_lock(&parsing);
	macro = atomic_load(&symbol->macro);
	if (!macro) {
		macro = parse(symbol);
		atomic_store(&symbol->macro, macro);
	}
	pthread_mutex_unlock(&parsing);
	return macro;
}

void macro_free(struct macro *macro)
{
	if (macro)
		free(macro->body.list);
	free(macro);
}

/* The names being expanded, innermost first. */
struct active {
	const struct macro *macro; /* NULL: an argument's own level */
	const struct active *outer;
	int depth;
};

/*
 * A call's arguments: token ranges of the caller's list; and where calls are
 * among them, what these made, with nothing of this call active yet.
 */
struct call {
	struct view *view;
	const struct macro *macro;
	const struct token *list;
	struct {
		uint32_t from, to;
		struct tokens made;
		bool has_made;
	} args[MACRO_PARAMS];
	uint32_t count;
	struct tokens *out;
};

static void split_arguments(struct call *call, uint32_t open)
{
	uint32_t close = call->list[open].match, from = open + 1, i;
	const struct macro *macro = call->macro;

	for (i = from; i <= close && call->count < MACRO_PARAMS; i++) {
		if (i < close && call->list[i].match > i &&
		    call->list[i].match < close) {
			i = call->list[i].match;
			continue;
		}
		if (i < close &&
		    (call->list[i].kind != ',' ||
		     (macro->variadic && call->count + 1 >= macro->count)))
			continue;
		call->args[call->count].from = from;
		call->args[call->count++].to = i;
		from = i + 1;
	}
}

static struct token *emit(struct call *call, const struct token *token)
{
	struct tokens *out = call->out;
	struct token *copy;

	copy = ARRAY_ADD(out->list, out->count, out->capacity);
	*copy = *token;
	call->view->work++;
	return copy;
}

static void emit_argument(struct call *call, uint32_t n)
{
	uint32_t i;

	if (n >= call->count)
		return;
	for (i = call->args[n].from; i < call->args[n].to; i++)
		emit(call, &call->list[i]);
}

static void expand_range(struct view *view, const struct token *list,
			 uint32_t from, uint32_t to, struct tokens *out,
			 const struct active *outer);

/*
 * Arguments are expanded before they are put in, so that a macro's call may be
 * in another call of it. Without a call among them it comes to the same to
 * expand them behind this.
 */
static void expand_arguments(struct call *call, const struct active *outer)
{
	struct active level = { NULL, outer, outer ? outer->depth + 1 : 0 };
	const struct token *t;
	uint32_t n, i;

	for (n = 0; n < call->count; n++) {
		for (i = call->args[n].from; i < call->args[n].to; i++) {
			t = &call->list[i];
			if (t->kind == TOKEN_WORD && t[1].kind == '(' &&
			    i + 1 < call->args[n].to)
				break;
		}
		if (i == call->args[n].to)
			continue;
		call->args[n].has_made = true;
		expand_range(call->view, call->list, call->args[n].from,
			     call->args[n].to, &call->args[n].made, &level);
	}
}

static void emit_made(struct call *call, uint32_t n)
{
	uint32_t i;

	if (n >= call->count || !call->args[n].has_made) {
		emit_argument(call, n);
		return;
	}
	for (i = 0; i < call->args[n].made.count; i++)
		emit(call, &call->args[n].made.list[i]);
}

/* Is body->list[i], a parameter, handed to a macro that makes a word of it? */
static bool is_pasted_below(struct call *call, uint32_t i)
{
	const struct token *list = call->macro->body.list;
	const struct macro *macro;
	uint32_t k = i, number = 0;

	while (k-- > 0 && list[k].kind != '(') {
		if (list[k].kind == ',')
			number++;
		else if (list[k].kind == ')' && list[k].match < k)
			k = list[k].match;
	}
	if (k == UINT32_MAX || !k || number >= MACRO_PARAMS)
		return false;
	macro = macro_of(call->view, &list[k - 1]);
	return macro && macro->pasted >> number & 1;
}

/*
 * The argument for body->list[i], which has no ## beside it: a constant's name
 * is put in as what it stands for, of which a macro that is called with it
 * there may make a word.
 */
static void emit_value(struct call *call, uint32_t n, uint32_t i)
{
	const struct token *value;
	const struct macro *macro;
	struct token number;

	value = n < call->count ? &call->list[call->args[n].from] : NULL;
	if (!value || call->args[n].from + 1 != call->args[n].to ||
	    value->kind != TOKEN_WORD || !is_pasted_below(call, i)) {
		emit_made(call, n);
		return;
	}
	call->view->constant_met = true;
	if (!call->view->constants) {
		emit_argument(call, n);
		return;
	}
	macro = macro_of(call->view, value);
	if (macro && !macro->function && macro->body.count == 1)
		value = &macro->body.list[0];
	number = *value;
	if (number.kind == TOKEN_WORD)
		constant_resolve(call->view, &number);
	emit(call, &number);
}

static bool empty_argument(const struct call *call, uint32_t n)
{
	return n >= call->count || call->args[n].from >= call->args[n].to;
}

static void emit_string(struct call *call, const struct token *at)
{
	struct token string = *at;

	string.kind = TOKEN_STRING;
	string.at = "\"\"";
	string.len = 2;
	emit(call, &string);
}

/* Make one word of the last token and the first behind it (at @from). */
static void paste(struct call *call, uint32_t from)
{
	struct tokens *out = call->out;
	struct token *left, *right;
	char *text;

	if (!from || from >= out->count)
		return;
	left = &out->list[from - 1];
	right = &out->list[from];
	if (left->kind == ',') /* ", ## __VA_ARGS__" */
		return;
	text = arena_alloc(&call->view->arena, left->len + right->len + 1);
	memcpy(text, left->at, left->len);
	memcpy(text + left->len, right->at, right->len);
	left->at = text;
	left->len += right->len;
	if (left->kind != TOKEN_NUMBER && right->kind == TOKEN_WORD)
		left->kind = TOKEN_WORD;
	left->flags &= (uint8_t)~TOKEN_BLUE;
	memmove(right, right + 1, (out->count - from - 1) * sizeof(*right));
	out->count--;
}

/* The right side of a ##, whatever it is. Returns the tokens consumed. */
static void emit_right(struct call *call, const struct token *right)
{
	int n = param_number(call->macro, right);
	struct tokens *out = call->out;
	uint32_t from = out->count;

	if (n < 0) {
		emit(call, right);
	} else if (empty_argument(call, n)) {
		if (from && out->list[from - 1].kind == ',' &&
		    call->macro->variadic && n == call->macro->count - 1)
			out->count--;
		return;
	} else {
		emit_argument(call, n);
	}
	paste(call, from);
}

/* __VA_OPT__( ... ): skip the group when there are no arguments. */
static uint32_t skip_va_opt(const struct tokens *body, uint32_t i)
{
	uint32_t depth = 0;

	for (; i < body->count; i++) {
		if (body->list[i].kind == '(')
			depth++;
		else if (body->list[i].kind == ')' && !--depth)
			return i;
	}
	return i;
}

static void substitute(struct call *call)
{
	const struct tokens *body = &call->macro->body;
	const struct macro *macro = call->macro;
	const struct token *t;
	struct token *copy;
	uint32_t i;
	int n;

	for (i = 0; i < body->count && call->out->count < MOST_TOKENS; i++) {
		t = &body->list[i];
		if (t->kind == TOKEN_PASTE && i + 1 < body->count) {
			emit_right(call, &body->list[++i]);
			continue;
		}
		if (t->kind == '#' && macro->function && i + 1 < body->count) {
			emit_string(call, t);
			i++;
			continue;
		}
		if (macro->variadic && token_is(t, "__VA_OPT__")) {
			if (empty_argument(call, macro->count - 1))
				i = skip_va_opt(body, i);
			continue;
		}
		n = param_number(macro, t);
		if (n >= 0) {
			if (i + 1 < body->count &&
			    body->list[i + 1].kind == TOKEN_PASTE)
				emit_argument(call, n);
			else
				emit_value(call, n, i);
			continue;
		}
		copy = emit(call, t);
		if (t->kind == TOKEN_WORD && t->len == macro->symbol->len &&
		    !memcmp(t->at, macro->symbol->name, t->len))
			copy->flags |= TOKEN_BLUE;
	}
}

/* Move a list into the view's arena, give it its end and its partners. */
static void settle(struct view *view, struct tokens *out)
{
	struct token *list;

	list = arena_alloc(&view->arena, (out->count + 1) * sizeof(*list));
	if (out->count)
		memcpy(list, out->list, out->count * sizeof(*list));
	free(out->list);
	list[out->count].at = "";
	out->list = list;
	out->capacity = 0;
	lex_match(list, 0, out->count);
}

/* @outer: what is active around the call, whose arguments are expanded. */
static bool expand_call(struct view *view, const struct macro *macro,
			const struct token *list, uint32_t i,
			struct tokens *out, uint32_t *after,
			const struct active *outer, bool whole)
{
	struct call call = {
		.view = view, .macro = macro, .list = list, .out = out
	};
	uint32_t n;

	memset(out, 0, sizeof(*out));
	*after = i + 1;
	if (view->work > MOST_WORK) {
		view->cut = true;
		return false;
	}
	if (macro->function) {
		if (list[i + 1].kind != '(' || list[i + 1].match <= i + 1)
			return false;
		split_arguments(&call, i + 1);
		*after = list[i + 1].match + 1;
		if (whole)
			expand_arguments(&call, outer);
	}
	substitute(&call);
	settle(view, out);
	for (n = 0; n < call.count; n++)
		free(call.args[n].made.list);
	return true;
}

bool macro_expand(struct view *view, const struct macro *macro,
		  const struct token *list, uint32_t i, struct tokens *out,
		  uint32_t *after)
{
	return expand_call(view, macro, list, i, out, after, NULL, false);
}

static bool is_active(const struct active *active, const struct macro *macro)
{
	for (; active; active = active->outer)
		if (active->macro == macro)
			return true;
	return false;
}

static void expand_range(struct view *view, const struct token *list,
			 uint32_t from, uint32_t to, struct tokens *out,
			 const struct active *outer)
{
	struct active active = { NULL, outer, outer ? outer->depth + 1 : 0 };
	struct tokens once;
	uint32_t i, after;

	for (i = from; i < to && out->count < MOST_TOKENS; i++) {
		active.macro = macro_of(view, &list[i]);
		if (active.macro && active.depth >= DEEPEST) {
			view->cut = true;
			active.macro = NULL;
		}
		if (active.macro && !is_active(outer, active.macro) &&
		    expand_call(view, active.macro, list, i, &once, &after,
				outer, true)) {
			expand_range(view, once.list, 0, once.count, out,
				     &active);
			i = after - 1;
			continue;
		}
		*ARRAY_ADD(out->list, out->count, out->capacity) = list[i];
	}
	view->cut |= i < to;
}

void macro_expand_all(struct view *view, const struct token *list,
		      uint32_t from, uint32_t to, struct tokens *out)
{
	memset(out, 0, sizeof(*out));
	expand_range(view, list, from, to, out, NULL);
	settle(view, out);
}
