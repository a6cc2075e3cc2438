/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kpatch's tools, as the distribution packages them: the binary difference of
 * two objects, and the livepatch module made of all differences.
 */
#ifndef LIVEPATCH_KPATCH_H
#define LIVEPATCH_KPATCH_H

#include <limits.h>
#include <stdbool.h>

#include "livepatch/target.h"
#include "livepatch/touched.h"

struct kpatch {
	char tools[PATH_MAX]; /* with create-diff-object */
	char template[PATH_MAX]; /* the patch module's sources */
	bool partial; /* leave out objects that cannot be patched */
};

/* A function that the livepatch replaces or adds. */
struct kpatch_function {
	char *name;
	const struct touched *in;
	bool new;
};

struct kpatch_report {
	struct kpatch_function *items;
	size_t nr, room;
	size_t refused; /* objects left out */
};

/*
 * Find the tools: in @dir, else $LOCKPROBE_KPATCH, else where packages put
 * them. Return: 0, or -ENOENT after saying what to install.
 */
int kpatch_find(const char *dir, struct kpatch *kpatch);

/* Compiles an object of WORK again, with flags more after the patch. */
struct kpatch_again {
	int (*compile)(void *arg, struct touched *item, const char *flags);
	void *arg;
};

/*
 * WORK/before and WORK/after in, WORK/difference out. @report is filled; its
 * entries point into @list. -ENODATA: no function changes at all.
 */
int kpatch_diff(const struct kpatch *kpatch, const struct target *target,
		const struct touched_list *list, const char *work,
		const char *name, const struct kpatch_again *again,
		struct kpatch_report *report);

/* WORK/difference in, WORK/NAME.ko out. */
int kpatch_module(const struct kpatch *kpatch, const struct target *target,
		  const struct touched_list *list, const char *work,
		  const char *name);

void kpatch_report_free(struct kpatch_report *report);

#endif
