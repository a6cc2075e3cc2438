/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Livepatches on this machine: what is live, on which lock, since when, with
 * which policy, and who keeps a transition from ending. All of it is read from
 * /sys/kernel/livepatch, debugfs and /proc, under $LOCKPROBE_ROOT if that is
 * set (tests do).
 */
#ifndef LIVEPATCH_LIVE_H
#define LIVEPATCH_LIVE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct live_patch {
	char name[64]; /* the module's */
	char lock[128]; /* "files_struct.file_lock"; "" when not one of ours */
	char policy[64];
	int64_t since; /* seconds of the epoch, 0: not told */
	bool enabled, transition;
	unsigned int functions; /* replaced, in the kernel and all modules */
};

struct live_list {
	struct live_patch *items;
	size_t nr;
};

/* A task that has not gone over to the patch's wanted state. */
struct live_blocker {
	int tid;
	char comm[32];
	char where[128]; /* the top of its kernel stack; "" when not told */
};

/* Prefix @path (absolute) by the root; @full has room for PATH_MAX. */
void live_path(char *full, const char *path);

/* 0; -ENOTSUP when this kernel has no livepatching; -errno. */
int live_read(struct live_list *list);
void live_free(struct live_list *list);

/* The one called @name, or that sits on lock @name; NULL: none. */
struct live_patch *live_find(const struct live_list *list, const char *name);

/* Fill up to @room blockers; returns how many there are, or -errno. */
int live_blockers(const struct live_patch *patch, struct live_blocker *blockers,
		  int room);

/* Names of functions that @a and @b both replace: how many; first in @name. */
int live_common(const struct live_patch *a, const struct live_patch *b,
		char *name, size_t size);

/* Ask the kernel to take @patch back; its transition follows. */
int live_disable(const struct live_patch *patch);

#endif
