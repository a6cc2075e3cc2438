// SPDX-License-Identifier: GPL-2.0
/*
 * From a foreign profile to a capture, pass by pass: records of a perfdata or
 * perfscript reader in, records of a capture out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "import/convert.h"
#include "import/locktext.h"
#include "import/perfscript.h"
#include "import/profile.h"
#include "lock/ksyms.h"
#include "capture/store.h"

#define GROUP_SAMPLES 512
#define GROUPS_MAX 8192 /* CPUs with a group of their own */

/* Samples of one CPU that wait to be written together. */
struct group {
	UT_hash_handle hh;
	uint32_t cpu, nr;
	uint64_t seq, time, next_seq;
	struct record_sample v[GROUP_SAMPLES];
};

struct pass {
	struct profile *profile;
	struct converted *out;
	struct ksyms *ks;
	const struct locktext *lt;
	struct store_writer *w;
	struct group *groups;
	uint16_t *flags; /* of stacks, by id */
};

int convert_read(const struct convert_source *source,
		 const struct perfdata_sink *sink, void *ctx)
{
	if (source->perfscript)
		return perfscript_read(source->perfscript, sink, ctx);
	return perfdata_read(source->perfdata, sink, ctx);
}

const struct perfdata_info *convert_info(const struct convert_source *source)
{
	if (source->perfscript)
		return perfscript_info(source->perfscript);
	return perfdata_info(source->perfdata);
}

const struct perfdata_event *convert_event(const struct convert_source *source,
					   uint32_t i)
{
	if (source->perfscript)
		return perfscript_event(source->perfscript, i);
	return perfdata_event(source->perfdata, i);
}

static int count_sample(void *ctx, const struct perfdata_sample *sample)
{
	struct converted *out = ctx;
	uint64_t *events;

	if (sample->event >= out->nr_events) {
		events = reallocarray(out->events, sample->event + 1,
				      sizeof(*events));
		if (!events)
			return -ENOMEM;
		memset(events + out->nr_events, 0,
		       (sample->event + 1 - out->nr_events) * sizeof(*events));
		out->events = events;
		out->nr_events = sample->event + 1;
	}
	out->events[sample->event]++;
	return 0;
}

/* A name that speaks of L1 misses is what we are after. */
static bool speaks_of_misses(const char *name)
{
	return strcasestr(name, "l1") && strcasestr(name, "miss");
}

/* L1 misses before all others, and then the one that has most samples. */
static bool better(const struct convert_source *source,
		   const struct converted *out, uint32_t a, uint32_t b)
{
	bool misses_a = speaks_of_misses(convert_event(source, a)->name);
	bool misses_b = speaks_of_misses(convert_event(source, b)->name);

	if (misses_a != misses_b)
		return misses_a;
	return out->events[a] > out->events[b];
}

static int choose(const struct convert_source *source, const char *name,
		  struct converted *out)
{
	bool found = false;
	uint32_t i;

	for (i = 0; i < out->nr_events; i++) {
		if (name ? strcmp(convert_event(source, i)->name, name) :
			   !out->events[i])
			continue;
		if (!found || better(source, out, i, out->event))
			out->event = i;
		found = true;
	}
	return found || !name ? 0 : -ENOENT;
}

int convert_count(const struct convert_source *source, const char *name,
		  struct converted *out)
{
	static const struct perfdata_sink sink = { .sample = count_sample };
	int err = convert_read(source, &sink, out);

	return err ? err : choose(source, name, out);
}

static int see_comm(void *ctx, uint32_t pid, uint32_t tid, const char *comm)
{
	struct pass *pass = ctx;

	return profile_comm(pass->profile, pid, tid, comm);
}

static int see_fork(void *ctx, uint32_t pid, uint32_t tid, uint32_t ppid,
		    uint32_t ptid)
{
	struct pass *pass = ctx;

	(void)ppid;
	return profile_fork(pass->profile, pid, tid, ptid);
}

/* An image that BPF or ftrace made is one symbol; the rest has its own. */
static int see_map(void *ctx, const struct perfdata_map *map)
{
	struct pass *pass = ctx;

	if (!map->symbol || !map->size || map->start < KERNEL_ADDRESS_MIN)
		return 0;
	return ksyms_add(pass->ks, map->start, map->size, map->name, "bpf");
}

static int learn_sample(void *ctx, const struct perfdata_sample *sample)
{
	struct pass *pass = ctx;
	struct converted *out = pass->out;
	uint64_t frames[PROFILE_DEPTH];
	uint32_t nr, id;
	bool user;

	if (sample->event != out->event)
		return 0;
	nr = profile_frames(sample, frames, &user);
	if (!nr) {
		out->other++;
		return 0;
	}
	if (!out->samples || sample->time < out->first)
		out->first = sample->time;
	if (sample->time > out->last)
		out->last = sample->time;
	out->samples++;
	out->user += user;
	return profile_stack(pass->profile, frames, nr, true, &id);
}

int convert_learn(const struct convert_source *source, struct profile *profile,
		  struct ksyms *ks, struct converted *out)
{
	static const struct perfdata_sink sink = { .sample = learn_sample,
						   .map = see_map };
	struct pass pass = { .profile = profile, .out = out, .ks = ks };
	int err = convert_read(source, &sink, &pass);

	out->nr_stacks = profile_nr_stacks(profile);
	return err;
}

static int flush(struct pass *pass, struct group *group)
{
	struct record_samples samples = { .cpu = group->cpu,
					  .nr = group->nr,
					  .seq = group->seq,
					  .time = group->time,
					  .data = group->v };
	int err = group->nr ? store_put_samples(pass->w, &samples) : 0;

	group->nr = 0;
	return err;
}

static struct group *group_of(struct pass *pass, uint32_t cpu)
{
	struct group *group;

	if (cpu == UINT32_MAX)
		cpu = 0; /* perf was not asked to say which */
	HASH_FIND(hh, pass->groups, &cpu, sizeof(cpu), group);
	if (!group && HASH_COUNT(pass->groups) >= GROUPS_MAX) {
		cpu = 0;
		HASH_FIND(hh, pass->groups, &cpu, sizeof(cpu), group);
	}
	if (!group) {
		group = calloc(1, sizeof(*group));
		if (!group)
			return NULL;
		group->cpu = cpu;
		HASH_ADD(hh, pass->groups, cpu, sizeof(cpu), group);
		pass->out->cpus++;
	}
	return group;
}

static int put_sample(struct pass *pass, uint32_t cpu, uint64_t time,
		      const struct record_sample *sample)
{
	struct group *group = group_of(pass, cpu);
	int err = 0;

	if (!group)
		return -ENOMEM;
	if (group->nr && (group->nr == GROUP_SAMPLES || time < group->time ||
			  time - group->time > UINT32_MAX))
		err = flush(pass, group);
	if (!group->nr) {
		group->time = time;
		group->seq = group->next_seq;
	}
	group->v[group->nr] = *sample;
	group->v[group->nr++].time = time - group->time;
	group->next_seq++;
	return err;
}

/* The task's id, and its record when this is its first sample. */
static int put_task(struct pass *pass, const struct perfdata_sample *sample,
		    uint32_t *id)
{
	struct profile_task task;
	bool fresh;
	int err;

	err = profile_task(pass->profile, sample->pid, sample->tid, &task,
			   &fresh);
	if (err)
		return err;
	*id = task.id;
	if (!fresh)
		return 0;
	pass->out->nr_tasks++;
	pass->out->unnamed_tasks += !*task.comm;
	return store_put_task(pass->w,
			      &(struct record_task){ task.id, task.tid,
						     task.pid, task.comm });
}

static int write_sample(void *ctx, const struct perfdata_sample *sample)
{
	struct record_sample out = { 0 };
	uint64_t frames[PROFILE_DEPTH];
	struct pass *pass = ctx;
	uint32_t nr;
	bool user;
	int err;

	if (sample->event != pass->out->event)
		return 0;
	nr = profile_frames(sample, frames, &user);
	if (!nr)
		return 0;
	err = profile_stack(pass->profile, frames, nr, false, &out.stack);
	if (!err)
		err = put_task(pass, sample, &out.task);
	if (err)
		return err;
	out.period = sample->period > UINT32_MAX ? UINT32_MAX : sample->period;
	if (user)
		out.flags |= LOCKPROBE_SAMPLE_USER;
	else
		out.flags |= pass->flags[out.stack];
	if (sample->addr)
		out.flags |= LOCKPROBE_SAMPLE_HAS_ADDR;
	if (nr == PROFILE_DEPTH)
		out.flags |= LOCKPROBE_SAMPLE_TRUNCATED;
	if (!sample->tid)
		out.flags |= LOCKPROBE_SAMPLE_IDLE;
	pass->out->lock_code += !!(out.flags & LOCKPROBE_SAMPLE_LOCK_CODE);
	return put_sample(pass, sample->cpu, sample->time, &out);
}

/* A loss is a gap in the CPU's sequence, with a record that explains it. */
static int write_lost(void *ctx, uint32_t cpu, uint64_t lost)
{
	struct pass *pass = ctx;
	struct group *group = group_of(pass, cpu);
	int err;

	if (!group)
		return -ENOMEM;
	pass->out->lost += lost;
	err = flush(pass, group);
	group->next_seq += lost;
	if (err)
		return err;
	return store_put_loss(pass->w,
			      &(struct record_loss){ lost, group->cpu,
						     LOCKPROBE_LOSS_RING });
}

/* All stacks, and whether their samples are in lock code. */
static int write_stacks(struct pass *pass)
{
	uint32_t nr = profile_nr_stacks(pass->profile), i;
	struct profile_stack stack;
	int err = 0;

	pass->flags = calloc((size_t)nr + 1, sizeof(*pass->flags));
	if (!pass->flags)
		return -ENOMEM;
	for (i = 0; i < nr && !err; i++) {
		profile_stack_at(pass->profile, i, &stack);
		if (stack.nr && locktext_has(pass->lt, stack.frames[0]))
			pass->flags[stack.id] = LOCKPROBE_SAMPLE_LOCK_CODE;
		err = store_put_stack(
			pass->w,
			&(struct record_stack){ .id = stack.id,
						.nr = stack.nr,
						.frames = stack.frames });
	}
	return err;
}

int convert_write(const struct convert_source *source, struct profile *profile,
		  const struct locktext *lt, struct store_writer *w,
		  struct converted *out)
{
	static const struct perfdata_sink sink = { .sample = write_sample,
						   .comm = see_comm,
						   .fork = see_fork,
						   .lost = write_lost };
	struct pass pass = { .profile = profile, .out = out, .lt = lt, .w = w };
	struct group *group, *next;
	int err;

	profile_restart(profile);
	err = write_stacks(&pass);
	if (!err)
		err = convert_read(source, &sink, &pass);
	HASH_ITER(hh, pass.groups, group, next) {
		if (!err)
			err = flush(&pass, group);
		HASH_DEL(pass.groups, group);
		free(group);
	}
	free(pass.flags);
	return err;
}
