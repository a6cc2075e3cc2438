// SPDX-License-Identifier: GPL-2.0
/*
 * What a capture defines: records in, numbered tables out. Ids of the wire are
 * not trusted to be dense or unique: a repeated one replaces what it named.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture.h"
#include "lock/ksyms.h"

int capture_init(struct capture *capture)
{
	int err;
	size_t i;

	memset(capture, 0, sizeof(*capture));
	for (i = 0; i < WIRE_NR_STATS; i++)
		capture->stats[i] = WIRE_STAT_ABSENT;
	err = ksyms_new(&capture->symbols);
	if (err)
		return err;
	if (names_add(&capture->names, "") == MAP_NONE)
		err = -ENOMEM;
	else
		err = stacks_init(&capture->stacks, &capture->names,
				  capture->symbols);
	if (err)
		capture_free(capture);
	return err;
}

void capture_free(struct capture *capture)
{
	stacks_free(&capture->stacks);
	ksyms_free(capture->symbols);
	names_free(&capture->names);
	map_free(&capture->tasks_by_id.others);
	map_free(&capture->locks_by_id.others);
	map_free(&capture->idents_by_label);
	map_free(&capture->sets_by_hash);
	map_free(&capture->idents_by_site);
	free(capture->tasks);
	free(capture->locks);
	free(capture->idents);
	free(capture->notes);
	free(capture->sets);
	memset(capture, 0, sizeof(*capture));
}

static int take_task(void *ctx, const struct record_task *task)
{
	struct capture *c = ctx;
	uint32_t nr = ids_get(&c->tasks_by_id, task->id);
	uint32_t comm = names_add(&c->names, task->comm);

	if (comm == MAP_NONE)
		return -ENOMEM;
	if (nr == MAP_NONE) {
		if (array_grow((void **)&c->tasks, &c->task_room, c->nr_tasks,
			       sizeof(*c->tasks)) ||
		    ids_add(&c->tasks_by_id, task->id, c->nr_tasks))
			return -ENOMEM;
		nr = c->nr_tasks++;
	}
	c->tasks[nr] = (struct capture_task){
		.pid = task->pid,
		.tgid = task->tgid,
		.comm = comm,
	};
	return 0;
}

static int take_stack(void *ctx, const struct record_stack *stack)
{
	struct capture *c = ctx;

	return stacks_add(&c->stacks, stack->id, stack->callers, stack->nr,
			  stack->frames);
}

/*
 * A lock's aliases and candidates as one run of numbers, shared between locks
 * of the same kind of object: nr of aliases, nr of candidates, names, triples.
 */
#define SET_MAX (2 + RECORD_ALIASES + 3 * RECORD_CANDIDATES)

static uint32_t flatten(struct capture *c, const struct record_lock *lock,
			uint32_t *set)
{
	uint32_t nr = 2, i;

	set[0] = lock->nr_aliases;
	set[1] = lock->nr_candidates;
	for (i = 0; i < lock->nr_aliases; i++)
		set[nr++] = names_add(&c->names, lock->aliases[i]);
	for (i = 0; i < lock->nr_candidates; i++) {
		set[nr++] = names_add(&c->names, lock->candidates[i].strct);
		set[nr++] = names_add(&c->names, lock->candidates[i].path);
		set[nr++] = lock->candidates[i].evidence;
	}
	return nr;
}

static uint32_t add_set(struct capture *c, const struct record_lock *lock)
{
	uint32_t set[SET_MAX], nr, i, at;
	uint64_t key = 0xcbf29ce484222325ull;

	nr = flatten(c, lock, set);
	for (i = 0; i < nr; i++)
		key = (key ^ set[i]) * 0x100000001b3ull;
	for (;; key++) {
		at = map_get(&c->sets_by_hash, key);
		if (at == MAP_NONE)
			break;
		if (at + nr <= c->nr_sets &&
		    !memcmp(c->sets + at, set, nr * sizeof(*set)))
			return at;
	}
	for (i = 0; i < nr; i++) {
		if (array_grow((void **)&c->sets, &c->set_room, c->nr_sets + i,
			       sizeof(*c->sets)))
			return MAP_NONE;
		c->sets[c->nr_sets + i] = set[i];
	}
	if (map_set(&c->sets_by_hash, key, c->nr_sets))
		return MAP_NONE;
	c->nr_sets += nr;
	return c->nr_sets - nr;
}

static uint32_t add_name(struct capture *c, const char *name)
{
	uint32_t nr = name ? names_add(&c->names, name) : 0;

	return nr == MAP_NONE ? 0 : nr;
}

uint32_t capture_add_ident(struct capture *c, const struct lock_id *id,
			   const char *label)
{
	uint32_t name = names_add(&c->names, label), nr;
	uint64_t key = (uint64_t)name << 8 | id->confidence;

	if (name == MAP_NONE)
		return MAP_NONE;
	nr = map_get(&c->idents_by_label, key);
	if (nr != MAP_NONE) {
		if (!c->idents[nr].kind)
			c->idents[nr].kind = id->kind;
		return nr;
	}
	if (array_grow((void **)&c->idents, &c->ident_room, c->nr_idents,
		       sizeof(*c->idents)) ||
	    map_set(&c->idents_by_label, key, c->nr_idents))
		return MAP_NONE;
	c->idents[c->nr_idents] = (struct capture_ident){
		.label = name,
		.strct = add_name(c, id->strct),
		.path = add_name(c, id->path),
		.evidence = id->evidence,
		.alternatives = id->alternatives,
		.kind = id->kind,
		.confidence = id->confidence,
	};
	return c->nr_idents++;
}

uint32_t capture_caller_ident(struct capture *c, uint32_t stack)
{
	uint32_t site = stack == MAP_NONE ? STACKS_ROOT :
					    stacks_caller(&c->stacks, stack);
	uint32_t ident = map_get(&c->idents_by_site, site);
	struct lock_id id = { .confidence = LOCKPROBE_CONFIDENCE_NONE };
	const char *function;
	char label[512];

	if (ident != MAP_NONE)
		return ident;
	if (site == STACKS_ROOT) {
		snprintf(label, sizeof(label), "(lock, caller not known)");
	} else {
		function = names_get(&c->names,
				     stacks_function(&c->stacks, stack, site));
		snprintf(label, sizeof(label), "(lock taken in %s)", function);
	}
	ident = capture_add_ident(c, &id, label);
	if (ident == MAP_NONE || map_set(&c->idents_by_site, site, ident))
		return MAP_NONE;
	return ident;
}

static int take_lock(void *ctx, const struct record_lock *lock)
{
	struct capture *c = ctx;
	uint32_t nr = ids_get(&c->locks_by_id, lock->id);
	struct capture_lock new = {
		.id = lock->id,
		.addr = lock->addr,
		.object = lock->object,
		.symbol_offset = lock->symbol_offset,
		.symbol = add_name(c, lock->symbol),
		.module = add_name(c, lock->module),
		.cache = add_name(c, lock->cache),
		.object_size = lock->object_size,
		.offset = lock->offset,
		.cpu = lock->cpu,
		.kind = lock->kind,
		.place = lock->place,
		.confidence = lock->confidence,
	};
	struct lock_id id;
	char label[512];

	lock_id_of_record(&id, lock);
	lock_id_label(label, sizeof(label), &id, lock);
	new.ident = capture_add_ident(c, &id, label);
	new.candidates = add_set(c, lock);
	if (new.ident == MAP_NONE || new.candidates == MAP_NONE)
		return -ENOMEM;
	if (nr == MAP_NONE) {
		if (array_grow((void **)&c->locks, &c->lock_room, c->nr_locks,
			       sizeof(*c->locks)) ||
		    ids_add(&c->locks_by_id, lock->id, c->nr_locks))
			return -ENOMEM;
		nr = c->nr_locks++;
	}
	c->locks[nr] = new;
	return 0;
}

static const char *name_or_null(const struct capture *c, uint32_t name)
{
	return name ? names_get(&c->names, name) : NULL;
}

void capture_lock_record(const struct capture *c, uint32_t lock,
			 struct record_lock *record)
{
	const struct capture_lock *l = &c->locks[lock];
	const uint32_t *set = c->sets + l->candidates;
	uint32_t i;

	*record = (struct record_lock){
		.id = l->id,
		.addr = l->addr,
		.kind = l->kind,
		.place = l->place,
		.confidence = l->confidence,
		.symbol = name_or_null(c, l->symbol),
		.module = name_or_null(c, l->module),
		.cache = name_or_null(c, l->cache),
		.symbol_offset = l->symbol_offset,
		.object = l->object,
		.object_size = l->object_size,
		.offset = l->offset,
		.cpu = l->cpu,
		.nr_aliases = set[0],
		.nr_candidates = set[1],
	};
	set += 2;
	for (i = 0; i < record->nr_aliases; i++)
		record->aliases[i] = names_get(&c->names, *set++);
	for (i = 0; i < record->nr_candidates; i++, set += 3)
		record->candidates[i] = (struct record_candidate){
			.strct = names_get(&c->names, set[0]),
			.path = names_get(&c->names, set[1]),
			.evidence = set[2],
		};
}

static int take_note(void *ctx, const char *key, const char *value)
{
	struct capture *c = ctx;

	if (array_grow((void **)&c->notes, &c->note_room, c->nr_notes,
		       sizeof(*c->notes)))
		return -ENOMEM;
	c->notes[c->nr_notes++] = (struct capture_note){
		.key = add_name(c, key),
		.value = add_name(c, value),
	};
	return 0;
}

static int take_symbol(void *ctx, const struct record_symbol *symbol)
{
	struct capture *c = ctx;

	if (symbol->tgid)
		return stacks_name_user(&c->stacks, symbol);
	return ksyms_add(c->symbols, symbol->addr, symbol->size, symbol->name,
			 symbol->module);
}

static int take_loss(void *ctx, const struct record_loss *loss)
{
	struct capture *c = ctx;

	c->lost[loss->reason < __LOCKPROBE_LOSS_MAX ? loss->reason : 0] +=
		loss->lost;
	return 0;
}

static int take_end(void *ctx, const uint64_t *stats)
{
	struct capture *c = ctx;

	memcpy(c->stats, stats, sizeof(c->stats));
	c->ended = 1;
	return 0;
}

const struct record_sink capture_sink = {
	.task = take_task,
	.stack = take_stack,
	.lock = take_lock,
	.note = take_note,
	.symbol = take_symbol,
	.loss = take_loss,
	.end = take_end,
};

uint32_t capture_task(const struct capture *capture, uint32_t id)
{
	return ids_get(&capture->tasks_by_id, id);
}

uint32_t capture_lock(const struct capture *capture, uint32_t id)
{
	return ids_get(&capture->locks_by_id, id);
}

const char *capture_note(const struct capture *c, const char *key)
{
	uint32_t i;

	for (i = c->nr_notes; i-- > 0;) /* the last one said counts */
		if (!strcmp(names_get(&c->names, c->notes[i].key), key))
			return names_get(&c->names, c->notes[i].value);
	return NULL;
}

uint64_t capture_note_number(const struct capture *c, const char *key)
{
	const char *value = capture_note(c, key);

	return value ? strtoull(value, NULL, 10) : 0;
}
