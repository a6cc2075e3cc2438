/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lock function or macro, as its name tells: of which family of locks, what
 * it does to which argument, and what the spelling adds.
 */
#ifndef SOURCE_LOCKAPI_H
#define SOURCE_LOCKAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lock_family {
	FAMILY_NONE,
	FAMILY_SPIN,
	FAMILY_RAW_SPIN,
	FAMILY_RWLOCK,
	FAMILY_MUTEX,
	FAMILY_RWSEM,
	FAMILY_SEQLOCK,
	FAMILY_PERCPU_RWSEM,
	FAMILY_LOCAL,
	FAMILY_RT_MUTEX,
	FAMILY_WW_MUTEX,
	FAMILY_SEMAPHORE,
	FAMILY_BIT_SPIN,
	FAMILY_LOCKREF,
	FAMILY_XARRAY, /* xa_lock(xa): the spinlock xa->xa_lock */
	FAMILY_ANY, /* lockdep and guards: whatever the argument is */
};

enum lock_verb {
	VERB_ACQUIRE,
	VERB_TRY, /* acquires if it returns true (0 for rwsem's killables) */
	VERB_RELEASE,
	VERB_DOWNGRADE,
	VERB_GUARD, /* acquires now, releases at the end of the scope */
	VERB_WRAP, /* acquires and releases, or the other way round, inside */
	VERB_ASSERT, /* lockdep_assert_held() and kin */
	VERB_QUERY, /* is_locked, contended, ... */
	VERB_INIT, /* initialisers, lockdep_set_class(), might_lock() */
};

/* What the spelling adds to the plain verb; a set of bits. */
enum lock_flavour {
	LOCK_READ = 1 << 0,
	LOCK_WRITE = 1 << 1,
	LOCK_IRQ = 1 << 2,
	LOCK_IRQSAVE = 1 << 3, /* and irqrestore */
	LOCK_BH = 1 << 4,
	LOCK_NESTED = 1 << 5,
	LOCK_NEST_LOCK = 1 << 6,
	LOCK_KILLABLE = 1 << 7,
	LOCK_INTERRUPTIBLE = 1 << 8,
	LOCK_IO = 1 << 9,
	LOCK_DEC_AND_LOCK = 1 << 10,
	LOCK_NON_OWNER = 1 << 11,
	LOCK_TIMEOUT = 1 << 12,
	LOCK_SCOPED = 1 << 13, /* scoped_guard(): a statement follows */
	LOCK_COND = 1 << 14, /* a conditional guard */
	LOCK_EXCL = 1 << 15, /* read_seqlock_excl() */
	LOCK_BY_VALUE = 1 << 16, /* the argument is the lock, not &lock */
};

struct lock_api {
	const char *name;
	enum lock_family family;
	enum lock_verb verb;
	uint32_t flavour;
	int8_t argument; /* which argument is the lock, from 0 */
	int8_t flags; /* which one holds the irq flags, or -1 */
	bool macro; /* #define, else a function */
	const char *pairs; /* the release's or acquire's name, or NULL */
	const char *file; /* where the tree defines it; NULL: nowhere */
	uint32_t line;
};

#endif
