/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a lock function's name says: the grammar of the kernel's spellings.
 */
#ifndef SOURCE_LOCKNAME_H
#define SOURCE_LOCKNAME_H

#include "source/locktab/locktab.h"

/*
 * Read @name into @row's family, verb, flavour, argument and flags. False when
 * it is no lock's name.
 */
bool lockname_read(const char *name, size_t len, struct lock_api *row);

/* The family of a lock type's name ("spinlock_t", "mutex" for the struct). */
enum lock_family lockname_type(const char *type, size_t len, bool is_struct);

/* Is a spinlock of either kind called that, as a struct or by its typedef? */
bool lockname_is_spin(const char *type, size_t len);

/* The spelling that undoes (or does) what @row says, into @buf; or NULL. */
const char *lockname_pair(const struct lock_api *row, char *buf, size_t size);

#endif
