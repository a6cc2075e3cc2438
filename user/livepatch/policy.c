// SPDX-License-Identifier: GPL-2.0
/*
 * Policies by name or path. In come the built-in texts or a file of the
 * user's, out goes the text that a patch carries and which hooks it defines.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "livepatch/policy.h"
#include "livepatch/policy_text.h"

#define FILE_MAX (1 << 20)

static const struct {
	const char *spelling;
	unsigned int hook;
} hook_spellings[] = {
	{ "LP_HOOK(contended)(", POLICY_CONTENDED },
	{ "LP_HOOK(acquired)(", POLICY_ACQUIRED },
	{ "LP_HOOK(abandoned)(", POLICY_ABANDONED },
	{ "LP_HOOK(release)(", POLICY_RELEASE },
};

static const char *const required[] = { "policy_enable(", "policy_disable(",
					"policy_show(", "policy_reset(" };

const char *const *policy_names(void)
{
	static const char *names[16];
	size_t i;

	for (i = 0; policy_texts[i].name; i++)
		names[i] = policy_texts[i].name;
	return names;
}

static const char *builtin(const char *name)
{
	const struct policy_text *p;

	for (p = policy_texts; p->name; p++)
		if (!strcmp(p->name, name))
			return p->text;
	return NULL;
}

static int read_file(const char *path, char **text)
{
	struct stat st;
	FILE *file;
	size_t len;
	int err;

	file = fopen(path, "r");
	if (!file)
		return error_errno(-errno, "policy %s", path);
	if (fstat(fileno(file), &st) || !S_ISREG(st.st_mode) ||
	    st.st_size > FILE_MAX) {
		error("policy %s is not a C file of at most 1 MB", path);
		err = -EINVAL;
		goto out;
	}
	err = -ENOMEM;
	*text = malloc(st.st_size + 1);
	if (!*text)
		goto out;
	len = fread(*text, 1, st.st_size, file);
	(*text)[len] = '\0';
	err = 0;
out:
	fclose(file);
	return err;
}

/* Is @name a path? The built-in names have neither '/' nor ".c". */
static int is_path(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '/') || (len > 2 && !strcmp(name + len - 2, ".c"));
}

/* "./my-lock.c" -> "my-lock": what the patch and its folder are called. */
static char *path_name(const char *path)
{
	const char *base = strrchr(path, '/');
	char *name;
	size_t len;

	base = base ? base + 1 : path;
	len = strlen(base);
	if (len > 2 && !strcmp(base + len - 2, ".c"))
		len -= 2;
	name = strndup(base, len);
	for (char *c = name; c && *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
			*c = '_';
	return name;
}

/* The generated file has one license line at its top; drop the parts'. */
static void append_unlicensed(char *to, const char *text)
{
	if (strstr(text, "SPDX-License-Identifier") < strchr(text, '\n') &&
	    strstr(text, "SPDX-License-Identifier"))
		text = strchr(text, '\n') + 1;
	strcat(to, text);
}

static int check(struct policy *policy, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(required) / sizeof(*required); i++) {
		if (strstr(text, required[i]))
			continue;
		error("policy %s does not define %s): every policy has it",
		      policy->name, required[i]);
		return -EINVAL;
	}
	for (i = 0; i < sizeof(hook_spellings) / sizeof(*hook_spellings); i++)
		if (strstr(text, hook_spellings[i].spelling))
			policy->hooks |= hook_spellings[i].hook;
	return 0;
}

static int fill(struct policy *policy, const char *name, const char *text)
{
	policy->name = is_path(name) ? path_name(name) : strdup(name);
	policy->text = malloc(strlen(policy_common) + strlen(text) + 2);
	if (!policy->name || !policy->text)
		return -ENOMEM;
	policy->text[0] = '\0';
	append_unlicensed(policy->text, policy_common);
	strcat(policy->text, "\n");
	append_unlicensed(policy->text, text);
	return check(policy, text);
}

static void say_unknown(const char *name)
{
	const char *const *known = policy_names();
	char list[256] = "";

	for (; *known; known++) {
		strncat(list, " ", sizeof(list) - strlen(list) - 1);
		strncat(list, *known, sizeof(list) - strlen(list) - 1);
	}
	error("no policy '%s'; there are:%s, or the path of a .c file", name,
	      list);
}

int policy_open(const char *name, struct policy **policy)
{
	const char *text = builtin(name);
	struct policy *new = NULL;
	char *own = NULL;
	int err;

	if (!text) {
		err = -ENOENT;
		if (!is_path(name)) {
			say_unknown(name);
			return err;
		}
		err = read_file(name, &own);
		if (err)
			return err;
		text = own;
	}
	err = -ENOMEM;
	new = calloc(1, sizeof(*new));
	if (new)
		err = fill(new, name, text);
	free(own);
	if (err) {
		policy_free(new);
		return err;
	}
	*policy = new;
	return 0;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	free(policy->name);
	free(policy->text);
	free(policy);
}
