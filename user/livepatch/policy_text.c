// SPDX-License-Identifier: GPL-2.0
/*
 * The built-in policies' texts, taken into the tool as they stand under
 * user/livepatch/policy/ when it is built (from the top directory). Out go
 * NUL-terminated strings; nothing runs here.
 */
#include <stddef.h>

#include "livepatch/policy_text.h"

/* clang-format off */
#define TEXT(symbol, file)                                              \
	__asm__(".pushsection .rodata\n"                                \
		".global " #symbol "\n"                                 \
		#symbol ":\n"                                           \
		".incbin \"user/livepatch/policy/" file "\"\n"          \
		".byte 0\n"                                             \
		".popsection\n");                                       \
	extern const char symbol[]
/* clang-format on */

TEXT(policy_text_common, "policy.h");
TEXT(policy_text_native, "native.c");
TEXT(policy_text_lockstat, "lockstat.c");
TEXT(policy_text_numa, "numa.c");
TEXT(policy_text_backoff, "backoff.c");

const struct policy_text policy_texts[] = {
	{ "native", policy_text_native },
	{ "lockstat", policy_text_lockstat },
	{ "numa", policy_text_numa },
	{ "backoff", policy_text_backoff },
	{ NULL, NULL },
};

const char *const policy_common = policy_text_common;
