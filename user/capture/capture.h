/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a capture defines, as opposed to what it counts (aggr.h): tasks, locks
 * and their identities, stacks, symbols, notes, losses. Filled by the record
 * sinks below, from a file or live; compact, for there may be a million locks.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "capture/capture_tables.h"
#include "lock/lock_id.h"
#include "base/map.h"
#include "base/names.h"
#include "capture/record.h"
#include "capture/stacks.h"
#include "capture/wire.h"

struct capture {
	struct names names;
	struct ksyms *symbols;
	struct stacks stacks;
	struct ids tasks_by_id, locks_by_id;
	struct map idents_by_label, sets_by_hash;
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
