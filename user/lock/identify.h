/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what the kernel could say of a lock (candidates) and where it was taken
 * (call sites' types in the source) to one identity. The source decides among
 * candidates and names locks that were never seen by address; it does not
 * overrule what the kernel was certain of. One thread at a time per identify.
 */
#ifndef IDENTIFY_H
#define IDENTIFY_H

#include <stddef.h>
#include <stdint.h>

#include "lock/lock_id.h"

struct identify;
struct record_lock;

/* Code that took the lock: the first frame outside of lock code. */
struct identify_caller {
	const char *function; /* symbol; compiler suffixes do not matter */
	uint64_t offset; /* of the return address in it */
	uint64_t weight; /* samples or waits that came from here */
	const char *api; /* lock function called, "_raw_spin_lock"; or NULL */
};

/*
 * @linux_dir: as tree_open() takes it. Says what is wrong on stderr; 0 or
 * -errno. identify_close() takes NULL, too.
 */
int identify_open(const char *linux_dir, struct identify **out);
void identify_close(struct identify *identify);

/* What callers will be asked about, to save a pass over the tree for each. */
int identify_prepare(struct identify *identify, const char *const *functions,
		     uint32_t nr);

/*
 * Fill @out. @lock NULL: nothing but the callers is known (a profile). With
 * nothing to go by, @out is what lock_id_of_record() says, or empty. 0 or
 * -ENOMEM; functions that the tree does not have are no error.
 */
int identify_lock(struct identify *identify, const struct record_lock *lock,
		  const struct identify_caller *callers, size_t nr,
		  struct lock_id *out);

#endif
