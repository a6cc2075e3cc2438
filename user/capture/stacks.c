// SPDX-License-Identifier: GPL-2.0
/*
 * Call stacks: frames in, nodes of a prefix tree and the names of their
 * functions out. A return address is looked up one byte before itself, since
 * the call may be its function's last instruction; the ip of a sample is not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "lock/ksyms.h"
#include "lock/lock_code.h"
#include "capture/record.h"
#include "capture/stacks.h"

#define NOT_YET UINT32_MAX
#define IS_LOCK 0x80000000u
#define IS_SCHED 0x40000000u
#define NAME_MASK 0x3fffffffu

int stacks_init(struct stacks *stacks, struct names *names,
		struct ksyms *symbols)
{
	memset(stacks, 0, sizeof(*stacks));
	stacks->names = names;
	stacks->symbols = symbols;
	if (array_grow((void **)&stacks->nodes, &stacks->node_room, 0,
		       sizeof(*stacks->nodes)))
		return -ENOMEM;
	stacks->nodes[STACKS_ROOT] = (struct stacks_node){ 0 };
	stacks->nr_nodes = 1;
	return 0;
}

void stacks_free(struct stacks *stacks)
{
	map_free(&stacks->by_id.others);
	free(stacks->places);
	free(stacks->nodes);
	free(stacks->stacks);
	map_free(&stacks->user_by_addr);
	free(stacks->user);
	memset(stacks, 0, sizeof(*stacks));
}

/*
 * Nodes by parent and address: numbers of nodes in a table of open addressing,
 * 0 (the root is nobody's child) where it is free. There may be as many nodes
 * as frames, so an entry is four bytes and its key is in the node.
 */
static uint32_t *place_of(const struct stacks *stacks, uint32_t parent,
			  uint64_t addr)
{
	uint64_t hash = (addr ^ (uint64_t)parent * 0x9e3779b97f4a7c15ull) *
			0xbf58476d1ce4e5b9ull;
	const struct stacks_node *node;
	uint32_t i = (hash ^ hash >> 32) & stacks->mask;

	for (; stacks->places[i]; i = (i + 1) & stacks->mask) {
		node = &stacks->nodes[stacks->places[i]];
		if (node->parent == parent && node->addr == addr)
			break;
	}
	return &stacks->places[i];
}

static int grow_places(struct stacks *stacks)
{
	uint64_t nr = stacks->places ? ((uint64_t)stacks->mask + 1) * 2 : 64;
	uint32_t *places = nr <= UINT32_MAX ? calloc(nr, sizeof(*places)) :
					      NULL;
	uint32_t i;

	if (!places)
		return -ENOMEM;
	free(stacks->places);
	stacks->places = places;
	stacks->mask = nr - 1;
	for (i = 1; i < stacks->nr_nodes; i++)
		*place_of(stacks, stacks->nodes[i].parent,
			  stacks->nodes[i].addr) = i;
	return 0;
}

/* The child of @parent at @addr, old or new. */
static uint32_t child(struct stacks *stacks, uint32_t parent, uint64_t addr)
{
	uint32_t *place;

	if ((!stacks->places ||
	     stacks->nr_nodes >= stacks->mask - stacks->mask / 4) &&
	    grow_places(stacks))
		return MAP_NONE;
	place = place_of(stacks, parent, addr);
	if (*place)
		return *place;
	if (array_grow((void **)&stacks->nodes, &stacks->node_room,
		       stacks->nr_nodes, sizeof(*stacks->nodes)))
		return MAP_NONE;
	stacks->nodes[stacks->nr_nodes] = (struct stacks_node){
		.addr = addr,
		.parent = parent,
		.function = NOT_YET,
	};
	*place = stacks->nr_nodes;
	return stacks->nr_nodes++;
}

int stacks_add(struct stacks *stacks, uint32_t id, uint32_t callers,
	       uint32_t nr, const uint64_t *frames)
{
	uint32_t stack = stacks_find(stacks, id), node = STACKS_ROOT;
	uint32_t on = callers ? stacks_find(stacks, callers) : MAP_NONE;

	if (on != MAP_NONE) /* else a damaged capture has lost it */
		node = stacks->stacks[on].leaf;
	while (nr) {
		node = child(stacks, node, frames[--nr]);
		if (node == MAP_NONE)
			return -ENOMEM;
	}
	if (stack == MAP_NONE) {
		if (array_grow((void **)&stacks->stacks, &stacks->room,
			       stacks->nr, sizeof(*stacks->stacks)) ||
		    ids_add(&stacks->by_id, id, stacks->nr))
			return -ENOMEM;
		stack = stacks->nr++;
	}
	stacks->stacks[stack] = (struct stacks_stack){
		.leaf = node,
		.function = NOT_YET,
		.caller = NOT_YET,
	};
	return 0;
}

uint32_t stacks_find(const struct stacks *stacks, uint32_t id)
{
	return ids_get(&stacks->by_id, id);
}

/* Where @addr of @tgid is among the functions of user mode, or goes. */
static uint64_t user_key(const struct stacks *stacks, uint32_t tgid,
			 uint64_t addr)
{
	uint64_t key = addr ^ (uint64_t)tgid * 0x9e3779b97f4a7c15ull;
	const struct stacks_user *user;
	uint32_t at;

	for (;; key++) {
		at = map_get(&stacks->user_by_addr, key);
		if (at == MAP_NONE)
			return key;
		user = &stacks->user[at];
		if (user->tgid == tgid && user->addr == addr)
			return key;
	}
}

/* "function [file]" */
static uint32_t name_of(struct stacks *stacks, const char *function,
			const char *file)
{
	char text[512];

	snprintf(text, sizeof(text), "%s%s%s%s", function, file ? " [" : "",
		 file ? file : "", file ? "]" : "");
	return names_add(stacks->names, text);
}

int stacks_name_user(struct stacks *stacks, const struct record_symbol *symbol)
{
	uint64_t key = user_key(stacks, symbol->tgid, symbol->addr);
	uint32_t at = map_get(&stacks->user_by_addr, key);
	uint32_t name = name_of(stacks, symbol->name, symbol->module);

	if (name == MAP_NONE)
		return -ENOMEM;
	if (at == MAP_NONE) {
		at = stacks->nr_user;
		if (array_grow((void **)&stacks->user, &stacks->user_room, at,
			       sizeof(*stacks->user)) ||
		    map_set(&stacks->user_by_addr, key, at))
			return -ENOMEM;
		stacks->nr_user++;
	}
	stacks->user[at] = (struct stacks_user){
		.addr = symbol->addr,
		.tgid = symbol->tgid,
		.name = name,
	};
	return 0;
}

uint32_t stacks_tgid(uint64_t frame)
{
	return (frame & ~(uint64_t)INT32_MAX) == LOCKPROBE_FRAME_USER ?
		       frame & INT32_MAX :
		       0;
}

bool stacks_is_frame(const struct stacks *stacks, uint32_t node)
{
	return node != STACKS_ROOT && !stacks_tgid(stacks->nodes[node].addr);
}

/* The name of a node of user mode: whose it is says the node at the root. */
static uint32_t name_user_node(struct stacks *stacks,
			       const struct stacks_node *node)
{
	const struct stacks_node *root = node;
	char text[FORMAT_BYTES];
	uint32_t at, name;

	while (root->parent != STACKS_ROOT)
		root = &stacks->nodes[root->parent];
	at = map_get(&stacks->user_by_addr,
		     user_key(stacks, stacks_tgid(root->addr), node->addr));
	if (at != MAP_NONE)
		return stacks->user[at].name;
	snprintf(text, sizeof(text), "%#llx", (unsigned long long)node->addr);
	name = names_add(stacks->names, text);
	return name == MAP_NONE ? 0 : name & NAME_MASK;
}

/* Name and flags of the function at @addr. */
static uint32_t name_address(struct stacks *stacks, uint64_t addr,
			     uint64_t shown)
{
	char text[FORMAT_BYTES];
	struct ksym sym;
	uint32_t flags = 0, name;

	if (ksyms_lookup(stacks->symbols, addr, &sym)) {
		if (lock_code_is(sym.name))
			flags = IS_LOCK;
		else if (sched_code_is(sym.name))
			flags = IS_SCHED;
		name = name_of(stacks, sym.name, sym.module);
	} else {
		snprintf(text, sizeof(text), "%#llx",
			 (unsigned long long)shown);
		name = names_add(stacks->names, text);
	}
	return name == MAP_NONE ? 0 : (name & NAME_MASK) | flags;
}

static uint32_t function_of(struct stacks *stacks, uint32_t stack,
			    uint32_t node)
{
	struct stacks_stack *s = &stacks->stacks[stack];
	struct stacks_node *n = &stacks->nodes[node];

	if (node == STACKS_ROOT)
		return 0;
	if (node == s->leaf) {
		if (s->function == NOT_YET)
			s->function = name_address(stacks, n->addr, n->addr);
		return s->function;
	}
	if (n->function == NOT_YET)
		n->function =
			n->addr < KERNEL_ADDRESS_MIN ?
				name_user_node(stacks, n) :
				name_address(stacks, n->addr - 1, n->addr);
	return n->function;
}

static uint32_t skip(struct stacks *stacks, uint32_t stack, uint32_t flags)
{
	uint32_t node = stacks->stacks[stack].leaf;

	while (node != STACKS_ROOT && function_of(stacks, stack, node) & flags)
		node = stacks->nodes[node].parent;
	return node;
}

uint32_t stacks_caller(struct stacks *stacks, uint32_t stack)
{
	struct stacks_stack *s = &stacks->stacks[stack];

	if (s->caller == NOT_YET) {
		s->caller = skip(stacks, stack, IS_LOCK);
		s->caller_name = stacks_function(stacks, stack, s->caller);
	}
	return s->caller;
}

uint32_t stacks_caller_name(struct stacks *stacks, uint32_t stack)
{
	stacks_caller(stacks, stack);
	return stacks->stacks[stack].caller_name;
}

uint32_t stacks_sleeper(struct stacks *stacks, uint32_t stack)
{
	return skip(stacks, stack, IS_LOCK | IS_SCHED);
}

uint32_t stacks_function(struct stacks *stacks, uint32_t stack, uint32_t node)
{
	return function_of(stacks, stack, node) & NAME_MASK;
}

uint32_t stacks_api(struct stacks *stacks, uint32_t stack)
{
	uint32_t caller = stacks_caller(stacks, stack);
	uint32_t node = stacks->stacks[stack].leaf;

	if (node == caller || node == STACKS_ROOT)
		return 0;
	while (stacks->nodes[node].parent != caller)
		node = stacks->nodes[node].parent;
	return stacks_function(stacks, stack, node);
}

uint64_t stacks_offset(struct stacks *stacks, uint32_t stack, uint32_t node)
{
	uint64_t addr = stacks->nodes[node].addr;
	struct ksym sym;

	if (node == STACKS_ROOT)
		return 0;
	if (!ksyms_lookup(stacks->symbols,
			  node == stacks->stacks[stack].leaf ? addr : addr - 1,
			  &sym))
		return 0;
	return addr - sym.addr;
}
