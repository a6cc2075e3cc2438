// SPDX-License-Identifier: GPL-2.0
/*
 * Rows of the lock table go in, the C text of their variants comes out. The
 * text comes from the few templates below: what a spelling takes and gives
 * (flags, subclass, an error) picks the template, its family fills the blanks.
 * In a template (variant_text.c), $ and a letter is a blank; see blank().
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/variant/guardclass.h"
#include "source/variant/hooks.h"
#include "source/variant/variant.h"
#include "source/variant/variant_text.h"

#define MAX_LINE 80

struct family {
	enum lock_family family;
	const char *type, *header;
	const char *busy; /* is it held? "" if nobody can say */
	const char *how; /* flags for the hooks, but for LP_READ */
	bool sleeps;
};

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

static const struct family *family_of(enum lock_family family)
{
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (families[i].family == family)
			return &families[i];
	return NULL;
}

const char *variant_header(enum lock_family family)
{
	const struct family *f = family_of(family);

	return f ? f->header : NULL;
}

/* One variant on its way to text. */
struct blanks {
	const struct variant_set *set;
	const struct lock_api *api;
	const struct family *family;
	const char *text;
	const char *attempt; /* the trylock to try first; NULL: none */
	const char *busy;
	const char *lock, *unlock; /* for dec_and_lock */
	bool macro;
};

static bool is(const struct lock_api *api, const char *name)
{
	return !strcmp(api->name, name);
}

static bool reads(const struct lock_api *api)
{
	return (api->flavour & LOCK_READ) && !(api->flavour & LOCK_EXCL) &&
	       !strstr(api->name, "seq");
}

/*
 * Flags for the hooks. A seqlock's excluding reader excludes like a writer.
 */
static void write_how(const struct blanks *b, FILE *out)
{
	if (!reads(b->api))
		fputs(b->family->how, out);
	else if (b->family->sleeps)
		fputs("LP_READ | LP_SLEEP", out);
	else
		fputs("LP_READ", out);
}

/* An expression on "lock", or on the macro's own variable; ^ is the prefix. */
static void write_expr(const struct blanks *b, const char *expr, FILE *out)
{
	const char *p;

	for (p = expr; *p; p++) {
		if (*p == '^') {
			fputs(b->set->naming->prefix, out);
		} else if (b->macro && !strncmp(p, "lock", 4) && p > expr &&
			   (p[-1] == '(' || p[-1] == '&')) {
			fputs("lp_lock", out);
			p += 3;
		} else {
			fputc(*p, out);
		}
	}
}

/* The parameters behind the lock: as declared, named, in a macro's head. */
static void write_more(const struct blanks *b, char which, FILE *out)
{
	uint32_t flavour = b->api->flavour;

	if (flavour & LOCK_IRQSAVE)
		fputs(which == 'D' ? ", unsigned long flags" :
		      which == 'E' ? ", flags" :
				     ", flags_",
		      out);
	if (flavour & LOCK_NESTED)
		fputs(which == 'D' ? ", unsigned int subclass" :
		      which == 'E' ? ", subclass" :
				     ", subclass_",
		      out);
	if (flavour & LOCK_NEST_LOCK)
		fputs(", outer_", out);
}

static void blank(const struct blanks *b, char which, FILE *out)
{
	const char *lock = b->macro ? "lp_lock" : "lock";

	switch (which) {
	case 'P':
		fputs(b->set->naming->prefix, out);
		break;
	case 'A':
		fputs(b->api->name, out);
		break;
	case 'T':
		fputs(b->family->type, out);
		break;
	case 'H':
		write_how(b, out);
		break;
	case 'S':
		if (b->family->sleeps)
			fputs("\tmight_sleep();\n", out);
		break;
	case 'a': /* the address that names the lock to the policy */
		if (b->family->family == FAMILY_XARRAY)
			fprintf(out, "&%s->xa_lock", lock);
		else if (b->family->family == FAMILY_LOCKREF)
			fprintf(out, "&%s->lock", lock);
		else
			fputs(lock, out);
		break;
	case 't':
		write_expr(b, b->attempt, out);
		break;
	case 'b':
		write_expr(b, b->busy, out);
		break;
	case 'L':
		fputs(b->lock, out);
		break;
	case 'U':
		fputs(b->unlock, out);
		break;
	default:
		write_more(b, which, out);
	}
}

static void fill(const struct blanks *b, FILE *out)
{
	const char *p;

	for (p = b->text; *p; p++) {
		if (*p == '$')
			blank(b, *++p, out);
		else
			fputc(*p, out);
	}
}

/* Backslashes at the end of a macro's lines, lined up as far as they go. */
static void write_macro(const char *text, FILE *out)
{
	while (*text) {
		const char *end = strchr(text, '\n'), *p;
		int col = 0;

		for (p = text; p < end; p++)
			col = *p == '\t' ? (col | 7) + 1 : col + 1;
		fwrite(text, 1, end - text, out);
		if (end[1]) {
			for (col = col < 72 ? col : 71; col < 72;
			     col = (col | 7) + 1)
				fputc('\t', out);
			fputc('\\', out);
		}
		fputc('\n', out);
		text = end + 1;
	}
}

static const char *attempt_spin(uint32_t flavour)
{
	if (flavour & LOCK_IRQSAVE)
		return "spin_trylock_irqsave(lock, flags_)";
	if (flavour & LOCK_IRQ)
		return "spin_trylock_irq(lock)";
	if (flavour & LOCK_BH)
		return "spin_trylock_bh(lock)";
	return "spin_trylock(lock)";
}

static const char *attempt_raw_spin(uint32_t flavour)
{
	if (flavour & LOCK_IRQSAVE)
		return "raw_spin_trylock_irqsave(lock, flags_)";
	if (flavour & LOCK_IRQ)
		return "raw_spin_trylock_irq(lock)";
	if (flavour & LOCK_BH)
		return "raw_spin_trylock_bh(lock)";
	return "raw_spin_trylock(lock)";
}

static const char *attempt_xarray(uint32_t flavour)
{
	if (flavour & LOCK_IRQSAVE)
		return "spin_trylock_irqsave(&lock->xa_lock, flags_)";
	if (flavour & LOCK_IRQ)
		return "spin_trylock_irq(&lock->xa_lock)";
	if (flavour & LOCK_BH)
		return "spin_trylock_bh(&lock->xa_lock)";
	return "spin_trylock(&lock->xa_lock)";
}

/* rwlocks have few trylock forms of their own: see write_tries(). */
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
		return attempt_rwlock(api->flavour, reads(api));
	case FAMILY_MUTEX:
		return "mutex_trylock(lock)";
	case FAMILY_RT_MUTEX:
		return "rt_mutex_trylock(lock)";
	case FAMILY_RWSEM:
		/* a trylock would make the caller the owner */
		if (api->flavour & LOCK_NON_OWNER)
			return NULL;
		return reads(api) ? "down_read_trylock(lock)" :
				    "down_write_trylock(lock)";
	case FAMILY_PERCPU_RWSEM:
		return reads(api) ? "percpu_down_read_trylock(lock)" : NULL;
	default:
		return NULL;
	}
}

static void choose_dec(struct blanks *b)
{
	bool irqsave = b->api->flavour & LOCK_IRQSAVE;
	bool refcount = !strncmp(b->api->name, "refcount_", 9);

	b->macro = irqsave && !refcount;
	if (refcount)
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

static void choose_acquire(struct blanks *b)
{
	uint32_t flavour = b->api->flavour;

	b->attempt = attempt_of(b->api);
	/* it always waits for every CPU's readers */
	if (b->family->family == FAMILY_PERCPU_RWSEM && !reads(b->api))
		b->busy = "true";
	if (flavour & (LOCK_KILLABLE | LOCK_INTERRUPTIBLE)) {
		b->text = variant_killable;
		if (!b->attempt)
			b->text = NULL;
		return;
	}
	b->macro = flavour & (LOCK_IRQSAVE | LOCK_NEST_LOCK);
	if (b->macro)
		b->text = b->attempt ? variant_acquire_macro :
				       variant_acquire_slow_macro;
	else
		b->text = b->attempt ? variant_acquire : variant_acquire_slow;
}

/* Pick the template of @api; b->text stays NULL when there is none. */
static void choose(struct blanks *b, const struct variant_set *set,
		   const struct lock_api *api)
{
	size_t len = strlen(api->name);

	*b = (struct blanks){ .set = set, .api = api };
	b->family = family_of(api->family);
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
	else if (api->flavour & LOCK_DEC_AND_LOCK)
		choose_dec(b);
	else if (api->verb == VERB_ACQUIRE ||
		 (api->verb == VERB_TRY &&
		  (api->flavour & (LOCK_KILLABLE | LOCK_INTERRUPTIBLE))))
		choose_acquire(b);
	else if (api->verb == VERB_TRY)
		b->text = (b->macro = api->flavour & LOCK_IRQSAVE) ?
				  variant_try_macro :
				  variant_try;
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

	choose(&b, NULL, api);
	return b.text;
}

const char *variant_reason(const struct lock_api *api)
{
	if (!family_of(api->family))
		return "no policy can be put around this family of locks";
	if (api->flavour & LOCK_TIMEOUT)
		return "it may give up after a time: no variant is known";
	if (api->verb == VERB_WRAP)
		return "it takes or drops the lock in a function of its own";
	return "no variant of this spelling is known";
}

/* What a template calls by $P and a stock name must be there, too. */
static int want_inner(struct variant_set *set, const struct blanks *b)
{
	const char *names[2] = { b->lock, b->unlock };
	int i, ret;

	if (b->text == variant_seq_or_lock || b->text == variant_seq_done) {
		names[0] = "read_seqlock_excl";
		names[1] = "read_sequnlock_excl";
	}
	for (i = 0; i < 2 && names[i]; i++) {
		const struct lock_api *api =
			locktab_find(set->tab, names[i], strlen(names[i]));

		if (!api)
			return -ENOTSUP;
		ret = variant_want(set, api);
		if (ret)
			return ret;
	}
	return 0;
}

/* Who is called stands before who calls. */
static unsigned int rank_of(const struct blanks *b)
{
	if (b->api->verb == VERB_GUARD)
		return b->api->flavour & LOCK_COND ? 3 : 2;
	return b->lock || b->text == variant_seq_or_lock ||
	       b->text == variant_seq_done;
}

int variant_want(struct variant_set *set, const struct lock_api *api)
{
	struct blanks b;
	size_t i;
	int ret;

	for (i = 0; i < set->nr; i++)
		if (!strcmp(set->list[i].api->name, api->name))
			return 0;
	choose(&b, set, api);
	if (!b.text)
		return -ENOTSUP;
	ret = api->verb == VERB_GUARD ? guard_want(set, api) :
					want_inner(set, &b);
	if (ret)
		return ret;
	if (set->nr == set->room) {
		size_t room = set->room ? 2 * set->room : 8;
		struct variant *more;

		more = realloc(set->list, room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		set->list = more;
		set->room = room;
	}
	set->list[set->nr++] = (struct variant){ api, rank_of(&b) };
	return 0;
}

static int by_order(const void *a, const void *b)
{
	const struct variant *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->api->family != y->api->family)
		return x->api->family < y->api->family ? -1 : 1;
	if (x->api->verb != y->api->verb)
		return x->api->verb < y->api->verb ? -1 : 1;
	return strcmp(x->api->name, y->api->name);
}

/* A head that is too long for a line is broken behind its type. */
static void write_function(const struct variant_set *set, const char *text,
			   FILE *out)
{
	const char *name = strstr(text, set->naming->prefix);
	size_t head = strcspn(text, "\n");

	if (head <= MAX_LINE || name > text + head)
		fputs(text, out);
	else
		fprintf(out, "%.*s\n%s", (int)(name - 1 - text), text, name);
}

static int write_variant(struct variant_set *set, const struct lock_api *api,
			 FILE *out)
{
	struct blanks b;
	char *text = NULL;
	size_t len;
	FILE *mem;

	choose(&b, set, api);
	mem = open_memstream(&text, &len);
	if (!mem)
		return -ENOMEM;
	fill(&b, mem);
	if (fclose(mem)) {
		free(text);
		return -ENOMEM;
	}
	fputc('\n', out);
	if (b.macro || !strncmp(text, "#define", 7))
		write_macro(text, out);
	else
		write_function(set, text, out);
	free(text);
	return 0;
}

void variant_sort(struct variant_set *set)
{
	if (set->nr)
		qsort(set->list, set->nr, sizeof(*set->list), by_order);
}

static bool is_guard(const struct variant *variant)
{
	return variant->api->verb == VERB_GUARD;
}

/*
 * sparse loses count where a trylock and a lock lead to one place. To it, and
 * to it alone, a variant is the stock function: the balance stays what it was.
 */
static void write_for_sparse(const struct variant_set *set, FILE *out)
{
	size_t i;

	fputs("\n#ifdef __CHECKER__ /* counts locks, and calls nothing */\n",
	      out);
	for (i = 0; i < set->nr; i++)
		if (!is_guard(&set->list[i]))
			fprintf(out, "#define %s%s %s\n", set->naming->prefix,
				set->list[i].api->name, set->list[i].api->name);
	fputs("#else\n", out);
}

int variant_write(struct variant_set *set, FILE *out)
{
	int ret = 0;
	size_t i;

	variant_sort(set);
	hooks_write(set, out);
	write_for_sparse(set, out);
	for (i = 0; i < set->nr && !ret; i++)
		if (!is_guard(&set->list[i]))
			ret = write_variant(set, set->list[i].api, out);
	fputs("\n#endif /* __CHECKER__ */\n", out);
	for (i = 0; i < set->nr && !ret; i++)
		if (is_guard(&set->list[i]))
			ret = guard_write(set, set->list[i].api, out);
	return ret;
}

void variant_write_includes(const struct variant_set *set, const char *own,
			    FILE *out)
{
	size_t i, k;

	for (k = 0; k < set->nr; k++)
		if (family_of(set->list[k].api->family)->sleeps)
			break;
	if (k < set->nr)
		fputs("#include <linux/kernel.h>\n", out); /* might_sleep() */
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
				family_of(set->list[k].api->family);

			if (f && !strcmp(f->header, header)) {
				fprintf(out, "#include <%s>\n", header);
				break;
			}
		}
	}
}

void variant_free(struct variant_set *set)
{
	free(set->list);
	set->list = NULL;
	set->nr = set->room = 0;
}
