// SPDX-License-Identifier: GPL-2.0
/*
 * Names that lock code calls besides the lock itself come in; which side
 * effect each is, and whether this configuration compiles it to anything, goes
 * out. Pure look-ups.
 */
#include <ctype.h>
#include <string.h>

#include "source/chain/chain_inside.h"

static const struct {
	const char *prefix;
	enum chain_effect_kind kind;
} effects[] = {
	{ "preempt_disable", CHAIN_PREEMPT },
	{ "preempt_enable", CHAIN_PREEMPT },
	{ "migrate_disable", CHAIN_PREEMPT },
	{ "migrate_enable", CHAIN_PREEMPT },
	{ "local_irq_", CHAIN_IRQ },
	{ "raw_local_irq_", CHAIN_IRQ },
	{ "arch_local_irq_", CHAIN_IRQ },
	{ "local_bh_", CHAIN_BH },
	{ "__local_bh_", CHAIN_BH },
	{ "spin_acquire", CHAIN_LOCKDEP },
	{ "spin_release", CHAIN_LOCKDEP },
	{ "rwlock_acquire", CHAIN_LOCKDEP },
	{ "rwlock_release", CHAIN_LOCKDEP },
	{ "rwsem_acquire", CHAIN_LOCKDEP },
	{ "rwsem_release", CHAIN_LOCKDEP },
	{ "mutex_acquire", CHAIN_LOCKDEP },
	{ "mutex_release", CHAIN_LOCKDEP },
	{ "seqcount_acquire", CHAIN_LOCKDEP },
	{ "seqcount_release", CHAIN_LOCKDEP },
	{ "seqcount_lockdep", CHAIN_LOCKDEP },
	{ "lock_acquire", CHAIN_LOCKDEP },
	{ "lock_release", CHAIN_LOCKDEP },
	{ "lock_map_", CHAIN_LOCKDEP },
	{ "lock_downgrade", CHAIN_LOCKDEP },
	{ "local_lock_acquire", CHAIN_LOCKDEP },
	{ "local_lock_release", CHAIN_LOCKDEP },
	{ "lockdep_", CHAIN_LOCKDEP },
	{ "debug_check_no_locks", CHAIN_LOCKDEP },
	{ "LOCK_CONTENDED", CHAIN_LOCKSTAT },
	{ "lock_contended", CHAIN_LOCKSTAT },
	{ "lock_acquired", CHAIN_LOCKSTAT },
	{ "trace_contention", CHAIN_LOCKSTAT },
	{ "mmiowb", CHAIN_MMIOWB },
	{ "do_write_seqcount", CHAIN_SEQUENCE },
	{ "do_raw_write_seqcount", CHAIN_SEQUENCE },
	{ "raw_write_seqcount", CHAIN_SEQUENCE },
	{ "write_seqcount", CHAIN_SEQUENCE },
	{ "kcsan_", CHAIN_DEBUG },
	{ "might_sleep", CHAIN_MIGHT_SLEEP },
	{ "might_lock", CHAIN_LOCKDEP },
	{ "debug_spin_", CHAIN_DEBUG },
	{ "debug_write_", CHAIN_DEBUG },
	{ "debug_rwlock", CHAIN_DEBUG },
	{ "debug_mutex", CHAIN_DEBUG },
	{ "debug_rt_mutex", CHAIN_DEBUG },
	{ "DEBUG_LOCKS_WARN_ON", CHAIN_DEBUG },
	{ "DEBUG_RWSEMS_WARN_ON", CHAIN_DEBUG },
	{ "atomic_", CHAIN_ATOMIC },
	{ "arch_atomic", CHAIN_ATOMIC },
	{ "cmpxchg", CHAIN_ATOMIC },
	{ "try_cmpxchg", CHAIN_ATOMIC },
	{ "xchg", CHAIN_ATOMIC },
	{ "smp_store_release", CHAIN_ATOMIC },
	{ "test_and_set_bit", CHAIN_ATOMIC },
	{ "this_cpu_inc", CHAIN_ATOMIC },
	{ "this_cpu_dec", CHAIN_ATOMIC },
};

/* Words that never make an expansion do anything. */
static const char *const inert[] = {
	"do",
	"while",
	"void",
	"barrier",
	"NULL",
	"_RET_IP_",
	"_THIS_IP_",
	"likely",
	"unlikely",
	"if",
	"else",
	"return",
	"typecheck",
	"__acquire",
	"__release",
	"__acquires",
	"__releases",
	"sizeof",
	"__context__",
	"unsigned",
	"int",
	"long",
	"const",
	"struct",
	"__unused",
	"__maybe_unused",
	"inline",
	"static",
	"__always_unused",
};

static const char *const transparent[] = {
	"likely",
	"unlikely",
	"__cond_lock",
	"LOCK_CONTENDED",
	"__acquire",
	"__release",
	"typecheck",
	"WARN_ON",
	"WARN_ON_ONCE",
	"READ_ONCE",
	"WRITE_ONCE",
	"sizeof",
	"container_of",
	"while",
	"if",
	"return",
	"for",
	"LOCK_CONTENDED_FLAGS",
	"LOCK_CONTENDED_RETURN",
	"__acquire_ret",
	"BUG_ON",
};

static const char *const names[] = {
	[CHAIN_PREEMPT] = "preempt",
	[CHAIN_IRQ] = "irq",
	[CHAIN_BH] = "bh",
	[CHAIN_LOCKDEP] = "lockdep",
	[CHAIN_LOCKSTAT] = "lockstat",
	[CHAIN_MMIOWB] = "mmiowb",
	[CHAIN_SEQUENCE] = "sequence",
	[CHAIN_MIGHT_SLEEP] = "might-sleep",
	[CHAIN_ATOMIC] = "atomic",
	[CHAIN_DEBUG] = "debug",
};

const char *chain_effect_name(enum chain_effect_kind kind)
{
	return names[kind];
}

static bool is_one_of(const char *const *list, size_t n, const char *name,
		      size_t len)
{
	while (n--)
		if (strlen(list[n]) == len && !memcmp(list[n], name, len))
			return true;
	return false;
}

bool is_transparent(const char *name, size_t len)
{
	return is_one_of(transparent,
			 sizeof(transparent) / sizeof(transparent[0]), name,
			 len);
}

bool effect_kind(const char *name, size_t len, enum chain_effect_kind *kind)
{
	size_t i, n;

	for (i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
		n = strlen(effects[i].prefix);
		if (len >= n && !memcmp(name, effects[i].prefix, n)) {
			*kind = effects[i].kind;
			return true;
		}
	}
	return false;
}

bool is_parameter(const struct symbol *macro, const char *p, size_t len)
{
	const char *q = macro->head, *end = q + macro->head_len;
	size_t n;

	if (macro->kind != SYMBOL_MACRO)
		return false;
	q += macro->name_len;
	for (; q < end; q += n ? n : 1) {
		for (n = 0; q + n < end &&
			    (isalnum((unsigned char)q[n]) || q[n] == '_');)
			n++;
		if (n == len && !memcmp(q, p, len))
			return true;
	}
	return false;
}

/* Step over a comment at @p: directives alone being processed, they stay. */
static const char *skip_comment(const char *p, const char *end)
{
	const char *q;

	if (p[1] == '/')
		return memchr(p, '\n', end - p) ?: end;
	q = memmem(p + 2, end - p - 2, "*/", 2);
	return q ? q + 2 : end;
}

/* Step over a string or character constant at @p. */
static const char *skip_quoted(const char *p, const char *end)
{
	char quote = *p++;

	while (p < end && *p != quote)
		p += *p == '\\' && p + 1 < end ? 2 : 1;
	return p < end ? p + 1 : end;
}

int body_words(const struct symbol *symbol,
	       int (*fn)(void *arg, const struct word *word), void *arg)
{
	const char *p = symbol->body, *end = p + symbol->body_len, *q;
	bool open[64] = { false }; /* which parentheses count as a call's */
	int parens = 0, depth = 0, ret = 0;
	bool counts = false;
	struct word word;

	for (; !ret && p && p < end;) {
		if (*p == '"' || *p == '\'') {
			p = skip_quoted(p, end);
		} else if (*p == '/' && end - p > 2 &&
			   (p[1] == '*' || p[1] == '/')) {
			p = skip_comment(p, end);
		} else if (*p == '#' && p > symbol->body && p[-1] == '\n') {
			p = memchr(p, '\n', end - p) ?: end;
		} else if (*p == '(') {
			depth += counts;
			if (parens < 64)
				open[parens] = counts;
			parens++;
			counts = false;
			p++;
		} else if (*p == ')') {
			parens -= parens > 0;
			if (parens < 64)
				depth -= open[parens];
			p++;
		} else if (isdigit((unsigned char)*p)) {
			while (p < end && isalnum((unsigned char)*p))
				p++;
		} else if (isalpha((unsigned char)*p) || *p == '_') {
			for (q = p; q < end &&
				    (isalnum((unsigned char)*q) || *q == '_');)
				q++;
			word = (struct word){ .p = p,
					      .len = q - p,
					      .depth = depth };
			word.member = p > symbol->body &&
				      (p[-1] == '.' ||
				       (p[-1] == '>' && p - symbol->body > 1 &&
					p[-2] == '-'));
			for (p = q; p < end && isspace((unsigned char)*p);)
				p++;
			word.call = p < end && *p == '(';
			counts = word.call && !is_transparent(word.p, word.len);
			ret = fn(arg, &word);
		} else {
			p++;
		}
	}
	return ret;
}

struct activity {
	const struct symbol *symbol;
	int depth;
};

/* Non-zero: this word does something. */
static int word_acts(void *arg, const struct word *word)
{
	const struct activity *activity = arg;
	const struct symbol *symbol;

	if (word->member ||
	    is_one_of(inert, sizeof(inert) / sizeof(inert[0]), word->p,
		      word->len) ||
	    is_parameter(activity->symbol, word->p, word->len))
		return 0;
	symbol = preproc_find(activity->symbol->unit, word->p, word->len);
	if (!symbol)
		return word->call; /* a local name, a type, a cast */
	return effect_active(symbol, activity->depth + 1);
}

bool effect_active(const struct symbol *symbol, int depth)
{
	struct activity activity = { symbol, depth };

	if (depth > 16 || !symbol->body)
		return true;
	/* inline assembly, an assignment: no words are needed to act */
	if (memmem(symbol->body, symbol->body_len, "asm", 3))
		return true;
	if (symbol->kind != SYMBOL_MACRO &&
	    (memmem(symbol->body, symbol->body_len, "++", 2) ||
	     memmem(symbol->body, symbol->body_len, " = ", 3)))
		return true;
	return body_words(symbol, word_acts, &activity);
}
