// SPDX-License-Identifier: GPL-2.0
/*
 * Preprocessed text comes in; its macros, function bodies and declarations,
 * each with the file and line it was written at, go out. One pass at file
 * scope: bodies are stepped over by their braces. One thread a unit.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "source/build/preproc.h"

struct entry {
	struct symbol symbol;
	UT_hash_handle hh;
};

struct file {
	char *name;
	UT_hash_handle hh;
};

struct preproc {
	char *text;
	size_t len;
	struct entry *macros, *functions;
	struct file *files;
};

struct scanner {
	struct preproc *unit;
	const char *p, *end;
	const char *file;
	unsigned int line;
	const char *start; /* of the statement at file scope */
	unsigned int start_line;
	const char *start_file;
	const char *brace; /* where its body opens */
	int braces, parens;
	bool bol;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static const char *intern(struct preproc *unit, const char *name, size_t len)
{
	struct file *file = NULL;

	while (len > 2 && !memcmp(name, "./", 2))
		name += 2, len -= 2;
	HASH_FIND(hh, unit->files, name, len, file);
	if (file)
		return file->name;
	file = calloc(1, sizeof(*file));
	if (!file)
		return "";
	file->name = strndup(name, len);
	if (!file->name) {
		free(file);
		return "";
	}
	HASH_ADD_KEYPTR(hh, unit->files, file->name, len, file);
	return file->name;
}

static struct symbol *add(struct entry **table, const char *name, size_t len)
{
	struct entry *entry = NULL;

	HASH_FIND(hh, *table, name, len, entry);
	if (entry)
		return &entry->symbol;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->symbol.name = name;
	entry->symbol.name_len = len;
	entry->symbol.kind = SYMBOL_DECLARED;
	HASH_ADD_KEYPTR(hh, *table, entry->symbol.name, len, entry);
	return &entry->symbol;
}

static size_t word_at(const char *p, const char *end)
{
	size_t len = 0;

	while (p + len < end && is_word(p[len]))
		len++;
	return len;
}

static int take_define(struct scanner *s, const char *p, const char *end)
{
	const char *name, *close;
	struct symbol *symbol;
	size_t len;

	while (p < end && isblank((unsigned char)*p))
		p++;
	name = p;
	len = word_at(p, end);
	symbol = len ? add(&s->unit->macros, name, len) : NULL;
	if (!symbol)
		return len ? -ENOMEM : 0;
	p += len;
	if (p < end && *p == '(') {
		close = memchr(p, ')', end - p);
		p = close ? close + 1 : end;
	}
	symbol->kind = SYMBOL_MACRO;
	symbol->file = s->file;
	symbol->line = s->line;
	symbol->head = name;
	symbol->head_len = p - name;
	while (p < end && isblank((unsigned char)*p))
		p++;
	symbol->body = p;
	symbol->body_len = end - p;
	symbol->unit = s->unit;
	return 0;
}

static void take_undef(struct scanner *s, const char *p, const char *end)
{
	struct entry *entry = NULL;

	while (p < end && isblank((unsigned char)*p))
		p++;
	HASH_FIND(hh, s->unit->macros, p, word_at(p, end), entry);
	if (entry) {
		HASH_DEL(s->unit->macros, entry);
		free(entry);
	}
}

/* A line that begins with '#': a line marker, or a macro. */
static int take_hash(struct scanner *s)
{
	const char *end = memchr(s->p, '\n', s->end - s->p) ?: s->end;
	const char *p = s->p + 1, *quote, *close;
	int err = 0;

	while (p < end && isblank((unsigned char)*p))
		p++;
	if (p < end && isdigit((unsigned char)*p)) {
		quote = memchr(p, '"', end - p);
		close = quote ? memchr(quote + 1, '"', end - quote - 1) : NULL;
		if (close) {
			s->file = intern(s->unit, quote + 1, close - quote - 1);
			/* the marker speaks of the line after it */
			s->line = strtoul(p, NULL, 10) - 1;
		}
	} else if (end - p > 7 && !memcmp(p, "define ", 7)) {
		err = take_define(s, p + 7, end);
	} else if (end - p > 6 && !memcmp(p, "undef ", 6)) {
		take_undef(s, p + 6, end);
	}
	s->p = end;
	return err;
}

/* Names before a parenthesis that are no function's. */
static bool is_annotation(const char *name, size_t len)
{
	static const char *const prefixes[] = {
		"__acquire",	"__release",   "__cond_acquires", "__must_hold",
		"__guarded_by", "__attribute", "__printf",	  "__scanf",
		"__section",	"__aligned",   "__excludes",	  "__assume",
		"__returns",
	};
	size_t i, n;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		n = strlen(prefixes[i]);
		if (len >= n && !memcmp(name, prefixes[i], n))
			return true;
	}
	return false;
}

/* The function that a statement's head declares: its name, or NULL. */
static const char *function_name(const char *head, const char *end,
				 size_t *name_len)
{
	const char *p = head, *name = NULL, *word, *next;
	int depth = 0;
	size_t len;

	*name_len = 0;
	while (p < end) {
		if (*p == '#' && (p == head || p[-1] == '\n')) {
			p = memchr(p, '\n', end - p) ?: end;
			continue;
		}
		depth += *p == '(';
		depth -= *p == ')';
		if (*p == '=' && !depth)
			return NULL;
		if (!is_word(*p)) {
			p++;
			continue;
		}
		word = p;
		len = word_at(p, end);
		for (next = p += len;
		     next < end && isspace((unsigned char)*next);)
			next++;
		if (depth || next == end || *next != '(' ||
		    isdigit((unsigned char)*word) || is_annotation(word, len))
			continue;
		name = word;
		*name_len = len;
	}
	return name;
}

static bool has_word(const char *p, const char *end, const char *what)
{
	size_t len = strlen(what), n;

	for (; p < end; p += n ? n : 1) {
		n = word_at(p, end);
		if (n >= len && !memcmp(p, what, len))
			return true;
	}
	return false;
}

/* The statement from s->start ends before @end: note what it declares. */
static int take_statement(struct scanner *s, const char *end)
{
	const char *head_end = s->brace ? s->brace : end, *name, *p;
	struct symbol *symbol;
	size_t len;

	name = function_name(s->start, head_end, &len);
	if (!name)
		return 0;
	symbol = add(&s->unit->functions, name, len);
	if (!symbol)
		return -ENOMEM;
	if (!s->brace && symbol->file)
		return 0; /* a body, or an earlier declaration, says more */
	symbol->name = name; /* in this head: an earlier one was elsewhere */
	symbol->kind =
		!s->brace ? SYMBOL_DECLARED :
		has_word(s->start, name, "inline") ||
				has_word(s->start, name, "__always_inline") ?
			    SYMBOL_INLINE :
			    SYMBOL_FUNCTION;
	symbol->file = s->start_file;
	symbol->line = s->start_line;
	for (p = s->start; p < name; p++)
		symbol->line += *p == '\n';
	symbol->head = s->start;
	symbol->head_len = head_end - s->start;
	symbol->body = s->brace;
	symbol->body_len = s->brace ? end - s->brace : 0;
	symbol->unit = s->unit;
	return 0;
}

static void begin_statement(struct scanner *s)
{
	s->start = NULL;
	s->brace = NULL;
}

/* Step over a string, a character or a comment; false: none is here. */
static bool skip_quoted(struct scanner *s)
{
	char quote = *s->p;

	if (quote == '/' && s->p + 1 < s->end && s->p[1] == '/') {
		s->p = memchr(s->p, '\n', s->end - s->p) ?: s->end;
		return true;
	}
	if (quote == '/' && s->p + 1 < s->end && s->p[1] == '*') {
		for (s->p += 2; s->p + 1 < s->end; s->p++) {
			s->line += *s->p == '\n';
			if (s->p[0] == '*' && s->p[1] == '/')
				break;
		}
		s->p += 2;
		return true;
	}
	if (quote != '"' && quote != '\'')
		return false;
	for (s->p++; s->p < s->end && *s->p != quote && *s->p != '\n'; s->p++)
		if (*s->p == '\\' && s->p + 1 < s->end)
			s->p++;
	s->p += s->p < s->end && *s->p == quote;
	return true;
}

static int take_char(struct scanner *s)
{
	char c = *s->p++;
	int err = 0;

	if (!s->start && !isspace((unsigned char)c)) {
		s->start = s->p - 1;
		s->start_line = s->line;
		s->start_file = s->file;
	}
	switch (c) {
	case '(':
		s->parens++;
		break;
	case ')':
		s->parens--;
		break;
	case '{':
		if (!s->braces++)
			s->brace = s->p - 1;
		break;
	case '}':
		if (--s->braces <= 0) {
			s->braces = s->parens = 0;
			err = take_statement(s, s->p);
			begin_statement(s);
		}
		break;
	case ';':
		if (!s->braces) {
			err = take_statement(s, s->p);
			s->parens = 0;
			begin_statement(s);
		}
		break;
	}
	return err;
}

static int scan(struct scanner *s)
{
	bool bol = true;
	int err = 0;

	while (!err && s->p < s->end) {
		if (bol && *s->p == '#') {
			err = take_hash(s);
			bol = false;
		} else if (*s->p == '\n') {
			s->line++;
			s->p++;
			bol = true;
		} else if (!skip_quoted(s)) {
			bol = bol && isblank((unsigned char)*s->p);
			err = take_char(s);
		} else {
			bol = false;
		}
	}
	return err;
}

int preproc_new(char *text, size_t len, struct preproc **out)
{
	struct preproc *unit = calloc(1, sizeof(*unit));
	struct scanner s = { .p = text, .end = text + len, .file = "" };
	int err;

	if (!unit) {
		free(text);
		return -ENOMEM;
	}
	unit->text = text;
	unit->len = len;
	s.unit = unit;
	err = scan(&s);
	if (err) {
		preproc_free(unit);
		return err;
	}
	*out = unit;
	return 0;
}

static void free_table(struct entry *table)
{
	struct entry *entry, *next;

	HASH_ITER(hh, table, entry, next) {
		HASH_DEL(table, entry);
		free(entry);
	}
}

void preproc_free(struct preproc *unit)
{
	struct file *file, *next;

	if (!unit)
		return;
	free_table(unit->macros);
	free_table(unit->functions);
	HASH_ITER(hh, unit->files, file, next) {
		HASH_DEL(unit->files, file);
		free(file->name);
		free(file);
	}
	free(unit->text);
	free(unit);
}

const struct symbol *preproc_find(const struct preproc *unit, const char *name,
				  size_t len)
{
	struct entry *entry = NULL;

	HASH_FIND(hh, unit->macros, name, len, entry);
	return entry ? &entry->symbol : preproc_function(unit, name, len);
}

const struct symbol *preproc_function(const struct preproc *unit,
				      const char *name, size_t len)
{
	struct entry *entry = NULL;

	HASH_FIND(hh, unit->functions, name, len, entry);
	return entry ? &entry->symbol : NULL;
}

void preproc_each(const struct preproc *unit,
		  void (*fn)(void *arg, const struct symbol *symbol), void *arg)
{
	struct entry *entry, *next;

	HASH_ITER(hh, unit->macros, entry, next)
		fn(arg, &entry->symbol);
	HASH_ITER(hh, unit->functions, entry, next)
		fn(arg, &entry->symbol);
}
