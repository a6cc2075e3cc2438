/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All call stacks of a capture in one prefix tree, outermost frame at the
 * root, so that a million stacks which share their entry path stay small.
 * Names come late (a capture has its symbols at its end): ask for functions
 * only when all symbols are known.
 */
#ifndef STACKS_H
#define STACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/names.h"

struct ksyms;
struct record_symbol;

#define STACKS_ROOT 0u /* the node above all outermost frames */

struct stacks_node {
	uint64_t addr;
	uint32_t parent; /* the frame that called this one */
	uint32_t function; /* a name and flags; filled when first asked for */
};

/* What lies at an address of a process. */
struct stacks_user {
	uint64_t addr;
	uint32_t tgid, name;
};

struct stacks_stack {
	uint32_t leaf; /* the innermost frame */
	uint32_t function; /* of the leaf: its ip is exact, not a return */
	uint32_t caller; /* first node outside lock code; MAP_NONE: not yet */
	uint32_t caller_name; /* its function's; valid when caller is */
};

struct stacks {
	struct ids by_id;
	uint32_t *places, mask; /* nodes by parent and address */
	struct map user_by_addr;
	struct stacks_user *user; /* functions of user mode */
	uint32_t nr_user, user_room;
	struct stacks_node *nodes;
	struct stacks_stack *stacks;
	uint32_t nr_nodes, node_room, nr, room;
	struct names *names;
	struct ksyms *symbols;
};

/* @names and @symbols are borrowed for as long as @stacks lives. */
int stacks_init(struct stacks *stacks, struct names *names,
		struct ksyms *symbols);
void stacks_free(struct stacks *stacks);

/*
 * Frames innermost first, on top of the stack of id @callers (0: none); an id
 * that is there already is replaced.
 */
int stacks_add(struct stacks *stacks, uint32_t id, uint32_t callers,
	       uint32_t nr, const uint64_t *frames);

/*
 * The function at an address of user mode, of the process that it says. 0 or
 * -ENOMEM.
 */
int stacks_name_user(struct stacks *stacks, const struct record_symbol *symbol);

/* Whose user mode a stack began in, if @frame is what says so; else 0. */
uint32_t stacks_tgid(uint64_t frame);

/* Is @node a frame, and not what says whose the frames of user mode are? */
bool stacks_is_frame(const struct stacks *stacks, uint32_t node);

/* The stack's number (for the functions below), MAP_NONE: no such id. */
uint32_t stacks_find(const struct stacks *stacks, uint32_t id);

/* The node of the first frame that is no lock code, STACKS_ROOT: none. */
uint32_t stacks_caller(struct stacks *stacks, uint32_t stack);

/* Its function's name, 0: none. Asked of each sample: remembered here. */
uint32_t stacks_caller_name(struct stacks *stacks, uint32_t stack);

/* The same, but scheduler code is skipped, too: where a sleeper went. */
uint32_t stacks_sleeper(struct stacks *stacks, uint32_t stack);

/* The name (of stacks->names) of @node's function as seen from @stack. */
uint32_t stacks_function(struct stacks *stacks, uint32_t stack, uint32_t node);

/* Outermost lock function of the stack ("_raw_spin_lock"), 0: none. */
uint32_t stacks_api(struct stacks *stacks, uint32_t stack);

/* Distance from the start of @node's function; 0 when it is not known. */
uint64_t stacks_offset(struct stacks *stacks, uint32_t stack, uint32_t node);

#endif
