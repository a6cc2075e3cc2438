/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does this configuration build this file? The tree's own kbuild Makefiles are
 * read, lazily, from the file's directory up to the root, and evaluated as
 * scripts/Makefile.build would. Answers are cached; any thread may ask.
 */
#ifndef SOURCE_KBUILD_H
#define SOURCE_KBUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "source/build/config.h"

enum kbuild_state {
	KBUILD_NO, /* no object of this build is made from it */
	KBUILD_YES, /* linked into the kernel (or a library of it) */
	KBUILD_MODULE, /* linked into a module */
	KBUILD_UNKNOWN, /* a header, no configuration, or not decidable */
};

struct kbuild;

/*
 * @dir: the tree's root, copied. @config: borrowed until kbuild_free(); NULL
 * makes every answer KBUILD_UNKNOWN. -errno when @dir is no kernel tree.
 */
int kbuild_new(const char *dir, const struct config *config,
	       struct kbuild **out);
void kbuild_free(struct kbuild *kbuild);

/*
 * @path: relative to the root ("fs/file.c"). A .c file that only other .c
 * files include ("kernel/sched/core_sched.c") has the state of its includers.
 */
enum kbuild_state kbuild_file(struct kbuild *kbuild, const char *path);

/*
 * The object made from @path ("fs/file.o"; for an included .c file that of its
 * includer), as a target for the tree's make. Returns the length like
 * snprintf(), or -ENOENT when nothing is built from it.
 */
int kbuild_object(struct kbuild *kbuild, const char *path, char *buf,
		  size_t size);

/*
 * What the tree's make is to be asked for, to have @object (kbuild_object()'s)
 * made with the flags that the Makefile gives it that lists it: the same, or
 * "arch/x86/kvm/../../../virt/kvm/kvm_main.o". Returns like snprintf().
 */
int kbuild_goal(struct kbuild *kbuild, const char *object, char *buf,
		size_t size);
/* "a/./b/../c" becomes "a/c", in place; false when it climbs out. */
bool kbuild_fold(char *path);

/* Is there an object of @path itself, and not only of what includes it? */
bool kbuild_compiled(struct kbuild *kbuild, const char *path);

/*
 * The file number @n (from 0) of those that #include the .c file @path and are
 * built. -ENOENT: there are no more.
 */
int kbuild_includer(struct kbuild *kbuild, const char *path, size_t n,
		    char *buf, size_t size);

/* Where @includer's #include "@name" leads to, as a path from the root. */
void kbuild_include_path(const char *includer, const char *name, size_t len,
			 char *buf, size_t size);

#endif
