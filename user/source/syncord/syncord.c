// SPDX-License-Identifier: GPL-2.0
/*
 * A SynCord tree and a policy go in; edits of the file that holds the empty
 * syncord_ hooks and of kernel/bpf/inode.c come out. Stock locks are left
 * alone: only hooks that get a policy id of this patch run a program.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/text/edit.h"
#include "source/patch/inclusion.h"
#include "source/syncord/syncord.h"
#include "source/syncord/syncord_chain.h"
#include "source/syncord/syncord_text.h"

#define INODE_C "kernel/bpf/inode.c"

static const char *const spin_files[] = {
	"kernel/locking/qspinlock.c",
	"kernel/locking/qspinlock_cna.c",
	NULL,
};

static const char *const rwsem_files[] = {
	"kernel/locking/rwsem.c",
	NULL,
};

static const char *const *hook_files(const struct syncord_policy *policy)
{
	return policy->rwsem ? rwsem_files : spin_files;
}

/* A definition "static TYPE NAME(...) { ... }" in a text. */
struct function {
	size_t head, open, end; /* "static", '{', behind '}' */
};

static bool find_function(const struct text *text, const char *name,
			  struct function *f)
{
	const char *p = text->data, *q;
	int depth = 0;

	while ((p = strstr(p, name)) != NULL) {
		q = p + strlen(name);
		if (*q == '(' && p > text->data &&
		    (p[-1] == ' ' || p[-1] == '*')) {
			q = strpbrk(q, "{;");
			if (q && *q == '{')
				break;
		}
		p += strlen(name);
	}
	if (!p)
		return false;
	f->open = q - text->data;
	while (p > text->data && p[-1] != '\n')
		p--;
	f->head = p - text->data;
	for (; *q; q++) {
		depth += (*q == '{') - (*q == '}');
		if (!depth)
			break;
	}
	f->end = q + 1 - text->data;
	return *q;
}

static bool load(struct tree *tree, const char *path, struct text *text)
{
	int64_t id = tree_find(tree, path);

	return id >= 0 && !tree_text(tree, id, text);
}

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* "void *bpf_prog_should_reorder_rwsem[": the array's whole name. */
static void name_array(const struct text *text, char *array, size_t size)
{
	const char *p = text->data, *end;
	size_t len = strlen(array);

	while ((p = strstr(p, array)) != NULL) {
		for (end = p + len; word_char(*end); end++)
			;
		if (p > text->data && p[-1] == '*' && *end == '[') {
			snprintf(array, size, "%.*s", (int)(end - p), p);
			return;
		}
		p = end;
	}
}

/* Where program @i's hook is; settles the array that it runs from. */
static const char *file_of_hook(struct tree *tree,
				struct syncord_policy *policy, size_t i)
{
	const char *const *files = hook_files(policy);
	char *array = policy->programs[i].array;
	struct function f;
	struct text text;

	for (; *files; files++) {
		if (!load(tree, *files, &text) ||
		    !find_function(&text, policy->programs[i].hook->function,
				   &f))
			continue;
		if (policy->rwsem)
			name_array(&text, array,
				   sizeof(policy->programs[i].array));
		return *files;
	}
	return NULL;
}

static bool declares(struct tree *tree, const char *path, const char *name)
{
	struct text text;

	return load(tree, path, &text) && strstr(text.data, name);
}

/* "const struct bpf_func_proto bpf_X_proto = {", in any file. */
static bool has_helper(struct tree *tree, const char *helper)
{
	char word[80];
	const char *words[1] = { word }, *p;
	uint32_t *ids = NULL;
	struct text text;
	bool found = false;
	int64_t n, i;

	snprintf(word, sizeof(word), "%s_proto", helper);
	n = tree_grep(tree, words, 1, false, &ids);
	for (i = 0; i < n && !found; i++) {
		if (tree_text(tree, ids[i], &text))
			continue;
		for (p = text.data; !found && (p = strstr(p, word));) {
			p += strlen(word);
			found = p[strspn(p, " \t\n")] == '=';
		}
	}
	free(ids);
	return found;
}

/* The first hook that @policy wants and this tree lacks, or NULL. */
static const char *missing_hook(struct tree *tree,
				struct syncord_policy *policy)
{
	size_t i;

	for (i = 0; i < policy->nr; i++)
		if (!file_of_hook(tree, policy, i))
			return policy->programs[i].hook->function;
	return NULL;
}

bool syncord_serves(struct tree *tree, enum lock_family family,
		    struct syncord_policy *policy)
{
	policy->rwsem = family == FAMILY_RWSEM && syncord_look(tree).down_write;
	return !missing_hook(tree, policy);
}

int syncord_check(struct tree *tree, enum lock_family family,
		  struct syncord_policy *policy)
{
	if (!declares(tree, "include/asm-generic/qspinlock.h",
		      "bpf_queued_spin_lock")) {
		error("%s has no bpf_queued_spin_lock(): it is no SynCord "
		      "kernel; --abi stock needs none",
		      tree_where(tree));
		return -ENOTSUP;
	}
	if (!declares(tree, INODE_C, "bpf_prog_get_type_path")) {
		error("%s: no bpf_prog_get_type_path() in " INODE_C
		      " to look pinned programs up with",
		      tree_where(tree));
		return -ENOTSUP;
	}
	if (!syncord_serves(tree, family, policy)) {
		error("policy %s needs the hook %s(), which this tree does not "
		      "have%s",
		      policy->name, missing_hook(tree, policy),
		      policy->rwsem ? " for rwsems" : "");
		return -ENOTSUP;
	}
	if (*policy->helper && !has_helper(tree, policy->helper)) {
		error("policy %s calls %s(), which this tree only declares: "
		      "its programs would not load",
		      policy->name, policy->helper);
		return -ENOTSUP;
	}
	return 0;
}

/* Parameter @n of a definition: its name. */
static void parameter(const struct text *text, const struct function *f, int n,
		      char *name, size_t size)
{
	const char *p = memchr(text->data + f->head, '(', f->open - f->head);
	const char *end;

	name[0] = '\0';
	while (p && n-- > 0)
		p = memchr(p + 1, ',', text->data + f->open - p - 1);
	if (!p)
		return;
	end = strpbrk(p + 1, ",)");
	while (end > p && !isalnum((unsigned char)end[-1]) && end[-1] != '_')
		end--;
	for (p = end; isalnum((unsigned char)p[-1]) || p[-1] == '_'; p--)
		;
	snprintf(name, size, "%.*s", (int)(end - p), p);
}

static bool has_parameter(const struct text *text, const struct function *f,
			  const char *name)
{
	char found[64];
	int i;

	for (i = 0; i < 5; i++) {
		parameter(text, f, i, found, sizeof(found));
		if (!strcmp(found, name))
			return true;
	}
	return false;
}

/* What the hook returns as it is: what it returns without a program, then. */
static void returned(const struct text *text, const struct function *f,
		     const char *fallback, char *value, size_t size)
{
	const char *p =
		memmem(text->data + f->open, f->end - f->open, "return ", 7);
	const char *end = p ? strchr(p, ';') : NULL;

	if (end)
		snprintf(value, size, "%.*s", (int)(end - p - 7), p + 7);
	else
		snprintf(value, size, "%s", fallback);
}

/* The two waiters that a reordering hook compares, as "node, next node". */
static void waiters(const char *path, const struct text *text,
		    const struct function *f, int at, char *nodes, size_t size)
{
	bool cna = strstr(path, "_cna");
	char first[64], second[64];

	parameter(text, f, at, first, sizeof(first));
	parameter(text, f, at + 1, second, sizeof(second));
	snprintf(nodes, size,
		 cna ? "((struct cna_node *)%s)->numa_node,\n"
		       "\t\t      ((struct cna_node *)%s)->numa_node" :
		       "%s->nid, %s->nid",
		 first, second);
}

static int fill_hook(const char *path, const struct text *text,
		     const struct naming *naming,
		     const struct syncord_policy *policy, size_t i,
		     struct edit_list *edits)
{
	const struct syncord_hook *hook = policy->programs[i].hook;
	const char *array = policy->programs[i].array;
	char body[2048], nodes[300] = "0, 0", value[200];
	struct function f;
	bool lock;

	find_function(text, hook->function, &f);
	/* another patch's: it runs whatever program the id has */
	if (memmem(text->data + f.open, f.end - f.open, array, strlen(array)))
		return 0;
	lock = has_parameter(text, &f, "lock");
	if (!has_parameter(text, &f, "policy_id")) {
		error("%s() takes no policy_id in this tree", hook->function);
		return -ENOTSUP;
	}
	if (strstr(hook->function, "reorder"))
		waiters(path, text, &f, lock, nodes, sizeof(nodes));
	returned(text, &f, hook->fallback, value, sizeof(value));
	if (*hook->fallback)
		snprintf(body, sizeof(body), syncord_hook_value_text, array,
			 value, naming->prefix, lock ? "lock" : "NULL", nodes,
			 value);
	else
		snprintf(body, sizeof(body), syncord_hook_text, array,
			 naming->prefix, lock ? "lock" : "NULL", nodes);
	return edit_add(edits, f.open, f.end - f.open, body);
}

/* @at: the first hook; it may lie in an #if of the file's own. */
static int add_includes(const struct text *text, size_t at,
			struct edit_list *edits)
{
	/* lock_policy.h includes nothing, and wants NR_CPUS */
	static const char *const headers[] = {
		"linux/filter.h",
		"linux/livepatch.h",
		"linux/lock_policy.h",
	};
	char lines[200] = "";
	size_t i;

	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		if (inclusion_has(text->data, text->size, headers[i]))
			continue;
		strcat(lines, "#include <");
		strcat(lines, headers[i]);
		strcat(lines, ">\n");
	}
	if (!*lines)
		return 0;
	return edit_add(edits, inclusion_before(text->data, text->size, at), 0,
			lines);
}

static int finish(struct patch *patch, const char *path,
		  const struct text *text, struct edit_list *edits)
{
	char *old, *new;
	size_t len;

	new = edit_apply(edits, text->data, text->size, &len);
	old = malloc(text->size + 1);
	if (!new || !old) {
		free(new);
		free(old);
		return -ENOMEM;
	}
	memcpy(old, text->data, text->size + 1);
	return patch_add(patch, path, old, text->size, new, len);
}

static int add_trylock(const struct naming *naming, size_t at,
		       struct edit_list *edits)
{
	char text[1024];

	snprintf(text, sizeof(text), syncord_trylock_text, naming->call);
	return edit_add(edits, at, 0, text);
}

/* Everything this policy changes in one of the hooks' files. */
static int edit_hooks(struct tree *tree, const struct naming *naming,
		      const struct syncord_policy *policy, const char *path,
		      bool trylock, struct patch *patch)
{
	struct edit_list edits = { 0 };
	size_t i, first = SIZE_MAX;
	struct function f;
	struct text text;
	char *runner;
	int ret = 0;

	if (!load(tree, path, &text))
		return 0;
	for (i = 0; i < policy->nr && !ret; i++) {
		if (!find_function(&text, policy->programs[i].hook->function,
				   &f))
			continue;
		ret = fill_hook(path, &text, naming, policy, i, &edits);
		if (edits.nr && f.head < first)
			first = f.head;
	}
	if (!ret && trylock && find_function(&text, "bpf_queued_spin_lock", &f))
		ret = add_trylock(naming, f.head, &edits);
	if (!ret && first != SIZE_MAX) {
		runner = syncord_runner(naming, policy);
		ret = runner ? edit_add(&edits, first, 0, runner) : -ENOMEM;
		free(runner);
		if (!ret)
			ret = add_includes(&text, first, &edits);
	}
	if (!ret && edits.nr)
		ret = finish(patch, path, &text, &edits);
	edit_free(&edits);
	return ret;
}

static int edit_inode(struct tree *tree, const struct naming *naming,
		      const struct syncord_policy *policy, struct patch *patch)
{
	struct edit_list edits = { 0 };
	struct text text;
	char *callbacks;
	int ret;

	if (!load(tree, INODE_C, &text))
		return -ENOENT;
	callbacks = syncord_callbacks(naming, policy);
	if (!callbacks)
		return -ENOMEM;
	ret = edit_add(&edits, text.size, 0, callbacks);
	free(callbacks);
	if (!ret)
		ret = finish(patch, INODE_C, &text, &edits);
	edit_free(&edits);
	return ret;
}

int syncord_add(struct tree *tree, const struct naming *naming,
		const struct syncord_policy *policy, bool trylock,
		struct patch *patch)
{
	const char *const *files = hook_files(policy);
	int ret = 0;

	for (; *files && !ret; files++)
		ret = edit_hooks(tree, naming, policy, *files, trylock, patch);
	return ret ? ret : edit_inode(tree, naming, policy, patch);
}
