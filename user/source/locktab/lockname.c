// SPDX-License-Identifier: GPL-2.0
/*
 * A spelling in, its meaning out. The kernel names its lock functions by a
 * grammar: family, verb, flavours, joined by underscores. What follows it is
 * understood, whether this kernel has it or a later one.
 */
#include <stdio.h>
#include <string.h>

#include "source/locktab/lockname.h"

#define MOST_PARTS 12

struct part {
	const char *at;
	size_t len;
};

struct parts {
	struct part list[MOST_PARTS];
	uint32_t count;
};

static void split(const char *name, size_t len, struct parts *parts)
{
	const char *end = name + len, *p;

	parts->count = 0;
	while (name < end && parts->count < MOST_PARTS) {
		p = memchr(name, '_', end - name);
		if (!p)
			p = end;
		if (p > name) {
			parts->list[parts->count].at = name;
			parts->list[parts->count++].len = p - name;
		}
		name = p + 1;
	}
}

static bool is(const struct parts *parts, uint32_t i, const char *word)
{
	return i < parts->count && parts->list[i].len == strlen(word) &&
	       !memcmp(parts->list[i].at, word, parts->list[i].len);
}

static bool has(const struct parts *parts, const char *word)
{
	uint32_t i;

	for (i = 0; i < parts->count; i++)
		if (is(parts, i, word))
			return true;
	return false;
}

static uint32_t flavours(const struct parts *parts)
{
	static const struct {
		const char *word;
		uint32_t flavour;
	} known[] = {
		{ "read", LOCK_READ },
		{ "shared", LOCK_READ },
		{ "write", LOCK_WRITE },
		{ "irq", LOCK_IRQ },
		{ "irqsave", LOCK_IRQSAVE },
		{ "irqrestore", LOCK_IRQSAVE },
		{ "bh", LOCK_BH },
		{ "nested", LOCK_NESTED },
		{ "killable", LOCK_KILLABLE },
		{ "io", LOCK_IO },
		{ "interruptible", LOCK_INTERRUPTIBLE },
		{ "timeout", LOCK_TIMEOUT },
		{ "excl", LOCK_EXCL },
	};
	uint32_t i, flavour = 0;
	size_t k;

	for (i = 0; i < parts->count; i++)
		for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (is(parts, i, known[k].word))
				flavour |= known[k].flavour;
	if (has(parts, "nest"))
		flavour |= LOCK_NEST_LOCK;
	if (has(parts, "non") && has(parts, "owner"))
		flavour |= LOCK_NON_OWNER;
	return flavour;
}

static bool set(struct lock_api *row, enum lock_family family,
		enum lock_verb verb)
{
	row->family = family;
	row->verb = verb;
	return true;
}

static bool asks(const struct parts *parts)
{
	return has(parts, "is") || has(parts, "locked") ||
	       has(parts, "contended") || has(parts, "needbreak") ||
	       has(parts, "can") || has(parts, "owner") || has(parts, "held");
}

/* lock, unlock, trylock, init, ... behind the family's name. */
static bool by_verb(const struct parts *parts, struct lock_api *row,
		    enum lock_family family)
{
	if (has(parts, "assert"))
		return set(row, family, VERB_ASSERT);
	if (has(parts, "init") || has(parts, "destroy") || has(parts, "free"))
		return set(row, family, VERB_INIT);
	if (asks(parts) && !(row->flavour & LOCK_NON_OWNER))
		return set(row, family, VERB_QUERY);
	if (has(parts, "trylock"))
		return set(row, family, VERB_TRY);
	if (has(parts, "unlock"))
		return set(row, family, VERB_RELEASE);
	if (has(parts, "lock"))
		return set(row, family, VERB_ACQUIRE);
	return false;
}

static bool read_rwsem(const struct parts *parts, struct lock_api *row,
		       enum lock_family family)
{
	if (has(parts, "assert"))
		return set(row, family, VERB_ASSERT);
	if (has(parts, "init") || has(parts, "free"))
		return set(row, family, VERB_INIT);
	if (asks(parts) && !(row->flavour & LOCK_NON_OWNER))
		return set(row, family, VERB_QUERY);
	if (has(parts, "downgrade"))
		return set(row, family, VERB_DOWNGRADE);
	if (has(parts, "trylock"))
		return set(row, family, VERB_TRY);
	if (has(parts, "down"))
		return set(row, family, VERB_ACQUIRE);
	if (has(parts, "up"))
		return set(row, family, VERB_RELEASE);
	return false;
}

static bool read_seqlock(const struct parts *parts, struct lock_api *row)
{
	if (has(parts, "init"))
		return set(row, FAMILY_SEQLOCK, VERB_INIT);
	if (is(parts, 0, "done"))
		return set(row, FAMILY_SEQLOCK, VERB_RELEASE);
	if (has(parts, "seqbegin") || has(parts, "seqretry") ||
	    has(parts, "begin") || has(parts, "retry"))
		return set(row, FAMILY_SEQLOCK,
			   has(parts, "or") ? VERB_ACQUIRE : VERB_QUERY);
	if (has(parts, "sequnlock"))
		return set(row, FAMILY_SEQLOCK, VERB_RELEASE);
	if (has(parts, "seqlock"))
		return set(row, FAMILY_SEQLOCK, VERB_ACQUIRE);
	return false;
}

static bool read_lockdep(const struct parts *parts, struct lock_api *row)
{
	row->flavour = 0;
	if (is(parts, 0, "might") && is(parts, 1, "lock"))
		return set(row, FAMILY_ANY, VERB_ASSERT);
	if (has(parts, "held") || has(parts, "pin") || has(parts, "unpin") ||
	    has(parts, "repin"))
		return set(row, FAMILY_ANY, VERB_ASSERT);
	if (is(parts, 0, "debug"))
		return has(parts, "check") && has(parts, "locks") &&
		       set(row, FAMILY_ANY, VERB_ASSERT);
	if (has(parts, "set") || has(parts, "match") || has(parts, "class") ||
	    has(parts, "reinit"))
		return set(row, FAMILY_ANY, VERB_INIT);
	return false;
}

/* atomic_dec_and_lock(count, lock), kref_put_mutex(kref, release, lock) */
static bool read_counted(const struct parts *parts, struct lock_api *row)
{
	bool mutex = has(parts, "mutex");
	bool raw = has(parts, "raw");

	if (has(parts, "dec") && has(parts, "and") &&
	    (has(parts, "lock") || mutex))
		row->argument = 1;
	else if (is(parts, 0, "kref") && has(parts, "put") &&
		 (has(parts, "lock") || mutex))
		row->argument = 2;
	else
		return false;
	row->flavour |= LOCK_DEC_AND_LOCK;
	return set(row,
		   mutex ? FAMILY_MUTEX :
		   raw	 ? FAMILY_RAW_SPIN :
			   FAMILY_SPIN,
		   VERB_TRY);
}

/* devm_mutex_init(dev, lock): a device's end destroys it. */
static bool read_managed(const struct parts *parts, struct lock_api *row)
{
	if ((!is(parts, 0, "devm") && !is(parts, 0, "drmm")) ||
	    !is(parts, 1, "mutex") || !is(parts, 2, "init"))
		return false;
	row->argument = 1;
	return set(row, FAMILY_MUTEX, VERB_INIT);
}

/* __SPIN_LOCK_UNLOCKED(x), __MUTEX_INITIALIZER(x): the lock by value. */
static bool read_initialiser(const char *name, size_t len,
			     const struct parts *parts, struct lock_api *row)
{
	static const struct {
		const char *word;
		enum lock_family family;
	} known[] = {
		{ "RAW", FAMILY_RAW_SPIN },
		{ "SPIN", FAMILY_SPIN },
		{ "RW", FAMILY_RWLOCK },
		{ "RT", FAMILY_RT_MUTEX },
		{ "WW", FAMILY_WW_MUTEX },
		{ "MUTEX", FAMILY_MUTEX },
		{ "RWSEM", FAMILY_RWSEM },
		{ "SEQLOCK", FAMILY_SEQLOCK },
		{ "PERCPU", FAMILY_PERCPU_RWSEM },
		{ "LOCAL", FAMILY_LOCAL },
		{ "SEMAPHORE", FAMILY_SEMAPHORE },
		{ "XARRAY", FAMILY_XARRAY },
	};
	size_t k;

	(void)name;
	(void)len;
	if (!has(parts, "UNLOCKED") && !has(parts, "INITIALIZER") &&
	    !has(parts, "INIT"))
		return false;
	for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
		if (has(parts, known[k].word))
			break;
	if (k == sizeof(known) / sizeof(known[0]))
		return false;
	row->flavour = LOCK_BY_VALUE;
	return set(row, known[k].family, VERB_INIT);
}

static bool read_spin(const struct parts *parts, struct lock_api *row)
{
	uint32_t i = is(parts, 0, "bit") || is(parts, 0, "do") ||
		     is(parts, 0, "assert");
	bool raw = is(parts, i, "raw");

	if (!is(parts, i + raw, "spin"))
		return false;
	if (is(parts, 0, "bit")) {
		row->argument = 1;
		return by_verb(parts, row, FAMILY_BIT_SPIN);
	}
	return by_verb(parts, row, raw ? FAMILY_RAW_SPIN : FAMILY_SPIN);
}

static bool read_rwlock(const struct parts *parts, struct lock_api *row)
{
	uint32_t i = is(parts, 0, "raw") || is(parts, 0, "do");

	if (is(parts, 0, "rwlock"))
		return by_verb(parts, row, FAMILY_RWLOCK);
	if (!is(parts, i, "read") && !is(parts, i, "write"))
		return false;
	if (!is(parts, i + 1, "lock") && !is(parts, i + 1, "unlock") &&
	    !is(parts, i + 1, "trylock") && !is(parts, i + 1, "can"))
		return false;
	return by_verb(parts, row, FAMILY_RWLOCK);
}

static bool read_sleeping(const struct parts *parts, struct lock_api *row)
{
	bool rw = has(parts, "read") || has(parts, "write");

	if (is(parts, 0, "rt") && is(parts, 1, "mutex"))
		return by_verb(parts, row, FAMILY_RT_MUTEX);
	if (is(parts, 0, "ww") && is(parts, 1, "mutex"))
		return by_verb(parts, row, FAMILY_WW_MUTEX);
	if (is(parts, 0, "mutex"))
		return by_verb(parts, row, FAMILY_MUTEX);
	if (is(parts, 0, "percpu") &&
	    (is(parts, 1, "down") || is(parts, 1, "up") || has(parts, "rwsem")))
		return read_rwsem(parts, row, FAMILY_PERCPU_RWSEM);
	if (has(parts, "rwsem"))
		return read_rwsem(parts, row, FAMILY_RWSEM);
	if (is(parts, 0, "downgrade") && is(parts, 1, "write"))
		return read_rwsem(parts, row, FAMILY_RWSEM);
	if (is(parts, 0, "down") || is(parts, 0, "up"))
		return read_rwsem(parts, row,
				  rw ? FAMILY_RWSEM : FAMILY_SEMAPHORE);
	if (is(parts, 0, "sema") && is(parts, 1, "init"))
		return set(row, FAMILY_SEMAPHORE, VERB_INIT);
	return false;
}

static bool read_other(const struct parts *parts, struct lock_api *row)
{
	if (is(parts, 0, "local") &&
	    (is(parts, 1, "lock") || is(parts, 1, "unlock") ||
	     is(parts, 1, "trylock")))
		return by_verb(parts, row, FAMILY_LOCAL);
	if (is(parts, 0, "lockref")) {
		set(row, FAMILY_LOCKREF, VERB_WRAP);
		return true;
	}
	if (is(parts, 0, "xa") &&
	    (is(parts, 1, "lock") || is(parts, 1, "unlock") ||
	     is(parts, 1, "trylock")))
		return by_verb(parts, row, FAMILY_XARRAY);
	if (is(parts, 0, "seqcount") && has(parts, "init") &&
	    parts->count > 2) {
		row->argument = 1;
		return set(row, FAMILY_ANY, VERB_INIT);
	}
	/* SEQCNT_SPINLOCK_ZERO(seq, &lock): the same, of a static one */
	if ((is(parts, 0, "SEQCNT") || is(parts, 0, "SEQCOUNT")) &&
	    has(parts, "ZERO") && parts->count > 2 && !has(parts, "LATCH")) {
		row->argument = 1;
		return set(row, FAMILY_ANY, VERB_INIT);
	}
	return false;
}

bool lockname_read(const char *name, size_t len, struct lock_api *row)
{
	struct parts parts;

	split(name, len, &parts);
	if (!parts.count)
		return false;
	row->argument = 0;
	row->flags = -1;
	row->flavour = flavours(&parts);
	if (is(&parts, 0, "lockdep") || is(&parts, 0, "might") ||
	    is(&parts, 0, "debug"))
		return read_lockdep(&parts, row);
	if (read_counted(&parts, row) || read_managed(&parts, row) ||
	    read_initialiser(name, len, &parts, row))
		goto found;
	if (has(&parts, "seqlock") || has(&parts, "sequnlock") ||
	    has(&parts, "seqretry") || has(&parts, "seqbegin")) {
		if (!read_seqlock(&parts, row))
			return false;
		goto found;
	}
	if (!read_spin(&parts, row) && !read_rwlock(&parts, row) &&
	    !read_sleeping(&parts, row) && !read_other(&parts, row))
		return false;
found:
	if (row->flavour & LOCK_IRQSAVE)
		row->flags = (int8_t)(row->argument + 1 +
				      !!(row->flavour & LOCK_NESTED));
	if (has(&parts, "irqrestore"))
		row->flags = (int8_t)(row->argument + 1);
	return true;
}

enum lock_family lockname_type(const char *type, size_t len, bool is_struct)
{
	static const struct {
		const char *name;
		bool is_struct;
		enum lock_family family;
	} known[] = {
		{ "spinlock_t", false, FAMILY_SPIN },
		{ "spinlock", true, FAMILY_SPIN },
		{ "raw_spinlock_t", false, FAMILY_RAW_SPIN },
		{ "raw_spinlock", true, FAMILY_RAW_SPIN },
		{ "rwlock_t", false, FAMILY_RWLOCK },
		{ "mutex", true, FAMILY_MUTEX },
		{ "rw_semaphore", true, FAMILY_RWSEM },
		{ "seqlock_t", false, FAMILY_SEQLOCK },
		{ "percpu_rw_semaphore", true, FAMILY_PERCPU_RWSEM },
		{ "local_lock_t", false, FAMILY_LOCAL },
		{ "local_trylock_t", false, FAMILY_LOCAL },
		{ "rt_mutex", true, FAMILY_RT_MUTEX },
		{ "rt_mutex_base", true, FAMILY_RT_MUTEX },
		{ "ww_mutex", true, FAMILY_WW_MUTEX },
		{ "semaphore", true, FAMILY_SEMAPHORE },
		{ "lockref", true, FAMILY_LOCKREF },
		{ "xarray", true, FAMILY_XARRAY },
	};
	size_t k;

	for (k = 0; k < sizeof(known) / sizeof(known[0]); k++)
		if (known[k].is_struct == is_struct &&
		    strlen(known[k].name) == len &&
		    !memcmp(known[k].name, type, len))
			return known[k].family;
	return FAMILY_NONE;
}

bool lockname_is_spin(const char *type, size_t len)
{
	enum lock_family family = lockname_type(type, len, true);

	if (family == FAMILY_NONE)
		family = lockname_type(type, len, false);
	return family == FAMILY_SPIN || family == FAMILY_RAW_SPIN;
}

/* Replace the first @from in @text by @to; false when there is none. */
static bool replace(char *text, size_t size, const char *from, const char *to)
{
	char *at = strstr(text, from);
	size_t tail;

	if (!at)
		return false;
	tail = strlen(at + strlen(from)) + 1;
	if ((size_t)(at - text) + strlen(to) + tail > size)
		return false;
	memmove(at + strlen(to), at + strlen(from), tail);
	memcpy(at, to, strlen(to));
	return true;
}

/* Flavours of which an unlock knows nothing. */
static void drop_flavours(char *text, size_t size)
{
	static const char *const only_locks[] = {
		"_nested",	  "_nest_lock", "_killable",
		"_interruptible", "_io",	"_timeout",
	};
	size_t k;

	for (k = 0; k < sizeof(only_locks) / sizeof(only_locks[0]); k++)
		replace(text, size, only_locks[k], "");
	replace(text, size, "irqsave", "irqrestore");
}

const char *lockname_pair(const struct lock_api *row, char *buf, size_t size)
{
	if (row->flavour & LOCK_DEC_AND_LOCK) {
		const char *lock = row->family == FAMILY_MUTEX	  ? "mutex" :
				   row->family == FAMILY_RAW_SPIN ? "raw_spin" :
								    "spin";

		snprintf(buf, size, "%s_unlock%s", lock,
			 row->flavour & LOCK_IRQSAVE ? "_irqrestore" : "");
		return buf;
	}
	snprintf(buf, size, "%s", row->name);
	switch (row->verb) {
	case VERB_ACQUIRE:
	case VERB_TRY:
		drop_flavours(buf, size);
		if (replace(buf, size, "trylock", "unlock") &&
		    (row->family == FAMILY_RWSEM ||
		     row->family == FAMILY_SEMAPHORE ||
		     row->family == FAMILY_PERCPU_RWSEM))
			replace(buf, size, "_unlock", "");
		if (replace(buf, size, "down", "up") ||
		    replace(buf, size, "seqlock", "sequnlock") ||
		    strstr(buf, "unlock"))
			return buf;
		return replace(buf, size, "lock", "unlock") ? buf : NULL;
	case VERB_RELEASE:
		replace(buf, size, "irqrestore", "irqsave");
		if (!strncmp(buf, "up", 2))
			return replace(buf, size, "up", "down") ? buf : NULL;
		if (replace(buf, size, "_up", "_down") ||
		    replace(buf, size, "sequnlock", "seqlock"))
			return buf;
		return replace(buf, size, "unlock", "lock") ? buf : NULL;
	default:
		return NULL;
	}
}
