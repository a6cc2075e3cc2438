// SPDX-License-Identifier: GPL-2.0
/*
 * A row of the lock table goes in, the template of its variant comes out: what
 * a spelling takes and gives (flags, subclass, an error) picks it, its family
 * says what fills the blanks.
 */
#include <stdlib.h>
#include <string.h>

#include "source/text/lex.h"
#include "source/variant/variant_inside.h"
#include "source/variant/variant_text.h"

static const struct family families[] = {
	{ FAMILY_SPIN, "spinlock_t", "linux/spinlock.h", "spin_is_locked(lock)",
	  "0", false },
	{ FAMILY_RAW_SPIN, "raw_spinlock_t", "linux/spinlock.h",
	  "raw_spin_is_locked(lock)", "0", false },
	{ FAMILY_RWLOCK, "rwlock_t", "linux/spinlock.h", "false", "0", false },
	{ FAMILY_MUTEX, "struct mutex", "linux/mutex.h",
	  "mutex_is_locked(lock)", "LP_SLEEP", true },
	{ FAMILY_RWSEM, "struct rw_semaphore", "linux/rwsem.h",
	  "rwsem_is_locked(lock)", "LP_SLEEP", true },
	{ FAMILY_SEQLOCK, "seqlock_t", "linux/seqlock.h",
	  "spin_is_locked(&lock->lock)", "0", false },
	{ FAMILY_PERCPU_RWSEM, "struct percpu_rw_semaphore",
	  "linux/percpu-rwsem.h", "false", "LP_SLEEP", true },
	{ FAMILY_XARRAY, "struct xarray", "linux/xarray.h",
	  "spin_is_locked(&lock->xa_lock)", "0", false },
	{ FAMILY_LOCKREF, "struct lockref", "linux/lockref.h",
	  "spin_is_locked(&lock->lock)", "0", false },
	{ FAMILY_RT_MUTEX, "struct rt_mutex", "linux/rtmutex.h",
	  "rt_mutex_is_locked(lock)", "LP_SLEEP", true },
};

const struct family *variant_family(enum lock_family family)
{
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (families[i].family == family)
			return &families[i];
	return NULL;
}

static bool is(const struct lock_api *api, const char *name)
{
	return !strcmp(api->name, name);
}

static const char *attempt_spin(uint32_t flavour)
{
	if (flavour & LOCK_IRQSAVE)
		return "spin_trylock_irqsave(lock, flags_)";
	if (flavour & LOCK_IRQ)
		return "^try_irq(spin_trylock(lock))";
	if (flavour & LOCK_BH)
		return "spin_trylock_bh(lock)";
	return "spin_trylock(lock)";
}

static const char *attempt_raw_spin(uint32_t flavour)
{
	if (flavour & LOCK_IRQSAVE)
		return "raw_spin_trylock_irqsave(lock, flags_)";
	if (flavour & LOCK_IRQ)
		return "^try_irq(raw_spin_trylock(lock))";
	if (flavour & LOCK_BH)
		return "raw_spin_trylock_bh(lock)";
	return "raw_spin_trylock(lock)";
}

static const char *attempt_xarray(uint32_t flavour)
{
	if (flavour & LOCK_IRQSAVE)
		return "spin_trylock_irqsave(&lock->xa_lock, flags_)";
	if (flavour & LOCK_IRQ)
		return "^try_irq(spin_trylock(&lock->xa_lock))";
	if (flavour & LOCK_BH)
		return "spin_trylock_bh(&lock->xa_lock)";
	return "spin_trylock(&lock->xa_lock)";
}

/* See write_tries() for those that the kernel has not, or not as we need them. */
static const char *attempt_rwlock(uint32_t flavour, bool read)
{
	if (flavour & LOCK_IRQSAVE)
		return read ? "^try_irqsave(read_trylock(lock), flags_)" :
			      "^try_irqsave(write_trylock(lock), flags_)";
	if (flavour & LOCK_IRQ)
		return read ? "^try_irq(read_trylock(lock))" :
			      "^try_irq(write_trylock(lock))";
	if (flavour & LOCK_BH)
		return read ? "^try_bh(read_trylock(lock))" :
			      "^try_bh(write_trylock(lock))";
	return read ? "read_trylock(lock)" : "write_trylock(lock)";
}

static const char *attempt_of(const struct lock_api *api)
{
	switch (api->family) {
	case FAMILY_SPIN:
		return attempt_spin(api->flavour);
	case FAMILY_RAW_SPIN:
		return attempt_raw_spin(api->flavour);
	case FAMILY_XARRAY:
		return attempt_xarray(api->flavour);
	case FAMILY_RWLOCK:
		return attempt_rwlock(api->flavour, variant_reads(api));
	case FAMILY_MUTEX:
		return "mutex_trylock(lock)";
	case FAMILY_RT_MUTEX:
		return "rt_mutex_trylock(lock)";
	case FAMILY_RWSEM:
		/* a trylock would make the caller the owner */
		if (api->flavour & LOCK_NON_OWNER)
			return NULL;
		return variant_reads(api) ? "down_read_trylock(lock)" :
					    "down_write_trylock(lock)";
	case FAMILY_PERCPU_RWSEM:
		return variant_reads(api) ? "percpu_down_read_trylock(lock)" :
					    NULL;
	default:
		return NULL;
	}
}

static void choose_dec(struct blanks *b)
{
	bool irqsave = b->api->flavour & LOCK_IRQSAVE;
	bool refcount = !strncmp(b->api->name, "refcount_", 9);
	bool kref = !strncmp(b->api->name, "kref_", 5);

	if (kref && irqsave)
		return; /* nobody has said where the flags would go */
	b->macro = irqsave && !refcount;
	if (kref)
		b->text = variant_kref_put;
	else if (refcount)
		b->text = irqsave ? variant_refcount_dec_irqsave :
				    variant_refcount_dec;
	else
		b->text = irqsave ? variant_atomic_dec_irqsave :
				    variant_atomic_dec;
	if (b->family->family == FAMILY_MUTEX) {
		b->lock = "mutex_lock";
		b->unlock = "mutex_unlock";
	} else if (b->family->family == FAMILY_RAW_SPIN) {
		b->lock = irqsave ? "raw_spin_lock_irqsave" : "raw_spin_lock";
		b->unlock = irqsave ? "raw_spin_unlock_irqrestore" :
				      "raw_spin_unlock";
	} else {
		b->lock = irqsave ? "spin_lock_irqsave" : "spin_lock";
		b->unlock = irqsave ? "spin_unlock_irqrestore" : "spin_unlock";
	}
}

/* Others take more arguments, or less, than a lock and its flags. */
static bool is_plain_seqlock(const struct lock_api *api)
{
	static const char *const starts[] = {
		"write_seqlock",       "write_sequnlock",  "read_seqlock_excl",
		"read_sequnlock_excl", "write_tryseqlock",
	};
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (!strncmp(api->name, starts[i], strlen(starts[i])))
			return true;
	return false;
}

static void choose_acquire(struct blanks *b)
{
	uint32_t flavour = b->api->flavour;

	b->attempt = attempt_of(b->api);
	/* it always waits for every CPU's readers */
	if (b->family->family == FAMILY_PERCPU_RWSEM && !variant_reads(b->api))
		b->busy = "true";
	if (flavour & (LOCK_KILLABLE | LOCK_INTERRUPTIBLE)) {
		b->macro = flavour & LOCK_NEST_LOCK;
		b->text = !b->attempt ? NULL :
			  b->macro    ? variant_killable_macro :
					variant_killable;
		return;
	}
	b->macro = flavour & (LOCK_IRQSAVE | LOCK_NEST_LOCK);
	if (b->macro)
		b->text = b->attempt ? variant_acquire_macro :
				       variant_acquire_slow_macro;
	else
		b->text = b->attempt ? variant_acquire : variant_acquire_slow;
}

static void choose_try(struct blanks *b)
{
	/* mutex_trylock_recursive() has a third answer */
	if (strstr(b->api->name, "recursive"))
		return;
	b->macro = b->api->flavour & (LOCK_IRQSAVE | LOCK_NEST_LOCK);
	b->text = b->macro ? variant_try_macro : variant_try;
}

void variant_choose(struct blanks *b, const struct variant_set *set,
		    const struct lock_api *api)
{
	size_t len = strlen(api->name);

	*b = (struct blanks){ .set = set, .api = api };
	b->family = variant_family(api->family);
	if (!b->family || (api->flavour & (LOCK_TIMEOUT | LOCK_BY_VALUE)))
		return;
	b->busy = b->family->busy;
	if (api->family == FAMILY_RT_MUTEX && set &&
	    !locktab_find(set->tab, "rt_mutex_is_locked", 18))
		b->busy = "rt_mutex_base_is_locked(&lock->rtmutex)";
	if (api->family == FAMILY_LOCKREF) {
		if (len > 8 && !strcmp(api->name + len - 8, "_or_lock"))
			b->text = variant_lockref;
		return;
	}
	if (is(api, "read_seqbegin_or_lock"))
		b->text = variant_seq_or_lock;
	else if (is(api, "done_seqretry"))
		b->text = variant_seq_done;
	else if (is(api, "read_seqbegin_or_lock_irqsave"))
		b->text = variant_seq_or_lock_irqsave;
	else if (is(api, "done_seqretry_irqrestore"))
		b->text = variant_seq_done_irqrestore;
	else if (api->family == FAMILY_SEQLOCK && !is_plain_seqlock(api))
		return;
	else if (api->flavour & LOCK_DEC_AND_LOCK)
		choose_dec(b);
	else if (api->verb == VERB_ACQUIRE ||
		 (api->verb == VERB_TRY &&
		  (api->flavour & (LOCK_KILLABLE | LOCK_INTERRUPTIBLE))))
		choose_acquire(b);
	else if (api->verb == VERB_TRY)
		choose_try(b);
	else if (api->verb == VERB_RELEASE)
		b->text = variant_release;
	else if (api->verb == VERB_DOWNGRADE)
		b->text = variant_downgrade;
	else if (api->verb == VERB_GUARD)
		b->text = ""; /* see guard.c */
}

bool variant_possible(const struct lock_api *api)
{
	struct blanks b;

	variant_choose(&b, NULL, api);
	return b.text;
}

/* How many arguments the variant of @api takes; 0: there is none, or a guard. */
static unsigned int arity(const struct lock_api *api)
{
	unsigned int n = 1;
	struct blanks b;
	const char *p;
	int depth = 0;

	variant_choose(&b, NULL, api);
	p = b.text ? strstr(b.text, "$A(") : NULL;
	if (!p)
		return 0;
	for (p += 2; *p != ')' || depth > 1; p++) {
		depth += (*p == '(') - (*p == ')');
		n += *p == ',';
		if (*p == '$' && (p[1] == 'D' || p[1] == 'd'))
			n += !!(api->flavour & LOCK_IRQSAVE) +
			     !!(api->flavour & LOCK_NESTED) +
			     !!(api->flavour & LOCK_NEST_LOCK);
	}
	return n;
}

bool variant_fits(const struct lock_api *api, const char *args, size_t len)
{
	unsigned int wanted = arity(api), n = 1;
	struct tokens tokens = { 0 };
	int depth = 0;
	uint32_t i;

	if (!wanted)
		return true;
	lex_piece(&tokens, args, len);
	for (i = 0; i < tokens.count; i++) {
		uint8_t kind = tokens.list[i].kind;

		depth += (kind == '(' || kind == '[' || kind == '{') -
			 (kind == ')' || kind == ']' || kind == '}');
		n += kind == ',' && !depth;
	}
	free(tokens.list);
	return n == wanted;
}

static const char *family_reason(enum lock_family family)
{
	switch (family) {
	case FAMILY_LOCAL:
		return "no policy can be put around a local lock: it is each "
		       "CPU's own, and nobody waits for it";
	case FAMILY_SEMAPHORE:
		return "no policy can be put around a semaphore: it counts, and "
		       "who gives it need not be who took it";
	case FAMILY_BIT_SPIN:
		return "no policy can be put around a bit of a word: it has no "
		       "room for a lock's state, and no address of its own";
	case FAMILY_WW_MUTEX:
		return "no policy can be put around a ww_mutex: who waits for "
		       "whom is its tickets' to decide";
	default:
		return "no policy can be put around this family of locks";
	}
}

const char *variant_reason(const struct lock_api *api)
{
	if (!variant_family(api->family))
		return family_reason(api->family);
	if (api->flavour & LOCK_TIMEOUT)
		return "it may give up after a time: no variant is known";
	if (api->verb == VERB_WRAP)
		return "it takes or drops the lock in a function of its own";
	return "no variant of this spelling is known";
}

const char *variant_header(enum lock_family family)
{
	const struct family *f = variant_family(family);

	return f ? f->header : NULL;
}

/* What the counts of "dec and lock" are declared in. */
static void write_counted(const struct variant_set *set, FILE *out)
{
	static const char *const starts[] = { "atomic_", "kref_", "refcount_" };
	static const char *const headers[] = { "atomic", "kref", "refcount" };
	size_t i, k;

	for (i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		for (k = 0; k < set->nr; k++) {
			const struct lock_api *api = set->list[k].api;

			if (!(api->flavour & LOCK_DEC_AND_LOCK) ||
			    strncmp(api->name, starts[i], strlen(starts[i])))
				continue;
			fprintf(out, "#include <linux/%s.h>\n", headers[i]);
			break;
		}
	}
}

void variant_write_includes(const struct variant_set *set, const char *own,
			    FILE *out)
{
	size_t i, k;

	for (k = 0; k < set->nr; k++)
		if (variant_family(set->list[k].api->family)->sleeps)
			break;
	if (k < set->nr)
		fputs("#include <linux/kernel.h>\n", out); /* might_sleep() */
	write_counted(set, out);
	for (i = 0; i < sizeof(families) / sizeof(*families); i++) {
		const char *header = families[i].header;

		if (own && !strcmp(own, header))
			continue;
		for (k = 0; k < i; k++)
			if (!strcmp(families[k].header, header))
				break;
		if (k < i)
			continue;
		for (k = 0; k < set->nr; k++) {
			const struct family *f =
				variant_family(set->list[k].api->family);

			if (f && !strcmp(f->header, header)) {
				fprintf(out, "#include <%s>\n", header);
				break;
			}
		}
	}
}
