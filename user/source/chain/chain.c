// SPDX-License-Identifier: GPL-2.0
/*
 * The name of a lock API comes in; step by step the call that does the work is
 * followed, through macros, inlines and functions, down to the primitive that
 * no longer hands the work on. What else a step calls is noted as its side
 * effects. Process context; one thread a tree.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "source/chain/chain_inside.h"

/* No real chain is this long: it would turn in circles. */
#define MAX_STEPS 24

/* A function that is longer than this does the work itself. */
#define LARGE_BODY 1400

/* A slow path that is shorter only calls the one that works. */
#define FORWARDING_BODY 200

enum verb {
	VERB_LOCK,
	VERB_UNLOCK,
	VERB_TRYLOCK,
	VERB_DOWNGRADE,
	VERB_SEQUENCE,
};

struct search {
	struct chains *chains;
	const struct chain *chain;
	const struct symbol *from;
	struct chain_step *step;
	enum verb verb;
	bool sleeps; /* the API is a mutex's, a semaphore's */
	const struct symbol *best;
	char name[128]; /* of the next step */
	int best_score, err;
};

static bool contains(const char *name, size_t len, const char *what)
{
	return memmem(name, len, what, strlen(what)) != NULL;
}

static enum verb verb_of(const char *name, size_t len)
{
	if (contains(name, len, "trylock") || contains(name, len, "try_"))
		return VERB_TRYLOCK;
	if (contains(name, len, "downgrade"))
		return VERB_DOWNGRADE;
	if (contains(name, len, "unlock") || contains(name, len, "up_read") ||
	    contains(name, len, "up_write") || contains(name, len, "release") ||
	    (len >= 2 && !memcmp(name + len - 2, "up", 2) && len <= 4))
		return VERB_UNLOCK;
	if (contains(name, len, "lock") || contains(name, len, "down") ||
	    contains(name, len, "put_mutex"))
		return VERB_LOCK;
	return VERB_SEQUENCE;
}

/* Names with a verb in them that do not act on a lock. */
static bool is_query(const char *name, size_t len)
{
	static const char *const words[] = {
		"is_locked", "is_contended", "_check",	       "assert",
		"lockdep",   "owner",	     "value_unlocked", "lock_init",
		"_held",     "lockref_get",  "spin_on_owner",  "spinlock_t",
		"__BITS",    "_LOCKED",	     "stat",	       "lock_is_",
		"contended", "_VAL",	     "trace",	       "seqprop",
		"wake_",     "lock_class",   "deadlock",       "rq_pin",
		"lockp",     "_acquired",    "blocks_on",      "_ctx_lock",
		"__bitlock", "_shared",	     "lockevent",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (contains(name, len, words[i]))
			return true;
	return false;
}

/* Both a mutex's, or a semaphore's: not the lock that guards its wait list. */
static bool same_family(const char *api, const char *name, size_t len)
{
	static const char *const stems[] = { "mutex", "down", "up" };
	size_t i;

	for (i = 0; i < sizeof(stems) / sizeof(stems[0]); i++)
		if (strstr(api, stems[i]) && contains(name, len, stems[i]))
			return true;
	return false;
}

/* How much does this word look like the call that does the work? 0: not. */
static int score_of(const struct search *s, const struct word *word)
{
	enum verb verb = verb_of(word->p, word->len);
	int score = 10;

	if (is_query(word->p, word->len) || word->member)
		return 0;
	if (s->verb == VERB_SEQUENCE && verb == VERB_SEQUENCE)
		return contains(word->p, word->len, "seq") ? score : 0;
	if (verb != s->verb)
		return 0;
	/* a lock that sleeps is not the spinlock around its wait list */
	if (s->sleeps && contains(word->p, word->len, "spin"))
		return 0;
	score -= word->depth > 3 ? 3 : word->depth;
	if (same_family(s->chain->api, word->p, word->len))
		score += 3;
	if (word->call)
		score += 2;
	return score;
}

static int note_effect(struct search *s, const struct word *word,
		       enum chain_effect_kind kind)
{
	struct chain_step *step = s->step;
	const struct symbol *symbol;
	struct chain_effect *grown;
	size_t i;

	for (i = 0; i < step->n_effects; i++)
		if (strlen(step->effects[i].name) == word->len &&
		    !memcmp(step->effects[i].name, word->p, word->len))
			return 0;
	grown = reallocarray(step->effects, step->n_effects + 1,
			     sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	step->effects = grown;
	symbol = preproc_find(s->from->unit, word->p, word->len);
	grown[i].kind = kind;
	grown[i].name = strndup(word->p, word->len);
	if (!grown[i].name)
		return -ENOMEM;
	grown[i].active = !symbol || effect_active(symbol, 0);
	/* without lock statistics LOCK_CONTENDED only calls its last word */
	if (word->len > 4 && !memcmp(word->p, "LOCK_CONTENDED", 14))
		grown[i].active = symbol &&
				  memmem(symbol->body, symbol->body_len,
					 "lock_contended", 14);
	step->n_effects++;
	return 0;
}

static bool was_here(const struct chain *chain, const struct symbol *symbol)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		if (chain->steps[i].symbol == symbol)
			return true;
	return false;
}

static int take_word(void *arg, const struct word *word)
{
	enum chain_effect_kind kind;
	struct search *s = arg;
	const struct symbol *symbol;
	int score;

	if (!word->member && effect_kind(word->p, word->len, &kind) &&
	    (word->call || kind == CHAIN_LOCKSTAT))
		s->err = note_effect(s, word, kind);
	else if (is_transparent(word->p, word->len))
		return 0;
	else if (is_parameter(s->from, word->p, word->len))
		return 0;
	else if ((score = score_of(s, word)) >= s->best_score && score) {
		symbol = preproc_find(s->from->unit, word->p, word->len);
		if (!symbol || was_here(s->chain, symbol))
			return 0;
		/* LOCK_CONTENDED is handed what it is to call */
		if (symbol->kind == SYMBOL_MACRO && !word->call &&
		    symbol->head_len > symbol->name_len &&
		    !memmem(s->from->body, s->from->body_len, "LOCK_CONTENDED",
			    14))
			return 0;
		s->best = symbol;
		s->best_score = score;
	}
	return s->err;
}

static struct chain_step *add_step(struct chain *chain,
				   const struct symbol *symbol,
				   const char *name, size_t len)
{
	struct chain_step *grown, *step;

	grown = reallocarray(chain->steps, chain->n + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	chain->steps = grown;
	step = &grown[chain->n];
	*step = (struct chain_step){ .symbol = symbol };
	step->name = strndup(name, len);
	if (!step->name)
		return NULL;
	chain->n++;
	return step;
}

/* It does the work itself: it is long, or a slow path that hands nothing on. */
static bool is_primitive(const struct symbol *symbol)
{
	size_t limit = LARGE_BODY;

	if (contains(symbol->name, symbol->name_len, "slowpath"))
		limit = FORWARDING_BODY;
	return !symbol->body ||
	       (symbol->kind != SYMBOL_MACRO && symbol->body_len > limit);
}

/* PVOP_VCALL2(lock.queued_spin_lock_slowpath, ...): a patched call. */
static bool is_indirect(const struct symbol *symbol)
{
	return symbol->body &&
	       memmem(symbol->body, symbol->body_len, "PVOP_", 5) != NULL;
}

/*
 * What pv_ops calls on bare metal: native_<member>. The member is written
 * "lock.queued_spin_unlock", or, later, as the second argument.
 */
static const struct symbol *native_of(struct search *s)
{
	const char *p = memmem(s->from->body, s->from->body_len, "PVOP_", 5);
	const char *end = s->from->body + s->from->body_len;
	const struct symbol *found = NULL;
	size_t n;

	p = memchr(p, '(', end - p);
	for (; p && p < end && *p != ';' && !found; p += n ? n : 1) {
		for (n = 0; p + n < end &&
			    (isalnum((unsigned char)p[n]) || p[n] == '_');)
			n++;
		if (!n)
			continue;
		snprintf(s->name, sizeof(s->name), "native_%.*s", (int)n, p);
		found = chains_lookup(s->chains, s->from, s->name,
				      strlen(s->name));
	}
	return found;
}

/* Read the last step's body: what it calls besides, and which step is next. */
static const struct symbol *next_of(struct search *s, const struct symbol *from)
{
	s->step = &s->chain->steps[s->chain->n - 1];
	s->from = from;
	s->best = NULL;
	s->best_score = 0;
	if (from->body)
		body_words(from, take_word, s);
	s->step->indirect = is_indirect(from);
	if (s->err || is_primitive(from))
		return NULL;
	if (s->step->indirect)
		return native_of(s);
	if (!s->best)
		return NULL;
	snprintf(s->name, sizeof(s->name), "%.*s", (int)s->best->name_len,
		 s->best->name);
	return chains_lookup(s->chains, from, s->name, strlen(s->name)) ?:
									  s->best;
}

static int follow(struct chains *chains, struct chain *chain, enum verb verb)
{
	struct search s = { .chains = chains,
			    .chain = chain,
			    .verb = verb,
			    .sleeps = same_family(chain->api, chain->api,
						  strlen(chain->api)) };
	const struct symbol *next = chain->steps[0].symbol;

	while (chain->n < MAX_STEPS) {
		next = next_of(&s, next);
		if (s.err || !next || was_here(chain, next))
			break;
		if (!add_step(chain, next, s.name, strlen(s.name)))
			return -ENOMEM;
	}
	return s.err;
}

static bool has_letter(const char *p, const char *end)
{
	while (p < end && !isalpha((unsigned char)*p))
		p++;
	return p < end;
}

/* "static inline int name(...)": "int". A macro's is that of what it calls. */
static char *returns_of(const struct chain *chain)
{
	static const char *const dropped[] = {
		"static",   "extern",	  "inline",    "__always_inline",
		"noinline", "__lockfunc", "__sched",   "__must_check",
		"notrace",  "asmlinkage", "__visible", "__inline__",
		"noinstr",  "__cpuidle",
	};
	const struct symbol *symbol = NULL;
	const char *p, *end, *before;
	char out[128] = "";
	size_t i, n, at = 0;

	for (i = 0; i < chain->n && !symbol; i++) {
		p = chain->steps[i].symbol->body;
		if (chain->steps[i].symbol->kind != SYMBOL_MACRO)
			symbol = chain->steps[i].symbol;
		else if (p && !strncmp(p, "do", 2) && !isalnum(p[2]))
			return strdup("void"); /* a statement */
	}
	p = symbol ? symbol->head : "";
	end = symbol ? symbol->name : p;
	/* macros that need no semicolon may stand in front of it */
	for (before = end;
	     before > p && before[-1] != ')' && before[-1] != '}';)
		before--;
	if (before > p && has_letter(before, end))
		p = before;
	for (; p < end; p += n ? n : 1) {
		for (n = 0; p + n < end && (isalnum((unsigned char)p[n]) ||
					    p[n] == '_' || p[n] == '*');)
			n++;
		for (i = 0; n && i < sizeof(dropped) / sizeof(dropped[0]); i++)
			if (strlen(dropped[i]) == n &&
			    !memcmp(dropped[i], p, n))
				break;
		if (!n || i < sizeof(dropped) / sizeof(dropped[0]))
			continue;
		if (*p == '#')
			break;
		at += snprintf(out + at, sizeof(out) - at, "%s%.*s",
			       at ? " " : "", (int)n, p);
		if (at >= sizeof(out))
			break;
	}
	return strdup(*out ? out : "unknown");
}

int chain_find(struct chains *chains, const char *api, struct chain *chain)
{
	const struct symbol *symbol;
	int err = 0;

	*chain = (struct chain){ 0 };
	if (!chains->n)
		err = chains_probe(chains, api);
	if (err)
		return err;
	symbol = chains_lookup(chains, NULL, api, strlen(api));
	if (!symbol) {
		chains_suggest(chains, api);
		return -ENOENT;
	}
	chain->api = strdup(api);
	err = chain->api && add_step(chain, symbol, api, strlen(api)) ? 0 :
									-ENOMEM;
	if (!err)
		err = follow(chains, chain, verb_of(api, strlen(api)));
	if (!err) {
		chain->returns = returns_of(chain);
		err = chain->returns ? 0 : -ENOMEM;
	}
	if (err)
		chain_free(chain);
	return err;
}

void chain_free(struct chain *chain)
{
	size_t i, k;

	for (i = 0; i < chain->n; i++) {
		for (k = 0; k < chain->steps[i].n_effects; k++)
			free(chain->steps[i].effects[k].name);
		free(chain->steps[i].effects);
		free(chain->steps[i].name);
	}
	free(chain->steps);
	free(chain->api);
	free(chain->returns);
	*chain = (struct chain){ 0 };
}

int chains_new(const char *tree, struct chains **out)
{
	struct chains *chains = calloc(1, sizeof(*chains));
	int err;

	if (!chains)
		return -ENOMEM;
	chains->tree = strdup(tree);
	err = chains->tree ? scratch_new(tree, &chains->scratch) : -ENOMEM;
	if (!err)
		err = config_load(tree, &chains->config);
	if (!err)
		err = kbuild_new(tree, chains->config, &chains->kbuild);
	if (err) {
		chains_free(chains);
		return err;
	}
	*out = chains;
	return 0;
}

void chains_free(struct chains *chains)
{
	if (!chains)
		return;
	while (chains->n) {
		preproc_free(chains->units[--chains->n]);
		free(chains->sources[chains->n]);
	}
	free(chains->units);
	free(chains->sources);
	kbuild_free(chains->kbuild);
	config_free(chains->config);
	scratch_free(chains->scratch);
	free(chains->tree);
	free(chains);
}

int chains_options(const struct chains *chains,
		   int (*put)(void *arg, const char *name, const char *value),
		   void *arg)
{
	static const char *const options[] = {
		"SMP",
		"PREEMPT_RT",
		"PREEMPT_COUNT",
		"PREEMPTION",
		"DEBUG_SPINLOCK",
		"DEBUG_MUTEXES",
		"DEBUG_LOCK_ALLOC",
		"LOCKDEP",
		"LOCK_STAT",
		"PARAVIRT_SPINLOCKS",
		"GENERIC_LOCKBREAK",
		"MMIOWB",
		"INLINE_SPIN_LOCK",
		"UNINLINE_SPIN_UNLOCK",
		"QUEUED_SPINLOCKS",
		"QUEUED_RWLOCKS",
		"MUTEX_SPIN_ON_OWNER",
		"RWSEM_SPIN_ON_OWNER",
	};
	char name[64];
	size_t i;
	int err = 0;

	for (i = 0; !err && i < sizeof(options) / sizeof(options[0]); i++) {
		snprintf(name, sizeof(name), "CONFIG_%s", options[i]);
		err = put(arg, options[i],
			  config_text(chains->config, name, strlen(name)) ?:
									    "n");
	}
	return err;
}
