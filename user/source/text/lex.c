// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes in, tokens and preprocessor lines out. Nothing here fails: text that
 * is no C gives tokens all the same, and a bracket without a partner points to
 * itself.
 */
#include <stdlib.h>

#include "source/text/arena.h"
#include "source/text/finder.h"
#include "source/text/lex.h"

/* Once a token: a call would cost as much as what is done. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

struct cursor {
	const char *start, *at, *end;
	uint8_t flags;
};

/* What a byte may begin; everything else is punctuation of several bytes. */
enum byte_class {
	BYTE_OTHER,
	BYTE_SPACE, /* white space, but no newline */
	BYTE_WORD,
	BYTE_DIGIT,
	BYTE_QUOTE,
	BYTE_ALONE, /* a token by itself, whatever follows */
};

static const uint8_t byte_classes[256] = {
	[' '] = BYTE_SPACE,	    ['\t'] = BYTE_SPACE,
	['\r'] = BYTE_SPACE,	    ['\f'] = BYTE_SPACE,
	['\v'] = BYTE_SPACE,	    ['$'] = BYTE_WORD,
	['_'] = BYTE_WORD,	    ['A' ... 'Z'] = BYTE_WORD,
	['a' ... 'z'] = BYTE_WORD,  [128 ... 255] = BYTE_WORD,
	['0' ... '9'] = BYTE_DIGIT, ['"'] = BYTE_QUOTE,
	['\''] = BYTE_QUOTE,	    ['('] = BYTE_ALONE,
	[')'] = BYTE_ALONE,	    ['['] = BYTE_ALONE,
	[']'] = BYTE_ALONE,	    ['{'] = BYTE_ALONE,
	['}'] = BYTE_ALONE,	    [','] = BYTE_ALONE,
	[';'] = BYTE_ALONE,	    [':'] = BYTE_ALONE,
	['?'] = BYTE_ALONE,	    ['~'] = BYTE_ALONE,
};

static inline enum byte_class class_of(char c)
{
	return byte_classes[(unsigned char)c];
}

static inline struct token *add(struct tokens *tokens, const char *at,
				size_t len, uint8_t kind, uint8_t flags)
{
	struct token *token;

	if (tokens->count < tokens->capacity)
		token = &tokens->list[tokens->count++];
	else
		token = ARRAY_ADD(tokens->list, tokens->count,
				  tokens->capacity);
	token->at = at;
	token->len = (uint32_t)len;
	token->kind = kind;
	token->flags = flags;
	token->match = tokens->count - 1;
	return token;
}

static void finish(struct tokens *tokens, const char *end)
{
	add(tokens, end, 0, TOKEN_END, 0);
	tokens->count--;
}

static const char *skip_comment(const char *at, const char *end)
{
	for (at += 2; at < end; at++) {
		at = memchr(at, '*', end - at);
		if (!at)
			return end;
		if (at + 1 < end && at[1] == '/')
			return at + 2;
	}
	return end;
}

static const char *skip_line_comment(const char *at, const char *end)
{
	for (; at < end; at++) {
		at = memchr(at, '\n', end - at);
		if (!at)
			return end;
		if (at[-1] != '\\' && (at[-1] != '\r' || at[-2] != '\\'))
			return at;
	}
	return end;
}

/* Is this backslash the end of its line? Returns the newline's place. */
static const char *splice(const char *at, const char *end)
{
	const char *p = at + 1;

	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p < end && *p == '\n' ? p : NULL;
}

/* Behind the comment or splice at @at, or @at if there is none. */
static const char *skip_other(const char *at, const char *end)
{
	const char *p;

	if (*at == '\\') {
		p = splice(at, end);
		return p ? p + 1 : at;
	}
	if (*at != '/' || at + 1 >= end)
		return at;
	return at[1] == '*' ? skip_comment(at, end) :
	       at[1] == '/' ? skip_line_comment(at, end) :
			      at;
}

/* Skips white space and comments, but not a newline if @line. */
static ALWAYS_INLINE void skip_space(struct cursor *c, bool line)
{
	const char *at = c->at, *end = c->end, *next;

	while (at < end) {
		if (class_of(*at) == BYTE_SPACE || (*at == '\n' && !line)) {
			at++;
			continue;
		}
		if (*at != '/' && *at != '\\')
			break;
		next = skip_other(at, end);
		if (next == at)
			break;
		at = next;
	}
	if (at != c->at)
		c->flags |= TOKEN_SPACED;
	c->at = at;
}

static const char *skip_quoted(const char *at, const char *end)
{
	char quote = *at++;
	const char *p;

	for (; at < end; at++) {
		if (*at == quote)
			return at + 1;
		if (*at == '\n')
			return at; /* not closed: it ends with its line */
		if (*at != '\\')
			continue;
		p = splice(at, end);
		at = p ? p : at + 1;
	}
	return end;
}

static const char *skip_number(const char *at, const char *end)
{
	for (; at < end; at++) {
		if ((*at == '+' || *at == '-') &&
		    (at[-1] == 'e' || at[-1] == 'E' || at[-1] == 'p' ||
		     at[-1] == 'P'))
			continue;
		if (!is_word_byte(*at) && *at != '.')
			return at;
	}
	return end;
}

static uint8_t punctuation(const char *at, size_t left, size_t *len)
{
	char a = at[0], b = left > 1 ? at[1] : 0, c = left > 2 ? at[2] : 0;

	*len = 2;
	if (a == '-' && b == '>')
		return TOKEN_ARROW;
	if (a == '#' && b == '#')
		return TOKEN_PASTE;
	if (a == '=' && b == '=')
		return TOKEN_EQUAL;
	if ((a == '!' || a == '<' || a == '>') && b == '=')
		return TOKEN_COMPARE;
	if ((a == '&' || a == '|') && b == a)
		return TOKEN_LOGIC;
	if ((a == '+' || a == '-') && b == a)
		return TOKEN_STEP;
	if (a == '<' || a == '>') {
		if (b == a && c == '=')
			*len = 3;
		if (b == a)
			return c == '=' ? TOKEN_ASSIGN : TOKEN_SHIFT;
	} else if (a && b == '=' && strchr("+-*/%&|^", a)) {
		return TOKEN_ASSIGN;
	}
	if (a == '.' && b == '.' && c == '.') {
		*len = 3;
		return TOKEN_ELLIPSIS;
	}
	*len = 1;
	return a > 0 ? (uint8_t)a : '?';
}

/* Behind the identifier at @at; L"text" is no identifier. */
static const char *skip_word(const char *at, const char *end, uint8_t *kind)
{
	const char *start = at;

	while (at < end && is_word_byte(*at))
		at++;
	if (at - start == 1 && *start == 'L' && at < end &&
	    class_of(*at) == BYTE_QUOTE) {
		*kind = TOKEN_STRING;
		at = skip_quoted(at, end);
	}
	return at;
}

/* One token at the cursor, which stands on no white space. */
static ALWAYS_INLINE void take_token(struct tokens *tokens, struct cursor *c)
{
	const char *start = c->at, *at;
	uint8_t kind = TOKEN_WORD;
	size_t len;

	switch (class_of(*start)) {
	case BYTE_WORD:
		at = skip_word(start, c->end, &kind);
		break;
	case BYTE_ALONE:
		kind = (uint8_t)*start;
		at = start + 1;
		break;
	case BYTE_DIGIT:
		kind = TOKEN_NUMBER;
		at = skip_number(start + 1, c->end);
		break;
	case BYTE_QUOTE:
		kind = *start == '"' ? TOKEN_STRING : TOKEN_CHAR;
		at = skip_quoted(start, c->end);
		break;
	default:
		kind = punctuation(start, c->end - start, &len);
		at = start + len;
	}
	add(tokens, start, at - start, kind, c->flags);
	c->flags = 0;
	c->at = at;
}

void lex_piece(struct tokens *tokens, const char *text, size_t size)
{
	struct cursor c = { text, text, text + size, 0 };

	for (;;) {
		skip_space(&c, false);
		if (c.at >= c.end)
			break;
		take_token(tokens, &c);
	}
	finish(tokens, text + size);
}

static enum directive_kind directive_kind(const char *word, size_t len)
{
	static const struct {
		const char *word;
		enum directive_kind kind;
	} known[] = {
		{ "include", DIRECTIVE_INCLUDE },
		{ "define", DIRECTIVE_DEFINE },
		{ "undef", DIRECTIVE_UNDEF },
		{ "if", DIRECTIVE_IF },
		{ "ifdef", DIRECTIVE_IF },
		{ "ifndef", DIRECTIVE_IF },
		{ "else", DIRECTIVE_ELSE },
		{ "elif", DIRECTIVE_ELSE },
		{ "elifdef", DIRECTIVE_ELSE },
		{ "elifndef", DIRECTIVE_ELSE },
		{ "endif", DIRECTIVE_ENDIF },
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].word) == len &&
		    !memcmp(known[i].word, word, len))
			return known[i].kind;
	return DIRECTIVE_OTHER;
}

/* The newline that ends a directive; a comment in it may span lines. */
static const char *directive_end(const char *at, const char *end)
{
	const char *p;

	while (at < end) {
		switch (*at) {
		case '\n':
			return at;
		case '/':
			if (at + 1 < end && at[1] == '*')
				at = skip_comment(at, end);
			else if (at + 1 < end && at[1] == '/')
				return skip_line_comment(at, end);
			else
				at++;
			break;
		case '\\':
			p = splice(at, end);
			at = p ? p + 1 : at + 1;
			break;
		case '"':
			at = skip_quoted(at, end);
			break;
		default:
			at++;
		}
	}
	return end;
}

static void take_directive(struct lexed *lexed, struct cursor *c)
{
	struct directive *directive;
	const char *word;

	directive = ARRAY_ADD(lexed->directives, lexed->directive_count,
			      lexed->directive_capacity);
	directive->start = c->at - c->start;
	directive->token = lexed->tokens.count;
	c->at++;
	skip_space(c, true);
	word = c->at;
	while (c->at < c->end && is_word_byte(*c->at))
		c->at++;
	directive->kind = directive_kind(word, c->at - word);
	directive->body = c->at - c->start;
	c->at = directive_end(c->at, c->end);
	directive->end = c->at - c->start;
	c->flags |= TOKEN_SPACED;
}

/* Has nothing but white space and comments been seen on this line? */
static bool starts_line(const struct lexed *lexed, const struct cursor *c)
{
	const char *p = c->at;

	if (lexed->tokens.count) {
		const struct token *last =
			&lexed->tokens.list[lexed->tokens.count - 1];

		return memchr(last->at + last->len, '\n',
			      p - last->at - last->len) != NULL;
	}
	return true;
}

void lexed_free(struct lexed *lexed)
{
	free(lexed->tokens.list);
	free(lexed->directives);
	memset(lexed, 0, sizeof(*lexed));
}

/* The open brackets at some place. */
struct stack {
	uint32_t *open;
	uint32_t count, capacity;
};

static void stack_copy(struct stack *to, const struct stack *from)
{
	uint32_t i;

	to->count = 0;
	for (i = 0; i < from->count; i++)
		*ARRAY_ADD(to->open, to->count, to->capacity) = from->open[i];
}

static uint8_t opener(uint8_t kind)
{
	return kind == ')' ? '(' : kind == ']' ? '[' : kind == '}' ? '{' : 0;
}

/*
 * A closing bracket takes the nearest opening one of its kind. A brace closes
 * over forgotten parentheses; a parenthesis never closes over a brace.
 */
static bool close_bracket(struct token *list, struct stack *stack, uint32_t i)
{
	uint8_t want = opener(list[i].kind);
	uint32_t n = stack->count;

	while (n && list[stack->open[n - 1]].kind != want) {
		if (list[stack->open[n - 1]].kind == '{')
			return false;
		n--;
	}
	if (!n)
		return false;
	stack->count = n - 1;
	list[i].match = stack->open[n - 1];
	list[stack->open[n - 1]].match = i;
	return true;
}

static inline bool match_token(struct token *list, struct stack *stack,
			       uint32_t i)
{
	switch (list[i].kind) {
	case '(':
	case '[':
	case '{':
		if (stack->count < stack->capacity)
			stack->open[stack->count++] = i;
		else
			*ARRAY_ADD(stack->open, stack->count, stack->capacity) =
				i;
		return true;
	case ')':
	case ']':
	case '}':
		return close_bracket(list, stack, i);
	default:
		return true;
	}
}

bool lex_match(struct token *list, uint32_t from, uint32_t to)
{
	struct stack stack = { 0 };
	bool ok = true;
	uint32_t i;

	for (i = from; i < to; i++)
		list[i].match = i;
	for (i = from; i < to; i++)
		ok &= match_token(list, &stack, i);
	ok &= !stack.count;
	free(stack.open);
	return ok;
}

#define DEEPEST_IF 64

/* Brackets opened in front of an #if, and after its first branch. */
struct branch {
	struct stack before, after;
	bool have_after;
};

static void at_directive(enum directive_kind kind, struct branch *branches,
			 uint32_t *depth, struct stack *stack)
{
	struct branch *branch;

	if (kind == DIRECTIVE_IF) {
		if (*depth < DEEPEST_IF) {
			stack_copy(&branches[*depth].before, stack);
			branches[*depth].have_after = false;
		}
		++*depth;
		return;
	}
	if ((kind != DIRECTIVE_ELSE && kind != DIRECTIVE_ENDIF) || !*depth)
		return;
	if (*depth <= DEEPEST_IF) {
		branch = &branches[*depth - 1];
		if (kind == DIRECTIVE_ELSE) {
			if (!branch->have_after)
				stack_copy(&branch->after, stack);
			branch->have_after = true;
			stack_copy(stack, &branch->before);
		} else if (branch->have_after) {
			stack_copy(stack, &branch->after);
		}
	}
	if (kind == DIRECTIVE_ENDIF)
		--*depth;
}

/*
 * Partners are found while the tokens come. Every branch of an #if starts with
 * the brackets that were open before it, and what follows the #endif goes on
 * as after the first branch.
 */
struct matching {
	struct stack stack;
	struct branch branches[DEEPEST_IF];
	uint32_t depth;
	bool ok;
};

static void matching_end(struct matching *m)
{
	uint32_t i;

	free(m->stack.open);
	for (i = 0; i < DEEPEST_IF; i++) {
		free(m->branches[i].before.open);
		free(m->branches[i].after.open);
	}
}

static void next_directive(struct lexed *lexed, struct cursor *c,
			   struct matching *m)
{
	take_directive(lexed, c);
	at_directive(lexed->directives[lexed->directive_count - 1].kind,
		     m->branches, &m->depth, &m->stack);
}

void lex_text(struct lexed *lexed, struct text text)
{
	struct cursor c = { text.data, text.data, text.data + text.size, 0 };
	struct tokens *tokens = &lexed->tokens;
	struct matching m = { .ok = true };
	enum byte_class class;

	lexed->text = text;
	tokens->count = 0;
	lexed->directive_count = 0;
	for (;;) {
		skip_space(&c, false);
		if (c.at >= c.end)
			break;
		class = class_of(*c.at);
		if (*c.at == '#' && starts_line(lexed, &c)) {
			next_directive(lexed, &c, &m);
			continue;
		}
		take_token(tokens, &c);
		if (class == BYTE_ALONE)
			m.ok &= match_token(tokens->list, &m.stack,
					    tokens->count - 1);
	}
	finish(tokens, c.end);
	lexed->unbalanced = m.stack.count || !m.ok;
	matching_end(&m);
}

uint32_t lex_find(const struct tokens *tokens, const char *at)
{
	uint32_t i;

	for (i = 0; i < tokens->count; i++)
		if (tokens->list[i].at == at)
			return i;
	return NO_TOKEN;
}
