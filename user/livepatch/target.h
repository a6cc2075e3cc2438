/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel a patch is built for: a source tree, its headers package, its
 * vmlinux and a compiler, which must all belong together. Checked before any
 * work is done; every disagreement is said, not only the first.
 */
#ifndef LIVEPATCH_TARGET_H
#define LIVEPATCH_TARGET_H

#include <stdbool.h>

#include "livepatch/image.h"

struct target {
	struct image image; /* --vmlinux */
	char *linux_dir; /* --linux, configured; absolute */
	char *headers; /* --headers, absolute */
	char *modules; /* where modules with symbols lie, or NULL */
	char cc[256]; /* the compiler that built the kernel, as a command */
	unsigned int version; /* 0x060100: KERNEL_VERSION() without sublevel */
	bool ibt; /* CONFIG_X86_KERNEL_IBT */
	bool kasan; /* CONFIG_KASAN */
	bool wrong; /* something does not belong: it was said */
};

struct target_paths {
	const char *linux_dir, *headers, *vmlinux;
	const char *modules; /* or NULL: beside vmlinux, else the system's */
	const char *cc; /* or NULL: found by the configuration */
};

/*
 * Return: 0, or -errno after an error message; -ENOEXEC when what is there
 * does not belong together. target_close() in either case.
 */
int target_open(const struct target_paths *paths, struct target *target);
void target_close(struct target *target);

/*
 * The file of a module with symbols. @modfile: "fs/ext4/ext4", the directory
 * of one of its objects, and its name with '_' for '-'; the file lies in that
 * directory or above. @path has room for PATH_MAX.
 * Return: 0, or -ENOENT after saying where it was looked for.
 */
int target_module(const struct target *target, const char *modfile, char *path);

#endif
