// SPDX-License-Identifier: GPL-2.0
/*
 * Settling identities: which call sites took which lock is gathered in one
 * pass, then identify is asked once for each lock and each lone call site.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "lock/identify.h"
#include "base/progress.h"
#include "lock/settle.h"
#include "capture/store.h"

#define CALLERS_MAX 32 /* of one lock; the rest says nothing new */

struct use {
	uint32_t lock, stack; /* lock MAP_NONE: one without a record */
	uint64_t weight;
};

struct settle {
	struct capture *capture;
	struct identify *identify;
	struct map by_pair;
	struct use *uses;
	uint32_t nr, room;
	uint32_t unnamed; /* uses by call site that the tree did not explain */
	uint64_t unnamed_most; /* weight of the heaviest of them */
	const char *unnamed_function;
};

static int add_use(struct settle *s, uint32_t lock, uint32_t stack,
		   uint64_t weight)
{
	uint64_t pair = (uint64_t)lock << 32 | stack;
	uint32_t use = map_get(&s->by_pair, pair);

	if (use == MAP_NONE) {
		if (array_grow((void **)&s->uses, &s->room, s->nr,
			       sizeof(*s->uses)) ||
		    map_set(&s->by_pair, pair, s->nr))
			return -ENOMEM;
		use = s->nr++;
		s->uses[use] = (struct use){ .lock = lock, .stack = stack };
	}
	s->uses[use].weight += weight;
	return 0;
}

static int take_samples(void *ctx, const struct record_samples *samples)
{
	const struct record_sample *sample;
	struct settle *s = ctx;
	uint32_t lock, stack, i;
	int err;

	for (i = 0; i < samples->nr; i++) {
		sample = &samples->data[i];
		/* outside lock code, the stack says nothing of the lock */
		if (!(sample->flags & LOCKPROBE_SAMPLE_LOCK_CODE))
			continue;
		stack = stacks_find(&s->capture->stacks, sample->stack);
		if (stack == MAP_NONE)
			continue;
		lock = sample->lock ? capture_lock(s->capture, sample->lock) :
				      MAP_NONE;
		err = add_use(s, lock, stack, 1);
		if (err)
			return err;
	}
	return 0;
}

static int take_waits(void *ctx, uint64_t time, uint32_t nr,
		      const struct lockprobe_wait *waits)
{
	struct settle *s = ctx;
	uint32_t i, stack;
	int err;

	(void)time;
	for (i = 0; i < nr; i++) {
		stack = stacks_find(&s->capture->stacks, waits[i].stack);
		if (stack == MAP_NONE)
			continue;
		err = add_use(s, capture_lock(s->capture, waits[i].lock), stack,
			      waits[i].count);
		if (err)
			return err;
	}
	return 0;
}

static const struct record_sink sink = {
	.samples = take_samples,
	.waits = take_waits,
};

static int compare(const void *pa, const void *pb)
{
	const struct use *a = pa, *b = pb;

	if (a->lock != b->lock)
		return a->lock < b->lock ? -1 : 1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->stack < b->stack ? -1 : a->stack > b->stack;
}

/* The call site of @use in identify's words; false: there is none. */
static bool site_of(struct settle *s, const struct use *use,
		    struct identify_caller *caller)
{
	struct stacks *stacks = &s->capture->stacks;
	const struct names *names = &s->capture->names;
	uint32_t node = stacks_caller(stacks, use->stack);
	uint32_t api = stacks_api(stacks, use->stack);

	if (node == STACKS_ROOT)
		return false;
	*caller = (struct identify_caller){
		.function = names_get(names, stacks_function(stacks, use->stack,
							     node)),
		.offset = stacks_offset(stacks, use->stack, node),
		.weight = use->weight,
		.api = api ? names_get(names, api) : NULL,
	};
	return true;
}

/* All uses of one lock: @nr from @uses on. */
static int settle_lock(struct settle *s, const struct use *uses, uint32_t nr)
{
	struct identify_caller callers[CALLERS_MAX];
	struct capture *c = s->capture;
	uint32_t lock = uses->lock, n = 0, i;
	struct record_lock record;
	struct lock_id id;
	char label[512];
	int err;

	for (i = 0; i < nr && n < CALLERS_MAX; i++)
		n += site_of(s, &uses[i], &callers[n]);
	capture_lock_record(c, lock, &record);
	err = identify_lock(s->identify, &record, callers, n, &id);
	if (err)
		return err;
	lock_id_label(label, sizeof(label), &id, &record);
	c->locks[lock].ident = capture_add_ident(c, &id, label);
	return c->locks[lock].ident == MAP_NONE ? -ENOMEM : 0;
}

static void see_unnamed(struct settle *s, const struct identify_caller *caller)
{
	s->unnamed++;
	if (s->unnamed_function && caller->weight <= s->unnamed_most)
		return;
	s->unnamed_most = caller->weight;
	s->unnamed_function = caller->function;
}

/* A lock that is known by its call site alone. */
static int settle_site(struct settle *s, const struct use *use)
{
	struct capture *c = s->capture;
	uint32_t site = stacks_caller(&c->stacks, use->stack), ident;
	static const struct record_lock nothing;
	struct identify_caller caller;
	struct lock_id id;
	char label[512];
	int err;

	if (map_get(&c->idents_by_site, site) != MAP_NONE ||
	    !site_of(s, use, &caller))
		return 0;
	err = identify_lock(s->identify, NULL, &caller, 1, &id);
	if (!err && !*id.path)
		see_unnamed(s, &caller);
	if (err || !*id.path)
		return err; /* it stays "(lock taken in ...)" */
	lock_id_label(label, sizeof(label), &id, &nothing);
	ident = capture_add_ident(c, &id, label);
	if (ident == MAP_NONE || map_set(&c->idents_by_site, site, ident))
		return -ENOMEM;
	return 0;
}

/* Tell identify all functions that it will be asked about. */
static int prepare(struct settle *s)
{
	const char **functions = calloc(s->nr ? s->nr : 1, sizeof(*functions));
	struct identify_caller caller;
	uint32_t i, nr = 0;
	int err;

	if (!functions)
		return -ENOMEM;
	for (i = 0; i < s->nr; i++)
		if (site_of(s, &s->uses[i], &caller))
			functions[nr++] = caller.function;
	err = identify_prepare(s->identify, functions, nr);
	free(functions);
	return err;
}

static int settle_all(struct settle *s)
{
	uint32_t i, nr;
	int err;

	if (s->nr)
		qsort(s->uses, s->nr, sizeof(*s->uses), compare);
	err = prepare(s);
	progress_begin("identifying locks", s->nr);
	for (i = 0; i < s->nr && !err; i += nr) {
		progress_step(i);
		nr = 1;
		if (s->uses[i].lock == MAP_NONE) {
			err = settle_site(s, &s->uses[i]);
			continue;
		}
		while (i + nr < s->nr &&
		       s->uses[i + nr].lock == s->uses[i].lock)
			nr++;
		err = settle_lock(s, &s->uses[i], nr);
	}
	progress_end();
	return err;
}

int settle(struct capture *capture, struct store *store, const char *linux_dir)
{
	struct settle s = { .capture = capture };
	int err;

	err = identify_open(linux_dir, &s.identify);
	if (err)
		return err;
	err = store_read(store, 1u << LOCKPROBE_CMD_BATCH, &sink, &s);
	if (!err)
		err = settle_all(&s);
	if (err)
		error_errno(err, "settling what the locks are");
	else if (s.unnamed)
		notice("%s does not tell which lock %s takes%s; is it the "
		       "source of that kernel?",
		       linux_dir, s.unnamed_function,
		       s.unnamed > 1 ? ", and others" : "");
	map_free(&s.by_pair);
	free(s.uses);
	identify_close(s.identify);
	return err;
}
