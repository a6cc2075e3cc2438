/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two guards of a scratch copy. The janitor removes the copy when this process
 * ends, however it ends. The fence keeps a child's writes out of the user's
 * tree, symbolic links or not (Landlock, where the running kernel has it).
 */
#ifndef SOURCE_SCRATCH_GUARD_H
#define SOURCE_SCRATCH_GUARD_H

#include <sys/types.h>

struct janitor {
	pid_t pid;
	int fd; /* closing it, or dying, sends the janitor to work */
};

/* @dir: absolute. -errno when no process can be started. */
int janitor_hire(struct janitor *janitor, const char *dir);

/* Let it remove what is left of the directory, and wait for it. */
void janitor_dismiss(struct janitor *janitor);

/*
 * A fence that forbids writing beneath @tree but allows it beneath @scratch
 * and everywhere else. Both absolute and resolved. Returns a descriptor for
 * fence_enter(), or -EOPNOTSUPP when this kernel has no such fence.
 */
int fence_build(const char *tree, const char *scratch);

/* Shut this process in, for ever; only after fork(): async-signal-safe. */
int fence_enter(int fd);

#endif
