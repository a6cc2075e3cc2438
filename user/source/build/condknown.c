// SPDX-License-Identifier: GPL-2.0
/*
 * A macro's name and a configuration come in, what every compilation of this
 * build knows of it goes out. Tables and look-ups only; any thread.
 */
#include <string.h>

#include "source/build/condexpr.h"
#include "source/build/condknown.h"

static const struct {
	const char *name;
	enum truth defined;
	const char *body;
} always[] = {
	{ "__KERNEL__", TRUTH_YES, "1" },
	{ "__ASSEMBLY__", TRUTH_NO, NULL },
	{ "__ASSEMBLER__", TRUTH_NO, NULL },
	{ "__CHECKER__", TRUTH_NO, NULL },
	{ "__GENKSYMS__", TRUTH_NO, NULL },
	{ "__cplusplus", TRUTH_NO, NULL },
	{ "__SPARSE__", TRUTH_NO, NULL },
	{ "__GNUC__", TRUTH_YES, NULL },
	{ "__STDC__", TRUTH_YES, "1" },
	{ "__linux__", TRUTH_YES, "1" },
	{ "BITS_PER_LONG_LONG", TRUTH_YES, "64" },
};

/* Macros that follow from one option; "!" in front: from its absence. */
static const struct {
	const char *name, *option, *body;
} derived[] = {
	{ "__BIG_ENDIAN", "CONFIG_CPU_BIG_ENDIAN", "4321" },
	{ "__BIG_ENDIAN_BITFIELD", "CONFIG_CPU_BIG_ENDIAN", NULL },
	{ "__LITTLE_ENDIAN", "!CONFIG_CPU_BIG_ENDIAN", "1234" },
	{ "__LITTLE_ENDIAN_BITFIELD", "!CONFIG_CPU_BIG_ENDIAN", NULL },
	{ "__LP64__", "CONFIG_64BIT", "1" },
	{ "_LP64", "CONFIG_64BIT", "1" },
	{ "__SIZEOF_INT128__", "CONFIG_64BIT", "16" },
	{ "__x86_64__", "CONFIG_X86_64", "1" },
	{ "__i386__", "CONFIG_X86_32", "1" },
	{ "__aarch64__", "CONFIG_ARM64", "1" },
	{ "__arm__", "CONFIG_ARM", "1" },
	{ "__powerpc__", "CONFIG_PPC", "1" },
	{ "__powerpc64__", "CONFIG_PPC64", "1" },
	{ "__s390__", "CONFIG_S390", "1" },
	{ "__s390x__", "CONFIG_S390", "1" },
	{ "__riscv", "CONFIG_RISCV", "1" },
	{ "__mips__", "CONFIG_MIPS", "1" },
	{ "__sparc__", "CONFIG_SPARC", "1" },
	{ "__alpha__", "CONFIG_ALPHA", "1" },
	{ "__hppa__", "CONFIG_PARISC", "1" },
	{ "__mc68000__", "CONFIG_M68K", "1" },
	{ "__ia64__", "CONFIG_IA64", "1" },
	{ "__sh__", "CONFIG_SUPERH", "1" },
	{ "__clang__", "CONFIG_CC_IS_CLANG", "1" },
};

static void set(struct cond_macro *macro, enum truth defined, const char *body)
{
	macro->defined = defined;
	macro->body = defined == TRUTH_YES ? body : NULL;
	macro->len = macro->body ? strlen(macro->body) : 0;
}

static bool is_number(const char *text)
{
	return text[strspn(text, "0123456789abcdefABCDEFxX-")] == '\0' &&
	       *text >= '0' && *text <= '9';
}

/* CONFIG_X and CONFIG_X_MODULE, as autoconf.h would define them. */
static void resolve_option(const struct config *config, const char *name,
			   size_t len, struct cond_macro *macro)
{
	static const size_t tail = sizeof("_MODULE") - 1;
	enum config_value value = config_get(config, name, len);
	const char *text;

	if (!config)
		return;
	if (value == CONFIG_Y) {
		set(macro, TRUTH_YES, "1");
	} else if (value == CONFIG_TEXT) {
		text = config_text(config, name, len);
		set(macro, TRUTH_YES, is_number(text) ? text : NULL);
	} else if (len > tail && !memcmp(name + len - tail, "_MODULE", tail) &&
		   config_get(config, name, len - tail) == CONFIG_M) {
		set(macro, TRUTH_YES, "1");
	} else {
		set(macro, TRUTH_NO, NULL);
	}
}

static void resolve_module(enum cond_object object, struct cond_macro *macro)
{
	if (object == COND_MODULE)
		set(macro, TRUTH_YES, "1");
	else if (object == COND_BUILTIN)
		set(macro, TRUTH_NO, NULL);
}

bool condknown_resolve(const struct cond_env *env, const char *name, size_t len,
		       struct cond_macro *macro)
{
	const char *option;
	enum truth on;
	size_t i;

	if (len > 7 && !memcmp(name, "CONFIG_", 7)) {
		resolve_option(env->config, name, len, macro);
		return true;
	}
	if (condexpr_is(name, len, "MODULE")) {
		resolve_module(env->object, macro);
		return true;
	}
	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		if (condexpr_is(name, len, always[i].name)) {
			set(macro, always[i].defined, always[i].body);
			return true;
		}
	}
	if (!env->config)
		return false;
	if (condexpr_is(name, len, "BITS_PER_LONG") ||
	    condexpr_is(name, len, "__BITS_PER_LONG")) {
		on = config_get(env->config, "CONFIG_64BIT", 12) == CONFIG_Y;
		set(macro, TRUTH_YES, on ? "64" : "32");
		return true;
	}
	for (i = 0; i < sizeof(derived) / sizeof(derived[0]); i++) {
		if (!condexpr_is(name, len, derived[i].name))
			continue;
		option = derived[i].option + (*derived[i].option == '!');
		on = config_get(env->config, option, strlen(option)) ==
		     CONFIG_Y;
		if (*derived[i].option == '!')
			on = truth_not(on);
		set(macro, on, derived[i].body);
		return true;
	}
	return false;
}
