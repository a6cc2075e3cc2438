// SPDX-License-Identifier: GPL-2.0
/*
 * Lock code by the shape of call stacks: the stacks of a profile in, ranges of
 * text out. Windows first (anchor.c), then the addresses seen in a window are
 * put into clusters, and clusters are proven one by one: first those that are
 * hot, closed and entered from far away, then those around them that only
 * lock code calls, or that call nothing but lock code.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import/anchor.h"
#include "import/profile.h"
#include "import/shape.h"
#include "lock/ksyms.h"

#define CLUSTER_GAP 0x80u /* bytes between addresses of one cluster */
#define NEAR 0x1000u /* of proven code: the same file, more or less */
#define SAMPLES_MIN 3u
#define ROUNDS_MAX 16

struct cluster {
	uint64_t first, last; /* addresses seen */
	uint64_t leaf; /* samples with their ip here */
	uint64_t seen; /* frames here, by sample */
	uint64_t open; /* of these, with other code called below them */
	uint64_t far; /* called from far away */
	uint64_t callers, proven_callers;
	uint64_t callees, proven_callees;
	bool proven;
};

struct shape {
	struct anchors at;
	const struct profile *profile;
	uint64_t samples; /* all */
	struct cluster *v;
	size_t nr;
};

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool in_windows(const struct shape *shape, uint64_t addr)
{
	return anchors_locking(&shape->at, addr) ||
	       anchors_spinlock(&shape->at, addr);
}

/* All addresses that the stacks show in the windows; sorted, with repeats. */
static int collect(const struct shape *shape, uint64_t **out, size_t *nr)
{
	uint32_t nr_stacks = profile_nr_stacks(shape->profile), i, j;
	size_t room = 0;
	struct profile_stack stack;
	uint64_t *v = NULL, *more;

	*nr = 0;
	for (i = 0; i < nr_stacks; i++) {
		profile_stack_at(shape->profile, i, &stack);
		for (j = 0; j < stack.nr; j++) {
			uint64_t addr = stack.frames[j] - !!j;

			if (!in_windows(shape, addr))
				continue;
			if (*nr == room) {
				room = room ? room * 2 : 256;
				more = reallocarray(v, room, sizeof(*v));
				if (!more) {
					free(v);
					return -ENOMEM;
				}
				v = more;
			}
			v[(*nr)++] = addr;
		}
	}
	if (*nr)
		qsort(v, *nr, sizeof(*v), by_value);
	*out = v;
	return 0;
}

static int make_clusters(struct shape *shape)
{
	uint64_t *addrs;
	size_t nr, i;
	int err = collect(shape, &addrs, &nr);

	if (err)
		return err;
	shape->v = nr ? calloc(nr, sizeof(*shape->v)) : NULL;
	if (nr && !shape->v)
		err = -ENOMEM;
	for (i = 0; !err && i < nr; i++) {
		struct cluster *last = &shape->v[shape->nr];

		if (shape->nr && addrs[i] - last[-1].last <= CLUSTER_GAP) {
			last[-1].last = addrs[i];
			continue;
		}
		last->first = last->last = addrs[i];
		shape->nr++;
	}
	free(addrs);
	return err;
}

static struct cluster *cluster_of(const struct shape *shape, uint64_t addr)
{
	size_t low = 0, high = shape->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (shape->v[middle].last < addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == shape->nr || addr < shape->v[low].first)
		return NULL;
	return &shape->v[low];
}

/*
 * One stretch of a stack between interrupts, innermost first: count what each
 * frame's cluster calls and is called by. @ip: it begins with the sample's ip.
 */
static void count_stretch(struct shape *shape, const uint64_t *frames,
			  uint32_t nr, bool ip, uint64_t samples)
{
	bool left = false; /* a frame below lies outside of the windows */
	uint32_t i;

	for (i = 0; i < nr; i++) {
		uint64_t addr = frames[i] - !(ip && !i);
		struct cluster *here = cluster_of(shape, addr), *other;

		if (!here) {
			left |= !in_windows(shape, addr);
			continue;
		}
		here->seen += samples;
		here->open += left ? samples : 0;
		here->leaf += ip && !i ? samples : 0;
		if (i && (other = cluster_of(shape, frames[i - 1] -
							    !(ip && i == 1))) !=
				 here) {
			here->callees += samples;
			if (other && other->proven)
				here->proven_callees += samples;
		}
		if (i + 1 == nr)
			continue;
		other = cluster_of(shape, frames[i + 1] - 1);
		if (other == here)
			continue;
		here->callers += samples;
		if (other && other->proven)
			here->proven_callers += samples;
		if (anchors_far(&shape->at, frames[i + 1] - 1))
			here->far += samples;
	}
}

static void count_all(struct shape *shape)
{
	uint32_t nr_stacks = profile_nr_stacks(shape->profile), i, j, start;
	struct profile_stack stack;
	struct cluster *cluster;

	for (cluster = shape->v; cluster < shape->v + shape->nr; cluster++)
		*cluster = (struct cluster){ .first = cluster->first,
					     .last = cluster->last,
					     .proven = cluster->proven };
	for (i = 0; i < nr_stacks; i++) {
		profile_stack_at(shape->profile, i, &stack);
		for (j = start = 0; j <= stack.nr; j++) {
			if (j < stack.nr &&
			    !anchors_entry(&shape->at, stack.frames[j]))
				continue;
			count_stretch(shape, stack.frames + start, j - start,
				      !start, stack.samples);
			start = j + 1;
		}
	}
}

static bool near_proven(const struct shape *shape, const struct cluster *c)
{
	const struct cluster *end = shape->v + shape->nr, *o;

	for (o = c + 1; o < end && o->first - c->last <= NEAR; o++)
		if (o->proven)
			return true;
	for (o = c; o > shape->v && c->first - o[-1].last <= NEAR; o--)
		if (o[-1].proven)
			return true;
	return false;
}

static bool mostly(uint64_t part, uint64_t whole)
{
	return whole && part * 10 >= whole * 9;
}

static bool prove(const struct shape *shape, const struct cluster *c)
{
	if (c->open * 2 > c->seen)
		return false;
	if (anchors_spinlock(&shape->at, c->first))
		return true;
	if (c->leaf >= SAMPLES_MIN && c->far &&
	    c->leaf * 100 >= shape->samples * shape->at.percent)
		return true;
	if (c->seen < SAMPLES_MIN || !near_proven(shape, c))
		return false;
	return mostly(c->proven_callers, c->callers) ||
	       (c->callees && c->far && mostly(c->proven_callees, c->callees));
}

static void prove_all(struct shape *shape)
{
	bool more = true;
	int round;
	size_t i;

	for (round = 0; more && round < ROUNDS_MAX; round++) {
		more = false;
		count_all(shape);
		for (i = 0; i < shape->nr; i++) {
			struct cluster *c = &shape->v[i];

			if (c->proven || !prove(shape, c))
				continue;
			c->proven = more = true;
		}
	}
}

static int give(const struct shape *shape, struct shape_range **out, size_t *nr)
{
	size_t i;

	*out = shape->nr ? calloc(shape->nr, sizeof(**out)) : NULL;
	if (shape->nr && !*out)
		return -ENOMEM;
	for (i = 0; i < shape->nr; i++) {
		const struct cluster *c = &shape->v[i];

		if (c->proven)
			(*out)[(*nr)++] = (struct shape_range){ c->first,
								c->last + 1,
								c->leaf };
	}
	return 0;
}

int shape_find(struct ksyms *ks, const struct profile *profile,
	       struct shape_range **out, size_t *nr)
{
	uint32_t nr_stacks = profile_nr_stacks(profile), i;
	struct shape shape = { .profile = profile };
	struct profile_stack stack;
	int err = 0;

	*out = NULL;
	*nr = 0;
	for (i = 0; i < nr_stacks; i++) {
		profile_stack_at(profile, i, &stack);
		shape.samples += stack.samples;
	}
	err = anchors_find(&shape.at, ks, profile);
	if (!err)
		err = make_clusters(&shape);
	if (!err) {
		prove_all(&shape);
		err = give(&shape, out, nr);
	}
	free(shape.v);
	return err;
}
