/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a patch says about itself: what was seen, which field, which sites,
 * which policy, and how to take it back.
 */
#ifndef SOURCE_MESSAGE_H
#define SOURCE_MESSAGE_H

#include <stdio.h>

#include "source/patch/naming.h"
#include "source/patch/plan.h"

struct message {
	const struct plan *plan;
	const struct naming *naming;
	const char *policy, *abi;
	const char *seen; /* lines on the capture, ending in a newline; or "" */
	const char *version; /* of the tree */
	const char *source; /* where the policy's code went */
	size_t files, clones;
	bool static_keys, partial;
};

/* The first line, without "[PATCH]"; into @buf. */
void message_subject(const struct message *m, char *buf, size_t size);
/* The rest. Lines may be as long as a site's text makes them. */
void message_body(const struct message *m, FILE *out);

#endif
