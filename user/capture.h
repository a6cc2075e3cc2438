/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a capture defines, as opposed to what it counts (aggr.h): tasks, locks
 * and their identities, stacks, symbols, notes, losses. Filled by the record
 * sinks below, from a file or live; compact, for there may be a million locks.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "lock_id.h"
#include "map.h"
#include "names.h"
#include "record.h"
#include "stacks.h"
#include "wire.h"

struct capture_task {
	uint32_t pid, tgid, comm; /* comm: of names */
};

struct capture_lock {
	uint64_t addr, object, symbol_offset;
	uint32_t id, ident; /* what it is: of idents */
	uint32_t symbol, module, cache; /* of names, 0: none */
	uint32_t object_size, offset;
	uint32_t candidates; /* where its set begins, see capture_lock_record */
	int32_t cpu;
	uint8_t kind, place, confidence;
};

/* An identity; all locks that are the same field share one. */
struct capture_ident {
	uint32_t label, strct, path; /* of names; strct and path may be 0 */
	uint32_t evidence;
	uint16_t alternatives;
	uint8_t kind, confidence;
};

struct capture_note {
	uint32_t key, value; /* of names */
};

struct capture {
	struct names names;
	struct ksyms *symbols;
	struct stacks stacks;
	struct map tasks_by_id, locks_by_id, idents_by_label, sets_by_hash;
	struct map idents_by_site; /* call site (node) of an unknown lock */
	struct capture_task *tasks;
	struct capture_lock *locks;
	struct capture_ident *idents;
	struct capture_note *notes;
	uint32_t *sets; /* candidate sets, each: aliases, names, numbers */
	uint32_t nr_tasks, task_room, nr_locks, lock_room, nr_idents,
		ident_room, nr_notes, note_room, nr_sets, set_room;
	uint64_t stats[WIRE_NR_STATS], lost[__LOCKPROBE_LOSS_MAX];
	int ended;
};

int capture_init(struct capture *capture);
void capture_free(struct capture *capture);

/* The definitions' part of a record_sink; ctx is the struct capture. */
extern const struct record_sink capture_sink;

/* Numbers of things by their wire ids; MAP_NONE when not defined. */
uint32_t capture_task(const struct capture *capture, uint32_t id);
uint32_t capture_lock(const struct capture *capture, uint32_t id);

/* The record as it was, for identify and --json; borrows the capture's names. */
void capture_lock_record(const struct capture *capture, uint32_t lock,
			 struct record_lock *record);

/* The number of the identity @id shown as @label, new or old; MAP_NONE. */
uint32_t capture_add_ident(struct capture *capture, const struct lock_id *id,
			   const char *label);

/*
 * The identity of a lock without a record, known only by where it is taken:
 * what @stack's call site was settled to, else "(lock taken in FUNCTION)".
 */
uint32_t capture_caller_ident(struct capture *capture, uint32_t stack);

/* A note's value or NULL; "" when the key is there and empty. */
const char *capture_note(const struct capture *capture, const char *key);
uint64_t capture_note_number(const struct capture *capture, const char *key);

#endif
