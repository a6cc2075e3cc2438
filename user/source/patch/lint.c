// SPDX-License-Identifier: GPL-2.0
/*
 * A site comes in, a rule that it breaks goes out. The rules are those of
 * kpatch-build and of the kernel's klp-build; each is said with its reason,
 * since a person has to act on it.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/patch/lint.h"
#include "source/text/lex.h"
#include "source/variant/variant.h"

static bool under(const char *path, const char *dir)
{
	return !strncmp(path, dir, strlen(dir));
}

static bool word_at(const char *p, const char *start, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(p, word, len) && !isalnum((unsigned char)p[len]) &&
	       p[len] != '_' &&
	       (p == start || (!isalnum((unsigned char)p[-1]) && p[-1] != '_'));
}

static bool has_word(const char *text, const char *end, const char *word)
{
	size_t len = strlen(word);
	const char *p;

	for (p = text; p + len <= end; p++) {
		p = memmem(p, end - p, word, len);
		if (!p)
			return false;
		if (word_at(p, text, word))
			return true;
	}
	return false;
}

/*
 * The head of the function that @off lies in: from what ended the definition
 * before it to its opening brace in the first column.
 */
static bool function_head(const struct text *text, size_t off,
			  const char **start, const char **end)
{
	const char *p = text->data + off, *q;

	for (;; p--) {
		if (p <= text->data + 1)
			return false;
		if (*p == '{' && p[-1] == '\n')
			break;
		if (*p == '}' && p[-1] == '\n')
			return false;
	}
	for (q = p - 1; q > text->data; q--)
		if (*q == ';' || *q == '}' || (*q == '/' && q[-1] == '*'))
			break;
	*start = q;
	*end = p;
	return true;
}

/*
 * vdso, realmode and boot directories hold programs of their own, which are
 * built into the kernel as data, beside ordinary kernel code: what tells them
 * apart is whether the directory's Makefile has the object in an obj- list.
 */
static bool is_program(struct tree *tree, const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	char makefile[512], object[256];
	const char *p, *end;
	struct text text;
	bool list = false, kernel = false;

	if ((!strstr(path, "/vdso") && !strstr(path, "/realmode/") &&
	     !under(path, "arch/x86/boot/")) ||
	    !dot || dot < slash || slash - path > 400 || dot - slash > 200)
		return false;
	snprintf(makefile, sizeof(makefile), "%.*sMakefile",
		 (int)(slash + 1 - path), path);
	snprintf(object, sizeof(object), "%.*s.o", (int)(dot - slash - 1),
		 slash + 1);
	if (tree_read(tree, makefile, &text))
		return true;
	for (p = text.data; *p && !kernel; p = *end ? end + 1 : end) {
		end = strchrnul(p, '\n');
		if (!list)
			list = !strncmp(p, "obj-", 4) &&
			       memchr(p, '=', end - p);
		kernel = list && has_word(p, end, object);
		list = list && end > p && end[-1] == '\\';
	}
	free((void *)text.data);
	return !kernel;
}

static enum lint lint_path(const char *path, const char **why)
{
	if (under(path, "lib/")) {
		*why = "lib/ is built without fentry calls and klp-build refuses it";
		return LINT_REFUSED;
	}
	/* the rest of kernel/livepatch/ is code like any other */
	if (!strcmp(path, "kernel/livepatch/patch.c") ||
	    under(path, "kernel/trace/ftrace")) {
		*why = "livepatch's own handler and ftrace cannot be patched";
		return LINT_REFUSED;
	}
	if (under(path, "kernel/locking/")) {
		*why = "a lock's own implementation serves every lock";
		return LINT_REFUSED;
	}
	return LINT_OK;
}

static enum lint lint_head(const char *start, const char *end, const char **why)
{
	static const char *const once[] = { "__init", "__exit", "__meminit" };
	static const char *const deaf[] = {
		"notrace",	"noinstr",   "__noinstr_section",
		"__entry_text", "__cpuidle",
	};
	size_t i;

	for (i = 0; i < sizeof(once) / sizeof(*once); i++) {
		if (has_word(start, end, once[i])) {
			*why = "__init or __exit code: it has run, or never runs beside a patch";
			return LINT_HARMLESS;
		}
	}
	for (i = 0; i < sizeof(deaf) / sizeof(*deaf); i++) {
		if (has_word(start, end, deaf[i])) {
			*why = "notrace or noinstr code has no fentry call to patch";
			return LINT_REFUSED;
		}
	}
	return LINT_OK;
}

/* "CFLAGS_REMOVE_x.o = $(CC_FLAGS_FTRACE)" or a whole directory without. */
static bool object_untraced(struct tree *tree, const char *path)
{
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	char makefile[512], line[512];
	struct text text;
	bool found = false;
	const char *p, *end;

	if (!slash || !dot || dot < slash || dot - slash > 200)
		return false;
	snprintf(makefile, sizeof(makefile), "%.*sMakefile",
		 (int)(slash + 1 - path), path);
	if (tree_read(tree, makefile, &text))
		return false;
	snprintf(line, sizeof(line), "CFLAGS_REMOVE_%.*s.o",
		 (int)(dot - slash - 1), slash + 1);
	for (p = text.data; p < text.data + text.size && !found; p = end + 1) {
		end = memchr(p, '\n', text.data + text.size - p);
		if (!end)
			end = text.data + text.size;
		if (!memmem(p, end - p, "CC_FLAGS_FTRACE", 15))
			continue;
		found = !strncmp(p, line, strlen(line)) ||
			!strncmp(p, "ccflags-remove-y", 16) ||
			!strncmp(p, "ORIG_CFLAGS", 11) ||
			!strncmp(p, "KBUILD_CFLAGS", 13);
	}
	free((void *)text.data);
	return found;
}

enum lint lint_site(struct tree *tree, const struct site *site,
		    const char **why)
{
	const char *start, *end;
	struct text text;
	enum lint lint;

	/* A header's helpers are cloned; what counts is where they are used. */
	if (path_is_header(site->file))
		return LINT_OK;
	lint = lint_path(site->file, why);
	if (lint)
		return lint;
	if (is_program(tree, site->file)) {
		*why = "a program for vdso, realmode or boot: data to the kernel";
		return LINT_REFUSED;
	}
	if (!tree_text(tree, site->id, &text) && !site->in_macro &&
	    function_head(&text, site->name.start, &start, &end)) {
		lint = lint_head(start, end, why);
		if (lint)
			return lint;
	}
	if (object_untraced(tree, site->file)) {
		*why = "its Makefile builds it without fentry calls";
		return LINT_REFUSED;
	}
	return LINT_OK;
}

bool lint_static_key(const char *text, size_t len)
{
	static const char *const words[] = {
		"static_branch_likely", "static_branch_unlikely",
		"static_key_false",	"static_key_true",
		"static_call",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (has_word(text, text + len, words[i]))
			return true;
	return false;
}
