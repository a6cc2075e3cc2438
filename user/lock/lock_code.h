/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which kernel functions are the locks' own code, so that the caller of a lock
 * is the first frame that is not. By exact name or family, never by a part of
 * a name: a function called my_spin_lock_user is a caller like any other.
 */
#ifndef LOCK_CODE_H
#define LOCK_CODE_H

#include <stdbool.h>
#include <stdint.h>

/* @function: a symbol's name; compiler suffixes (.isra.0) do not matter. */
bool lock_code_is(const char *function);

/* Code that every sleeper goes through: __schedule, schedule_timeout ... */
bool sched_code_is(const char *function);

/* The enum lockprobe_kind that a lock function serves, or KIND_UNKNOWN. */
uint8_t lock_code_kind(const char *function);

#endif
