// SPDX-License-Identifier: GPL-2.0
/*
 * One identity for a lock: the kernel's candidates and the functions that took
 * it in, a lock_id out. A function of the source votes, with its weight, for
 * the locks that its code can take; candidates that no caller can have taken
 * are struck out. What stays is named as lock_id.h names it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lock/identify.h"
#include "lock/lock_code.h"
#include "capture/record.h"
#include "lock/taken.h"

#define CALLERS_MAX 16 /* the heaviest are asked */
#define SUPPORT_MIN 0.5 /* of the weight that could be asked, for a winner */

struct identify {
	struct taken *taken;
};

/* A lock that some caller takes, and how much speaks for it. */
struct choice {
	struct taken_lock lock;
	uint64_t weight; /* of callers that can have taken it */
	uint64_t alone; /* ... and no other lock that fits */
	uint64_t own; /* ... none but in code that may be inlined */
};

struct poll {
	struct choice *v;
	size_t nr;
	uint64_t asked; /* weight of the callers that the tree has */
	bool untyped; /* some take locks of unknown type, too */
};

int identify_open(const char *linux_dir, struct identify **out)
{
	struct identify *identify = calloc(1, sizeof(*identify));
	int err;

	if (!identify)
		return -ENOMEM;
	err = taken_open(linux_dir, &identify->taken);
	if (err) {
		free(identify);
		return err;
	}
	*out = identify;
	return 0;
}

void identify_close(struct identify *identify)
{
	if (!identify)
		return;
	taken_close(identify->taken);
	free(identify);
}

int identify_prepare(struct identify *identify, const char *const *functions,
		     uint32_t nr)
{
	return taken_prepare(identify->taken, functions, nr);
}

static bool same_kind(uint8_t a, uint8_t b)
{
	if (a == LOCKPROBE_KIND_RAW_SPINLOCK)
		a = LOCKPROBE_KIND_SPINLOCK;
	if (b == LOCKPROBE_KIND_RAW_SPINLOCK)
		b = LOCKPROBE_KIND_SPINLOCK;
	/* a seqlock's writer waits for the spinlock in it */
	if (a == LOCKPROBE_KIND_SEQLOCK)
		a = LOCKPROBE_KIND_SPINLOCK;
	if (b == LOCKPROBE_KIND_SEQLOCK)
		b = LOCKPROBE_KIND_SPINLOCK;
	return a == b || !a || !b;
}

static bool is_release(const char *api)
{
	return strstr(api, "unlock") || !strncmp(api, "up_", 3) ||
	       !strncmp(api, "__up_", 5);
}

/* Can this call, of this kind of lock, have been for @lock? */
static bool fits(const struct taken_lock *lock, uint8_t kind, const char *api)
{
	uint8_t by_api = api ? lock_code_kind(api) : LOCKPROBE_KIND_UNKNOWN;

	if (!same_kind(lock->kind, kind) || !same_kind(lock->kind, by_api))
		return false;
	return api && is_release(api) ? lock->releases : lock->takes;
}

static struct choice *choice_of(struct poll *poll,
				const struct taken_lock *lock)
{
	struct choice *v;
	size_t i;

	for (i = 0; i < poll->nr; i++)
		if (!strcmp(poll->v[i].lock.path, lock->path) &&
		    !strcmp(poll->v[i].lock.strct, lock->strct))
			return &poll->v[i];
	v = reallocarray(poll->v, poll->nr + 1, sizeof(*v));
	if (!v)
		return NULL;
	poll->v = v;
	v[poll->nr] = (struct choice){ .lock = *lock };
	return &v[poll->nr++];
}

/* One caller's vote. */
static int ask(struct identify *identify, struct poll *poll, uint8_t kind,
	       const struct identify_caller *caller)
{
	struct taken_locks locks;
	struct choice *choice;
	uint32_t i, nr = 0, nr_own = 0;
	int err;

	err = taken_in(identify->taken, caller->function, &locks);
	if (err)
		return err;
	for (i = 0; i < locks.nr; i++) {
		if (!fits(&locks.v[i], kind, caller->api))
			continue;
		nr++;
		nr_own += locks.v[i].own;
	}
	if (!nr)
		return 0;
	poll->asked += caller->weight;
	poll->untyped |= locks.untyped;
	for (i = 0; i < locks.nr; i++) {
		if (!fits(&locks.v[i], kind, caller->api))
			continue;
		choice = choice_of(poll, &locks.v[i]);
		if (!choice)
			return -ENOMEM;
		choice->weight += caller->weight;
		if (nr == 1)
			choice->alone += caller->weight;
		if (nr_own == 1 && locks.v[i].own)
			choice->own += caller->weight;
	}
	return 0;
}

static int by_weight(const void *a, const void *b)
{
	const struct identify_caller *x = *(const void *const *)a;
	const struct identify_caller *y = *(const void *const *)b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return strcmp(x->function, y->function);
}

static int hold_poll(struct identify *identify, struct poll *poll, uint8_t kind,
		     const struct identify_caller *callers, size_t nr)
{
	const struct identify_caller **order;
	int err = 0;
	size_t i;

	order = calloc(nr ? nr : 1, sizeof(*order));
	if (!order)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		order[i] = &callers[i];
	qsort(order, nr, sizeof(*order), by_weight);
	for (i = 0; i < nr && i < CALLERS_MAX && !err; i++)
		err = ask(identify, poll, kind, order[i]);
	free(order);
	return err;
}

/* vfs_inode.i_rwsem ends in i_rwsem: the same field, seen from outside. */
static bool ends_in(const char *path, const char *tail)
{
	size_t len = strlen(path), tail_len = strlen(tail);

	return len > tail_len && path[len - tail_len - 1] == '.' &&
	       !strcmp(path + len - tail_len, tail);
}

static bool is_choice(const struct record_candidate *candidate,
		      const struct taken_lock *lock)
{
	if (!strcmp(candidate->strct, lock->strct))
		return !strcmp(candidate->path, lock->path);
	return *lock->strct && ends_in(candidate->path, lock->path);
}

/* How much of the callers' weight speaks for @candidate. */
static uint64_t support(const struct poll *poll,
			const struct record_candidate *candidate)
{
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < poll->nr; i++)
		if (is_choice(candidate, &poll->v[i].lock) &&
		    poll->v[i].weight > most)
			most = poll->v[i].weight;
	return most;
}

/* Strike out the candidates that the callers do not speak for. */
static void settle(const struct poll *poll, const struct record_lock *lock,
		   struct lock_id *out)
{
	struct record_lock left = *lock;
	uint64_t most = 0;
	uint32_t i;

	for (i = 0; i < lock->nr_candidates; i++) {
		uint64_t weight = support(poll, &lock->candidates[i]);

		most = weight > most ? weight : most;
	}
	if (!most || most < poll->asked * SUPPORT_MIN)
		return;
	left.nr_candidates = 0;
	for (i = 0; i < lock->nr_candidates; i++)
		if (support(poll, &lock->candidates[i]) == most) {
			left.candidates[left.nr_candidates] =
				lock->candidates[i];
			left.candidates[left.nr_candidates++].evidence |=
				LOCKPROBE_EVIDENCE_SOURCE;
		}
	if (left.confidence == LOCKPROBE_CONFIDENCE_AMBIGUOUS)
		left.confidence = LOCKPROBE_CONFIDENCE_LIKELY;
	lock_id_of_record(out, &left);
}

/*
 * Nothing but call sites: the lock that most of the weight can have taken.
 * Certain if the callers' code can take no other lock that fits; likely if
 * only code that the compiler may have inlined can.
 */
static void elect(const struct poll *poll, struct lock_id *out)
{
	const struct choice *best = NULL;
	size_t i;

	for (i = 0; i < poll->nr; i++) {
		const struct choice *c = &poll->v[i];

		if (!best || c->weight > best->weight ||
		    (c->weight == best->weight && c->alone > best->alone) ||
		    (c->weight == best->weight && c->alone == best->alone &&
		     c->own > best->own))
			best = c;
	}
	if (!best)
		return;
	memcpy(out->strct, best->lock.strct, sizeof(out->strct));
	memcpy(out->path, best->lock.path, sizeof(out->path));
	out->kind = best->lock.kind;
	out->evidence = LOCKPROBE_EVIDENCE_SOURCE | LOCKPROBE_EVIDENCE_CALLER;
	out->alternatives = poll->nr;
	if (best->alone == poll->asked && !poll->untyped)
		out->confidence = LOCKPROBE_CONFIDENCE_CERTAIN;
	else if (best->own * 2 > poll->asked)
		out->confidence = LOCKPROBE_CONFIDENCE_LIKELY;
	else
		out->confidence = LOCKPROBE_CONFIDENCE_AMBIGUOUS;
	if (out->confidence != LOCKPROBE_CONFIDENCE_AMBIGUOUS)
		out->alternatives = 1;
}

/*
 * The kernel knows where a variable begins, but not its type: what the callers
 * take of that name is what lies behind its start, too (a seqlock's spinlock).
 */
static void settle_variable(const struct poll *poll,
			    const struct record_lock *lock, struct lock_id *out)
{
	size_t i;

	for (i = 0; i < poll->nr; i++) {
		const struct taken_lock *taken = &poll->v[i].lock;

		if (*taken->strct || strcmp(taken->path, lock->symbol))
			continue;
		memcpy(out->path, taken->path, sizeof(out->path));
		out->kind = taken->kind;
		out->evidence |= LOCKPROBE_EVIDENCE_SOURCE;
		return;
	}
}

int identify_lock(struct identify *identify, const struct record_lock *lock,
		  const struct identify_caller *callers, size_t nr,
		  struct lock_id *out)
{
	bool is_variable = lock && !lock->nr_candidates && lock->symbol;
	struct poll poll = { 0 };
	int err;

	memset(out, 0, sizeof(*out));
	if (lock)
		lock_id_of_record(out, lock);
	if (is_variable ? !lock->symbol_offset :
			  out->confidence == LOCKPROBE_CONFIDENCE_CERTAIN)
		return 0; /* nothing to decide */
	err = hold_poll(identify, &poll, out->kind, callers, nr);
	if (!err && is_variable)
		settle_variable(&poll, lock, out);
	else if (!err && lock && lock->nr_candidates)
		settle(&poll, lock, out);
	else if (!err)
		elect(&poll, out);
	free(poll.v);
	return err;
}
