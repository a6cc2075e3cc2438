/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policy-taking copies of a lock function's chain for --abi syncord: down to
 * bpf_queued_spin_lock(), with every side effect of the kernel's own chain.
 */
#ifndef SOURCE_SYNCORD_CHAIN_H
#define SOURCE_SYNCORD_CHAIN_H

#include "source/variant/variant.h"

struct syncord_chain {
	struct variant_set *set; /* the spellings that are used */
	const char *prefix; /* "bpf_file_lock_" */
	bool release_nested; /* spin_release() takes three arguments (< 5.5) */
	bool trylock; /* out: PREFIXqueued_spin_trylock() is needed */
};

/* Is there a chain that ends in a terminal for @api? */
bool syncord_possible(const struct lock_api *api);

/* Why not: half a sentence with the alternative. */
const char *syncord_reason(const struct lock_api *api);

int syncord_chain_write(struct syncord_chain *chain, FILE *out);

#endif
