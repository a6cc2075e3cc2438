/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which locks the code of one function takes, as its source says: the lock
 * sites in it, those of header inlines it calls, and those of static functions
 * of its file that the compiler may have inlined. Kept for each function once
 * asked. One thread at a time per table.
 */
#ifndef TAKEN_H
#define TAKEN_H

#include <stdbool.h>
#include <stdint.h>

struct taken;

struct taken_lock {
	char strct[64]; /* "" for a lock that is a variable of its own */
	char path[128];
	uint8_t kind; /* enum lockprobe_kind */
	bool takes, releases;
	bool own; /* in the function itself, not in what may be inlined */
};

struct taken_locks {
	const struct taken_lock *v;
	uint32_t nr;
	bool found; /* the tree has such a function */
	bool untyped; /* it takes locks whose type could not be told, too */
};

/* As tree_open(); says what is wrong on stderr. 0 or -errno. */
int taken_open(const char *linux_dir, struct taken **out);
void taken_close(struct taken *taken);

/*
 * Find in one pass over the tree the files that name any of @functions, which
 * will be asked for; without this, each of them takes a pass. 0 or -errno.
 */
int taken_prepare(struct taken *taken, const char *const *functions,
		  uint32_t nr);

/*
 * @function: a symbol's name; what compilers and SYSCALL_DEFINE make of names
 * does not matter. @out's array belongs to the table. 0 or -ENOMEM.
 */
int taken_in(struct taken *taken, const char *function,
	     struct taken_locks *out);

#endif
