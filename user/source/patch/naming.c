// SPDX-License-Identifier: GPL-2.0
/*
 * A lock's name goes in, file and function names come out, with the struct in
 * front ("lp_files_struct_file_lock_spin_lock"), so that patches for fields of
 * one name in two structs can be applied to one tree, in any order. --abi
 * syncord keeps to the short names of its kind where they are telling.
 */
#include <errno.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "source/patch/naming.h"

#define TELLING 6 /* a shorter field name ("lock", "mutex") says nothing */

static void underscore(char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text))
			*text = '_';
}

/* Does a header of an earlier patch define names with this prefix? */
static bool taken(struct tree *tree, const char *header, const char *prefix)
{
	static const char start[] = "include/linux/lockprobe_";
	struct text text;
	uint32_t i;

	for (i = 0; i < tree_count(tree); i++) {
		const char *path = tree_path(tree, i);

		if (strncmp(path, start, sizeof(start) - 1) ||
		    !strcmp(path, header) || tree_text(tree, i, &text))
			continue;
		if (memmem(text.data, text.size, prefix, strlen(prefix)))
			return true;
	}
	return false;
}

int naming_make(struct naming *naming, struct tree *tree, const char *lock,
		bool syncord)
{
	const char *colon = strrchr(lock, ':'), *dot;
	struct naming *n = naming;
	char *p;

	memset(n, 0, sizeof(*n));
	if (strlen(lock) > 90)
		return -ENAMETOOLONG;
	if (colon)
		lock = colon + 1;
	dot = strchr(lock, '.');
	strcpy(n->lock, lock);
	if (dot)
		memcpy(n->owner, lock, dot - lock);
	strcpy(n->field, dot ? dot + 1 : lock);
	strcpy(n->full, lock);
	underscore(n->full);
	snprintf(n->guard, sizeof(n->guard), "_LINUX_LOCKPROBE_%s_H", n->full);
	for (p = n->guard; *p; p++)
		*p = toupper((unsigned char)*p);
	snprintf(n->include, sizeof(n->include), "linux/lockprobe_%s.h",
		 n->full);
	snprintf(n->header, sizeof(n->header), "include/linux/lockprobe_%s.h",
		 n->full);
	snprintf(n->source, sizeof(n->source), "kernel/locking/lockprobe_%s.c",
		 n->full);
	snprintf(n->object, sizeof(n->object), "lockprobe_%s.o", n->full);
	snprintf(n->prefix, sizeof(n->prefix), "lp_%s_", n->field);
	if (!syncord || strchr(n->field, '.') || strlen(n->field) < TELLING ||
	    taken(tree, n->header, n->prefix))
		snprintf(n->prefix, sizeof(n->prefix), "lp_%s_", n->full);
	strcpy(n->call, n->prefix);
	if (syncord) {
		snprintf(n->call, sizeof(n->call), "bpf_%.200s",
			 n->prefix + strlen("lp_"));
		snprintf(n->policy, sizeof(n->policy), "%.200spolicy",
			 n->prefix);
	}
	return 0;
}
