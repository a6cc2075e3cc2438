/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names that a patch brings into a tree: those of its two files and of
 * everything in them, all made from the lock's name.
 */
#ifndef SOURCE_NAMING_H
#define SOURCE_NAMING_H

#include <stdbool.h>

#include "source/tree/tree.h"

struct naming {
	char lock[192]; /* "dentry.d_lockref.lock" */
	char owner[96]; /* "dentry"; "" for a lock at file scope */
	char field[128]; /* "d_lockref.lock" */
	char full[192]; /* "dentry_d_lockref_lock" */
	char prefix[256]; /* of functions: "lp_dentry_d_lockref_lock_" */
	char call[256]; /* of what sites call: the prefix, or "bpf_..." */
	char policy[256]; /* --abi syncord: the variable that holds the id */
	char guard[256]; /* of the header */
	char header[256]; /* "include/linux/lockprobe_....h" */
	char include[256]; /* "linux/lockprobe_....h" */
	char source[256]; /* "kernel/locking/lockprobe_....c" */
	char object[256]; /* "lockprobe_....o" */
};

/*
 * @lock: "struct.field.path" or a file-scope lock's name ("rename_lock",
 * "fs/dcache.c:rename_lock"). @tree is asked which prefixes earlier patches
 * took already. -ENAMETOOLONG.
 */
int naming_make(struct naming *naming, struct tree *tree, const char *lock,
		bool syncord);

#endif
