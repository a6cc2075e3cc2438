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

/* The terminals that not every SynCord tree has. */
struct syncord_can {
	bool down_write; /* bpf_down_write(); what gives back is up_write() */
	bool killable; /* the tree's own down_write_killable() waits like it */
};

struct syncord_can syncord_look(struct tree *tree);

/* Is there a chain that ends in a terminal for @api? */
bool syncord_possible(const struct lock_api *api, struct syncord_can can);

/*
 * There is none, but @api may stay: it works on the same lock as the terminals
 * of its family. Says so; NULL: it may not.
 */
const char *syncord_stays(const struct lock_api *api, struct syncord_can can);

/* Why not: half a sentence with the alternative. */
const char *syncord_reason(const struct lock_api *api);

int syncord_chain_write(struct syncord_chain *chain, FILE *out);

#endif
