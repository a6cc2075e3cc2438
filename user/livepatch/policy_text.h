/* SPDX-License-Identifier: GPL-2.0 */
/* The policy texts that are built into the tool; for policy.c alone. */
#ifndef LIVEPATCH_POLICY_TEXT_H
#define LIVEPATCH_POLICY_TEXT_H

struct policy_text {
	const char *name;
	const char *text;
};

extern const struct policy_text policy_texts[]; /* name NULL ends it */
extern const char *const policy_common; /* policy/policy.h */

#endif
