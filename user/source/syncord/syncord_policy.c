// SPDX-License-Identifier: GPL-2.0
/*
 * A policy's name or folder goes in, its programs and the hooks they serve
 * come out. A program says in its section's name which hook it is for; its
 * pin's name is its file's.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/text/slurp.h"
#include "source/syncord/syncord_policy.h"

enum {
	ACQUIRE,
	ACQUIRED,
	RELEASE,
	RELEASED,
	CONTENDED,
	FAST,
	REORDER,
	SKIP,
	BYPASS_ACQUIRE,
	BYPASS_RELEASE
};

static const struct syncord_hook hooks[] = {
	[ACQUIRE] = { "syncord_lock_to_acquire", "bpf_prog_lock_to_acquire",
		      "" },
	[ACQUIRED] = { "syncord_lock_acquired", "bpf_prog_lock_acquired", "" },
	[RELEASE] = { "syncord_lock_to_release", "bpf_prog_lock_to_release",
		      "" },
	[RELEASED] = { "syncord_lock_released", "bpf_prog_lock_released", "" },
	[CONTENDED] = { "syncord_to_enter_slowpath",
			"bpf_prog_lock_to_enter_slowpath", "" },
	[FAST] = { "syncord_enable_fastpath", "bpf_prog_lock_enable_fastpath",
		   "true" },
	[REORDER] = { "syncord_should_reorder", "bpf_prog_should_reorder",
		      "0" },
	[SKIP] = { "syncord_skip_reorder", "bpf_prog_skip_reorder", "0" },
	[BYPASS_ACQUIRE] = { "syncord_bypass_acquire",
			     "bpf_prog_lock_bypass_acquire", "false" },
	[BYPASS_RELEASE] = { "syncord_bypass_release",
			     "bpf_prog_lock_bypass_release", "false" },
};

/* Section names, behind "lock_qspinlock". */
static const struct {
	const char *section;
	int hook;
} sections[] = {
	{ "", REORDER },
	{ "_cmp", REORDER },
	{ "_skip", SKIP },
	{ "_acquire", ACQUIRE },
	{ "_acquired", ACQUIRED },
	{ "_acqed", ACQUIRED },
	{ "_release", RELEASE },
	{ "_released", RELEASED },
	{ "_contended", CONTENDED },
	{ "_fastpath", FAST },
	{ "_bypass_acquire", BYPASS_ACQUIRE },
	{ "_bypass_release", BYPASS_RELEASE },
};

static const struct {
	const char *name, *words;
	int per_cpu, counts;
	const char *helper;
	struct {
		const char *pin;
		int hook;
	} programs[5];
} shipped[] = {
	{ "numa-grouping", "----", 0, 0, "", { { "numa-grouping", REORDER } } },
	{ "numa-grouping-cna",
	  "----",
	  0,
	  0,
	  "",
	  { { "numa-grouping-cna", REORDER } } },
	{ "amp",
	  "----",
	  0,
	  0,
	  "bpf_back_off",
	  { { "amp_cont_lock", CONTENDED } } },
	{ "lockstat",
	  "l---",
	  1,
	  0,
	  "",
	  { { "lockstat_lock_acquired", ACQUIRED },
	    { "lockstat_lock_to_release", RELEASE },
	    { "lockstat_to_enter_slow_path", CONTENDED } } },
	{ "scl",
	  "tttl",
	  0,
	  1,
	  "bpf_back_off",
	  { { "scl_acqed_lock", ACQUIRED },
	    { "scl_cmp", REORDER },
	    { "scl_cont_lock", CONTENDED },
	    { "scl_release_lock", RELEASE } } },
	{ "numa-scl",
	  "tttl",
	  0,
	  1,
	  "bpf_back_off",
	  { { "scl_acqed_lock", ACQUIRED },
	    { "scl_cmp", REORDER },
	    { "scl_cont_lock", CONTENDED },
	    { "scl_release_lock", RELEASE } } },
};

static int add(struct syncord_policy *policy, const char *pin, size_t len,
	       const struct syncord_hook *hook)
{
	size_t at = policy->nr, i;

	if (at == SYNCORD_PROGRAMS || len >= sizeof(policy->programs[0].pin))
		return -E2BIG;
	for (i = 0; i < at; i++) {
		if (policy->programs[i].hook != hook)
			continue;
		error("policy %s: %.*s and %s both serve %s", policy->name,
		      (int)len, pin, policy->programs[i].pin, hook->function);
		return -EINVAL;
	}
	memcpy(policy->programs[at].pin, pin, len);
	policy->programs[at].pin[len] = '\0';
	policy->programs[at].hook = hook;
	strcpy(policy->programs[at].array, hook->array);
	policy->nr++;
	return 0;
}

static int open_shipped(const char *name, struct syncord_policy *policy)
{
	size_t i, j;
	int ret = 0;

	for (i = 0; i < sizeof(shipped) / sizeof(*shipped); i++) {
		if (strcmp(shipped[i].name, name))
			continue;
		strcpy(policy->words, shipped[i].words);
		policy->per_cpu = shipped[i].per_cpu;
		policy->counts = shipped[i].counts;
		strcpy(policy->helper, shipped[i].helper);
		for (j = 0; shipped[i].programs[j].pin && !ret; j++)
			ret = add(policy, shipped[i].programs[j].pin,
				  strlen(shipped[i].programs[j].pin),
				  &hooks[shipped[i].programs[j].hook]);
		return ret;
	}
	return -ENOENT;
}

static int add_pfile(struct syncord_policy *policy, const char *dir,
		     const char *file)
{
	size_t len, i, n;
	char *text, *p, *end;
	int ret;

	ret = slurp(dir, file, &text, &n);
	if (ret)
		return error_errno(ret, "%s/%s", dir, file);
	ret = -EINVAL;
	p = strstr(text, "SEC(\"lock_qspinlock");
	end = p ? strchr(p + 5, '"') : NULL;
	if (!end) {
		error("%s/%s: no SEC(\"lock_qspinlock...\"): it serves no spinlock",
		      dir, file);
		goto out;
	}
	p += strlen("SEC(\"lock_qspinlock");
	len = end - p;
	for (i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (strlen(sections[i].section) == len &&
		    !memcmp(sections[i].section, p, len))
			break;
	if (i == sizeof(sections) / sizeof(*sections)) {
		error("%s/%s: no hook is called lock_qspinlock%.*s", dir, file,
		      (int)len, p);
		goto out;
	}
	policy->per_cpu |= strstr(text, "args->per_cpu_data") != NULL;
	if (strstr(text, "bpf_back_off("))
		strcpy(policy->helper, "bpf_back_off");
	ret = add(policy, file, strlen(file) - strlen(".pfile"),
		  &hooks[sections[i].hook]);
out:
	free(text);
	return ret;
}

/* Is @name a member of struct @owner in the policy's header? */
static int member_of(const char *text, const char *owner, const char *name,
		     size_t len)
{
	char head[64];
	const char *p, *end;

	snprintf(head, sizeof(head), "struct %s {", owner);
	p = strstr(text, head);
	end = p ? strstr(p, "};") : NULL;
	while (end && (p = memmem(p, end - p, name, len)) != NULL) {
		if ((p[-1] == ' ' || p[-1] == '*') &&
		    (p[len] == ';' || p[len] == '['))
			return 1;
		p += len;
	}
	return 0;
}

/* The words' homes: a member of the same name tells which. */
static void read_header(struct syncord_policy *policy, const char *text)
{
	const char *p = strstr(text, "struct lock_policy_args {");
	const char *end = p ? strstr(p, "};") : NULL;
	int i;

	strcpy(policy->words, "----");
	policy->counts = member_of(text, "per_lock_data", "num_threads", 11);
	p = p ? strstr(p, "per_cpu_data") : NULL;
	for (i = 0; p && p < end && i < SYNCORD_WORDS; i++) {
		size_t len;

		p = strchr(p, ';');
		p = p ? strpbrk(p, "*}") : NULL;
		if (!p || p >= end)
			return;
		p++;
		len = strcspn(p, ";");
		if (member_of(text, "per_lock_data", p, len))
			policy->words[i] = 'l';
		else if (member_of(text, "per_thread_data", p, len) ||
			 member_of(text, "per_node_data", p, len))
			policy->words[i] = 't';
	}
}

/* A comment's stars and semicolons are none of a declaration. */
static void blank_comments(char *p)
{
	char *end;

	for (; *p; p++) {
		if (p[0] != '/' || (p[1] != '*' && p[1] != '/'))
			continue;
		end = strstr(p, p[1] == '*' ? "*/" : "\n");
		end = end ? end + (p[1] == '*' ? 2 : 0) : p + strlen(p);
		memset(p, ' ', end - p);
	}
}

static int ends(const char *name, const char *tail)
{
	size_t len = strlen(name), n = strlen(tail);

	return len > n && !strcmp(name + len - n, tail);
}

static int open_folder(const char *dir, struct syncord_policy *policy)
{
	struct dirent **list;
	int i, n, ret = 0;

	n = scandir(dir, &list, NULL, alphasort);
	if (n < 0)
		return -errno;
	strcpy(policy->words, "----");
	for (i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		char *text;
		size_t len;

		if (!ret && ends(name, ".pfile")) {
			ret = add_pfile(policy, dir, name);
		} else if (!ret && ends(name, ".h")) {
			ret = slurp(dir, name, &text, &len);
			if (!ret) {
				blank_comments(text);
				read_header(policy, text);
				free(text);
			}
		}
		free(list[i]);
	}
	free(list);
	if (!ret && !policy->nr) {
		error("%s: no *.pfile in this policy folder", dir);
		ret = -ENOENT;
	}
	return ret;
}

int syncord_policy_open(const char *name, struct syncord_policy *policy)
{
	const char *slash = strrchr(name, '/');
	int ret;

	memset(policy, 0, sizeof(*policy));
	snprintf(policy->name, sizeof(policy->name), "%s",
		 slash && slash[1] ? slash + 1 : name);
	if (slash)
		return open_folder(name, policy);
	if (!strcmp(name, "bravo")) {
		error("policy bravo serves rwsem hooks, and no tree has a "
		      "bpf_ function behind them; --abi stock takes rwsems");
		return -EINVAL;
	}
	ret = open_shipped(name, policy);
	if (ret == -ENOENT)
		error("no SynCord policy '%s'; there are numa-grouping, "
		      "numa-grouping-cna, amp, lockstat, scl and numa-scl, or "
		      "the path of a policy folder",
		      name);
	return ret;
}
