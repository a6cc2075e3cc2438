/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a patch touches: the files of a diff, and the objects made from them.
 */
#ifndef LIVEPATCH_TOUCHED_H
#define LIVEPATCH_TOUCHED_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct kbuild;

struct touched {
	char *source; /* "fs/file.c" */
	char *object; /* "fs/file.o": a target for the tree's make */
	char *modfile; /* "fs/ext4/ext4", the directory of the Makefile that
			* lists it and the module's name ('_' for '-');
			* NULL: in vmlinux
			*/
	bool new; /* the patch makes the file */
	const char *unfit; /* why no livepatch can carry it, or NULL */
};

struct touched_list {
	struct touched *items;
	size_t nr, room;
	struct config *config; /* of the patched tree, and its kbuild: both */
	struct kbuild *kbuild; /* NULL before touched_objects() */
};

/*
 * Read the diff @patch, a text (-p1). Says what no livepatch can do without
 * (existing headers, assembly); files of lib/ and others are marked unfit.
 * Return: 0, -EINVAL, -ENOMEM.
 */
int touched_read(const char *patch, struct touched_list *list);

/*
 * Say which files are unfit, and why. @drop: take them off the list. Return:
 * how many they are.
 */
size_t touched_unfit(struct touched_list *list, bool drop);

/*
 * Ask kbuild which object each source goes into; @dir is the patched tree.
 * Two sources of one object become one entry. Sources that this configuration
 * does not build are dropped, and said. @list keeps the kbuild.
 */
int touched_objects(struct touched_list *list, const char *dir);

/* After the build: which objects are of a module (from kbuild's .o.cmd). */
int touched_modules(struct touched_list *list, const char *dir);

/*
 * Keep of the existing files only those whose path begins with one of @only
 * (NULL-terminated). Return: how many were dropped.
 */
size_t touched_only(struct touched_list *list, const char *const *only);

void touched_free(struct touched_list *list);

#endif
