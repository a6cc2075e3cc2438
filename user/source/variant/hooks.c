// SPDX-License-Identifier: GPL-2.0
/*
 * The set of hooks a policy has goes in; the part of the patch's header that
 * comes before its variants goes out.
 */
#include <stdbool.h>

#include "livepatch/policy.h"
#include "source/variant/hooks.h"

static const struct {
	unsigned int hook;
	const char *type, *name, *params, *value;
} hooks[] = {
	{ POLICY_CONTENDED, "u64 ", "contended", "void *lock, unsigned int how",
	  "return 1;" },
	{ POLICY_ACQUIRED, "void ", "acquired",
	  "void *lock, unsigned int how, u64 wait", "" },
	{ POLICY_ABANDONED, "void ", "abandoned",
	  "void *lock, unsigned int how, u64 wait", "" },
	{ POLICY_RELEASE, "void ", "release", "void *lock, unsigned int how",
	  "" },
};

static void write_prototypes(const struct variant_set *set, FILE *out)
{
	const char *prefix = set->naming->prefix;
	size_t i;

	fputs("/* How a hook's lock is taken. */\n"
	      "#define LP_READ 1U /* shared */\n"
	      "#define LP_SLEEP 2U /* the hook may sleep */\n\n",
	      out);
	for (i = 0; i < sizeof(hooks) / sizeof(*hooks); i++) {
		if (set->hooks & hooks[i].hook)
			fprintf(out, "%s%s%s(%s);\n", hooks[i].type, prefix,
				hooks[i].name, hooks[i].params);
		else
			fprintf(out,
				"static __always_inline %s%s%s(%s)\n"
				"{%s%s\n}\n",
				hooks[i].type, prefix, hooks[i].name,
				hooks[i].params, *hooks[i].value ? "\n\t" : "",
				hooks[i].value);
	}
}

static void write_fast(const struct variant_set *set, FILE *out)
{
	const char *p = set->naming->prefix;

	if (!(set->hooks & POLICY_CONTENDED)) {
		fprintf(out,
			"\n/* Nobody asks who waits: no trylock. */\n"
			"#define %sfast(attempt) false\n"
			"#define %sbusy(held) false\n",
			p, p);
		return;
	}
	fprintf(out,
		"\n"
		"/*\n"
		" * A trylock first: it tells for certain whether there is a wait. lockdep\n"
		" * learns no order from a trylock, so with it the stock function is called\n"
		" * at once, and the lock word tells, a moment earlier.\n"
		" */\n"
		"#ifdef CONFIG_LOCKDEP\n"
		"#define %sfast(attempt) false\n"
		"#define %sbusy(held) (held)\n"
		"#else\n"
		"#define %sfast(attempt) (attempt)\n"
		"#define %sbusy(held) true\n"
		"#endif\n",
		p, p, p, p);
}

static bool uses_try_irq(enum lock_family family)
{
	return family == FAMILY_SPIN || family == FAMILY_RAW_SPIN ||
	       family == FAMILY_XARRAY;
}

/*
 * Trylock forms that rwlocks lack, and that of _irq locks: the stock one turns
 * interrupts on when it fails, also for callers that had them off, for whom
 * _irq locks keep them off.
 */
static void write_tries(const struct variant_set *set, FILE *out)
{
	const char *p = set->naming->prefix;
	const struct lock_api *api;
	uint32_t used = 0;
	size_t i;

	for (i = 0; i < set->nr; i++) {
		api = set->list[i].api;
		if (api->verb != VERB_ACQUIRE)
			continue;
		if (api->family == FAMILY_RWLOCK)
			used |= api->flavour;
		else if (uses_try_irq(api->family))
			used |= api->flavour & LOCK_IRQ;
	}
	if (used & LOCK_IRQSAVE)
		fprintf(out,
			"\n#define %stry_irqsave(attempt, flags) ({ \\\n"
			"\tlocal_irq_save(flags); \\\n"
			"\t(attempt) ? 1 : ({ local_irq_restore(flags); 0; }); })\n",
			p);
	if (used & LOCK_IRQ)
		fprintf(out,
			"\n#define %stry_irq(attempt) ({ \\\n"
			"\tunsigned long lp_flags; \\\n"
			"\tlocal_irq_save(lp_flags); \\\n"
			"\t(attempt) ? 1 : ({ local_irq_restore(lp_flags); 0; }); })\n",
			p);
	if (used & LOCK_BH)
		fprintf(out,
			"\n#define %stry_bh(attempt) ({ \\\n"
			"\tlocal_bh_disable(); \\\n"
			"\t(attempt) ? 1 : ({ local_bh_enable(); 0; }); })\n",
			p);
}

void hooks_write(const struct variant_set *set, FILE *out)
{
	write_prototypes(set, out);
	write_fast(set, out);
	write_tries(set, out);
}
