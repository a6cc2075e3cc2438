/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two halves of kbuild's model share: the lists of the Makefiles
 * (kbuild.c), and the files that reach a build another way (kbuild_include.c).
 * Everyone else uses kbuild.h.
 */
#ifndef SOURCE_KBUILD_INSIDE_H
#define SOURCE_KBUILD_INSIDE_H

#include <pthread.h>
#include <uthash.h>

#include "source/build/kbuild.h"
#include "source/build/makefile.h"

/* An object that some evaluated Makefile lists; path from the root. */
struct object {
	char *path;
	char *beside; /* "kernel/../fs/x.o", if a neighbour lists it; or NULL */
	bool own; /* its directory, or one above, lists it */
	bool builtin, module;
	UT_hash_handle hh;
};

/* A .c file that another file of the directory includes. */
struct inclusion {
	char *includer, *included; /* from the root */
	enum truth live; /* is the #include line compiled? */
	struct inclusion *next;
};

struct dir {
	char *path; /* "" is the root */
	bool visited; /* some list descends into it */
	bool builtin; /* and makes a built-in.a of it */
	bool evaluated, scanned, looked_beside;
	struct inclusion *includes;
	UT_hash_handle hh;
};

struct kbuild {
	pthread_mutex_t lock;
	char *root;
	const struct config *config;
	struct makefile *base; /* the top Makefile's variables */
	struct object *objects;
	struct dir *dirs;
};

/* All with the lock held. */
struct object *kbuild_listed(struct kbuild *kb, const char *path);
int kbuild_evaluate(struct kbuild *kb, const char *path);
enum kbuild_state kbuild_of(struct kbuild *kb, const char *path, int depth,
			    const char **object_path);

/*
 * Evaluate the directories beside @path's whose Makefiles reach out with "..".
 * 0: there was news, -ENOENT: there is none.
 */
int kbuild_beside(struct kbuild *kb, const char *path);

/* The state @path gets from the files that #include it. */
enum kbuild_state kbuild_included(struct kbuild *kb, const char *path,
				  int depth, const char **object_path);

/* kbuild_includer(), as above with the lock held. */
int kbuild_nth_includer(struct kbuild *kb, const char *path, size_t n,
			char *buf, size_t size);

void kbuild_forget_includes(struct dir *dir);

#endif
